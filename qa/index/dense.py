"""Passages by the meaning of their words: FAISS over unit vectors, whose inner product is the cosine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from qa.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.index.engine import Hits, Ids, Scores, damage_told, ordered
from qa.question import Question

FILE = "dense.faiss"
_HEADER_BYTES = 1024
_MOST_COSINE = 1.01


class DenseIndex:
    """An exact FAISS index (`IndexFlatIP`); an engine as `qa.index.engine` says."""

    def __init__(self, index: Any, path: Path) -> None:
        self._index = index
        self._path = path

    @staticmethod
    def create(folder: Path, vectors: Vectors) -> None:
        """Write the index of unit vectors, shape (passages, dimension), into `folder`."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, str(folder / FILE))

    @classmethod
    def open(cls, folder: Path, count: int, dimension: int) -> DenseIndex:
        """Read the index, which must hold `count` vectors of that dimension.

        Raises LibraryDamaged where it does not, before FAISS is given a file of another size.
        """
        import faiss

        path = folder / FILE
        payload = count * dimension * 4
        with damage_told(path):
            if not payload <= path.stat().st_size <= payload + _HEADER_BYTES:
                raise LibraryDamaged(f"{path} has not the size of {count} vectors of {dimension}")
            index = faiss.read_index(str(path))
        if not isinstance(index, faiss.IndexFlat) or (index.ntotal, index.d) != (count, dimension):
            raise LibraryDamaged(f"{path} holds {index.ntotal} vectors of {index.d}, not {count} of {dimension}")
        return cls(index, path)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, question: Question, k: int, among: Ids | None = None) -> Hits:
        """The best `k` passages by cosine."""
        import faiss

        chosen = None if among is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))  # type: ignore[call-arg]
        most = len(self if among is None else among)
        with damage_told(self._path):
            scores, ids = self._index.search(question.vector[None, :], min(k, most), params=chosen)
        return ordered(ids[0], self._finite(scores[0]), k)

    def scores(self, question: Question, ids: Ids) -> Scores:
        """The cosine of each of these passages."""
        return self._finite(np.asarray(self.vectors(ids) @ question.vector, dtype=np.float32))

    def vectors(self, ids: Ids) -> Vectors:
        """The unit vectors of these passages, shape (len(ids), dimension)."""
        with damage_told(self._path):
            return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(ids, dtype=np.int64)))

    def _finite(self, scores: Scores) -> Scores:
        """A vector of the index that was altered gives a score that no two unit vectors have."""
        if not (np.abs(scores) < _MOST_COSINE).all():
            raise LibraryDamaged(f"{self._path} holds vectors that are not of length one")
        return scores
