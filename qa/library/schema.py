"""The tables of a store of texts, as `store_writer` fills them and `store` reads them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qa.errors import LibraryDamaged, LibraryNotReadable
from qa.search.system_errors import system_error

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
COLUMN_TYPES: Mapping[str, tuple[type, ...]] = {
    name: (_PYTHON_TYPES[kind.split()[0]], *((type(None),) if name in _NULLABLE else ()))
    for table in TABLES
    for name, kind in table.columns.items()
}
"""The types of the values that a column may hold. SQLite keeps to them when it writes, but a file may be crafted."""
INDEXES = "CREATE INDEX passage_post ON passage (source, post); CREATE INDEX post_author ON post (author);"


@cache
def expected_schema() -> frozenset[tuple[str, ...]]:
    """The rows of `sqlite_master` in every store: its tables and indexes, and nothing that SQLite would run."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(f"{' '.join(table.create for table in TABLES)} {INDEXES}")
        return frozenset(connection.execute(SCHEMA_ROWS))


SCHEMA_ROWS = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"


def read_only_uri(folder: Path) -> str:
    """The address at which SQLite opens the store in `folder` for reading.

    `immutable` makes SQLite use no lock and no journal, so that a read-only mount works.
    """
    return f"{(folder / FILE).resolve().as_uri()}?mode=ro&immutable=1"


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


@contextmanager
def reporting_store_damage(path: Path) -> Iterator[None]:
    """Turn an error of SQLite while it reads the store at `path` into LibraryDamaged or LibraryNotReadable."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
        reason = system_error(error)
        if reason is None or not path.exists():
            raise LibraryDamaged(f"{path} cannot be read as a store of texts: {error}") from error
        raise LibraryNotReadable(f"{path} cannot be read now: {reason}; nothing in the library was changed") from error
