"""An inverted file (IVF) for the vectors of a large library: a question is compared only with the nearest cells.

After Sivic, Zisserman: Video Google, ICCV 2003; in FAISS: Douze et al.: The Faiss Library, 2024. k-means finds the
cells' centroids, each vector belongs to the cell with the nearest centroid, and a question is compared with the vectors
of the nearest cells that together hold a fixed number of passages. The vectors are stored in half precision, which
changes a cosine by about a hundred-thousandth, so no second, exact ranking is needed. They stay on disk, mapped.

All files are plain arrays whose sizes follow from each other; nothing in them is parsed.

    dense.centres   float32, shape (cells, dimension): the centroids
    dense.sizes     int64: the number of vectors in each cell
    dense.lists     for each cell its vectors, float16, then their passages' numbers, int64, both padded to a multiple
                    of four
    dense.places    int64: where the vector of each passage begins in dense.lists, counted in float16 numbers
"""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search.engine import Hits, Ids, inner_products, reporting_damage, write_array
from qa.search.subset import Subset

CENTROIDS, SIZES, LISTS, PLACES = FILES = ("dense.centres", "dense.sizes", "dense.lists", "dense.places")
SUPPORTED = sys.platform != "win32"
"""FAISS cannot map inverted lists on Windows."""
PROBED_PASSAGES = 64_000
"""The number of passages that a question is compared with: 6.4 % of a million. The same share of 44,946 real passages
contains 98.5 % of the ten best."""
# The number of cells is this many times the square root of the passages; FAISS's guidelines say 4 to 16, and with 4 the
# share above falls to 97.6 %.
_CELLS_PER_ROOT = 8
# A sample for k-means, and its rounds: the recall above was measured with these.
_TRAINING_VECTORS_PER_CELL = 32
_ITERATIONS = 6
_SEED = 7  # any number: with a fixed one, the same vectors always get the same cells
_BLOCK = 65_536  # vectors assigned to cells at a time: 100 MB of 384 numbers each
_HALF_BYTES, _ID_BYTES = 2, 8
_ALIGNMENT = 4  # four numbers of two bytes take as much as one of eight, so the ids after them are aligned


