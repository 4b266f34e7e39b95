"""`qa status` and `qa verify`: what a library contains, and whether it is intact."""

from __future__ import annotations

import argparse
from typing import Any, get_args

from qa.answering import close_reading
from qa.answering.close_reading import is_on
from qa.cli.output import contents_of, library_path, print_line
from qa.cli.shared import SharedOptions
from qa.encoding.minilm_files import NAME
from qa.encoding.precision import AUTO, SETTING, Precision, default_precision
from qa.library.changes import clear_leftovers
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation
from qa.text.counted import counted


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the commands to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser("status", parents=[shared.library], help="show what a library contains")
    command.set_defaults(run=_status)

    command = commands.add_parser(
        "verify", parents=[shared.library], help="check every file and every passage of a library"
    )
    command.set_defaults(run=_verify)


def _status(options: argparse.Namespace) -> int:
    generation = _generation(options)
    status, remote = generation.status(), generation.manifest.remote
    precision, settings = default_precision(), ", ".join((AUTO, *get_args(Precision)))
    print_line(f"library     {status.path}")
    print_line(f"generation  {status.generation}, written {status.created}")
    print_line(f"model       {status.model}")
    print_line(f"precision   {precision} on this processor (set it with {SETTING}: {settings})")
    readers = "two readers" if is_on() and status.model == NAME else "one reader"
    print_line(f"reading     {readers} (set it with {close_reading.SETTING}: on, off)")
    if remote is not None:
        print_line(f"milvus      {remote.server.uri}, collection {remote.collection}")
    print_line(f"contents    {contents_of(status)}, {status.bytes:,} bytes")
    return 0


def _verify(options: argparse.Namespace) -> int:
    status = _generation(options, check_hashes=True).verify(files=False)
    passages, sources = counted(status.passages, "passage"), counted(status.sources, "source")
    print_line(f"{status.path}: intact; {passages} of {sources}, each a slice of its text")
    if dropped := clear_leftovers(LibraryDirectory(library_path(options))):
        print_line(f"{counted(dropped, 'collection')} of earlier or interrupted builds dropped from Milvus")
    return 0


def _generation(options: argparse.Namespace, *, check_hashes: bool = False) -> Generation:
    """The library's current generation, whatever model it was built with."""
    return Generation.current(LibraryDirectory(library_path(options)), check_hashes=check_hashes)
