"""Schema: what a collection holds of each passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qa.encoding.encoder import Vectors
from qa.search.milvus.passages import PlacedPassage
from qa.search.milvus.sparse import Sparse, Terms
from qa.sources.thread import Kind

ID, DENSE, SPARSE = "id", "dense", "sparse"
TERMS, CONTEXT_TERMS = "terms", "context_terms"
SOURCE, BYLINE, KIND, FIRST_DAY, LAST_DAY = "source", "byline", "kind", "first_day", "last_day"
# A larger collection is searched by HNSW, as the embedded engine searches one by cells.
EXACT_UP_TO = 50_000
# The neighbours of a node and the candidates when one is added: those that the authors of HNSW (Malkov, Yashunin, 2018)
# find good for some hundred dimensions, and what Milvus's documentation recommends.
_HNSW = {"M": 16, "efConstruction": 200}
_MOST_BYTES = 65_535  # of a text, in Milvus
_NO_BYLINE = 0  # SQLite's numbers begin with 1
_KINDS: Sequence[Kind] = ("article", "comment")


@dataclass(frozen=True, slots=True)
class Day:
    """The first and the last day that a date may mean, as the number that its digits are."""

    first: int
    last: int

    @classmethod
    def of(cls, date: str) -> Day:
        """Those of a day, a month or a year in ISO 8601; of no date, such that it is neither before nor after any.

        >>> Day.of("2012-03"), Day.of("2012-03-04T10:00"), Day.of("")
        (Day(first=20120300, last=20120399), Day(first=20120304, last=20120304), Day(first=0, last=99999999))
        """
        digits = date[: len("YYYY-MM-DD")].replace("-", "")
        if not (digits.isascii() and digits.isdecimal() and len(digits) in (4, 6, 8)):
            return cls(0, 99_999_999)
        return cls(int(digits.ljust(8, "0")), int(digits.ljust(8, "9")))


def kind_number(kind: Kind) -> int:
    """The number that stands for a kind of post."""
    return _KINDS.index(kind)


def row(
    number: int, placed: PlacedPassage, terms: Terms, vector: Vectors, sparse: Sparse, byline: int | None
) -> dict[str, Any]:
    """What a collection holds of a passage.

    Args:
        number: Its number.
        placed: It.
        terms: Its terms.
        vector: Its unit vector, shape (dimension,).
        sparse: Its sparse vector.
        byline: The number of its author; None if that is not known.
    """
    day = Day.of(placed.passage.date)
    return {
        ID: number,
        DENSE: vector,
        SPARSE: sparse,
        TERMS: _joined(terms.words),
        CONTEXT_TERMS: _joined(terms.context),
        SOURCE: placed.source,
        BYLINE: byline or _NO_BYLINE,
        KIND: kind_number(placed.kind),
        FIRST_DAY: day.first,
        LAST_DAY: day.last,
    }


def collection_schema(client: Any, dimension: int) -> Any:
    """The fields of a collection.

    Args:
        client: A MilvusClient.
        dimension: That of the vectors.
    """
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(ID, DataType.INT64, is_primary=True)
    schema.add_field(DENSE, DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field(SPARSE, DataType.SPARSE_FLOAT_VECTOR)
    for field in (TERMS, CONTEXT_TERMS):
        schema.add_field(field, DataType.VARCHAR, max_length=_MOST_BYTES)
    for field in (SOURCE, BYLINE, KIND, FIRST_DAY, LAST_DAY):
        schema.add_field(field, DataType.INT64)
    return schema


def index_parameters(client: Any, passages: int) -> Any:
    """The indexes of a collection: the dense one is exact as long as the embedded one is, the sparse one always.

    Args:
        client: A MilvusClient.
        passages: How many passages it will hold.
    """
    indexes = client.prepare_index_params()
    if passages <= EXACT_UP_TO:
        indexes.add_index(DENSE, index_type="FLAT", metric_type="IP")
    else:
        indexes.add_index(DENSE, index_type="HNSW", metric_type="IP", params=_HNSW)
    # Named, since the default may change: both algorithms for documents at a time are exact, this one is the faster.
    algorithm = {"inverted_index_algo": "DAAT_MAXSCORE"}
    indexes.add_index(SPARSE, index_type="SPARSE_INVERTED_INDEX", metric_type="IP", params=algorithm)
    return indexes


def _joined(terms: Sequence[str]) -> str:
    """The terms with a space before and after each; without the last, if they are too many for a text of Milvus.

    Only a text of a script without spaces has so many, in which phrases are not looked up by terms.
    """
    joined = f" {' '.join(terms)} "
    if len(joined) * 4 > _MOST_BYTES and len(data := joined.encode()) > _MOST_BYTES:
        joined = data[:_MOST_BYTES].decode(errors="ignore").rpartition(" ")[0] + " "
    return joined
