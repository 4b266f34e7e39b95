"""`qa list`, `generations`, `feedback` and `export`: what a library holds, and what was said of it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qa.cli.output import contents_of, library_path, print_line, progress_bars, reporting_output_errors
from qa.cli.shared import SharedOptions
from qa.library.directory import LibraryDirectory
from qa.library.history import generations
from qa.library.store import SourceInfo
from qa.library.texts import Texts
from qa.text.counted import counted
from qa.text.visible import visible

_STANDARD_OUTPUT = Path("-")
_HEADINGS = ("NAME", "KIND", "POSTS", "PASSAGES", "DAY", "ADDRESS")
_NUMBERS = ("POSTS", "PASSAGES")


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the commands to the parser, as `qa.cli.ask.add_commands` does."""
    library = shared.library
    command = commands.add_parser("list", parents=[library], help="list the texts of a library")
    command.add_argument("--json", action="store_true", help="print one JSON object for each text")
    command.set_defaults(run=_list)

    command = commands.add_parser(
        "generations", parents=[library], help="list the current state of a library and the one that qa undo goes to"
    )
    command.set_defaults(run=_generations)

    command = commands.add_parser(
        "feedback", parents=[library], help="write what readers said of answers as a set for qa evaluate"
    )
    command.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help="the folder to write")
    command.set_defaults(run=_feedback)

    command = commands.add_parser("export", parents=[library], help="write all texts to a file of JSON Lines")
    command.add_argument(
        "-o", "--output", metavar="FILE", type=Path, required=True, help="the file to write; - for standard output"
    )
    command.set_defaults(run=_export)


def _list(options: argparse.Namespace) -> int:
    sources = Texts.current(LibraryDirectory(library_path(options))).store.sources()
    if options.json:
        for source in sources:
            print_line(json.dumps(asdict(source)))
        return 0
    rows = [_HEADINGS, *map(_row, sources)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print_line(_aligned(row, widths))
    return 0


def _feedback(options: argparse.Namespace) -> int:
    from qa.evaluation.feedback_set import write_feedback_set
    from qa.library.library import Library

    questions = write_feedback_set(Library.open(library_path(options), reader=None), options.output)
    print_line(f"{options.output}: {counted(questions, 'question')}")
    return 0


def _row(source: SourceInfo) -> tuple[str, ...]:
    values = (source.name, source.kind, source.posts, source.passages, (source.date or "–")[:10], source.url or "–")
    return tuple(" ".join(visible(str(value)).split()) for value in values)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = zip(_HEADINGS, row, widths, strict=True)
    return "  ".join(
        cell.rjust(width) if heading in _NUMBERS else cell.ljust(width) for heading, cell, width in cells
    ).rstrip()


def _generations(options: argparse.Namespace) -> int:
    for generation in generations(LibraryDirectory(library_path(options))):
        place = "current" if generation.is_current else "kept"
        status = generation.status
        if status is None:
            about = f"cannot be read: {generation.problem}"
        else:
            about = f"written {status.created}, {contents_of(status)}, {status.model}"
        print_line(visible(f"{place:8} {generation.name}  {about}"))
    return 0


def _export(options: argparse.Namespace) -> int:
    texts = Texts.current(LibraryDirectory(library_path(options)))
    with progress_bars() as progress:
        if options.output == _STANDARD_OUTPUT:
            texts.write(_write_bytes, progress)
        else:
            count = texts.export(options.output, progress)
            print_line(f"{options.output}: {counted(count, 'source')}")
    return 0


def _write_bytes(line: bytes) -> None:
    with reporting_output_errors():
        sys.stdout.buffer.write(line)
