"""Passages by the meaning of their words: unit vectors in FAISS, whose inner product is the cosine."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search import flat, ivf
from qa.search.engine import Hits, Ids, Scores, inner_products, reporting_damage, top_k
from qa.search.flat import FlatIndex
from qa.search.ivf import IvfIndex
from qa.search.query import EncodedQuery

EXACT_UP_TO = 50_000
"""A library of more passages is searched by cells: comparing all takes 3 ms here, and ten times that at ten times the
size."""
FILES = ((flat.FILE,), ivf.FILES)
"""The files of a dense index: one of these groups."""
_GROWTH = 2  # a library that grew or shrank by more gets new cells
_MOST_COSINE = 1.01


class Nearest(Protocol):
    """Unit vectors on disk, one way or the other."""

    def nearest(self, vector: Vectors, k: int, among: Ids | None) -> Hits:
        """The `k` passages of the greatest inner product with `vector`."""

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages, shape (len(ids), dimension)."""


class DenseIndex:
    """Exact while that is fast, then by cells; an engine as `qa.search.engine` says."""

    def __init__(self, nearest: Nearest, count: int, folder: Path) -> None:
        self._nearest = nearest
        self._count = count
        self._folder = folder

    @staticmethod
    def create(folder: Path, vectors: Vectors, earlier: DenseIndex | None = None, numbers: Ids | None = None) -> None:
        """Write the index of unit vectors, shape (passages, dimension), into `folder`.

        `numbers` are those that the passages have in the `earlier` index, -1 for a new one: its cells are taken over.
        """
        if len(vectors) <= EXACT_UP_TO or not ivf.SUPPORTED:
            FlatIndex.create(folder, vectors)
        elif earlier is not None and numbers is not None and earlier._fits(len(vectors)):
            assert isinstance(earlier._nearest, IvfIndex)
            with reporting_damage(earlier._folder):
                known = np.where(numbers < 0, -1, earlier._nearest.of_passages[numbers])
            IvfIndex.create(folder, vectors, earlier._nearest.centres, known)
        else:
            IvfIndex.create(folder, vectors)

    @classmethod
    def open(cls, folder: Path, count: int, dimension: int) -> DenseIndex:
        """Read the index, which must hold `count` vectors of that dimension.

        Raises LibraryDamaged where it does not.
        """
        is_exact = (folder / flat.FILE).exists()
        with reporting_damage(folder / (flat.FILE if is_exact else ivf.LISTS)):
            return cls((FlatIndex if is_exact else IvfIndex).open(folder, count, dimension), count, folder)

    def __len__(self) -> int:
        return self._count

    def search(self, question: EncodedQuery, k: int, among: Ids | None = None) -> Hits:
        """The best `k` passages by cosine; of a large library nearly always the best."""
        with reporting_damage(self._folder):
            found = self._nearest.nearest(question.vector, min(k, len(self if among is None else among)), among)
        if len(found.ids) and not 0 <= found.ids.min() <= found.ids.max() < len(self):
            raise LibraryDamaged(f"{self._folder} holds vectors of passages that are not there")
        return top_k(found.ids, self._finite(found.scores), k)

    def scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """The cosine of each of these passages."""
        return self._finite(inner_products(self.vectors(ids), question.vector))

    def vectors(self, ids: Ids) -> Vectors:
        """The unit vectors of these passages, shape (len(ids), dimension)."""
        with reporting_damage(self._folder):
            return self._nearest.vectors(ids)

    def _fits(self, count: int) -> bool:
        return isinstance(self._nearest, IvfIndex) and len(self) / _GROWTH <= count <= len(self) * _GROWTH

    def _finite(self, scores: Scores) -> Scores:
        """A vector of the index that was altered gives a score that no two unit vectors have."""
        if not (np.abs(scores) < _MOST_COSINE).all():
            raise LibraryDamaged(f"{self._folder} holds vectors that are not of length one")
        return scores
