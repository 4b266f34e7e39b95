"""Generation: one whole state of a library, written once, then opened and searched."""

from __future__ import annotations

import shlex
import weakref
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from qa.encoding import minilm_files
from qa.encoding.encoder import Encoder
from qa.errors import LibraryDamaged, LibraryMismatch
from qa.library.directory import LibraryDirectory, how_to_build
from qa.library.manifest import Manifest
from qa.library.store import Store
from qa.search import hybrid
from qa.search.bm25 import LexicalIndex
from qa.search.dense import DenseIndex
from qa.search.engine import Ids
from qa.search.hybrid import Fused
from qa.search.query import EncodedQuery, Filters
from qa.sources.thread import Thread
from qa.text.normalize import normalize, phrase_pattern

_SELECTIONS_KEPT = 8


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
            # The same filter comes with one question after another, and takes a second among a million passages.
            self._selected = lru_cache(maxsize=_SELECTIONS_KEPT)(partial(select_passages, self.store, self.lexical))
        except (LibraryDamaged, LibraryMismatch) as error:
            raise type(error)(f"{error}; {how_to_build(path)}") from error

    @classmethod
    def current(cls, shelf: LibraryDirectory, *, prove: bool = False) -> Generation:
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
        return self._selected(filters)

    def search(self, question: EncodedQuery, k: int, among: Ids | None = None) -> Fused:
        """The numbers of the best `k` passages, or of the best of those `among`, with their fused scores."""
        return hybrid.search(self.dense, self.lexical, question, k, among)

    def status(self) -> Status:
        """Counts, model and size."""
        size = sum(file.size for file in self.manifest.files.values())
        made = self.manifest
        return Status(str(self.path), self.folder.name, made.created, made.model.name, bytes=size, **made.counts)

    def threads(self) -> list[Thread]:
        """The texts, as they were read."""
        return list(map(self.store.thread, self.store.names()))

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


def open_generation(path: Path, encoder: Encoder) -> Generation:
    opened = Generation.current(LibraryDirectory(path))
    built_with = opened.manifest.model
    if built_with.fingerprint != encoder.fingerprint:
        again = f"qa build --library {shlex.quote(str(path))}"
        again += "" if encoder.name == minilm_files.NAME else f" --model {shlex.quote(encoder.name)}"
        raise LibraryMismatch(
            f"the library at {str(path)!r} was built with the model {built_with.name[:80]!r} "
            f"({built_with.fingerprint[:8]}), not with {encoder.name!r} ({encoder.fingerprint[:8]}); "
            f"name that model (--model), or build the same texts again with this one: {again}"
        )
    return opened


def select_passages(store: Store, lexical: LexicalIndex, filters: Filters) -> Ids | None:
    """The numbers of the passages that pass all filters, in reading order; None where there is no filter."""
    if not filters:
        return None
    left: Ids = np.array(store.numbers(filters), dtype=np.int64)
    for phrase in filters.phrase:
        left = _saying(phrase, left, store, lexical)
    for words in filters.exclude:
        left = np.setdiff1d(left, _saying(words, left, store, lexical), assume_unique=True)
    return left


def _saying(phrase: str, among: Ids, store: Store, lexical: LexicalIndex) -> Ids:
    """Those that say it word for word: the index knows which may, their texts which do."""
    held = lexical.holding(phrase)
    perhaps = among if held is None else np.intersect1d(among, held, assume_unique=True)
    pattern = phrase_pattern(phrase)
    texts = store.texts(perhaps.tolist())
    return np.array(
        [n for n, text in zip(perhaps, texts, strict=True) if pattern.search(normalize(text))], dtype=np.int64
    )
