"""Cells: the vectors of a large library with near ones together, so that a question looks through the nearest alone.

An inverted file (Sivic, Zisserman: Video Google, ICCV 2003; in FAISS: Douze et al.: The Faiss Library, 2024): k-means
finds the cells' centres, each vector stands in the cell whose centre is nearest, and a question is compared with the
vectors of the nearest cells, so many as hold a fixed number of passages. The vectors are in half precision, which
moves a cosine by a hundred-thousandth: they are compressed and full at once, so nothing is ranked twice. They stay on
disk, mapped.

All files are plain arrays, whose sizes follow from one another: nothing in them is parsed.

    dense.centres   float32, shape (cells, dimension)
    dense.sizes     int64, the vectors of each cell
    dense.lists     cell by cell its vectors, float16, then their passages' numbers, int64; room for a multiple of four
    dense.places    int64, where in dense.lists the vector of each passage begins, counted in halves
"""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search.engine import Hits, Ids, inner_products

CENTRES, SIZES, LISTS, PLACES = FILES = ("dense.centres", "dense.sizes", "dense.lists", "dense.places")
SUPPORTED = sys.platform != "win32"
"""FAISS maps no lists on Windows."""
LOOKED_THROUGH = 64_000
"""The passages that a question is compared with. Of a million they are 6.4 %: so many of 44,946 real passages hold
98.5 % of the ten best."""
_CELLS_A_ROOT = 8  # so many times the root of the passages; FAISS's guidelines say 4 to 16, and 4 hold 97.6 %
_TRAINING_VECTORS_A_CELL = 32
_ROUNDS = 6
_SEED = 7
_BLOCK = 65_536
_HALF, _NUMBER = 2, 8  # bytes
_ALIGNED = 4


