"""The changes of a library: rebuild, add and remove write its next generation, undo goes back to the kept one.

Each holds the library's write lock from before the sources are read until the new generation is current and opened.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from qa.encoding.encoder import Encoder
from qa.errors import LibraryBusy, LibraryError, SourceError
from qa.library.build import BuildPlan
from qa.library.change_report import ChangeReport, Records, listed
from qa.library.directory import LibraryDirectory
from qa.library.disk_errors import reporting_disk_errors
from qa.library.generation import Generation
from qa.library.generation_writer import GENERATIONS, GenerationWriter
from qa.library.history import current_records, go_back, readable_records
from qa.library.language_check import warn_of_foreign_texts
from qa.library.remote_indexes import drop_all, servers_of
from qa.library.stored_vectors import StoredVectors, VectorCounts
from qa.library.texts import Texts
from qa.search.remote import Engine
from qa.sources.read import FileReport, OnFile, Sources, read_all
from qa.text.counted import counted
from qa.types import Progress


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did.

    Attributes:
        generation: The generation that is current now, opened.
        report: What it did to the library's texts.
        reports: One report for each file that it read or skipped.
        language_warning: The message of its LanguageWarning, None if there was none.
        vector_counts: How many vectors it took from a folder; None if its encoder has none.
    """

    generation: Generation
    report: ChangeReport
    reports: Sequence[FileReport] = ()
    language_warning: str | None = None
    vector_counts: VectorCounts | None = None


def rebuild(
    directory: LibraryDirectory,
    sources: Sources | None,
    encoder: Encoder,
    progress: Progress,
    on_file: OnFile | None,
    *,
    replace: bool = True,
    engine: Engine | None = None,
) -> Change:
    """Write a generation of `sources` alone.

    Args:
        directory: The library's folder.
        sources: The texts; None for those that the library already holds.
        encoder: The encoder of the new generation.
        progress: Called with each stage.
        on_file: Called with the report of each file as soon as it is read.
        replace: Whether texts that the library holds, and that are not among `sources`, may be removed.
        engine: Where the indexes go; None for where they are, or for the library's folder.

    Raises:
        SourceError: A text cannot be read, or there is nothing to index.
        LibraryError: The library cannot be written, a text that it holds was altered, or texts would be removed that
            may not be.
    """
    with directory.writing() as writer:
        return _rebuild(writer, directory, sources, encoder, progress, on_file, replace=replace, engine=engine)


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
        before, plan = readable_records(directory), BuildPlan.of_changes(directory, encoder, threads)
        return write_plan(writer, plan, before, reports, encoder, progress)


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
        before, plan = readable_records(directory), BuildPlan.of_changes(directory, encoder, without=names)
        if not plan.sources:
            raise SourceError("a library holds at least one text; rebuild it from others, or delete its folder")
        return write_plan(writer, plan, before, (), encoder, progress)


def undo(directory: LibraryDirectory, encoder: Encoder | None = None, *, expected: str | None = None) -> Change:
    """Make the kept generation the current one, and keep the current one, so that this can be undone too.

    Args:
        directory: The library's folder.
        encoder: The encoder that the kept generation must have been built with; None if any will do.
        expected: The name of the generation to go back from; None for the current one, whatever it is.

    Raises:
        LibraryMismatch: The kept generation was built with another encoder or in another format.
        LibraryDamaged: A file of it is missing or altered.
        LibraryError: None is kept, another program has changed the library since, or it cannot be written. The current
            generation is then the same as before, after every error but that of a disk that does not confirm.
    """
    with directory.writing() as writer:
        before = readable_records(directory)
        generation = go_back(writer, directory, encoder, expected)
        report = ChangeReport.between(before, generation.store.records(), generation.folder.name)
        return Change(generation, report)


def clear_leftovers(directory: LibraryDirectory) -> int:
    """Drop the collections on a server that a library does not need any more; what files it has is left alone.

    Args:
        directory: The library's folder. While another process writes it, nothing is done.

    Returns:
        How many were dropped.

    Raises:
        LibraryError: The folder cannot be written, or a server cannot be reached.
    """
    if not servers_of(directory.path / GENERATIONS):
        return 0
    with suppress(LibraryBusy), directory.writing() as writer, reporting_disk_errors():
        return writer.clear_leftovers()
    return 0


def drop_collections(directory: LibraryDirectory) -> None:
    """Drop all that a library has on servers, before its folder is removed. Raises LibraryError."""
    generations = directory.path / GENERATIONS
    if servers_of(generations):
        drop_all(generations)


def _rebuild(
    writer: GenerationWriter,
    directory: LibraryDirectory,
    sources: Sources | None,
    encoder: Encoder,
    progress: Progress,
    on_file: OnFile | None,
    *,
    replace: bool = True,
    engine: Engine | None = None,
) -> Change:
    reports: Sequence[FileReport] = ()
    if sources is None:
        threads = Texts.current(directory).threads()
    else:
        threads, reports = read_all(sources, progress=progress, on_file=on_file)
    before = readable_records(directory) if replace else current_records(directory)
    plan = BuildPlan.of(threads, directory, encoder, engine)
    if not replace:
        refuse_removal(directory, before, {source.key for source in plan.given})
    return write_plan(writer, plan, before, reports, encoder, progress)


def write_plan(
    writer: GenerationWriter,
    plan: BuildPlan,
    before: Records,
    reports: Sequence[FileReport],
    encoder: Encoder,
    progress: Progress,
) -> Change:
    """Write a generation, and say what it changed.

    Args:
        writer: The holder of the library's lock.
        plan: What the generation holds.
        before: What the library held before.
        reports: One report for each file that was read.
        encoder: The encoder of the generation.
        progress: Called with each stage.

    Raises:
        SourceError: There is nothing to index.
        LibraryNotWritable: The disk is full or cannot be written.
    """
    languages = {source.thread.source: source.language for source in plan.given}
    language_warning = warn_of_foreign_texts(languages, encoder.name)
    generation = plan.write(writer, encoder, progress)
    report = ChangeReport.between(before, generation.store.records(), generation.folder.name)
    counts = encoder.counts if isinstance(encoder, StoredVectors) else None
    return Change(generation, report, reports, language_warning, counts)


def refuse_removal(directory: LibraryDirectory, before: Records, staying: Collection[str]) -> None:
    """Refuse to remove sources.

    Args:
        directory: The library's folder, for the message.
        before: What the library holds.
        staying: The keys of the sources that stay.

    Raises:
        LibraryError: It holds others.
    """
    names = tuple(record.name for key, record in before.items() if key not in staying)
    if names:
        raise LibraryError(
            f"the library at {str(directory.path)!r} holds {counted(len(before), 'text')}, and {len(names):,} of them "
            f"would be removed: {listed(names)}; keep them with qa add, or remove them with --replace"
        )
