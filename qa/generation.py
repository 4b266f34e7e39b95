"""Generation: one whole state of a library, written once, then opened and searched."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qa.encoder import Encoder, Vectors, unit_vectors
from qa.errors import LibraryDamaged, LibraryMismatch, LibraryNotWritable, SourceError
from qa.index import fusion
from qa.index.dense import DenseIndex
from qa.index.engine import Ids
from qa.index.fusion import Fused
from qa.index.lexical import LexicalIndex
from qa.manifest import FORMAT, Manifest, Model, files_of
from qa.passage import Passage, passages
from qa.progress import Progress
from qa.query import Filters
from qa.question import Question
from qa.selection import selected
from qa.shelf import Shelf, Writer, how_to_build
from qa.store import Store
from qa.thread import Thread


@dataclass(frozen=True, slots=True)
class Status:
    """What `qa status` tells of a library."""

    path: str
    generation: str
    created: str
    model: str
    sources: int
    posts: int
    passages: int
    bytes: int


class Generation:
    """An opened generation: its texts, its two engines, and the lock that keeps it on the shelf; safe in threads."""

    def __init__(self, path: Path, folder: Path, *, prove: bool = False) -> None:
        """Open the generation in `folder` of the library at `path`: its manifest, its files' sizes and headers.

        With `prove` every file's hash is checked before it is opened.

        Raises LibraryDamaged or LibraryMismatch, each with the command that helps.
        """
        self.path, self.folder = path, folder
        try:
            self.manifest = Manifest.read(folder)
            if prove:
                self.manifest.check_hashes(folder)
            else:
                self.manifest.check_sizes(folder)
            counts, model = self.manifest.counts, self.manifest.model
            self.store = Store.open(folder)
            if dict(self.store.counts()) != dict(counts):
                raise LibraryDamaged(f"{folder} holds other counts of texts than its manifest says")
            self.dense = DenseIndex.open(folder, counts["passages"], model.dimension)
            self.lexical = LexicalIndex.open(folder, counts["passages"])
        except (LibraryDamaged, LibraryMismatch) as error:
            raise type(error)(f"{error}; {how_to_build(path)}") from error

    @classmethod
    def current(cls, shelf: Shelf, *, prove: bool = False) -> Generation:
        """Open the current generation of `shelf`, which then leaves it standing. Raises LibraryError."""
        folder, lock = shelf.take_current()
        try:
            opened = cls(shelf.path, folder, prove=prove)
        except BaseException:
            if lock is not None:
                lock.close()
            raise
        if lock is not None:
            weakref.finalize(opened, lock.close)
        return opened

    def select(self, filters: Filters) -> Ids | None:
        """The numbers of the passages that pass, in reading order; None where there is no filter."""
        return selected(self.store, self.lexical, filters)

    def search(self, question: Question, k: int, among: Ids | None = None) -> Fused:
        """The numbers of the best `k` passages, or of the best of those `among`, with their fused scores."""
        return fusion.search(self.dense, self.lexical, question, k, among)

    def status(self) -> Status:
        """Counts, model and size."""
        size = sum(file.size for file in self.manifest.files.values())
        made = self.manifest
        return Status(str(self.path), self.folder.name, made.created, made.model.name, bytes=size, **made.counts)

    def threads(self) -> list[Thread]:
        """The texts, as they were read."""
        return [self.store.thread(row.name) for row in self.store.sources()]

    def verify(self, *, files: bool = True) -> Status:
        """Prove every file by its hash, and every passage to be its slice; return what was proved.

        Without `files` the passages alone: for who opened it with `prove`.

        Raises LibraryDamaged at the first that is not.
        """
        try:
            if files:
                self.manifest.check_hashes(self.folder)
            self.store.verify()
        except LibraryDamaged as error:
            raise LibraryDamaged(f"{error}; {how_to_build(self.path)}") from error
        return self.status()


def write(writer: Writer, threads: Sequence[Thread], encoder: Encoder, progress: Progress) -> Path:
    """Write a generation of these threads and make it the current one; return its folder.

    Raises SourceError where the threads hold nothing to index, LibraryNotWritable where the disk refuses.
    """
    numbered = []
    for number, thread in enumerate(threads):
        progress("cutting", number, len(threads))
        numbered += [(number, passage) for passage in passages(thread, encoder)]
    if not numbered:
        raise SourceError("the texts hold nothing to index: no word outside page furniture")
    vectors = unit_vectors(encoder, [passage.in_context for _, passage in numbered], progress=progress)
    progress("writing", 0, 1)
    try:
        folder = writer.new_folder()
        _write_files(folder, threads, numbered, vectors, encoder)
        Generation(writer.path, folder)  # what cannot be opened must not become the current one
        published = writer.publish(folder)
    except (OSError, RuntimeError, ValueError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or "is the disk full?"
        raise LibraryNotWritable(f"the new index could not be written: {reason}; the old one is untouched") from error
    progress("writing", 1, 1)
    return published


def _write_files(
    folder: Path, threads: Sequence[Thread], numbered: Sequence[tuple[int, Passage]], vectors: Vectors, encoder: Encoder
) -> None:
    Store.create(folder, threads, numbered)
    DenseIndex.create(folder, vectors)
    LexicalIndex.create(folder, [passage for _, passage in numbered])
    Manifest(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=Model(encoder.name, encoder.fingerprint, vectors.shape[1]),
        counts={
            "sources": len(threads),
            "posts": sum(len(thread.posts) for thread in threads),
            "passages": len(numbered),
        },
        files=files_of(folder),
    ).write(folder)
