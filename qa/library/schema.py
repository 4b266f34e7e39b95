"""The tables of a store of texts, as `store_writer` fills them and `store` reads them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from qa.search.database import ColumnTypes, Layout

FILE = "texts.sqlite"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the SQL type of each column by its name, and what follows them in CREATE TABLE."""

    name: str
    columns: Mapping[str, str]
    key: str = ""
    options: str = ""

    @property
    def create(self) -> str:
        """The statement that creates it."""
        columns = ", ".join([*(f'"{name}" {kind}' for name, kind in self.columns.items()), *filter(None, [self.key])])
        return f"CREATE TABLE {self.name} ({columns}) {self.options};"

    @property
    def insert(self) -> str:
        """The statement that adds a row, its values in the order of the columns."""
        return f"INSERT INTO {self.name} VALUES ({', '.join('?' * len(self.columns))})"


SOURCE = Table(
    "source",
    {
        "id": "INTEGER PRIMARY KEY",
        "name": "TEXT NOT NULL UNIQUE",
        "key": "TEXT NOT NULL UNIQUE",
        "folder": "TEXT NOT NULL",
        "language": "TEXT",
        "title": "TEXT",
        "url": "TEXT",
        "original": "TEXT",
        "tags": "TEXT NOT NULL",
        "text": "TEXT NOT NULL",
        "text_sha256": "TEXT NOT NULL",
        "record_sha256": "TEXT NOT NULL",
    },
)
POST = Table(
    "post",
    {
        "source": "INTEGER NOT NULL",
        "number": "INTEGER NOT NULL",
        "kind": "TEXT NOT NULL",
        "author": "TEXT",
        "date": "TEXT",
        "parent": "INTEGER",
        "start": "INTEGER NOT NULL",
        "end": "INTEGER NOT NULL",
        "omitted": "TEXT NOT NULL",
    },
    key="PRIMARY KEY (source, number)",
    options="WITHOUT ROWID",
)
LOCATION = Table(
    "location",
    {
        "source": "INTEGER NOT NULL",
        "post": "INTEGER NOT NULL",
        "start": "INTEGER NOT NULL",
        "end": "INTEGER NOT NULL",
        "page": "INTEGER",
        "left": "REAL",
        "bottom": "REAL",
        "right": "REAL",
        "top": "REAL",
        "time": "TEXT",
    },
    key='PRIMARY KEY (source, post, start, "end")',
    options="WITHOUT ROWID",
)
PASSAGE = Table(
    "passage",
    {
        "id": "INTEGER PRIMARY KEY",
        "source": "INTEGER NOT NULL",
        "post": "INTEGER NOT NULL",
        "start": "INTEGER NOT NULL",
        "end": "INTEGER NOT NULL",
        "text": "TEXT NOT NULL",
        "title": "TEXT NOT NULL",
        "context": "TEXT NOT NULL",
        "reply_to": "TEXT NOT NULL",
    },
)
TABLES = (SOURCE, POST, LOCATION, PASSAGE)
_PYTHON_TYPES: Mapping[str, type] = {"INTEGER": int, "REAL": float, "TEXT": str}
_NULLABLE = {
    name
    for table in TABLES
    for name, kind in table.columns.items()
    if kind == kind.split()[0]  # and nothing follows
}
COLUMN_TYPES: ColumnTypes = {
    name: (_PYTHON_TYPES[kind.split()[0]], *((type(None),) if name in _NULLABLE else ()))
    for table in TABLES
    for name, kind in table.columns.items()
}
INDEXES = "CREATE INDEX passage_post ON passage (source, post); CREATE INDEX post_author ON post (author);"


@cache
def layout() -> Layout:
    """What every store holds."""
    return Layout.of(f"{' '.join(table.create for table in TABLES)} {INDEXES}", COLUMN_TYPES)


def text_hash(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal, which is stored with it."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def record_hash(
    source: Sequence[object], posts: Sequence[Sequence[object]], locations: Sequence[Sequence[object]]
) -> str:
    """The SHA-256 of everything that is stored about a source but its text, in hexadecimal.

    Args:
        source: The values of its row, from its name to the hash of its text, without the text itself.
        posts: The values of its posts' rows, from the number on.
        locations: The values of its locations' rows, from the number of the post on.
    """
    return text_hash(json.dumps([*source, *posts, *locations]))
