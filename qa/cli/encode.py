"""`qa encode`: the vectors of texts as files, made here or on a Ray cluster, for a library to be built from."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from qa.cli.output import print_error, print_line, print_reports, progress_bars
from qa.cli.shared import SharedOptions
from qa.text.visible import visible

_CANCELLED = 130  # as of every command that Ctrl-C ends


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the command to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser(
        "encode",
        parents=[shared.model],
        help="encode texts into a folder of vectors, for qa build --vectors",
        description="Texts that the folder has vectors of are not encoded again: an interrupted run can be continued.",
    )
    command.add_argument("sources", nargs="+", metavar="PATH", help="files and folders")
    command.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="the folder of vectors, made if it is missing"
    )
    command.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="encode on the machines of a Ray cluster; local: on all cores of this machine but one",
    )
    command.set_defaults(run=_encode)


def _encode(options: argparse.Namespace) -> int:
    from qa.library.encode import encode

    try:
        # Ray prints on standard output, where only the result is to stand.
        with progress_bars() as progress, redirect_stdout(sys.stderr):
            report = encode(options.sources, options.out, model=options.model, ray=options.ray, progress=progress)
    except KeyboardInterrupt:
        print_error("cancelled; what was encoded is kept, and the same command encodes the rest")
        return _CANCELLED
    print_reports(report.reports)
    print_line(visible(str(report)))
    return 0
