"""`qa mcp`: the library as tools for another program, over standard input and output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qa.cli.shared import SharedOptions, opened_library
from qa.library.library import Library


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the command to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser(
        "mcp",
        parents=[shared.model, shared.reader],
        help="serve the library's tools to a program, by the Model Context Protocol",
    )
    command.add_argument(
        "library", metavar="LIBRARY", nargs="?", type=Path, help="the library's folder (default: as for qa ask)"
    )
    command.set_defaults(run=lambda options: _serve(opened_library(options)))


def _serve(library: Library) -> int:
    """Answer until standard input ends. Standard output belongs to the protocol: all else goes to standard error."""
    import anyio

    from qa.mcp.server import mcp_server

    anyio.run(mcp_server(library).run_stdio_async)
    return 0
