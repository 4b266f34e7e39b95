"""A map of the passages: their vectors in the two dimensions in which they differ most (Pearson 1901)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.encoding.encoder import Vectors
from qa.library.store import Store, StoredPassage
from qa.search.engine import DenseEngine

MOST = 2_000  # passages, evenly chosen from more; so many dots a browser draws at once and an eye tells apart


@dataclass(frozen=True, slots=True)
class MapPoint:
    """Where something is on a map: from 0, left and top, to 1."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class PassageMap:
    """The passages of a library on a plane, those alike in meaning near to each other.

    Attributes:
        passages: The passages.
        points: Where each of them is.
        question: Where the question is; None without one. It may lie outside.
    """

    passages: Sequence[StoredPassage]
    points: Sequence[MapPoint]
    question: MapPoint | None = None


@dataclass(frozen=True, slots=True)
class Plane:
    """The passages of a generation on a plane, on which any question can be placed as well.

    Attributes:
        passages: The passages.
        points: Where each of them is.
        axes: The two directions in which their vectors differ most, shape (dimension, 2).
        centre: The vectors' centre, shape (dimension,).
        low: The least place along each axis, shape (2,).
        width: How far the places along each axis lie apart, shape (2,).
    """

    passages: Sequence[StoredPassage]
    points: Sequence[MapPoint]
    axes: Vectors
    centre: Vectors
    low: Vectors
    width: Vectors

    @classmethod
    def of(cls, store: Store, dense: DenseEngine, most: int) -> Plane:
        """Place the passages of a generation.

        Args:
            store: Its texts.
            dense: Its vectors.
            most: How many passages to place at most.
        """
        numbers = np.unique(np.linspace(0, len(dense) - 1, min(len(dense), most)).astype(np.int64))
        vectors = dense.vectors(numbers)
        axes, centre = _axes(vectors)
        placed = (vectors - centre) @ axes
        low, high = placed.min(axis=0), placed.max(axis=0)
        width = np.where(high > low, high - low, 1.0)
        points = [_point(place) for place in (placed - low) / width]
        return cls(store.passages(numbers.tolist()), points, axes, centre, low, width)

    def place(self, vector: Vectors) -> MapPoint:
        """Where a unit vector is, shape (dimension,)."""
        return _point(((vector - self.centre) @ self.axes - self.low) / self.width)


def _point(place: NDArray[np.floating]) -> MapPoint:
    return MapPoint(float(place[0]), float(place[1]))


def _axes(vectors: Vectors) -> tuple[Vectors, Vectors]:
    """The two directions in which the vectors differ most, as columns, and the vectors' centre."""
    centre = np.asarray(vectors.mean(axis=0), dtype=np.float32)
    _, _, directions = np.linalg.svd(vectors - centre, full_matrices=False)
    axes: Vectors = np.zeros((vectors.shape[1], 2), dtype=np.float32)
    axes[:, : min(2, len(directions))] = directions[:2].T
    # A direction and its opposite are the same axis: the sign is chosen so that a map stays as it is.
    signs = np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1, 1)
    return np.asarray(axes * signs, dtype=np.float32), centre
