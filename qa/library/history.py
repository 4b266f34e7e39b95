"""The generations that a library can go back and forth between: the current one, and the one kept from before."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from qa.encoding.encoder import Encoder
from qa.errors import LibraryError
from qa.library.change_report import Records
from qa.library.directory import LibraryDirectory
from qa.library.disk_errors import reporting_disk_errors
from qa.library.generation import Generation, Status, check_model
from qa.library.generation_writer import GenerationWriter
from qa.library.manifest import Manifest
from qa.library.texts import Texts


@dataclass(frozen=True, slots=True)
class GenerationInfo:
    """A generation of a library.

    Attributes:
        name: Its name.
        is_current: Whether it answers now; otherwise `undo` goes back to it.
        status: Its counts, model and size; None if it cannot be read.
        problem: Why it cannot be read; None if it can.
    """

    name: str
    is_current: bool
    status: Status | None
    problem: str | None = None


def generations(directory: LibraryDirectory) -> tuple[GenerationInfo, ...]:
    """The current generation of a library, then the kept one if there is one.

    Args:
        directory: The library's folder.

    Raises:
        LibraryError: There is no library, or its pointer cannot be read.
    """
    current = directory.current()
    kept = directory.kept()
    return tuple(_info(directory.path, folder, folder == current) for folder in (current, kept) if folder is not None)


def current_records(directory: LibraryDirectory) -> Records:
    """What a library holds before a change; empty if there is none. Raises LibraryError if that cannot be read."""
    if not directory.is_built():
        return {}
    with closing(Texts.current(directory).store) as store:
        return store.records()


def readable_records(directory: LibraryDirectory) -> Records:
    """What a library holds before a change that may remove it; empty if that cannot be read."""
    with suppress(LibraryError):
        return current_records(directory)
    return {}


def go_back(
    writer: GenerationWriter, directory: LibraryDirectory, encoder: Encoder | None, expected: str | None
) -> Generation:
    """Make the kept generation the current one, and keep the current one. See `changes.undo`."""
    if directory.current_name() is None:
        directory.current()  # says that there is no library, or what is wrong with it
    current, kept = directory.current_name(), directory.kept()
    if expected is not None and current != expected:
        raise LibraryError(
            f"the library at {str(directory.path)!r} was changed by another program since it was opened; open it again"
        )
    if kept is None:
        raise LibraryError(f"there is nothing to undo: the library at {str(directory.path)!r} keeps no earlier state")
    generation = Generation.written(directory.path, kept, check_hashes=True)
    if encoder is not None:
        check_model(directory.path, generation.manifest, encoder)
    with reporting_disk_errors():
        writer.point_to(kept)
    return generation


def _info(path: Path, folder: Path, is_current: bool) -> GenerationInfo:
    try:
        manifest = Manifest.read(folder)
        manifest.check_files(folder)
    except LibraryError as error:
        return GenerationInfo(folder.name, is_current, None, str(error))
    return GenerationInfo(folder.name, is_current, Status.of(path, folder, manifest))