class IvfIndex:
    """FAISS's `IndexIVFScalarQuantizer` over mapped lists; no file of it is FAISS's own."""

    def __init__(self, folder: Path, centres: Vectors, sizes: Ids, places: Ids) -> None:
        self.centres = centres
        self._sizes, self._places = sizes, places
        self._offsets = _offsets(sizes, centres.shape[1])
        self._halves = np.memmap(folder / LISTS, dtype="<f2", mode="r")
        self._index = _index(folder / LISTS, centres.shape, sizes, self._offsets)

    @staticmethod
    def create(folder: Path, vectors: Vectors, centres: Vectors | None = None, cells: Ids | None = None) -> None:
        """Write unit vectors, shape (passages, dimension), into `folder`.

        `centres` and `cells` are those of an earlier library, -1 for a vector that was not in it.
        """
        if centres is None:
            centres, cells = _trained(vectors), None
        cells = _assigned(vectors, centres, cells)
        count, dimension = vectors.shape
        sizes = np.bincount(cells, minlength=len(centres))
        offsets = _offsets(sizes, dimension)
        places = np.empty(count, dtype="<i8")
        order = np.argsort(cells, kind="stable")
        with (folder / LISTS).open("wb") as stream:
            for cell, ids in enumerate(np.split(order, np.cumsum(sizes)[:-1])):
                room = _room(len(ids))
                halves = np.zeros((room, dimension), dtype="<f2")
                halves[: len(ids)] = vectors[ids]
                numbers = np.full(room, -1, dtype="<i8")
                numbers[: len(ids)] = ids
                stream.write(halves.tobytes() + numbers.tobytes())
                places[ids] = offsets[cell] // _HALF + np.arange(len(ids)) * dimension
        centres.astype("<f4").tofile(folder / CENTRES)
        sizes.astype("<i8").tofile(folder / SIZES)
        places.tofile(folder / PLACES)

    @classmethod
    def open(cls, folder: Path, count: int, dimension: int) -> IvfIndex:
        """Raises LibraryDamaged where the files have not the sizes of so many vectors."""
        centres = np.fromfile(folder / CENTRES, dtype="<f4")
        sizes = np.fromfile(folder / SIZES, dtype="<i8")
        sound = len(centres) == len(sizes) * dimension and (sizes >= 0).all() and (sizes <= count).all()
        if not sound or not len(sizes) or sizes.sum() != count:
            raise LibraryDamaged(f"{folder / SIZES} does not tell the cells of {count} vectors")
        for name, size in ((LISTS, int(_offsets(sizes, dimension)[-1])), (PLACES, count * _NUMBER)):
            if (folder / name).stat().st_size != size:
                raise LibraryDamaged(f"{folder / name} has not the size of {count} vectors of {dimension}")
        return cls(folder, centres.reshape(-1, dimension), sizes, np.memmap(folder / PLACES, dtype="<i8", mode="r"))

    @cached_property
    def of_passages(self) -> Ids:
        """The cell of each passage."""
        return np.searchsorted(self._offsets[1:] // _HALF, self._places, side="right")

    def nearest(self, vector: Vectors, k: int, among: Ids | None) -> Hits:
        """The `k` of the greatest inner product with `vector`, in the nearest cells that hold any of `among`."""
        faiss = _faiss()
        count = len(self._places)
        order = np.argsort(-inner_products(self.centres, vector), kind="stable")
        held = self._sizes
        selector = None
        if among is not None:
            held = np.bincount(self.of_passages[among], minlength=len(held))
            passing = np.zeros(count, dtype=bool)
            passing[among] = True
            selector = faiss.IDSelectorBitmap(np.packbits(passing, bitorder="little"))
        order = order[held[order] > 0]
        enough = int(np.searchsorted(np.cumsum(held[order]), max(LOOKED_THROUGH, k))) + 1
        chosen = np.ascontiguousarray(order[:enough], dtype=np.int64)
        scores, ids = np.empty(k, dtype=np.float32), np.empty(k, dtype=np.int64)
        if not len(chosen):
            return Hits(ids[:0], scores[:0])
        # FAISS reads and writes through bare pointers: each array needs a name that outlives the call.
        query = np.ascontiguousarray(vector, dtype=np.float32)
        centroid_scores = np.zeros(len(chosen), dtype=np.float32)
        parameters = faiss.SearchParametersIVF(nprobe=len(chosen), sel=selector)
        pointers = [faiss.swig_ptr(array) for array in (chosen, centroid_scores, scores, ids)]
        self._index.search_preassigned_c(1, faiss.swig_ptr(query), k, *pointers, False, parameters)
        return Hits(ids[ids != -1], scores[ids != -1])

    def vectors(self, ids: Ids) -> Vectors:
        """The vectors of these passages."""
        dimension = self.centres.shape[1]
        starts = self._places[ids]
        if len(ids) and not (starts.min() >= 0 and starts.max() <= len(self._halves) - dimension):
            raise ValueError("a vector's place is outside the lists")
        rows = np.lib.stride_tricks.sliding_window_view(self._halves, dimension)
        return np.asarray(rows[starts], dtype=np.float32)


def _room(size: Any) -> Any:
    """So many vectors are given room that the numbers after them are aligned."""
    return -(-size // _ALIGNED) * _ALIGNED


def _offsets(sizes: Ids, dimension: int) -> Ids:
    """Where each cell begins in the lists, in bytes, and where the last ends."""
    return np.concatenate([[0], np.cumsum(_room(sizes) * (dimension * _HALF + _NUMBER))])


def _trained(vectors: Vectors) -> Vectors:
    import faiss

    count, dimension = vectors.shape
    cells = max(1, int(_CELLS_A_ROOT * count**0.5))
    kmeans = faiss.Kmeans(
        dimension,
        min(cells, count),
        niter=_ROUNDS,
        spherical=True,
        seed=_SEED,
        min_points_per_centroid=1,
        max_points_per_centroid=_TRAINING_VECTORS_A_CELL,
    )
    kmeans.train(vectors)
    return np.asarray(kmeans.centroids, dtype=np.float32)


def _assigned(vectors: Vectors, centres: Vectors, known: Ids | None) -> NDArray[np.int64]:
    """The nearest cell of each vector, where it is not known."""
    import faiss

    cells = np.full(len(vectors), -1, dtype=np.int64) if known is None else known.copy()
    quantizer = faiss.IndexFlatIP(centres.shape[1])
    quantizer.add(centres)
    new = np.flatnonzero(cells < 0)
    for start in range(0, len(new), _BLOCK):
        some = new[start : start + _BLOCK]
        cells[some] = quantizer.search(vectors[some], 1)[1][:, 0]
    return cells


def _index(path: Path, shape: tuple[int, ...], sizes: Ids, offsets: Ids) -> Any:
    """The lists as FAISS sees them: a mapped file, and in it sizes and offsets that were checked."""
    faiss = _faiss()
    cells, dimension = shape
    lists = faiss.OnDiskInvertedLists()
    lists.nlist, lists.code_size = cells, dimension * _HALF
    lists.filename, lists.totsize, lists.read_only = str(path), int(offsets[-1]), True
    lists.prefetch_nthread = 0
    place = faiss.OnDiskOneList()
    for size, offset in zip(sizes.tolist(), offsets[:-1].tolist(), strict=True):
        place.size, place.capacity, place.offset = size, _room(size), offset
        lists.lists.push_back(place)
    lists.do_mmap()
    quantizer = faiss.IndexFlatIP(dimension)
    half = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexIVFScalarQuantizer(quantizer, dimension, cells, half, faiss.METRIC_INNER_PRODUCT, False)
    index.replace_invlists(lists, True)
    lists.this.disown()  # the index frees them
    index.is_trained, index.ntotal = True, int(sizes.sum())
    return index


def _faiss() -> Any:
    """FAISS, whose stubs know less of it than is there."""
    import faiss

    return faiss
