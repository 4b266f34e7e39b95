"""Exact: every vector is compared with the question's, which is soon done for some ten thousand passages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search.engine import Hits, Ids

FILE = "dense.faiss"
_HEADER_BYTES = 1024


class FlatIndex:
    """FAISS's `IndexFlatIP`: unit vectors in full, in memory."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @staticmethod
    def create(folder: Path, vectors: Vectors) -> None:
        """Write unit vectors, shape (passages, dimension), into `folder`."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, str(folder / FILE))

    @classmethod
    def open(cls, folder: Path, count: int, dimension: int) -> FlatIndex:
        """Raises LibraryDamaged where the file has not the size of so many vectors, before FAISS is given it."""
        import faiss

        path = folder / FILE
        payload = count * dimension * 4
        if not payload <= path.stat().st_size <= payload + _HEADER_BYTES:
            raise LibraryDamaged(f"{path} has not the size of {count} vectors of {dimension}")
        index = faiss.read_index(str(path))
        if not isinstance(index, faiss.IndexFlat) or (index.ntotal, index.d) != (count, dimension):
            raise LibraryDamaged(f"{path} holds {index.ntotal} vectors of {index.d}, not {count} of {dimension}")
        return cls(index)

    def nearest(self, vector: Vectors, k: int, among: Ids | None) -> Hits:
        """The `k` of the greatest inner product with `vector`, or as many as there are."""
        import faiss

        chosen = None if among is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))  # type: ignore[call-arg]
        most = self._index.ntotal if among is None else len(among)
        with _one_thread():
            scores, ids = self._index.search(vector[None, :], min(k, most), params=chosen)
        return Hits(ids[0], scores[0])

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages."""
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(ids, dtype=np.int64)))


@contextmanager
def _one_thread() -> Iterator[None]:
    """One question is not worth a second thread: where the other cores are busy, the first waits for it ten times as
    long as the search takes. The setting is of the calling thread alone."""
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)
