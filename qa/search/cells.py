"""Cells: vectors kept by the nearest of many centroids, so that a question is compared only with the nearest cells.

After Sivic, Zisserman: Video Google, ICCV 2003; in FAISS: Douze et al.: The Faiss Library, 2024. k-means finds the
centroids, each vector belongs to the cell with the nearest one, and a question is compared with the vectors of the
nearest cells that together hold a fixed number of passages.

All files are plain arrays whose sizes follow from each other; nothing in them is parsed.

    dense.centres   float32, shape (cells, dimension): the centroids
    dense.sizes     int64: the number of vectors in each cell
    the lists       for each cell the codes of its vectors, then their passages' numbers, int64, both padded to a
                    multiple of four; FAISS maps them
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search.engine import Hits, Ids, inner_products, reporting_damage, write_array
from qa.search.subset import Subset

CENTROIDS, SIZES = "dense.centres", "dense.sizes"
SUPPORTED = sys.platform != "win32"
"""FAISS cannot map inverted lists on Windows."""
PROBED_PASSAGES = 64_000
"""The number of passages that a question is compared with: 6.4 % of a million. The same share of 44,946 real passages
contains 98.5 % of the ten best."""
ID_BYTES = 8
# The number of cells is this many times the square root of the passages; FAISS's guidelines say 4 to 16, and with 4 the
# share above falls to 97.6 %.
_CELLS_PER_ROOT = 8
# A sample for k-means, and its rounds: the recall above was measured with these.
_TRAINING_VECTORS_PER_CELL = 32
_ITERATIONS = 6
_SEED = 7  # any number: with a fixed one, the same vectors always get the same cells
_COMPARED_AT_ONCE = 1024  # vectors with all centroids: of ten million passages 100 MB
_ALIGNMENT = 4  # four numbers of two bytes take as much as one of eight, so the ids after them are aligned


class Cells:
    """The lists of an index, mapped, and searched by FAISS's `IndexIVFScalarQuantizer`."""

    def __init__(self, lists: Path, centroids: Vectors, sizes: Ids, quantizer: Any) -> None:
        """Map lists.

        Args:
            lists: Their file, whose size was checked.
            centroids: The cells' centroids, shape (cells, dimension).
            sizes: The number of vectors in each cell, shape (cells,).
            quantizer: The FAISS scalar quantizer that made the codes.

        Raises:
            LibraryDamaged: If FAISS cannot map the file.
        """
        self.centroids, self.sizes = centroids, sizes
        self._lists = lists
        self._index = _mapped_index(lists, centroids.shape, sizes, quantizer)
        # Several questions have one filter, and counting among ten million passages takes a tenth of a second.
        self._sizes_among: WeakKeyDictionary[Subset, Ids] = WeakKeyDictionary()

    def nearest(self, vector: Vectors, k: int, among: Subset | None, cells_of_passages: Callable[[], Ids]) -> Hits:
        """The best of the passages in the nearest cells.

        With a filter, only the cells that hold any of its passages count.

        Args:
            vector: A unit vector, shape (dimension,).
            k: The maximum number of passages to return.
            among: The passages to search; None for all.
            cells_of_passages: Gives the cell of each passage, shape (passages,), which only a filter needs.

        Returns:
            At most `k` hits, each with its inner product.

        Raises:
            LibraryDamaged: If FAISS cannot read the lists.
        """
        faiss = untyped_faiss()
        order = np.argsort(-inner_products(self.centroids, vector), kind="stable")
        eligible, selector = self.sizes, None  # passages of each cell that may be returned
        if among is not None:
            eligible = self._eligible(among, cells_of_passages)
            selector = faiss.IDSelectorBitmap(among.bits)
        order = order[eligible[order] > 0]
        enough = int(np.searchsorted(np.cumsum(eligible[order]), max(PROBED_PASSAGES, k))) + 1
        probed = np.ascontiguousarray(order[:enough], dtype=np.int64)
        scores, ids = np.empty(k, dtype=np.float32), np.empty(k, dtype=np.int64)
        if not len(probed):
            return Hits(ids[:0], scores[:0])
        # FAISS reads and writes through bare pointers: each array needs a name that outlives the call.
        query = np.ascontiguousarray(vector, dtype=np.float32)
        centroid_scores = np.zeros(len(probed), dtype=np.float32)
        parameters = faiss.SearchParametersIVF(nprobe=len(probed), sel=selector)
        pointers = [faiss.swig_ptr(array) for array in (probed, centroid_scores, scores, ids)]
        with reporting_damage(self._lists, RuntimeError):
            self._index.search_preassigned_c(1, faiss.swig_ptr(query), k, *pointers, False, parameters)
        return Hits(ids[ids != -1], scores[ids != -1])

    def _eligible(self, subset: Subset, cells_of_passages: Callable[[], Ids]) -> Ids:
        """How many passages of a subset each cell has, shape (cells,)."""
        sizes = self._sizes_among.get(subset)
        if sizes is None:
            sizes = np.bincount(subset.values(cells_of_passages()), minlength=len(self.sizes))
            self._sizes_among[subset] = sizes
        return sizes


