"""Generation: one complete state of a library, written once, then opened and searched."""

from __future__ import annotations

import shlex
import weakref
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import BinaryIO

from qa.encoding import minilm_files
from qa.encoding.encoder import Encoder
from qa.errors import LibraryDamaged, LibraryMismatch
from qa.library.directory import LibraryDirectory, build_hint, lock_for_reading
from qa.library.manifest import Manifest
from qa.library.selection import select_passages
from qa.library.store import Store
from qa.search import hybrid
from qa.search.bm25 import LexicalIndex
from qa.search.dense import DenseIndex
from qa.search.engine import Ids
from qa.search.filters import Filters
from qa.search.hybrid import FusedHits
from qa.search.query import EncodedQuery
from qa.sources.thread import Thread
from qa.sources.thread_json import export_threads
from qa.types import Progress, StrPath, no_progress

_NAMED = 20  # altered sources that a message names; the others are counted
_SELECTIONS_KEPT = 8  # of a million passages each takes up to 8 MB


@dataclass(frozen=True, slots=True)
class Status:
    """What `qa status` reports about a library.

    `generation` is the name of the generation, `created` the time it was written in ISO 8601, `model` the name of the
    model it was built with. `bytes` is the size of its files.
    """

    path: str
    generation: str
    created: str
    model: str
    sources: int
    posts: int
    passages: int
    bytes: int


