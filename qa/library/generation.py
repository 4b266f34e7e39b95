"""Generation: one complete state of a library, written once, then opened and searched."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from qa.encoding import minilm_files
from qa.encoding.encoder import Encoder
from qa.errors import LibraryDamaged, LibraryMismatch
from qa.library import schema
from qa.library.columns import Columns
from qa.library.directory import LibraryDirectory, rebuild_hint
from qa.library.known_servers import check_named
from qa.library.large_files import LargeFiles
from qa.library.manifest import Manifest
from qa.library.passage_map import Plane
from qa.library.reading_lock import lock_for_reading, opened_under
from qa.library.selection import Selection, select_passages
from qa.library.store import Store
from qa.search import bm25, indexes
from qa.search.choice import Choice
from qa.search.engine import DenseEngine, Ids
from qa.search.filters import Filters
from qa.search.hybrid import FusedHits
from qa.search.indexes import open_indexes
from qa.search.lexical import LexicalEngine
from qa.search.query import EncodedQuery

_SELECTIONS_KEPT = 8  # of ten million passages each takes 10 MB


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

    @classmethod
    def of(cls, path: Path, folder: Path, manifest: Manifest) -> Status:
        """The status of the generation in `folder` of the library at `path`."""
        size = sum(file.size for file in manifest.files.values())
        return cls(str(path), folder.name, manifest.created, manifest.model.name, bytes=size, **manifest.counts)


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
            self._large = LargeFiles(folder, {} if check_hashes else self.manifest.large_files)
            counts, model = self.manifest.counts, self.manifest.model
            self._store = Store.open(folder)
            if not self._store.has_as_many(counts):
                raise LibraryDamaged(f"{folder} does not have the number of texts that its manifest says")
            if self.manifest.remote is not None:
                check_named(self.manifest.remote.server)
            self._indexes = open_indexes(folder, counts["passages"], model.dimension, self.manifest.remote)
            self._columns = Columns.open(folder, self._store, counts["passages"])
            # Users ask several questions with one filter, and a phrase among a million passages takes a second.
            self._plane = lru_cache(maxsize=1)(partial(Plane.of, self._store, self._indexes.dense))
            self._select = lru_cache(maxsize=_SELECTIONS_KEPT)(
                partial(select_passages, self._store, self._columns, self._indexes)
            )
        except LibraryMismatch as error:
            raise LibraryMismatch(f"{error}; {rebuild_hint(path)}") from error
        except LibraryDamaged as error:
            raise self._unusable(error) from error

    @classmethod
    def current(cls, directory: LibraryDirectory, *, check_hashes: bool = False) -> Generation:
        """Open the current generation of a library; no writer removes it while it is in use. Raises LibraryError."""
        folder, lock = directory.lock_current()
        return opened_under(lock, partial(cls, directory.path, folder, check_hashes=check_hashes))

    @classmethod
    def written(cls, path: Path, folder: Path, *, check_hashes: bool = False) -> Generation:
        """Open a generation before it is made the current one; no writer removes it while it is in use.

        Args:
            path: The library, for messages.
            folder: The generation's folder.
            check_hashes: Whether to check every file's hash first, that of large files too.

        Raises:
            LibraryError: It cannot be opened.
        """
        return opened_under(lock_for_reading(folder), partial(cls, path, folder, check_hashes=check_hashes))

    @property
    def store(self) -> Store:
        """The texts; the first use proves their file if that was too large at opening. Raises LibraryError."""
        self._prove(schema.FILE)
        return self._store

    @property
    def dense(self) -> DenseEngine:
        """The vectors, proved as the texts are."""
        self._prove("dense.")
        return self._indexes.dense

    @property
    def lexical(self) -> LexicalEngine:
        """The words, proved as the texts are."""
        self._prove(f"{bm25.FOLDER}/")
        return self._indexes.lexical

    def select(self, filters: Filters) -> Selection:
        """The passages that pass all filters."""
        self._prove("")
        return self._select(filters)

    def plane(self, most: int) -> Plane:
        """The passages on a plane, at most so many; it is computed once."""
        self._prove("")
        return self._plane(most)

    def search(self, question: EncodedQuery, k: int, among: Choice | Ids | None = None) -> FusedHits:
        """Rank passages by meaning and by words together.

        Args:
            question: The encoded question.
            k: How many passages to return at most.
            among: The passages to choose from, or their numbers, sorted; None for all.

        Returns:
            The numbers, ranks and fused scores of the best passages, best first.
        """
        self._prove("")
        return indexes.search(self._indexes, question, k, among)

    def status(self) -> Status:
        """Counts, model and size."""
        return Status.of(self.path, self.folder, self.manifest)

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
                self._large.proved()
            self.store.verify()
            self._columns.verify()
            self._indexes.check()
        except LibraryDamaged as error:
            raise LibraryDamaged(f"{error}; {self._way_out()}") from error
        return self.status()

    def _prove(self, beginning: str) -> None:
        try:
            self._large.prove(beginning)
        except LibraryDamaged as error:
            raise self._unusable(error) from error

    def _unusable(self, error: LibraryDamaged) -> LibraryDamaged:
        return LibraryDamaged(f"{error}; qa export saves the texts that are whole; {self._way_out()}")

    def _way_out(self) -> str:
        return LibraryDirectory(self.path).way_out(self.folder)


def open_generation(directory: LibraryDirectory, encoder: Encoder) -> Generation:
    """Open the current generation of a library, which must have been built with `encoder`.

    Raises:
        LibraryMismatch: It was built with another one.
        LibraryError: It cannot be opened.
    """
    generation = Generation.current(directory)
    check_model(directory.path, generation.manifest, encoder)
    return generation


def check_model(path: Path, manifest: Manifest, encoder: Encoder) -> None:
    """Check that a generation was built with this encoder.

    Args:
        path: The library, for messages.
        manifest: The generation's manifest.
        encoder: The encoder.

    Raises:
        LibraryMismatch: It was built with another one.
        LibraryDamaged: It says that it was built with this one, but its vectors have another dimension.
    """
    model = manifest.model
    if model.fingerprint == encoder.fingerprint and model.dimension != encoder.dimension:
        raise LibraryDamaged(
            f"the library at {str(path)!r} holds vectors of {model.dimension} numbers, not of "
            f"{encoder.dimension}; {rebuild_hint(path)}"
        )
    if model.fingerprint != encoder.fingerprint:
        command = f"qa build --library {shlex.quote(str(path))}"
        command += "" if encoder.name == minilm_files.NAME else f" --model {shlex.quote(encoder.name)}"
        raise LibraryMismatch(
            f"the library at {str(path)!r} was built with the model {model.name[:80]!r} "
            f"({model.fingerprint[:8]}), not with {encoder.name!r} ({encoder.fingerprint[:8]}); "
            f"name that model (--model), or build the same texts again with this one: {command}"
        )
