"""An inverted file (IVF) for the vectors of a large library: cells whose lists hold the vectors themselves.

The vectors are stored in half precision, which changes a cosine by about a hundred-thousandth, so no second, exact
ranking is needed. They stay on disk, mapped.

Its files besides those of `cells`:

    dense.lists     the lists, whose codes are the vectors, float16
    dense.places    int64: where the vector of each passage begins in dense.lists, counted in float16 numbers
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from qa.encoding.encoder import Vectors
from qa.errors import LibraryDamaged
from qa.search import cells
from qa.search.cells import Cells
from qa.search.engine import Hits, Ids, reporting_damage, write_array
from qa.search.subset import Subset

LISTS, PLACES = "dense.lists", "dense.places"
FILES = (cells.CENTROIDS, cells.SIZES, LISTS, PLACES)
_HALF_BYTES, _PLACE_BYTES = 2, 8


class IvfIndex:
    """Vectors in half precision in mapped lists, from files that are not in FAISS's own format."""

    def __init__(self, folder: Path, centroids: Vectors, sizes: Ids, places: Ids) -> None:
        self.centroids = centroids
        self._folder = folder
        self._places = places
        faiss = cells.untyped_faiss()
        quantizer = faiss.ScalarQuantizer(centroids.shape[1], faiss.ScalarQuantizer.QT_fp16)
        self._offsets = cells.offsets(sizes, quantizer.code_size)
        with reporting_damage(folder / LISTS, OSError, ValueError):
            self._halves = np.memmap(folder / LISTS, dtype="<f2", mode="r")
        self._cells = Cells(folder / LISTS, centroids, sizes, quantizer)

    @staticmethod
    def create(folder: Path, vectors: Vectors, centroids: Vectors | None = None, known: Ids | None = None) -> None:
        """Write the index into `folder`.

        Args:
            folder: An existing folder.
            vectors: Unit vectors, shape (passages, dimension).
            centroids: Those of an earlier index, to be used again; None to train new ones.
            known: Each vector's cell in that index, -1 for a new vector; shape (passages,).

        Raises:
            OSError: If the folder cannot be written.
        """
        if centroids is None:
            sample = vectors[cells.sampled(len(vectors))]
            centroids, known = cells.trained_centroids(sample, cells.cells_for(len(vectors))), None
        found = cells.assigned(vectors, centroids, known)
        count, dimension = vectors.shape
        sizes = np.bincount(found, minlength=len(centroids))
        offsets = cells.offsets(sizes, dimension * _HALF_BYTES)
        places = np.empty(count, dtype="<i8")
        order = np.argsort(found, kind="stable")
        with (folder / LISTS).open("wb") as stream:
            for cell, ids in enumerate(np.split(order, np.cumsum(sizes)[:-1])):
                capacity = cells.capacity(len(ids))
                halves = np.zeros((capacity, dimension), dtype="<f2")
                halves[: len(ids)] = vectors[ids]
                numbers = np.full(capacity, -1, dtype="<i8")
                numbers[: len(ids)] = ids
                stream.write(halves.tobytes() + numbers.tobytes())
                places[ids] = offsets[cell] // _HALF_BYTES + np.arange(len(ids)) * dimension
        cells.write_cells(folder, centroids, sizes)
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
        centroids, sizes = cells.read_cells(folder, count, dimension)
        lists_size = int(cells.offsets(sizes, dimension * _HALF_BYTES)[-1])
        for name, expected in ((LISTS, lists_size), (PLACES, count * _PLACE_BYTES)):
            cells.check_size(folder / name, expected, count)
        with reporting_damage(folder / PLACES, OSError, ValueError):
            places = np.memmap(folder / PLACES, dtype="<i8", mode="r")
        return cls(folder, centroids, sizes, places)

    @cached_property
    def cells_of_passages(self) -> Ids:
        """The cell of each passage, shape (passages,)."""
        return np.searchsorted(self._offsets[1:] // _HALF_BYTES, self._checked_places(slice(None)), side="right")

    def nearest(self, vector: Vectors, k: int, among: Subset | None) -> Hits:
        """The best of the passages in the nearest cells, as `VectorIndex.nearest` describes."""
        return self._cells.nearest(vector, k, among, lambda: self.cells_of_passages)

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