class Generation:
    """An opened generation: its texts and its two indexes; thread-safe."""

    def __init__(self, path: Path, folder: Path, *, check_hashes: bool = False) -> None:
        """Open a generation.

        Args:
            path: The library, for messages.
            folder: The generation's folder.
            check_hashes: Whether to check every file's hash first, that of large files too.

        Raises:
            LibraryDamaged: A file is missing or damaged.
            LibraryNotReadable: The system does not let a file be read.
            LibraryMismatch: It is in another format.
        """
        self.path, self.folder = path, folder
        try:
            self.manifest = Manifest.read(folder)
            if check_hashes:
                self.manifest.check_hashes(folder)
            else:
                self.manifest.check_files(folder)
            counts, model = self.manifest.counts, self.manifest.model
            self.store = Store.open(folder)
            if not self.store.has_as_many(counts):
                raise LibraryDamaged(f"{folder} does not have the number of texts that its manifest says")
            self.dense = DenseIndex.open(folder, counts["passages"], model.dimension)
            self.lexical = LexicalIndex.open(folder, counts["passages"])
            # Users ask several questions with one filter, and selecting takes a second among a million passages.
            self._select = lru_cache(maxsize=_SELECTIONS_KEPT)(partial(select_passages, self.store, self.lexical))
        except (LibraryDamaged, LibraryMismatch) as error:
            raise type(error)(f"{error}; {build_hint(path)}") from error

    @classmethod
    def current(cls, directory: LibraryDirectory, *, check_hashes: bool = False) -> Generation:
        """Open the current generation of a library; no writer removes it while it is in use. Raises LibraryError."""
        folder, lock = directory.lock_current()
        return cls._locked(directory.path, folder, lock, check_hashes=check_hashes)

    @classmethod
    def written(cls, path: Path, folder: Path) -> Generation:
        """Open a generation that was just written; no writer removes it while it is in use.

        Args:
            path: The library, for messages.
            folder: The generation's folder.

        Raises:
            LibraryError: It cannot be opened.
        """
        return cls._locked(path, folder, lock_for_reading(folder))

    @classmethod
    def _locked(cls, path: Path, folder: Path, lock: BinaryIO | None, *, check_hashes: bool = False) -> Generation:
        try:
            generation = cls(path, folder, check_hashes=check_hashes)
        except BaseException:
            if lock is not None:
                lock.close()
            raise
        if lock is not None:
            weakref.finalize(generation, lock.close)
        return generation

    def select(self, filters: Filters) -> Ids | None:
        """The numbers of the passages that pass all filters, in reading order; None if there is no filter."""
        return self._select(filters)

    def search(self, question: EncodedQuery, k: int, among: Ids | None = None) -> FusedHits:
        """Rank passages by meaning and by words together.

        Args:
            question: The encoded question.
            k: How many passages to return at most.
            among: The numbers of the passages to choose from; None for all.

        Returns:
            The numbers, ranks and fused scores of the best passages, best first.
        """
        return hybrid.search(self.dense, self.lexical, question, k, among)

    def status(self) -> Status:
        """Counts, model and size."""
        size = sum(file.size for file in self.manifest.files.values())
        manifest = self.manifest
        return Status(
            str(self.path), self.folder.name, manifest.created, manifest.model.name, bytes=size, **manifest.counts
        )

    def threads(self, without: Collection[int] = ()) -> list[Thread]:
        """Every source as the thread that was read, but those whose numbers are in `without`.

        Raises LibraryDamaged, which names them, if any were altered.
        """
        threads, altered = [], []
        for number, name in enumerate(self.store.names()):
            if number not in without:
                try:
                    threads.append(self.store.thread_at(number))
                except LibraryDamaged:
                    altered.append(name)
        if altered:
            raise LibraryDamaged(
                f"{_named(altered)} in the library at {str(self.path)!r} {_was_altered(altered)}; "
                f"save the others with qa export, or remove {'it' if len(altered) == 1 else 'them'} from the library"
            )
        return threads

    def export(self, path: StrPath, progress: Progress = no_progress) -> int:
        """Write every source to a file of JSON Lines; return their number. See `Library.export`."""
        names = self.store.names()
        altered: list[str] = []
        count = export_threads(self._whole_threads(names, altered), len(names), path, progress)
        if altered:
            raise LibraryDamaged(
                f"{_named(altered)} {_was_altered(altered)} and {'is' if len(altered) == 1 else 'are'} "
                f"not in {str(path)!r}; the other {count} of {len(names)} sources are"
            )
        return count

    def _whole_threads(self, names: Sequence[str], altered: list[str]) -> Iterator[Thread]:
        """The sources that were not altered; the others' names go into `altered`. Raises if all were altered."""
        for number, name in enumerate(names):
            try:
                yield self.store.thread_at(number)
            except LibraryDamaged:
                altered.append(name)
                if len(altered) == len(names):
                    raise

    def verify(self, *, files: bool = True) -> Status:
        """Check every file by its hash, and that every passage is its slice of the text.

        Args:
            files: Whether to check the files; False if they were when the generation was opened.

        Returns:
            What was checked.

        Raises:
            LibraryDamaged: Names the first file or passage that is wrong.
        """
        try:
            if files:
                self.manifest.check_hashes(self.folder)
            self.store.verify()
        except LibraryDamaged as error:
            raise LibraryDamaged(f"{error}; {build_hint(self.path)}") from error
        return self.status()


def open_generation(directory: LibraryDirectory, encoder: Encoder) -> Generation:
    """Open the current generation of a library, which must have been built with `encoder`.

    Raises:
        LibraryMismatch: It was built with another one.
        LibraryError: It cannot be opened.
    """
    generation = Generation.current(directory)
    model = generation.manifest.model
    if model.fingerprint == encoder.fingerprint and model.dimension != encoder.dimension:
        raise LibraryDamaged(
            f"the library at {str(directory.path)!r} holds vectors of {model.dimension} numbers, not of "
            f"{encoder.dimension}; {build_hint(directory.path)}"
        )
    if model.fingerprint != encoder.fingerprint:
        command = f"qa build --library {shlex.quote(str(directory.path))}"
        command += "" if encoder.name == minilm_files.NAME else f" --model {shlex.quote(encoder.name)}"
        raise LibraryMismatch(
            f"the library at {str(directory.path)!r} was built with the model {model.name[:80]!r} "
            f"({model.fingerprint[:8]}), not with {encoder.name!r} ({encoder.fingerprint[:8]}); "
            f"name that model (--model), or build the same texts again with this one: {command}"
        )
    return generation


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(repr, names[:_NAMED])) + more


def _was_altered(names: Sequence[str]) -> str:
    return "was altered since it was written" if len(names) == 1 else "were altered since they were written"
