"""Dense retrieval: passages by meaning, as unit vectors in FAISS, whose inner product is the cosine."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search import cells, compressed, flat, ivf
from qa.search.compressed import CompressedIndex
from qa.search.engine import Hits, Ids, Scores, inner_products, top_k
from qa.search.flat import FlatIndex
from qa.search.ivf import IvfIndex
from qa.search.query import EncodedQuery
from qa.search.subset import Subset
from qa.search.vector_blocks import VectorBlocks

EXACT_UP_TO = 50_000
"""A library with more passages is searched by cells: comparing all of 50,000 takes 3 ms, and the time grows in
proportion to their number (benchmarks/results/scale.md)."""
UNCOMPRESSED_UP_TO = 2_000_000
"""Of a library with more passages the cells hold codes of four bits. Up to here whole vectors take 1.6 GB, which fits
in memory next to the words."""
FILES = ((flat.FILE,), ivf.FILES, compressed.FILES)
"""The files of a dense index: one of these groups."""
# A library that grew or shrank by a greater factor gets new cells. Up to here the old ones are 5.7 to 11.3 times the
# root of the passages: within FAISS's guidelines of 4 to 16 (see `cells`).
_GROWTH = 2
# Half precision rounds each number by at most 1/2048 of it, so a cosine exceeds 1 by at most 0.0005.
_MAX_COSINE = 1.01


class VectorIndex(Protocol):
    """Unit vectors on disk, searched exactly or approximately."""

    def nearest(self, vector: Vectors, k: int, among: Subset | None) -> Hits:
        """The passages whose vectors have the greatest inner product with a vector.

        Args:
            vector: A unit vector, shape (dimension,).
            k: The maximum number of passages to return.
            among: The passages to search; None for all.

        Returns:
            At most `k` hits, each with its inner product, best first.

        Raises:
            LibraryDamaged: If the files turn out to be altered.
        """

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages, as `DenseEngine.vectors` describes."""


class DenseIndex:
    """A dense `Engine`: exact while that is fast, then an inverted file."""

    def __init__(self, index: VectorIndex, count: int, folder: Path) -> None:
        self._index = index
        self._count = count
        self._folder = folder

    @staticmethod
    def create(
        folder: Path, vectors: Vectors | VectorBlocks, earlier: DenseIndex | None = None, numbers: Ids | None = None
    ) -> None:
        """Write the index into `folder`.

        Args:
            folder: An existing folder.
            vectors: Unit vectors, shape (passages, dimension), in memory or in blocks.
            earlier: The index of an earlier generation, whose cells are reused if it has about as many passages.
            numbers: Each passage's number in `earlier`, -1 for a new one; shape (passages,).

        Raises:
            OSError: If the folder cannot be written.
        """
        blocks = VectorBlocks.of(vectors) if isinstance(vectors, np.ndarray) else vectors
        if blocks.count <= EXACT_UP_TO or not cells.SUPPORTED:
            FlatIndex.create(folder, blocks.all())
            return
        kept = None if earlier is None or numbers is None else earlier._cells_for(numbers)
        centroids, known = kept or (None, None)
        if blocks.count <= UNCOMPRESSED_UP_TO:
            IvfIndex.create(folder, blocks.all(), centroids, known)
        else:
            CompressedIndex.create(folder, blocks, centroids, known)

    @classmethod
    def open(cls, folder: Path, count: int, dimension: int) -> DenseIndex:
        """Read the index in `folder`.

        Args:
            folder: Where `create` wrote it.
            count: The number of vectors it must hold.
            dimension: Their dimension.

        Raises:
            LibraryDamaged: If the index cannot be read or has another shape.
        """
        index: VectorIndex
        if (folder / flat.FILE).exists():
            index = FlatIndex.open(folder, count, dimension)
        elif (folder / compressed.LISTS).exists():
            index = CompressedIndex.open(folder, count, dimension)
        else:
            index = IvfIndex.open(folder, count, dimension)
        return cls(index, count, folder)

    def __len__(self) -> int:
        return self._count

    def search(self, question: EncodedQuery, k: int, among: Subset | None = None) -> Hits:
        """The best `k` passages by cosine, as `Engine.search` describes; in a large library an approximation."""
        hits = self._index.nearest(question.vector, min(k, len(self if among is None else among)), among)
        if len(hits.ids) and not 0 <= hits.ids.min() <= hits.ids.max() < len(self):
            raise LibraryDamaged(f"{self._folder} holds vectors of passages that do not exist")
        return top_k(hits.ids, self._checked(hits.scores), k)

    def scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """The cosine of each of these passages with the question."""
        return self._checked(inner_products(self.vectors(ids), question.vector))

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages, as `DenseEngine.vectors` describes."""
        vectors = self._index.vectors(ids)
        lengths = np.einsum("ij,ij->i", vectors, vectors)
        if not (lengths < _MAX_COSINE).all():  # nor is one that is not a number less
            raise self._not_of_length_one()
        return vectors

    def _cells_for(self, numbers: Ids) -> tuple[Vectors, Ids] | None:
        """Its centroids, and the cell of each passage, -1 for a new one; None if it has no cells for so many passages.

        Args:
            numbers: The number that each passage has here, -1 for a new one.
        """
        if not isinstance(self._index, IvfIndex | CompressedIndex):
            return None
        # For how many passages cells were made follows from their number, however often the library grew since.
        growth = (cells.cells_for(len(numbers)) / len(self._index.centroids)) ** 2
        if not 1 / _GROWTH <= growth <= _GROWTH:
            return None
        known = np.where(numbers < 0, -1, self._index.cells_of_passages[numbers])
        return self._index.centroids, known

    def _checked(self, cosines: Scores) -> Scores:
        """The cosines, checked: one that is out of range or not a number means that the file was altered."""
        if not (np.abs(cosines) < _MAX_COSINE).all():
            raise self._not_of_length_one()
        return cosines

    def _not_of_length_one(self) -> LibraryDamaged:
        return LibraryDamaged(f"{self._folder} holds vectors that are not of length one")
