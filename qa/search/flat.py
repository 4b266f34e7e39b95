"""Exact vector search: every vector is compared with the question's, which is fast up to some ten thousand passages.

By numpy on one thread, which takes as long as FAISS does: importing FAISS alone takes longer than twenty searches among
50,000 passages. On two threads, if the other cores are busy, the first would wait for the second ten times as long as
the search takes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search.engine import Hits, Ids, reporting_damage, top_k, write_array
from qa.search.subset import Subset

FILE = "dense.vectors"
"""float32, shape (passages, dimension): a plain array, so that nothing in it is parsed and its size follows."""
_NUMBER_BYTES = 4


class FlatIndex:
    """Full unit vectors, in memory."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

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
        path = folder / FILE
        with reporting_damage(path, OSError):
            size = path.stat().st_size
        if size != count * dimension * _NUMBER_BYTES or not dimension:
            raise LibraryDamaged(f"{path} has {size} bytes, which are not {count} vectors of {dimension}")
        # Read, not mapped: a mapped file that another program cuts off would end the process.
        with reporting_damage(path, OSError, ValueError):
            return cls(np.fromfile(path, dtype="<f4").reshape(count, dimension))

    def nearest(self, vector: Vectors, k: int, among: Subset | None) -> Hits:
        """The passages with the greatest inner product, as `VectorIndex.nearest` describes; the result is exact."""
        with np.errstate(over="ignore", invalid="ignore"):  # in an altered file, which the caller notices
            scores = np.vecdot(self._vectors, vector)
        ids = np.arange(len(scores)) if among is None else among.numbers
        scores = scores if among is None else scores[ids]
        if k < len(ids):
            # All that score like the last one stay, for `top_k` to choose from; and what is no number, to be noticed.
            best = np.flatnonzero(~(scores < np.partition(scores, -k)[-k]))
            ids, scores = ids[best], scores[best]
        return top_k(ids, scores, k)

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages, as `VectorIndex.vectors` describes."""
        return self._vectors[ids]
