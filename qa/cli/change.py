"""`qa build`, `add`, `remove` and `undo`: the commands that change a library."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from qa.cli.engine import add_engine_options, engine_arguments
from qa.cli.output import contents_of, library_path, print_line, print_reports, progress_bars
from qa.cli.shared import SharedOptions
from qa.encoding.encoder import Encoder
from qa.encoding.load import load_encoder
from qa.errors import LibraryDamaged, LibraryMismatch
from qa.library import changes
from qa.library.change_report import ChangeReport
from qa.library.directory import LibraryDirectory
from qa.library.generation import check_model
from qa.library.library import Library
from qa.library.manifest import Manifest
from qa.library.stored_vectors import VectorCounts, with_vectors
from qa.text.visible import visible


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the commands to the parser, as `qa.cli.ask.add_commands` does."""
    library, model = shared.library, shared.model
    command = commands.add_parser("build", parents=[library, model], help="build or rebuild a library from texts")
    command.add_argument(
        "sources", nargs="*", metavar="PATH", help="files and folders (default: the texts that the library holds)"
    )
    _add_vectors(command)
    command.add_argument(
        "--replace", action="store_true", help="remove the texts that the library holds and that are not among these"
    )
    add_engine_options(command)
    command.set_defaults(run=_build)

    command = commands.add_parser(
        "add", parents=[library, model], help="add texts to a library, or bring those it holds up to date"
    )
    command.add_argument("sources", nargs="+", metavar="PATH", help="files and folders")
    _add_vectors(command)
    command.set_defaults(run=_add)

    command = commands.add_parser("remove", parents=[library, model], help="remove texts from a library")
    command.add_argument("names", nargs="+", metavar="NAME", help="names of texts, as qa list shows them")
    command.set_defaults(run=_remove)

    command = commands.add_parser(
        "undo", parents=[library], help="go back to the library before its last change; run it again to return"
    )
    command.set_defaults(run=_undo)


def _add_vectors(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--vectors", metavar="DIR", type=Path, help="take vectors from this folder, as qa encode writes it"
    )


def matching_encoder(directory: LibraryDirectory, model: str | None) -> Encoder:
    """The encoder that is named, which must be the one that the library was built with.

    Args:
        directory: The library's folder.
        model: The name or the folder of a sentence-transformers model; None for the default one.

    Raises:
        LibraryMismatch: The library was built with another model.
        LibraryMissing: There is no library.
    """
    folder, encoder = directory.current(), load_encoder(model, None)
    try:
        manifest = Manifest.read(folder)
    except (LibraryDamaged, LibraryMismatch):  # the change heals it, or says what to do
        return encoder
    check_model(directory.path, manifest, encoder)
    return encoder


def print_change(directory: LibraryDirectory, report: ChangeReport) -> None:
    """Print what a change did."""
    print_line(visible(f"{directory.path}: {report}"))


def _print_vectors(counts: VectorCounts | None) -> None:
    if counts is not None:
        print_line(visible(str(counts)))


def _build(options: argparse.Namespace) -> int:
    with progress_bars() as progress:
        library = Library.build(
            options.sources or None,
            library_path(options),
            model=options.model,
            vectors=options.vectors,
            replace=options.replace,
            progress=progress,
            **engine_arguments(options),
        )
    print_reports(library.reports)
    _print_vectors(library.vector_counts)
    status = library.status()
    print_line(f"{status.path}: {contents_of(status)}")
    return 0


def _add(options: argparse.Namespace) -> int:
    directory = LibraryDirectory(library_path(options))
    encoder = matching_encoder(directory, options.model)
    with progress_bars() as progress:
        taking = with_vectors(options.vectors, encoder, progress)
        change = changes.add(directory, options.sources, taking, progress, None)
    print_reports(change.reports)
    _print_vectors(change.vector_counts)
    print_change(directory, change.report)
    return 0


def _remove(options: argparse.Namespace) -> int:
    directory = LibraryDirectory(library_path(options))
    encoder = matching_encoder(directory, options.model)
    with progress_bars() as progress:
        change = changes.remove(directory, options.names, encoder, progress)
    print_change(directory, change.report)
    return 0


def _undo(options: argparse.Namespace) -> int:
    directory = LibraryDirectory(library_path(options))
    print_change(directory, changes.undo(directory).report)
    return 0
