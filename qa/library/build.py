"""BuildPlan: what the next generation will hold, and how it is written.

A source that did not change is copied from the earlier generation: its rows, its vectors and its words. If a source is
given again, only its new passages are encoded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from heapq import merge
from operator import attrgetter, itemgetter
from pathlib import Path

import numpy as np

from qa.encoding.encoder import Encoder, Vectors, unit_vectors
from qa.errors import LibraryDamaged, LibraryError, SourceError
from qa.library.change_report import Records
from qa.library.columns import Columns
from qa.library.directory import LibraryDirectory
from qa.library.disk_errors import reporting_disk_errors
from qa.library.generation import Generation
from qa.library.generation_writer import GenerationWriter
from qa.library.known_servers import check_named
from qa.library.manifest import FORMAT, Manifest, Model, files_of
from qa.library.new_source import NewSource, new_sources
from qa.library.remote_indexes import planned, server_of, write_indexes
from qa.library.store import Store
from qa.library.store_writer import CopiedSource, NumberedPassage, copy_sources, create_store, record_of
from qa.library.texts import Texts
from qa.search.bm25 import LexicalIndex
from qa.search.chunker import Passage, split_passages
from qa.search.dense import DenseIndex
from qa.search.engine import Ids
from qa.search.milvus.passages import Passages
from qa.search.remote import Engine, Remote, Server
from qa.search.vector_blocks import VectorBlocks
from qa.sources.thread import Thread
from qa.types import Progress, no_progress

_NEW = -1
_VECTORS_PER_COPY = 4_096  # bounds the memory that copying a million vectors takes


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """The sources of a generation, in their order.

    Each is new, or the number of a source of the `earlier` generation to copy. `earlier` must have vectors of the
    encoder that will write the new one; it is None if there is no such generation. `given` are the sources that were
    read, whether or not they differ from what the earlier generation has of them. `engine` is where the indexes go;
    None for where those of the current generation are.
    """

    sources: Sequence[NewSource | int]
    earlier: Generation | None = None
    given: Sequence[NewSource] = ()
    engine: Engine | None = None

    @classmethod
    def of(
        cls, threads: Sequence[Thread], directory: LibraryDirectory, encoder: Encoder, engine: Engine | None = None
    ) -> BuildPlan:
        """Plan a generation of these threads alone; what the library encoded before is not encoded again.

        Args:
            threads: The threads.
            directory: The library's folder; a library that is there already keeps the names that it gave.
            encoder: The encoder that will write the generation.
            engine: Where its indexes go; None for where those of the current generation are.
        """
        try:
            earlier = Generation.current(directory, check_hashes=True)
        except LibraryError:
            sources = new_sources(threads, {})
            return cls(sources, given=sources, engine=engine)
        sources = new_sources(threads, earlier.store.names_by_key())
        return cls(sources, earlier if _has_vectors_of(encoder, earlier) else None, sources, engine)

    @classmethod
    def of_changes(
        cls,
        directory: LibraryDirectory,
        encoder: Encoder,
        threads: Sequence[Thread] = (),
        without: Collection[str] = (),
        only: Collection[str] | None = None,
    ) -> BuildPlan:
        """Plan a generation of the library's sources.

        Args:
            directory: The library's folder.
            encoder: The encoder that will write the generation.
            threads: Threads to add; one that the library knows replaces what it had of it.
            without: The names of sources to leave out.
            only: The keys of the sources to keep, besides those of `threads`; None for all.

        Raises:
            SourceError: There is no source of a name in `without`.
            LibraryError: The library cannot be read.
        """
        try:
            earlier = Generation.current(directory, check_hashes=True)
            texts = Texts(earlier.path, earlier.store)
        except LibraryDamaged:
            # What is damaged may be one text, or no text at all: the others are proved one by one, and encoded again.
            earlier, texts = None, Texts.current(directory)
        present = texts.store.names_by_key()
        new = {source.key: source for source in new_sources(threads, present, present.values())}
        for name in without:
            if name not in texts.store:
                raise texts.store.unknown_source(name)
        given = list(new.values())
        kept = {
            key: number
            for number, (key, name) in enumerate(present.items())
            if name not in without and (only is None or key in only or key in new)
        }
        if earlier is not None and _has_vectors_of(encoder, earlier):
            records = earlier.store.records()
            changed = {key: source for key, source in new.items() if not _is_known(source, records)}
            return cls(list((kept | changed).values()), earlier, given)
        left_out = {number for number, key in enumerate(present) if key not in kept or key in new}
        reread = {source.key: source for source in new_sources(texts.threads(left_out), present)}
        return cls([(reread | new)[key] for key in kept | new], given=given)

    @property
    def is_unchanged(self) -> bool:
        """Whether the library holds exactly these sources."""
        return self.earlier is not None and list(self.sources) == list(range(self.earlier.manifest.counts["sources"]))

    def write(self, writer: GenerationWriter, encoder: Encoder, progress: Progress) -> Generation:
        """Write the generation, make it the current one and open it.

        Args:
            writer: The holder of the library's lock.
            encoder: The encoder of the passages.
            progress: Called with each stage.

        Raises:
            SourceError: There is nothing to index.
            LibraryNotReadable: Only the library's folder names the server that the indexes would go to.
            LibraryNotWritable: The disk is full or cannot be written.
        """
        server = server_of(writer.path, writer.generations) if self.engine is None else self.engine
        if isinstance(server, Server):
            check_named(server)  # whoever wrote the folder gets no text
        numbered = NumberedPlan.of(self, encoder, progress)
        if not len(numbered.earlier_numbers):
            raise SourceError(
                "the texts have nothing to index: only boilerplate (comment form, counters); give a text with content"
            )
        if isinstance(server, Server):
            return numbered.publish_remote(writer, server, encoder, progress)
        vectors = numbered.encoded(encoder, progress)
        progress("writing", 0, 1)
        with reporting_disk_errors():
            folder = writer.new_folder()
            numbered.write(folder, vectors, encoder)
            published = writer.publish(folder, partial(Generation.written, writer.path))
        progress("writing", 1, 1)
        return published


@dataclass(frozen=True, slots=True)
class NumberedPlan:
    """A plan whose passages are numbered.

    `new` are its new sources by their numbers, `copied` the others, and `new_passages` the passages of the new ones.
    `earlier_numbers`, shape (passages,), are the passages' numbers in the earlier generation, -1 for a new passage.
    """

    earlier: Generation | None
    new: Mapping[int, NewSource]
    copied: Sequence[CopiedSource]
    new_passages: Sequence[NumberedPassage]
    earlier_numbers: Ids

    @classmethod
    def of(cls, plan: BuildPlan, encoder: Encoder, progress: Progress) -> NumberedPlan:
        """Split the plan's new sources into passages, and number all passages in the order of the sources.

        Args:
            plan: The sources.
            encoder: The encoder of the passages, which knows how long they may be.
            progress: Called with the stage "splitting" before each source.
        """
        earlier = plan.earlier
        ranges = {} if earlier is None else earlier.store.passage_ranges()
        range_of_source = list(ranges.values())
        new: dict[int, NewSource] = {}
        copied: list[CopiedSource] = []
        new_passages: list[NumberedPassage] = []
        earlier_numbers: list[int] = []
        for number, source in enumerate(plan.sources):
            progress("splitting", number, len(plan.sources))
            first = len(earlier_numbers)
            if isinstance(source, int):
                copied.append(CopiedSource(source, number, range_of_source[source], first))
                earlier_numbers += range_of_source[source]
            else:
                new[number] = source
                passages = split_passages(source.thread, encoder, source.language)
                known = {} if earlier is None else _numbers_by_text(earlier.store, ranges.get(source.key, range(0)))
                new_passages += [NumberedPassage(n, number, passage) for n, passage in enumerate(passages, first)]
                earlier_numbers += [known.get(_indexed(passage), _NEW) for passage in passages]
        return cls(earlier, new, copied, new_passages, np.array(earlier_numbers, dtype=np.int64))

    @property
    def all(self) -> range:
        """The numbers of all passages."""
        return range(len(self.earlier_numbers))

    def encoded(self, encoder: Encoder, progress: Progress) -> VectorBlocks:
        """The unit vectors of all passages: the new ones are encoded now, the others are read when they are asked for.

        Args:
            encoder: The encoder of the passages, and of the earlier generation.
            progress: Called with the stage "encoding".
        """
        places, new = self._new_vectors(self.all, encoder, progress)
        return VectorBlocks(
            len(self.all), encoder.dimension, partial(self._together, places=places, new=new, encoder=encoder)
        )

    def vectors(self, numbers: range, encoder: Encoder) -> Vectors:
        """The unit vectors of these passages: the earlier one of each, or encoded if it is new.

        Args:
            numbers: The passages, in a row.
            encoder: The encoder of the passages, and of the earlier generation.

        Returns:
            The vectors, shape (len(numbers), dimension).
        """
        places, new = self._new_vectors(numbers, encoder, no_progress)
        return self._together(numbers, places, new, encoder)

    def _new_vectors(self, numbers: range, encoder: Encoder, progress: Progress) -> tuple[Ids, Vectors]:
        """The numbers of those of these passages that are new, sorted, shape (n,), and their vectors."""
        first, last = (
            bisect_left(self.new_passages, at, key=attrgetter("number")) for at in (numbers.start, numbers.stop)
        )
        rows = [row for row in self.new_passages[first:last] if self.earlier_numbers[row.number] == _NEW]
        places = np.array([row.number for row in rows], dtype=np.int64)
        if not rows:
            return places, np.empty((0, encoder.dimension), dtype=np.float32)
        return places, unit_vectors(encoder, [row.passage.in_context for row in rows], progress=progress)

    def _together(self, numbers: range, places: Ids, new: Vectors, encoder: Encoder) -> Vectors:
        """The vectors of these passages, of which those at `places` are `new`, shape (len(numbers), dimension)."""
        first, last = np.searchsorted(places, (numbers.start, numbers.stop))
        if last - first == len(numbers):
            return new[first:last]
        vectors = np.empty((len(numbers), new.shape[1]), dtype=np.float32)
        vectors[places[first:last] - numbers.start] = new[first:last]
        earlier_numbers = self.earlier_numbers[numbers.start : numbers.stop]
        if self.earlier is not None:
            kept = np.flatnonzero(earlier_numbers != _NEW)
            for start in range(0, len(kept), _VECTORS_PER_COPY):
                batch = kept[start : start + _VECTORS_PER_COPY]
                vectors[batch] = _earlier_vectors(self.earlier, earlier_numbers[batch], encoder)
        return vectors

    def publish_remote(
        self, writer: GenerationWriter, server: Server, encoder: Encoder, progress: Progress
    ) -> Generation:
        """Write the generation with its indexes on a server, and make it the current one.

        Args:
            writer: The holder of the library's lock.
            server: Where its indexes go.
            encoder: The encoder of the passages.
            progress: Called with each stage.

        Raises:
            LibraryNotWritable: The disk or the server cannot be written.
        """
        with reporting_disk_errors():
            folder = writer.new_folder()
            self._write_texts(folder)
            remote = planned(writer.generations, folder, server, encoder)
            with closing(Store.open(folder)) as store:
                vectors = partial(self.vectors, encoder=encoder)
                passages = Passages(len(self.all), encoder.dimension, store.placed_passages, vectors)
                write_indexes(writer.generations, folder, passages, remote, progress)
            _write_manifest(folder, encoder, remote)
            return writer.publish(folder, partial(Generation.written, writer.path))

    def write(self, folder: Path, vectors: VectorBlocks, encoder: Encoder) -> None:
        """Write every file, the manifest last; none is left open.

        Args:
            folder: An existing, empty folder.
            vectors: The unit vector of each passage.
            encoder: The encoder that made them.
        """
        self._write_texts(folder)
        with closing(Store.open(folder)) as store:
            Columns.create(folder, store, len(self.all))
        dense = None if self.earlier is None else self.earlier.dense
        lexical = None if self.earlier is None else self.earlier.lexical
        DenseIndex.create(folder, vectors, dense if isinstance(dense, DenseIndex) else None, self.earlier_numbers)
        kept = len(dense or ())
        if isinstance(lexical, LexicalIndex) and np.array_equal(self.earlier_numbers[:kept], np.arange(kept)):
            LexicalIndex.create(folder, self._passages(kept), lexical)
        else:
            LexicalIndex.create(folder, self._passages())
        _write_manifest(folder, encoder)

    def _write_texts(self, folder: Path) -> None:
        create_store(folder, self.new, self.new_passages)
        if self.earlier is not None:
            copy_sources(folder, self.earlier.folder, self.copied)

    def _passages(self, start: int = 0) -> Iterator[Passage]:
        """The passages from number `start` on, in the order of their numbers."""
        copied = (
            (source.first + offset, passage)
            for source in self.copied
            if self.earlier is not None and source.first >= start
            for offset, passage in enumerate(self.earlier.store.indexed_passages(source.passages))
        )
        new = ((row.number, row.passage) for row in self.new_passages if row.number >= start)
        return (passage for _, passage in merge(copied, new, key=itemgetter(0)))


def _write_manifest(folder: Path, encoder: Encoder, remote: Remote | None = None) -> None:
    with closing(Store.open(folder)) as store:
        counts = store.counts()
    Manifest(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=Model(encoder.name, encoder.fingerprint, encoder.dimension),
        counts=counts,
        files=files_of(folder),
        remote=remote,
    ).write(folder)


def _earlier_vectors(earlier: Generation, numbers: Ids, encoder: Encoder) -> Vectors:
    """The unit vectors of these passages of an earlier generation; encoded again if somebody altered them on a server.

    Files that are damaged are found before, by their hashes.
    """
    try:
        return earlier.dense.vectors(numbers)
    except LibraryDamaged:
        passages = [earlier.store.indexed_passages(range(number, number + 1))[0] for number in numbers.tolist()]
        return unit_vectors(encoder, [passage.in_context for passage in passages])


def _has_vectors_of(encoder: Encoder, generation: Generation) -> bool:
    return generation.manifest.model.fingerprint == encoder.fingerprint


def _is_known(source: NewSource, records: Records) -> bool:
    """Whether a source is stored exactly as it was given."""
    stored = records.get(source.key)
    return stored is not None and stored.sha256 == record_of(source)


def _numbers_by_text(store: Store, numbers: range) -> dict[tuple[str, ...], int]:
    """The numbers of a source's passages, by what was indexed of each."""
    passages = store.indexed_passages(numbers)
    return {_indexed(passage): number for number, passage in zip(numbers, passages, strict=True)}


def _indexed(passage: Passage) -> tuple[str, ...]:
    """What is indexed of a passage: the text that is encoded, and what only the lexical index holds."""
    return passage.in_context, passage.context, passage.author, passage.date
