"""A choice of passages in Milvus: an expression, which crosses a network whatever it describes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from qa.search import hybrid
from qa.search.choice import Rows, proved
from qa.search.engine import Ids
from qa.search.hybrid import FusedHits
from qa.search.milvus.collection import Collection
from qa.search.milvus.dense import MilvusDense
from qa.search.milvus.expression import any_in_a_row, is_one_of
from qa.search.milvus.lexical import MilvusLexical
from qa.search.milvus.schema import ID
from qa.search.query import EncodedQuery

MOST_PROVED = 10_000
"""So many passages with a phrase are proved word for word by their texts, which takes a tenth of a second. Where more
have it, the words' stems in a row decide."""


@dataclass(frozen=True)
class MilvusChoice:
    """A choice by an expression."""

    collection: Collection
    dense: MilvusDense
    lexical: MilvusLexical
    rows: Rows

    @cached_property
    def _count(self) -> int:
        return self.collection.count()

    def __len__(self) -> int:
        return self._count

    def first(self, k: int) -> Ids:
        """The first `k`, as `Choice.first` describes."""
        return self.collection.ids(k)

    def among(self, numbers: Ids) -> Ids:
        """Which of these it holds, as `Choice.among` describes."""
        return self.collection.of(numbers).ids(len(numbers)) if len(numbers) else numbers

    def having(self, phrase: str) -> MilvusChoice:
        """Those that have a phrase, as `Choice.having` describes."""
        candidates = self._with_terms(phrase)
        numbers = self._proved(phrase, candidates)
        return self._of(candidates if numbers is None else self.collection.of(numbers))

    def lacking(self, phrase: str) -> MilvusChoice:
        """Those that do not have it, as `Choice.lacking` describes."""
        candidates = self._with_terms(phrase)
        numbers = self._proved(phrase, candidates)
        if numbers is None:
            return self._of(self.collection.restricted(f"not ({candidates.expression})"))
        return (
            self._of(self.collection.restricted(f"not ({is_one_of(ID, numbers.tolist())})")) if len(numbers) else self
        )

    def search(self, question: EncodedQuery, k: int) -> FusedHits:
        """Rank them, as `Choice.search` describes."""
        return hybrid.search(
            self.dense.restricted(self.collection), self.lexical.restricted(self.collection), question, k
        )

    def _of(self, collection: Collection) -> MilvusChoice:
        return replace(self, collection=collection)

    def _with_terms(self, phrase: str) -> Collection:
        """Those whose terms, or whose context's, have the phrase's in a row, in any spelling."""
        spellings = self.lexical.spellings_of_phrase(phrase)
        return self.collection if spellings is None else self.collection.restricted(any_in_a_row(spellings))

    def _proved(self, phrase: str, candidates: Collection) -> Ids | None:
        """Those of the candidates that have a phrase word for word; None if they are too many to prove."""
        numbers = candidates.ids(MOST_PROVED + 1)
        return None if len(numbers) > MOST_PROVED else proved(phrase, numbers, self.rows)
