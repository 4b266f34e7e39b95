"""The changes that write a library's next generation: rebuild, add, remove.

Each holds the library's write lock from before the sources are read until the new generation is current and opened.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from qa.encoding.encoder import Encoder
from qa.errors import SourceError
from qa.library.build import BuildPlan
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation
from qa.library.generation_writer import GenerationWriter
from qa.library.language_check import warn_of_foreign_texts
from qa.library.texts import Texts
from qa.sources.read import FileReport, OnFile, Sources, read_all
from qa.types import Progress


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did.

    Attributes:
        generation: The generation that it wrote, opened.
        reports: One report for each file that it read or skipped.
        language_warning: The message of its LanguageWarning, None if there was none.
    """

    generation: Generation
    reports: Sequence[FileReport] = ()
    language_warning: str | None = None


def rebuild(
    directory: LibraryDirectory, sources: Sources | None, encoder: Encoder, progress: Progress, on_file: OnFile | None
) -> Change:
    """Write a generation of `sources` alone.

    Args:
        directory: The library's folder.
        sources: The texts; None for those that the library already holds.
        encoder: The encoder of the new generation.
        progress: Called with each stage.
        on_file: Called with the report of each file as soon as it is read.

    Raises:
        SourceError: A text cannot be read, or there is nothing to index.
        LibraryError: The library cannot be written, or a text that it holds was altered.
    """
    with directory.writing() as writer:
        return _rebuild(writer, directory, sources, encoder, progress, on_file)


def build_first(directory: LibraryDirectory, sources: Sources, encoder: Encoder, progress: Progress) -> Change | None:
    """Write the first generation; None if another process did meanwhile. The arguments are those of `rebuild`.

    Raises LibraryBusy while another process does.
    """
    with directory.writing() as writer:
        return None if directory.is_built() else _rebuild(writer, directory, sources, encoder, progress, None)


def add(
    directory: LibraryDirectory, sources: Sources, encoder: Encoder, progress: Progress, on_file: OnFile | None
) -> Change:
    """Write a generation with `sources` added; a source that the library knows replaces what it had of it.

    The arguments and errors are those of `rebuild`.
    """
    with directory.writing() as writer:
        threads, reports = read_all(sources, progress=progress, on_file=on_file)
        plan = BuildPlan.of_changes(directory, encoder, threads)
        return _write(writer, plan, reports, encoder, progress)


def remove(directory: LibraryDirectory, names: Collection[str], encoder: Encoder, progress: Progress) -> Change:
    """Write a generation without some sources.

    Args:
        directory: The library's folder.
        names: The names of the sources.
        encoder: The encoder of the new generation.
        progress: Called with each stage.

    Raises:
        SourceError: The library holds no source of that name now, or none would be left.
        LibraryError: The library cannot be read or written.
    """
    with directory.writing() as writer:
        plan = BuildPlan.of_changes(directory, encoder, without=names)
        if not plan.sources:
            raise SourceError("a library holds at least one text; rebuild it from others, or delete its folder")
        return _write(writer, plan, (), encoder, progress)


def _rebuild(
    writer: GenerationWriter,
    directory: LibraryDirectory,
    sources: Sources | None,
    encoder: Encoder,
    progress: Progress,
    on_file: OnFile | None,
) -> Change:
    reports: Sequence[FileReport] = ()
    if sources is None:
        threads = Texts.current(directory).threads()
    else:
        threads, reports = read_all(sources, progress=progress, on_file=on_file)
    return _write(writer, BuildPlan.of(threads, directory, encoder), reports, encoder, progress)


def _write(
    writer: GenerationWriter, plan: BuildPlan, reports: Sequence[FileReport], encoder: Encoder, progress: Progress
) -> Change:
    languages = {source.thread.source: source.language for source in plan.new}
    language_warning = warn_of_foreign_texts(languages, encoder.name)
    return Change(plan.write(writer, encoder, progress), reports, language_warning)
