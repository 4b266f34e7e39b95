"""The two indexes of a generation together: in its folder, or on a server that its folder names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from qa.search import hybrid
from qa.search.bm25 import LexicalIndex
from qa.search.choice import Choice, Conditions, NumberedChoice, Rows
from qa.search.dense import DenseIndex
from qa.search.engine import DenseEngine, Ids
from qa.search.hybrid import FusedHits
from qa.search.lexical import LexicalEngine
from qa.search.query import EncodedQuery
from qa.search.remote import Remote
from qa.search.subset import Subset


class Indexes(Protocol):
    """A dense and a lexical engine over the same passages; thread-safe."""

    @property
    def dense(self) -> DenseEngine:
        """The vectors."""

    @property
    def lexical(self) -> LexicalEngine:
        """The words."""

    def check(self) -> None:
        """Check again what no file's hash proves. Raises LibraryDamaged if passages are missing."""

    def choose(self, conditions: Conditions, rows: Rows) -> Choice:
        """The passages whose posts meet the conditions.

        Args:
            conditions: The conditions.
            rows: The passages as they are stored.
        """


@dataclass(frozen=True, slots=True)
class EmbeddedIndexes:
    """FAISS and tantivy in this process, over files of the generation's folder."""

    dense: DenseIndex
    lexical: LexicalIndex

    def check(self) -> None:
        """Nothing: all of it is in files."""

    def choose(self, conditions: Conditions, rows: Rows) -> NumberedChoice:
        """The passages as a subset, as `Indexes.choose` describes."""
        return NumberedChoice(rows.passing(conditions), self.dense, self.lexical, rows)


def open_indexes(folder: Path, count: int, dimension: int, remote: Remote | None) -> Indexes:
    """Open the indexes of a generation.

    Args:
        folder: The generation's folder.
        count: The number of passages that they must hold.
        dimension: The dimension of the vectors.
        remote: Where they are, if they are not in the folder.

    Raises:
        LibraryDamaged: They cannot be read, or do not fit the generation.
        LibraryNotReadable: They cannot be reached now.
    """
    if remote is None:
        return EmbeddedIndexes(DenseIndex.open(folder, count, dimension), LexicalIndex.open(folder, count))
    from qa.search.milvus.indexes import MilvusIndexes

    return MilvusIndexes.open(folder, count, dimension, remote)


def search(indexes: Indexes, question: EncodedQuery, k: int, among: Choice | Ids | None) -> FusedHits:
    """Rank passages by both indexes together, as `hybrid.search` does.

    Args:
        indexes: The indexes.
        question: The encoded question.
        k: The maximum number of passages to return.
        among: The passages to search: a choice, or their numbers; None for all.
    """
    if among is not None and not isinstance(among, np.ndarray):
        return among.search(question, k)
    subset = None if among is None else Subset.of_numbers(among, len(indexes.dense))
    return hybrid.search(indexes.dense, indexes.lexical, question, k, subset)
