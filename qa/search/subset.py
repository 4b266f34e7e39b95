"""Subset: some of the passages of an index, those that a search may find."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_MORE = 8  # how many times farther to look for the first few of a subset that has none so far
Value = TypeVar("Value", bound=np.generic)


class Subset:
    """Some of the passages; it does not change.

    It is a mask or a list of numbers, and the other is made when it is first needed: of ten million passages a mask
    takes 10 MB, and the numbers of most of them 80 MB.
    """

    def __init__(
        self, passages: int, *, numbers: NDArray[np.int64] | None = None, mask: NDArray[np.bool_] | None = None
    ) -> None:
        self._passages = passages
        self._numbers, self._mask = numbers, mask

    @classmethod
    def of_numbers(cls, numbers: NDArray[np.int64], passages: int) -> Subset:
        """The passages of these numbers.

        Args:
            numbers: The numbers, sorted, shape (n,).
            passages: The number of passages in the index.
        """
        return cls(passages, numbers=numbers)

    @classmethod
    def of_mask(cls, mask: NDArray[np.bool_]) -> Subset:
        """The passages where the mask, shape (passages,), is true."""
        return cls(len(mask), mask=mask)

    def __len__(self) -> int:
        return self._count

    @cached_property
    def _count(self) -> int:
        return int(np.count_nonzero(self.mask)) if self._numbers is None else len(self._numbers)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The numbers of its passages, sorted, shape (n,)."""
        if self._numbers is None:
            self._numbers = np.flatnonzero(self.mask)
        return self._numbers

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Whether each passage is in it, shape (passages,)."""
        if self._mask is None:
            mask = np.zeros(self._passages, dtype=bool)
            mask[self._numbers] = True
            self._mask = mask
        return self._mask

    def first(self, k: int) -> NDArray[np.int64]:
        """The numbers of its first `k` passages, shape (at most k,)."""
        if self._numbers is not None:
            return self._numbers[:k]
        stop = k
        while np.count_nonzero(self.mask[:stop]) < k and stop < self._passages:
            stop *= _MORE
        return np.flatnonzero(self.mask[:stop])[:k]

    def values(self, column: NDArray[Value]) -> NDArray[Value]:
        """What a column, shape (passages,), holds for its passages, shape (n,)."""
        return column[self.mask] if self._numbers is None else column[self._numbers]

    @cached_property
    def bits(self) -> NDArray[np.uint8]:
        """The mask with eight passages in a byte, the first in the lowest bit, shape (passages / 8,), rounded up."""
        return np.packbits(self.mask, bitorder="little")

    def having(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of these passages that are in it, in their order."""
        return numbers[self.mask[numbers]]

    def without(self, numbers: NDArray[np.int64]) -> Subset:
        """The others, without these passages."""
        mask = self.mask.copy()
        mask[numbers] = False
        return Subset.of_mask(mask)