def capacity(size: Any) -> Any:
    """The number of vectors that a list of `size` has room for, such that the numbers after them are aligned."""
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def offsets(sizes: Ids, code_bytes: int) -> Ids:
    """Where each cell begins in the lists, in bytes, and where the last one ends; shape (cells + 1,)."""
    return np.concatenate([[0], np.cumsum(capacity(sizes) * (code_bytes + ID_BYTES))])


def read_cells(folder: Path, count: int, dimension: int) -> tuple[Vectors, Ids]:
    """Read the centroids, shape (cells, dimension), and the size of each cell, shape (cells,).

    Args:
        folder: The folder of the index.
        count: The number of vectors that the cells must hold.
        dimension: Their dimension.

    Raises:
        LibraryDamaged: If a file is missing or they do not fit.
    """
    with reporting_damage(folder / CENTROIDS, OSError):
        centroids = np.fromfile(folder / CENTROIDS, dtype="<f4")
    with reporting_damage(folder / SIZES, OSError):
        sizes = np.fromfile(folder / SIZES, dtype="<i8")
    in_range = len(centroids) == len(sizes) * dimension and (sizes >= 0).all() and (sizes <= count).all()
    if not in_range or not len(sizes) or sizes.sum() != count:
        raise LibraryDamaged(f"{folder / SIZES} does not hold the sizes of the cells of {count} vectors")
    return centroids.reshape(-1, dimension), sizes


def write_cells(folder: Path, centroids: Vectors, sizes: Ids) -> None:
    """Write what `read_cells` reads. Raises OSError."""
    write_array(folder / CENTROIDS, centroids.astype("<f4"))
    write_array(folder / SIZES, sizes.astype("<i8"))


def check_size(path: Path, expected: int, count: int) -> None:
    """Check the size of a file. Raises LibraryDamaged if it is not the one `expected` of `count` vectors."""
    with reporting_damage(path, OSError):
        size = path.stat().st_size
    if size != expected:
        raise LibraryDamaged(f"{path} has {size} bytes, not the {expected} of {count} vectors")


def cells_for(count: int) -> int:
    """The number of cells for so many vectors."""
    return min(max(1, int(_CELLS_PER_ROOT * count**0.5)), count)


def sampled(count: int) -> Ids:
    """The numbers of the vectors, of so many, that k-means is trained with, in order."""
    size = min(count, cells_for(count) * _TRAINING_VECTORS_PER_CELL)
    return np.sort(np.random.default_rng(_SEED).choice(count, size, replace=False))


def trained_centroids(sample: Vectors, cells: int) -> Vectors:
    """The centroids of so many cells for vectors like these, by spherical k-means, shape (cells, dimension).

    A cell that becomes empty keeps its centroid; hardly any does, but among vectors that are all the same.
    """
    centroids = sample[np.random.default_rng(_SEED).choice(len(sample), cells, replace=False)]
    for _ in range(_ITERATIONS):
        found = assigned(sample, centroids, None)
        sums = np.zeros_like(centroids)
        np.add.at(sums, found, sample)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centroids = np.divide(sums, lengths, out=centroids, where=lengths > 0)
    return centroids


def assigned(vectors: NDArray[np.floating[Any]], centroids: Vectors, known: Ids | None) -> Ids:
    """Each vector's cell: the one that is known, otherwise the one with the nearest centroid.

    NumPy multiplies here, because the matrix library that comes with FAISS takes six times as long on processors that
    are newer than it.

    Args:
        vectors: The vectors, shape (n, dimension).
        centroids: The cells' centroids, shape (cells, dimension).
        known: The cell of each, -1 if it is not known, shape (n,); None if none is.
    """
    found = np.full(len(vectors), -1, dtype=np.int64) if known is None else known.astype(np.int64)
    new = np.flatnonzero(found < 0)
    for start in range(0, len(new), _COMPARED_AT_ONCE):
        block = new[start : start + _COMPARED_AT_ONCE]
        found[block] = np.argmax(vectors[block].astype(np.float32, copy=False) @ centroids.T, axis=1)
    return found


def _mapped_index(path: Path, shape: tuple[int, ...], sizes: Ids, quantizer: Any) -> Any:
    """A FAISS index over the mapped lists, whose sizes were checked; `shape` is the centroids'."""
    faiss = untyped_faiss()
    cells, dimension = shape
    places = offsets(sizes, quantizer.code_size)
    lists = faiss.OnDiskInvertedLists()
    lists.nlist, lists.code_size = cells, quantizer.code_size
    lists.filename, lists.totsize, lists.read_only = str(path), int(places[-1]), True
    lists.prefetch_nthread = 0
    entry = faiss.OnDiskOneList()
    for size, offset in zip(sizes.tolist(), places[:-1].tolist(), strict=True):
        entry.size, entry.capacity, entry.offset = size, capacity(size), offset
        lists.lists.push_back(entry)
    with reporting_damage(path, RuntimeError):
        lists.do_mmap()
    coarse = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(coarse, dimension, cells, quantizer.qtype, faiss.METRIC_INNER_PRODUCT, False)
    index.sq = quantizer
    index.replace_invlists(lists, True)
    lists.this.disown()  # the index frees them
    index.is_trained, index.ntotal = True, int(sizes.sum())
    return index


def untyped_faiss() -> Any:
    """FAISS, untyped: its stubs lack half of what is used here."""
    import faiss

    return faiss
