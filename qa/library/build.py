"""Draft: what the next generation is to hold, and how it is written.

Sources that did not change are taken over from the generation before: their rows are copied, their vectors too. Of a
source that is given again, the passages that were there are not encoded again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from operator import itemgetter
from pathlib import Path

import numpy as np

from qa.encoding.encoder import Encoder, Vectors, unit_vectors
from qa.errors import LibraryError, LibraryNotWritable, SourceError
from qa.library.directory import LibraryDirectory, Writer
from qa.library.generation import Generation
from qa.library.language_check import warn_of_foreign_texts
from qa.library.manifest import FORMAT, Manifest, Model, files_of
from qa.library.store import CopiedSource, NumberedPassage, Store, copy_sources
from qa.search.bm25 import LexicalIndex
from qa.search.chunker import Passage, split_passages
from qa.search.dense import DenseIndex
from qa.search.engine import Ids
from qa.sources.read import FileReport, OnFile, Sources, read_all
from qa.sources.thread import Thread
from qa.types import Progress

_NEW = -1
_BLOCK = 4_096


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """`sources` in their order: a thread, or the number of a source of the `earlier` generation to take over.

    `earlier` has the vectors of the encoder that will write; None where nothing can be taken from one.
    """

    sources: Sequence[Thread | int]
    earlier: Generation | None = None

    @classmethod
    def of(cls, threads: Sequence[Thread], path: Path, encoder: Encoder) -> BuildPlan:
        """These threads alone; what was encoded before is looked up in the library at `path`."""
        try:
            earlier = Generation.current(LibraryDirectory(path), prove=True)
        except LibraryError:
            return cls(threads)
        return cls(threads, earlier if _same_vectors(earlier, encoder) else None)

    @classmethod
    def of_changes(
        cls, path: Path, encoder: Encoder, new: Sequence[Thread] = (), without: Collection[str] = ()
    ) -> BuildPlan:
        """The sources of the library at `path` but those `without`, and the `new`, which replace those of their name.

        Raises LibraryError where it cannot be read.
        """
        earlier = Generation.current(LibraryDirectory(path), prove=True)
        sources: dict[str, Thread | int] = {
            name: number for number, name in enumerate(earlier.store.spans()) if name not in without
        }
        sources |= {thread.source: thread for thread in new}
        if _same_vectors(earlier, encoder):
            return cls(list(sources.values()), earlier)
        return cls([earlier.store.thread(name) if isinstance(s, int) else s for name, s in sources.items()])

    @property
    def threads(self) -> list[Thread]:
        """The sources that are not taken over."""
        return [source for source in self.sources if isinstance(source, Thread)]

    def write(self, writer: Writer, encoder: Encoder, progress: Progress) -> Path:
        """Write the generation and make it the current one; return its folder.

        Raises SourceError where there is nothing to index, LibraryNotWritable where the disk refuses.
        """
        laid = NumberedPlan.out(self, encoder, progress)
        if not len(laid.numbers):
            raise SourceError("the texts hold nothing to index: no word outside page furniture")
        vectors = laid.vectors(encoder, progress)
        progress("writing", 0, 1)
        try:
            folder = writer.new_folder()
            laid.write(folder, vectors, encoder)
            Generation(writer.path, folder)  # what cannot be opened must not become the current one
            published = writer.publish(folder)
        except (OSError, RuntimeError, ValueError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or "is the disk full?"
            raise LibraryNotWritable(
                f"the new index could not be written: {reason}; the old one is untouched"
            ) from error
        progress("writing", 1, 1)
        return published


@dataclass(frozen=True, slots=True)
class NumberedPlan:
    """A draft with its passages numbered.

    `threads` and `taken` are its sources, `cut` the passages of the threads. `numbers` are those that the passages had
    in the earlier generation, -1 for a new one.
    """

    earlier: Generation | None
    threads: Mapping[int, Thread]
    taken: Sequence[CopiedSource]
    cut: Sequence[NumberedPassage]
    numbers: Ids

    @classmethod
    def out(cls, plan: BuildPlan, encoder: Encoder, progress: Progress) -> NumberedPlan:
        earlier = plan.earlier
        spans = {} if earlier is None else earlier.store.spans()
        of_sources = list(spans.values())
        threads: dict[int, Thread] = {}
        taken, cut = [], []
        numbers: list[int] = []
        at = 0
        for source, part in enumerate(plan.sources):
            progress("cutting", source, len(plan.sources))
            if isinstance(part, int):
                taken.append(CopiedSource(part, source, of_sources[part], at))
                numbers += of_sources[part]
            else:
                threads[source] = part
                found = list(split_passages(part, encoder))
                known = {} if earlier is None else _numbers(earlier.store, spans.get(part.source, range(0)))
                cut += [NumberedPassage(number, source, passage) for number, passage in enumerate(found, at)]
                numbers += [known.get(passage.in_context, _NEW) for passage in found]
            at = len(numbers)
        return cls(earlier, threads, taken, cut, np.array(numbers, dtype=np.int64))

    def vectors(self, encoder: Encoder, progress: Progress) -> Vectors:
        """Every passage's vector: that of before, or encoded where it is new."""
        vectors = np.empty((len(self.numbers), encoder.dimension), dtype=np.float32)
        new = [row for row in self.cut if self.numbers[row.number] == _NEW]
        if new:
            texts = [row.passage.in_context for row in new]
            vectors[[row.number for row in new]] = unit_vectors(encoder, texts, progress=progress)
        if self.earlier is not None:
            kept = np.flatnonzero(self.numbers != _NEW)
            for start in range(0, len(kept), _BLOCK):
                some = kept[start : start + _BLOCK]
                vectors[some] = self.earlier.dense.vectors(self.numbers[some])
        return vectors

    def write(self, folder: Path, vectors: Vectors, encoder: Encoder) -> None:
        """Write every file into `folder`, the manifest last."""
        earlier = self.earlier
        Store.create(folder, self.threads, self.cut)
        if earlier is None:
            DenseIndex.create(folder, vectors)
            LexicalIndex.create(folder, self._passages())
        else:
            copy_sources(folder, earlier.folder, self.taken)
            DenseIndex.create(folder, vectors, earlier.dense, self.numbers)
            kept = len(earlier.dense)
            if np.array_equal(self.numbers[:kept], np.arange(kept)):
                LexicalIndex.create(folder, self._passages(kept), earlier.lexical)
            else:
                LexicalIndex.create(folder, self._passages())
        Manifest(
            format=FORMAT,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            model=Model(encoder.name, encoder.fingerprint, vectors.shape[1]),
            counts=Store.open(folder).counts(),
            files=files_of(folder),
        ).write(folder)

    def _passages(self, start: int = 0) -> Iterator[Passage]:
        """From number `start` on."""
        of_taken = (
            (taken.first + place, passage)
            for taken in self.taken
            if self.earlier is not None and taken.first >= start
            for place, passage in enumerate(self.earlier.store.cut(taken.span))
        )
        of_threads = ((row.number, row.passage) for row in self.cut if row.number >= start)
        return (passage for _, passage in merge(of_taken, of_threads, key=itemgetter(0)))


def _same_vectors(earlier: Generation, encoder: Encoder) -> bool:
    return earlier.manifest.model.fingerprint == encoder.fingerprint


def _numbers(store: Store, span: range) -> dict[str, int]:
    """The passages of a source by what was encoded of each."""
    return {passage.in_context: number for number, passage in zip(span, store.cut(span), strict=True)}


ReadPlan = Callable[[], tuple[BuildPlan, list[FileReport]]]


def plan_reader(
    sources: Sources | None, path: Path, encoder: Encoder, progress: Progress, on_file: OnFile | None
) -> ReadPlan:
    def read() -> tuple[BuildPlan, list[FileReport]]:
        if sources is None:
            return BuildPlan.of(Generation.current(LibraryDirectory(path)).threads(), path, encoder), []
        threads, reports = read_all(sources, progress=progress, on_file=on_file)
        return BuildPlan.of(threads, path, encoder), reports

    return read


def write_generation(path: Path, read: ReadPlan, encoder: Encoder, progress: Progress) -> Sequence[FileReport]:
    with LibraryDirectory(path).writing() as writer:
        plan, reports = read()
        warn_of_foreign_texts(plan.threads, encoder.name)
        plan.write(writer, encoder, progress)
    return reports
