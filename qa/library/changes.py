"""The changes that write a library's next generation: rebuild, add, remove.

Each holds the library's write lock from before the sources are read until the new generation is current.
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
from qa.sources.read import FileReport, OnFile, Sources, read_all
from qa.types import Progress


@dataclass(frozen=True, slots=True)
class Change:
    """What a change reports: one report per file, and the message of its LanguageWarning, None if there was none."""

    reports: Sequence[FileReport] = ()
    language_warning: str | None = None


def rebuild(
    directory: LibraryDirectory, sources: Sources | None, encoder: Encoder, progress: Progress, on_file: OnFile | None
) -> Change:
    """Write a generation of `sources` alone; None means the texts that the library already holds."""
    with directory.writing() as writer:
        reports: Sequence[FileReport] = ()
        if sources is None:
            threads = Generation.current(directory).threads()
        else:
            threads, reports = read_all(sources, progress=progress, on_file=on_file)
        return _write(writer, BuildPlan.of(threads, directory, encoder), reports, encoder, progress)


def add(
    directory: LibraryDirectory, sources: Sources, encoder: Encoder, progress: Progress, on_file: OnFile | None
) -> Change:
    """Write a generation with `sources` added; a source that the library knows replaces what it had of it."""
    with directory.writing() as writer:
        threads, reports = read_all(sources, progress=progress, on_file=on_file)
        plan = BuildPlan.of_changes(directory, encoder, threads)
        return _write(writer, plan, reports, encoder, progress)


def remove(directory: LibraryDirectory, names: Collection[str], encoder: Encoder, progress: Progress) -> Change:
    """Write a generation without the sources of these names. Raises SourceError if none is left."""
    with directory.writing() as writer:
        plan = BuildPlan.of_changes(directory, encoder, without=names)
        if not plan.sources:
            raise SourceError("a library holds at least one text; rebuild it from others, or delete its folder")
        return _write(writer, plan, (), encoder, progress)


def _write(
    writer: GenerationWriter, plan: BuildPlan, reports: Sequence[FileReport], encoder: Encoder, progress: Progress
) -> Change:
    languages = {source.thread.source: source.language for source in plan.new}
    language_warning = warn_of_foreign_texts(languages, encoder.name)
    plan.write(writer, encoder, progress)
    return Change(reports, language_warning)
