"""Exact vector search: every vector is compared with the question's, which is fast up to some ten thousand passages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search.engine import Hits, Ids, reporting_damage, write_array

FILE = "dense.vectors"
"""float32, shape (passages, dimension): a plain array, so that nothing in it is parsed and its size follows."""
_NUMBER_BYTES = 4


class FlatIndex:
    """FAISS's `IndexFlatIP`: full unit vectors, in memory."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @staticmethod
    def create(folder: Path, vectors: Vectors) -> None:
        """Write the index into `folder`.

        Args:
            folder: An existing folder.
            vectors: Unit vectors, shape (passages, dimension).
        """
        write_array(folder / FILE, vectors.astype("<f4", copy=False))

    @classmethod
    def open(cls, folder: Path, count: int, dimension: int) -> FlatIndex:
        """Read the index in `folder`, after checking the size of its file.

        Args:
            folder: Where `create` wrote it.
            count: The number of vectors it must hold.
            dimension: Their dimension.

        Raises:
            LibraryDamaged: If the file is missing or of another size.
            LibraryNotReadable: If the system does not let it be read.
        """
        import faiss

        path = folder / FILE
        with reporting_damage(path, OSError):
            size = path.stat().st_size
        if size != count * dimension * _NUMBER_BYTES or not dimension:
            raise LibraryDamaged(f"{path} has {size} bytes, which are not {count} vectors of {dimension}")
        with reporting_damage(path, OSError, ValueError):
            index = faiss.IndexFlatIP(dimension)
            index.add(np.memmap(path, dtype="<f4", mode="r", shape=(count, dimension)))
        return cls(index)

    def nearest(self, vector: Vectors, k: int, among: Ids | None) -> Hits:
        """The passages with the greatest inner product, as `VectorIndex.nearest` describes; the result is exact."""
        import faiss

        selection = (
            None if among is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))  # type: ignore[call-arg]
        )
        available = self._index.ntotal if among is None else len(among)
        with _one_thread():
            scores, ids = self._index.search(vector[None, :], min(k, available), params=selection)
        return Hits(ids[0], scores[0])

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages, as `VectorIndex.vectors` describes."""
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(ids, dtype=np.int64)))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS to the calling thread: if the other cores are busy, it would wait for a second thread ten times as
    long as the search takes. The setting belongs to the calling thread alone."""
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)
