"""The two indexes of a generation in Milvus, opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qa.search.choice import Conditions, Rows
from qa.search.milvus.choice import MilvusChoice
from qa.search.milvus.collection import Collection
from qa.search.milvus.connection import Connection
from qa.search.milvus.dense import MilvusDense
from qa.search.milvus.expression import of_conditions
from qa.search.milvus.lexical import MilvusLexical
from qa.search.milvus.statistics import Statistics
from qa.search.remote import Remote


@dataclass(frozen=True, slots=True)
class MilvusIndexes:
    """The `Indexes` over a collection."""

    dense: MilvusDense
    lexical: MilvusLexical
    collection: Collection
    statistics: Statistics

    @classmethod
    def open(cls, folder: Path, count: int, dimension: int, remote: Remote) -> MilvusIndexes:
        """Open a generation's collection.

        Args:
            folder: The generation's folder, which holds the statistics.
            count: The number of passages that the collection must hold.
            dimension: The dimension of the vectors.
            remote: The collection.

        Raises:
            LibraryDamaged: The collection is gone, is another one of its name, or holds another number of passages.
            LibraryNotReadable: The server cannot be reached.
            SettingError: pymilvus is not installed.
        """
        statistics = Statistics.open(folder, count)
        collection = Collection(Connection(remote.server), remote.collection, count)
        collection.check_schema(dimension)
        collection.load()
        dense, lexical = MilvusDense(collection, dimension), MilvusLexical(collection, statistics)
        indexes = cls(dense, lexical, collection, statistics)
        indexes.check()
        return indexes

    def check(self) -> None:
        """Count the passages of the collection. Raises LibraryDamaged if it has another number than it must."""
        found = self.collection.count(strongly=True)
        if found != self.collection.passages:
            raise self.collection.damaged(f"holds {found} passages, not {self.collection.passages}")

    def choose(self, conditions: Conditions, rows: Rows) -> MilvusChoice:
        """The passages by an expression, as `Indexes.choose` describes."""
        bylines = self.statistics.byline_numbers(conditions.authors or ())
        expression = of_conditions(conditions, bylines.values())
        return MilvusChoice(self.collection.restricted(expression), self.dense, self.lexical, rows)
