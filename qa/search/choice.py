"""A choice of passages: those that pass the filters of a question, in the form in which an engine holds them.

In one process they are a mask over all passages; of a hundred million passages that cannot cross a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from qa.search import hybrid
from qa.search.bm25 import LexicalIndex
from qa.search.dense import DenseIndex
from qa.search.engine import Ids
from qa.search.hybrid import FusedHits
from qa.search.query import EncodedQuery
from qa.search.subset import Subset
from qa.sources.thread import Kind
from qa.text.normalize import normalize, phrase_pattern


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a passage's post must meet.

    Attributes:
        kinds: It is of one of these kinds; empty for any.
        authors: Its author is one of these names; None for any.
        sources: Its source has one of these numbers; None for any.
        before: It is older than all of these dates: days, months or years in ISO 8601.
        after: It is newer than all of these.
    """

    kinds: Sequence[Kind] = ()
    authors: frozenset[str] | None = None
    sources: frozenset[int] | None = None
    before: Sequence[str] = ()
    after: Sequence[str] = ()


class Rows(Protocol):
    """The stored passages, as a choice looks at them."""

    def passing(self, conditions: Conditions) -> Subset:
        """The passages whose posts meet the conditions."""

    def texts(self, numbers: Sequence[int]) -> list[str]:
        """The texts of the passages of these numbers, in their order."""


class Choice(Protocol):
    """A choice of passages; it does not change."""

    def __len__(self) -> int:
        """How many passages it holds."""

    def first(self, k: int) -> Ids:
        """The first `k` of them in reading order, shape (at most k,)."""

    def among(self, numbers: Ids) -> Ids:
        """Which of these passages it holds, sorted, shape (at most n,)."""

    def having(self, phrase: str) -> Self:
        """Those of them that have a phrase word for word."""

    def lacking(self, phrase: str) -> Self:
        """Those of them that do not have it."""

    def search(self, question: EncodedQuery, k: int) -> FusedHits:
        """Rank them by meaning and by words together, as `hybrid.search` does."""


@dataclass(frozen=True, slots=True)
class NumberedChoice:
    """A choice as a subset of the passages that the two indexes hold."""

    subset: Subset
    dense: DenseIndex
    lexical: LexicalIndex
    rows: Rows

    def __len__(self) -> int:
        return len(self.subset)

    def first(self, k: int) -> Ids:
        """The first `k`, as `Choice.first` describes."""
        return self.subset.first(k)

    def among(self, numbers: Ids) -> Ids:
        """Which of these it holds, as `Choice.among` describes."""
        return np.sort(self.subset.having(numbers))

    def having(self, phrase: str) -> NumberedChoice:
        """Those that have a phrase, as `Choice.having` describes."""
        return self._of(Subset.of_numbers(self._with_phrase(phrase), len(self.dense)))

    def lacking(self, phrase: str) -> NumberedChoice:
        """Those that do not have it, as `Choice.lacking` describes."""
        return self._of(self.subset.without(self._with_phrase(phrase)))

    def search(self, question: EncodedQuery, k: int) -> FusedHits:
        """Rank them, as `Choice.search` describes."""
        return hybrid.search(self.dense, self.lexical, question, k, self.subset)

    def _of(self, subset: Subset) -> NumberedChoice:
        return NumberedChoice(subset, self.dense, self.lexical, self.rows)

    def _with_phrase(self, phrase: str) -> Ids:
        """The index narrows them down, their texts decide."""
        holding = self.lexical.containing_phrase(phrase)
        candidates = self.subset.numbers if holding is None else self.subset.having(holding)
        return proved(phrase, candidates, self.rows)


def proved(phrase: str, numbers: Ids, rows: Rows) -> Ids:
    """Those of the passages whose texts have a phrase word for word, sorted.

    Args:
        phrase: The phrase.
        numbers: The passages, sorted, shape (n,).
        rows: Their texts.
    """
    pattern = phrase_pattern(phrase)
    texts = rows.texts(numbers.tolist())
    return np.array(
        [n for n, text in zip(numbers, texts, strict=True) if pattern.search(normalize(text))], dtype=np.int64
    )
