"""`qa mcp`: the library as tools for another program, over standard input and output."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qa.library.library import Library


def add_command(
    commands: Any, parents: list[argparse.ArgumentParser], library: Callable[[argparse.Namespace], Library]
) -> None:
    """Add the command to the parser.

    Args:
        commands: What `add_subparsers` returned.
        parents: The parent parsers of commands that ask.
        library: Opens the library that is chosen.
    """
    command = commands.add_parser(
        "mcp", parents=parents, help="serve the library's tools to a program, by the Model Context Protocol"
    )
    command.add_argument(
        "library", metavar="LIBRARY", nargs="?", type=Path, help="the library's folder (default: as for qa ask)"
    )
    command.set_defaults(run=lambda options: _serve(library(options)))


def _serve(library: Library) -> int:
    """Answer until standard input ends. Standard output belongs to the protocol: all else goes to standard error."""
    import anyio

    from qa.mcp.server import mcp_server

    anyio.run(mcp_server(library).run_stdio_async)
    return 0
