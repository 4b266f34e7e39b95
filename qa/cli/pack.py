"""`qa pack` and `qa unpack`: a library as one file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from qa.cli.change import print_change
from qa.cli.output import contents_of, print_line, progress_bars
from qa.cli.shared import SharedOptions
from qa.library.directory import LibraryDirectory
from qa.library.pack import pack, unpack


def add_commands(commands: Any, _shared: SharedOptions) -> None:
    """Add the commands to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser("pack", help="write a library to one file, for a backup or for someone else")
    command.add_argument("library", metavar="LIBRARY", type=Path, help="the library's folder")
    command.add_argument("file", metavar="FILE", type=Path, help="the file to write")
    command.set_defaults(run=_pack)

    command = commands.add_parser("unpack", help="make a library of a file that qa pack has written")
    command.add_argument("file", metavar="FILE", type=Path, help="the file")
    command.add_argument("library", metavar="LIBRARY", type=Path, help="the folder of the library to make")
    command.add_argument(
        "--replace", action="store_true", help="replace the texts of a library that is there; qa undo brings them back"
    )
    command.set_defaults(run=_unpack)


def _pack(options: argparse.Namespace) -> int:
    with progress_bars() as progress:
        status = pack(LibraryDirectory(options.library), options.file, progress)
    print_line(f"{options.file}: {contents_of(status)}, {status.bytes:,} bytes")
    return 0


def _unpack(options: argparse.Namespace) -> int:
    directory = LibraryDirectory(options.library)
    print_change(directory, unpack(options.file, directory, replace=options.replace).report)
    return 0