class IvfIndex:
    """FAISS's `IndexIVFScalarQuantizer` over mapped lists, from files that are not in FAISS's own format."""

    def __init__(self, folder: Path, centroids: Vectors, sizes: Ids, places: Ids) -> None:
        self.centroids = centroids
        self._folder = folder
        self._sizes, self._places = sizes, places
        self._offsets = _offsets(sizes, centroids.shape[1])
        # Several questions have one filter, and counting among ten million passages takes a tenth of a second.
        self._subset_sizes: WeakKeyDictionary[Subset, Ids] = WeakKeyDictionary()
        with reporting_damage(folder / LISTS, OSError, ValueError):
            self._halves = np.memmap(folder / LISTS, dtype="<f2", mode="r")
        self._index = _mapped_index(folder / LISTS, centroids.shape, sizes, self._offsets)

    @staticmethod
    def create(folder: Path, vectors: Vectors, centroids: Vectors | None = None, cells: Ids | None = None) -> None:
        """Write the index into `folder`.

        Args:
            folder: An existing folder.
            vectors: Unit vectors, shape (passages, dimension).
            centroids: Those of an earlier index, to be used again; None to train new ones.
            cells: Each vector's cell in that index, -1 for a new vector; shape (passages,).

        Raises:
            OSError: If the folder cannot be written.
        """
        if centroids is None:
            centroids, cells = _trained_centroids(vectors), None
        cells = _assigned_cells(vectors, centroids, cells)
        count, dimension = vectors.shape
        sizes = np.bincount(cells, minlength=len(centroids))
        offsets = _offsets(sizes, dimension)
        places = np.empty(count, dtype="<i8")
        order = np.argsort(cells, kind="stable")
        with (folder / LISTS).open("wb") as stream:
            for cell, ids in enumerate(np.split(order, np.cumsum(sizes)[:-1])):
                capacity = _capacity(len(ids))
                halves = np.zeros((capacity, dimension), dtype="<f2")
                halves[: len(ids)] = vectors[ids]
                numbers = np.full(capacity, -1, dtype="<i8")
                numbers[: len(ids)] = ids
                stream.write(halves.tobytes() + numbers.tobytes())
                places[ids] = offsets[cell] // _HALF_BYTES + np.arange(len(ids)) * dimension
        write_array(folder / CENTROIDS, centroids.astype("<f4"))
        write_array(folder / SIZES, sizes.astype("<i8"))
        write_array(folder / PLACES, places)

    @classmethod
    def open(cls, folder: Path, count: int, dimension: int) -> IvfIndex:
        """Map the index in `folder`, after checking the sizes of its files.

        Args:
            folder: Where `create` wrote it.
            count: The number of vectors it must hold.
            dimension: Their dimension.

        Raises:
            LibraryDamaged: If a file is missing or the sizes do not fit.
        """
        with reporting_damage(folder / CENTROIDS, OSError):
            centroids = np.fromfile(folder / CENTROIDS, dtype="<f4")
        with reporting_damage(folder / SIZES, OSError):
            sizes = np.fromfile(folder / SIZES, dtype="<i8")
        in_range = len(centroids) == len(sizes) * dimension and (sizes >= 0).all() and (sizes <= count).all()
        if not in_range or not len(sizes) or sizes.sum() != count:
            raise LibraryDamaged(f"{folder / SIZES} does not hold the sizes of the cells of {count} vectors")
        for name, expected in ((LISTS, int(_offsets(sizes, dimension)[-1])), (PLACES, count * _ID_BYTES)):
            with reporting_damage(folder / name, OSError):
                size = (folder / name).stat().st_size
            if size != expected:
                raise LibraryDamaged(f"{folder / name} has {size} bytes, not the {expected} of {count} vectors")
        with reporting_damage(folder / PLACES, OSError, ValueError):
            places = np.memmap(folder / PLACES, dtype="<i8", mode="r")
        return cls(folder, centroids.reshape(-1, dimension), sizes, places)

    @cached_property
    def cells_of_passages(self) -> Ids:
        """The cell of each passage, shape (passages,)."""
        return np.searchsorted(self._offsets[1:] // _HALF_BYTES, self._checked_places(slice(None)), side="right")

    def nearest(self, vector: Vectors, k: int, among: Subset | None) -> Hits:
        """The best of the passages in the nearest cells, as `VectorIndex.nearest` describes.

        With a filter (`among`), only the cells that hold any of those passages count.
        """
        faiss = _faiss()
        order = np.argsort(-inner_products(self.centroids, vector), kind="stable")
        eligible = self._sizes if among is None else self._sizes_among(among)  # passages that may be returned
        selector = None if among is None else faiss.IDSelectorBitmap(among.bits)
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
        with reporting_damage(self._folder / LISTS, RuntimeError):
            self._index.search_preassigned_c(1, faiss.swig_ptr(query), k, *pointers, False, parameters)
        return Hits(ids[ids != -1], scores[ids != -1])

    def _sizes_among(self, subset: Subset) -> Ids:
        """How many passages of a subset each cell has, shape (cells,)."""
        sizes = self._subset_sizes.get(subset)
        if sizes is None:
            sizes = np.bincount(subset.values(self.cells_of_passages), minlength=len(self._sizes))
            self._subset_sizes[subset] = sizes
        return sizes

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages, as `VectorIndex.vectors` describes."""
        rows = np.lib.stride_tricks.sliding_window_view(self._halves, self.centroids.shape[1])
        return np.asarray(rows[self._checked_places(ids)], dtype=np.float32)

    def _checked_places(self, ids: Ids | slice) -> Ids:
        """Where the vectors of these passages begin in the lists. Raises LibraryDamaged if that is outside them."""
        places: Ids = self._places[ids]
        last = len(self._halves) - self.centroids.shape[1]
        if len(places) and not 0 <= places.min() <= places.max() <= last:
            raise LibraryDamaged(f"{self._folder / PLACES} names places outside the lists")
        return places


def _capacity(size: Any) -> Any:
    """The number of vectors that a list of `size` has room for, such that the numbers after them are aligned."""
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _offsets(sizes: Ids, dimension: int) -> Ids:
    """Where each cell begins in the lists, in bytes, and where the last one ends; shape (cells + 1,)."""
    return np.concatenate([[0], np.cumsum(_capacity(sizes) * (dimension * _HALF_BYTES + _ID_BYTES))])


def _trained_centroids(vectors: Vectors) -> Vectors:
    import faiss

    count, dimension = vectors.shape
    cells = max(1, int(_CELLS_PER_ROOT * count**0.5))
    kmeans = faiss.Kmeans(
        dimension,
        min(cells, count),
        niter=_ITERATIONS,
        spherical=True,
        seed=_SEED,
        min_points_per_centroid=1,
        max_points_per_centroid=_TRAINING_VECTORS_PER_CELL,
    )
    kmeans.train(vectors)
    return np.asarray(kmeans.centroids, dtype=np.float32)


def _assigned_cells(vectors: Vectors, centroids: Vectors, known: Ids | None) -> NDArray[np.int64]:
    """Each vector's cell: the one that is `known`, otherwise the one with the nearest centroid."""
    import faiss

    cells = np.full(len(vectors), -1, dtype=np.int64) if known is None else known.copy()
    quantizer = faiss.IndexFlatIP(centroids.shape[1])
    quantizer.add(centroids)
    new = np.flatnonzero(cells < 0)
    for start in range(0, len(new), _BLOCK):
        block = new[start : start + _BLOCK]
        cells[block] = quantizer.search(vectors[block], 1)[1][:, 0]
    return cells


def _mapped_index(path: Path, shape: tuple[int, ...], sizes: Ids, offsets: Ids) -> Any:
    """A FAISS index over the mapped lists, whose sizes and offsets were checked; `shape` is the centroids'."""
    faiss = _faiss()
    cells, dimension = shape
    lists = faiss.OnDiskInvertedLists()
    lists.nlist, lists.code_size = cells, dimension * _HALF_BYTES
    lists.filename, lists.totsize, lists.read_only = str(path), int(offsets[-1]), True
    lists.prefetch_nthread = 0
    entry = faiss.OnDiskOneList()
    for size, offset in zip(sizes.tolist(), offsets[:-1].tolist(), strict=True):
        entry.size, entry.capacity, entry.offset = size, _capacity(size), offset
        lists.lists.push_back(entry)
    with reporting_damage(path, RuntimeError):
        lists.do_mmap()
    quantizer = faiss.IndexFlatIP(dimension)
    half = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexIVFScalarQuantizer(quantizer, dimension, cells, half, faiss.METRIC_INNER_PRODUCT, False)
    index.replace_invlists(lists, True)
    lists.this.disown()  # the index frees them
    index.is_trained, index.ntotal = True, int(sizes.sum())
    return index


def _faiss() -> Any:
    """FAISS, untyped: its stubs lack half of what is used here."""
    import faiss

    return faiss
