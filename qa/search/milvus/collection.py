"""Collection: the passages of one generation in Milvus, searched, counted and fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qa.errors import LibraryDamaged
from qa.search.engine import Hits, Ids, top_k
from qa.search.milvus.connection import CollectionGone, CollectionNotLoaded, Connection
from qa.search.milvus.expression import EVERYTHING, all_of, is_one_of
from qa.search.milvus.schema import ID, collection_schema
from qa.search.subset import Subset

MOST_HITS = 16_384
"""The most that Milvus gives in one answer."""
_COUNT = "count(*)"
_MAKE_AGAIN = "open the library again if it was changed, or run qa build without a path to index its texts again"


@dataclass(frozen=True, slots=True)
class Collection:
    """A loaded collection, or the passages of it that an expression describes; thread-safe.

    Attributes:
        connection: The Milvus that holds it.
        name: Its name there.
        passages: The number of passages in all of it.
        expression: Which of them are meant.
    """

    connection: Connection
    name: str
    passages: int
    expression: str = EVERYTHING

    def restricted(self, expression: str) -> Collection:
        """Those of its passages that an expression describes too."""
        both = expression if self.expression == EVERYTHING else all_of([self.expression, expression])
        return replace(self, expression=both)

    def of(self, ids: Ids) -> Collection:
        """Those of its passages that have these numbers."""
        return self.restricted(is_one_of(ID, ids.tolist()))

    def among(self, subset: Subset | None) -> Collection:
        """Those of its passages that are in a subset; all if None."""
        return self if subset is None else self.of(subset.numbers)

    def count(self, *, strongly: bool = False) -> int:
        """How many passages there are.

        Args:
            strongly: Whether to wait until everything that was written is counted.
        """
        consistency = {"consistency_level": "Strong"} if strongly else {}
        answer = self._ask("query", filter=self.expression, output_fields=[_COUNT], **consistency)
        return int(answer[0][_COUNT])

    def nearest(self, field: str, vector: Any, k: int, parameters: dict[str, Any] | None = None) -> Hits:
        """The passages with the greatest inner product, at most MOST_HITS.

        Args:
            field: The field of vectors.
            vector: The vector, of this field's kind.
            k: How many passages to return at most.
            parameters: How thoroughly to search.
        """
        answer = self._ask(
            "search",
            anns_field=field,
            data=[vector],
            limit=min(k, MOST_HITS),
            filter="" if self.expression == EVERYTHING else self.expression,
            output_fields=[ID],
            search_params={"metric_type": "IP", "params": parameters or {}},
        )
        ids = self._checked([hit[ID] for hit in answer[0]])
        return top_k(ids, np.array([hit["distance"] for hit in answer[0]], dtype=np.float32), k)

    def rows(self, fields: Sequence[str], limit: int = MOST_HITS) -> dict[int, dict[str, Any]]:
        """These fields of its passages by their numbers, the first ones if there are more than `limit`."""
        answer = self._ask("query", filter=self.expression, output_fields=[ID, *fields], limit=limit)
        self._checked([row[ID] for row in answer])
        return {row[ID]: row for row in sorted(answer, key=lambda row: int(row[ID]))}

    def ids(self, limit: int) -> Ids:
        """The numbers of its passages, sorted, the first ones if there are more than `limit`."""
        return np.array(list(self.rows([], limit)), dtype=np.int64)

    def load(self) -> None:
        """Have it loaded, so that it answers. Raises LibraryDamaged if it is gone."""
        self._call("load_collection")

    def check_schema(self, dimension: int) -> None:
        """Check that it has the fields that this package gives a collection.

        Args:
            dimension: That of the vectors.

        Raises:
            LibraryDamaged: It is gone, or somebody has made another one of its name.
        """
        found = {
            field["name"]: _kind(field["type"], field["params"])
            for field in self._call("describe_collection")["fields"]
        }
        schema = collection_schema(self.connection.client, dimension)
        if found != {field.name: _kind(field.dtype, field.params) for field in schema.fields}:
            raise self.damaged(f"has other fields than a library's; drop it there, then {_MAKE_AGAIN}")

    def damaged(self, problem: str) -> LibraryDamaged:
        """The error about a collection that does not hold what it must."""
        return LibraryDamaged(f"the collection {self.name!r} in Milvus at {self.connection.server.uri!r} {problem}")

    def _ask(self, method: str, **arguments: Any) -> Any:
        """Ask it something, and load it first if it must be."""
        try:
            return self._call(method, **arguments)
        except CollectionNotLoaded:
            self.load()
            return self._call(method, **arguments)

    def _call(self, method: str, **arguments: Any) -> Any:
        try:
            return self.connection.call(method, collection_name=self.name, **arguments)
        except CollectionGone as error:
            raise self.damaged(f"is gone; {_MAKE_AGAIN}") from error

    def _checked(self, numbers: Sequence[object]) -> Ids:
        if not all(type(number) is int and 0 <= number < self.passages for number in numbers):
            raise self.damaged("holds passages that do not exist")
        return np.array(numbers, dtype=np.int64)


def _kind(data_type: Any, parameters: Mapping[str, Any]) -> tuple[int, int]:
    """The number of a field's type, and the dimension of a vector, 0 for any other field."""
    return int(data_type), int(parameters.get("dim", 0))
