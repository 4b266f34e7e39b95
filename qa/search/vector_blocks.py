"""VectorBlocks: unit vectors that are made a block at a time, so that those of ten million passages fit in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa.encoding.encoder import Vectors

BLOCK = 65_536
"""How many vectors are worked on at a time: 100 MB of 384 numbers each."""


@dataclass(frozen=True, slots=True)
class VectorBlocks:
    """Unit vectors by their passages' numbers.

    Attributes:
        count: How many there are.
        dimension: How many numbers each has.
        block: Gives those of a range, shape (len(range), dimension).
    """

    count: int
    dimension: int
    block: Callable[[range], Vectors]

    @classmethod
    def of(cls, vectors: Vectors) -> VectorBlocks:
        """Those of an array, shape (count, dimension)."""
        count, dimension = vectors.shape
        return cls(count, dimension, lambda numbers: vectors[numbers.start : numbers.stop])

    def __iter__(self) -> Iterator[Vectors]:
        """The blocks in order."""
        for start in range(0, self.count, BLOCK):
            yield self.block(range(start, min(start + BLOCK, self.count)))

    def all(self) -> Vectors:
        """All of them, shape (count, dimension)."""
        return self.block(range(self.count))
