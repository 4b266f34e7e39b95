"""A map of the passages: their vectors in the two dimensions in which they differ most (Pearson 1901)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.encoding.encoder import Encoder, Vectors, unit_vectors
from qa.library.generation import Generation
from qa.library.store import StoredPassage

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


def passage_map(generation: Generation, encoder: Encoder, question: str | None = None, most: int = MOST) -> PassageMap:
    """Map the passages of a generation.

    Args:
        generation: The generation.
        encoder: The encoder of its vectors.
        question: A question to show among them; None for none.
        most: How many passages to show at most.
    """
    count = generation.manifest.counts["passages"]
    numbers = np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))
    vectors = generation.dense.vectors(numbers)
    axes, centre = _axes(vectors)
    placed = (vectors - centre) @ axes
    low, high = placed.min(axis=0), placed.max(axis=0)
    width = np.where(high > low, high - low, 1.0)

    def point(place: Vectors) -> MapPoint:
        x, y = (place - low) / width
        return MapPoint(float(x), float(y))

    asked = None
    if question is not None:
        asked = point((unit_vectors(encoder, [question])[0] - centre) @ axes)
    return PassageMap(generation.store.passages(numbers.tolist()), [point(place) for place in placed], asked)


def _axes(vectors: Vectors) -> tuple[Vectors, Vectors]:
    """The two directions in which the vectors differ most, as columns, and the vectors' centre."""
    centre = np.asarray(vectors.mean(axis=0), dtype=np.float32)
    _, _, directions = np.linalg.svd(vectors - centre, full_matrices=False)
    axes: Vectors = np.zeros((vectors.shape[1], 2), dtype=np.float32)
    axes[:, : min(2, len(directions))] = directions[:2].T
    # A direction and its opposite are the same axis: the sign is chosen so that a map stays as it is.
    signs = np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1, 1)
    return np.asarray(axes * signs, dtype=np.float32), centre
