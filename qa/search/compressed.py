"""Compressed cells for the vectors of several million passages: searched in four bits, ranked again in sixteen.

The cells are those of `cells`, but each number of a vector takes four bits in them, so that what a question is compared
with stays in memory. The best few hundred are ranked again by their vectors in half precision, which stay on disk.
FAISS rounds each number to one of sixteen between the least and the greatest of its dimension.

Its files besides those of `cells`:

    dense.ranges    float32, shape (2, dimension): the least of each dimension, and how far the greatest is from it
    dense.codes     the lists
    dense.cells     int32: the cell of each passage
    dense.halves    float16, shape (passages, dimension): the vectors
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search import cells, vector_blocks, vector_file
from qa.search.cells import Cells
from qa.search.engine import Hits, Ids, inner_products, reporting_damage, top_k, write_array
from qa.search.subset import Subset
from qa.search.vector_blocks import VectorBlocks
from qa.search.vector_file import VectorFile

RANGES, LISTS, CELLS, HALVES = "dense.ranges", "dense.codes", "dense.cells", "dense.halves"
FILES = (cells.CENTROIDS, cells.SIZES, RANGES, LISTS, CELLS, HALVES)
RERANKED = 500
"""How many of the best by their codes are ranked again. Of a million synthetic passages the 50 best by their codes
contain 99.7 % of the ten best, and 30 contain 96.2 %; ten million lie ten times as close together."""
_CELL_BYTES, _RANGE_BYTES = 4, 4


class CompressedIndex:
    """Codes of four bits in mapped lists, and vectors in half precision in a file."""

    def __init__(self, folder: Path, lists: Cells, halves: VectorFile) -> None:
        self._folder, self._cells, self._halves = folder, lists, halves

    @staticmethod
    def create(folder: Path, vectors: VectorBlocks, centroids: Vectors | None = None, known: Ids | None = None) -> None:
        """Write the index into `folder`.

        Args:
            folder: An existing folder.
            vectors: Unit vectors.
            centroids: Those of an earlier index, to be used again; None to train new ones.
            known: Each vector's cell in that index, -1 for a new vector; shape (passages,).

        Raises:
            OSError: If the folder cannot be written.
        """
        with (folder / HALVES).open("wb") as stream:
            for block in vectors:
                stream.write(block.astype("<f2").tobytes())
        halves = np.memmap(folder / HALVES, dtype="<f2", mode="r").reshape(-1, vectors.dimension)
        sample = halves[cells.sampled(vectors.count)].astype(np.float32)
        if centroids is None:
            centroids, known = cells.trained_centroids(sample, cells.cells_for(vectors.count)), None
        quantizer = _quantizer(vectors.dimension)
        quantizer.train(sample)
        found = cells.assigned(halves, centroids, known)
        sizes = np.bincount(found, minlength=len(centroids))
        write_array(folder / LISTS, _lists(halves, found, sizes, quantizer))
        cells.write_cells(folder, centroids, sizes)
        write_array(folder / CELLS, found.astype("<i4"))
        write_array(folder / RANGES, cells.untyped_faiss().vector_to_array(quantizer.trained).astype("<f4"))

    @classmethod
    def open(cls, folder: Path, count: int, dimension: int) -> CompressedIndex:
        """Map the index in `folder`, after checking the sizes of its files.

        Args:
            folder: Where `create` wrote it.
            count: The number of vectors it must hold.
            dimension: Their dimension.

        Raises:
            LibraryDamaged: If a file is missing or the sizes do not fit.
        """
        centroids, sizes = cells.read_cells(folder, count, dimension)
        quantizer = _quantizer(dimension)
        lists_size = int(cells.offsets(sizes, quantizer.code_size)[-1])
        for name, expected in (
            (LISTS, lists_size),
            (CELLS, count * _CELL_BYTES),
            (HALVES, count * dimension * vector_file.BYTES),
            (RANGES, 2 * dimension * _RANGE_BYTES),
        ):
            cells.check_size(folder / name, expected, count)
        with reporting_damage(folder / RANGES, OSError):
            ranges = np.fromfile(folder / RANGES, dtype="<f4")
        cells.untyped_faiss().copy_array_to_vector(ranges, quantizer.trained)
        halves = VectorFile(folder / HALVES, count, dimension)
        return cls(folder, Cells(folder / LISTS, centroids, sizes, quantizer), halves)

    @property
    def centroids(self) -> Vectors:
        """The centroids, shape (cells, dimension)."""
        return self._cells.centroids

    @cached_property
    def cells_of_passages(self) -> Ids:
        """The cell of each passage, shape (passages,). Raises LibraryDamaged if there is none of its number."""
        with reporting_damage(self._folder / CELLS, OSError):
            found = np.fromfile(self._folder / CELLS, dtype="<i4")
        if not 0 <= found.min() <= found.max() < len(self.centroids):
            raise LibraryDamaged(f"{self._folder / CELLS} names cells that do not exist")
        return found

    def nearest(self, vector: Vectors, k: int, among: Subset | None) -> Hits:
        """The best of the passages in the nearest cells, as `VectorIndex.nearest` describes."""
        most = min(max(k, RERANKED), len(self._halves) if among is None else len(among))
        ids = np.sort(self._cells.nearest(vector, most, among, lambda: self.cells_of_passages).ids)  # as in the file
        if len(ids) < most:
            raise LibraryDamaged(f"{self._folder} holds codes that are none, or of no passage")
        return top_k(ids, inner_products(self.vectors(ids), vector), k)

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages, as `VectorIndex.vectors` describes."""
        return self._halves.read(ids)


def _quantizer(dimension: int) -> Any:
    faiss = cells.untyped_faiss()
    return faiss.ScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_4bit)


def _lists(halves: NDArray[np.float16], found: Ids, sizes: Ids, quantizer: Any) -> NDArray[np.uint8]:
    """The bytes of the lists; each vector's code and number go to the place that the sizes of the cells give it.

    Args:
        halves: The vectors, shape (passages, dimension).
        found: The cell of each, shape (passages,).
        sizes: The number of vectors in each cell, shape (cells,).
        quantizer: What makes the codes.
    """
    code_bytes = quantizer.code_size
    begins = cells.offsets(sizes, code_bytes)
    lists = np.zeros(int(begins[-1]), dtype=np.uint8)  # 200 bytes a passage; a full disk ends who writes through a map
    codes = np.lib.stride_tricks.sliding_window_view(lists, code_bytes, writeable=True)
    numbers = np.lib.stride_tricks.sliding_window_view(lists, cells.ID_BYTES, writeable=True)
    order = np.argsort(found, kind="stable")
    rank = np.empty(len(found), dtype=np.int64)  # of each passage in its cell
    rank[order] = np.arange(len(found)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    for start in range(0, len(halves), vector_blocks.BLOCK):
        block = slice(start, start + vector_blocks.BLOCK)
        cell = found[block]
        codes[begins[cell] + rank[block] * code_bytes] = quantizer.compute_codes(halves[block].astype(np.float32))
        ids = begins[cell] + cells.capacity(sizes[cell]) * code_bytes + rank[block] * cells.ID_BYTES
        numbers[ids] = np.arange(start, start + len(cell), dtype="<i8").view(np.uint8).reshape(-1, cells.ID_BYTES)
    return lists
