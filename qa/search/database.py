"""Database: an SQLite file of a generation, opened for reading; whoever wrote it is not trusted."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import LibraryDamaged, LibraryNotReadable
from qa.search.engine import reporting_damage
from qa.search.system_errors import system_error

# A query takes one step of SQLite for every two bytes of a large library at most; a crafted file may never end one.
_STEPS_PER_BYTE, _STEPS_PER_CALL = 10, 10_000
_FREE_BYTES = 1_000_000  # for what is asked of the smallest library, in bytes of text and of steps
_ROWS_PER_BATCH = 1_000
_LONGEST_VALUE = 2**31 - 1  # bytes; SQLite takes no greater limit, and a library of two million passages is longer


ColumnTypes = Mapping[str, tuple[type, ...]]
_SCHEMA_ROWS = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file must hold.

    Attributes:
        rows: The rows of `sqlite_master`: its tables and indexes, and nothing that SQLite would run.
        types: The types of the values that each column may hold. SQLite keeps to them when it writes, but a file may be
            crafted.
    """

    rows: frozenset[tuple[str, ...]]
    types: ColumnTypes

    @classmethod
    def of(cls, script: str, types: ColumnTypes) -> Layout:
        """The layout of a file that a script creates.

        Args:
            script: The statements that create its tables and indexes.
            types: The types of each column.
        """
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript(script)
            return cls(frozenset(connection.execute(_SCHEMA_ROWS)), types)


class Database:
    """The tables of a file, read by one thread at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection, size: int, types: ColumnTypes) -> None:
        self.path = path
        self._types = types
        self._connection = connection
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, connection.close)
        self._most_characters = size + _FREE_BYTES
        self._steps = _Steps(_STEPS_PER_BYTE * (size + _FREE_BYTES))
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(size + _FREE_BYTES, _LONGEST_VALUE))
        connection.set_progress_handler(self._steps, _STEPS_PER_CALL)

    @classmethod
    def open(cls, path: Path, layout: Layout) -> Database:
        """Open a file. Raises what `rows` does, also if its tables are not those of the layout."""
        with reporting_damage(path, OSError):
            is_file, size = path.is_file(), path.stat().st_size
        if not is_file:  # SQLite would wait for a pipe
            raise LibraryDamaged(f"{path} is not a file")
        with _reporting_sqlite_damage(path):
            connection = sqlite3.connect(read_only_uri(path), uri=True, check_same_thread=False)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
        database = cls(path, connection, size, layout.types)
        if set(database.rows(_SCHEMA_ROWS)) != layout.rows:
            raise LibraryDamaged(f"{path} was altered: its tables are not those that this version writes")
        return database

    def close(self) -> None:
        """Close the file, which also happens automatically once nothing refers to the database."""
        self._finalizer()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query. The file is not trusted: it may be crafted to give wrong types, or never to end.

        Raises:
            LibraryDamaged: The file was altered.
            LibraryNotReadable: The system does not let it be read.
        """
        with self._lock, _reporting_sqlite_damage(self.path):
            self._steps.restart()
            cursor = self._connection.execute(query, values)
            rows: list[tuple[Any, ...]] = []
            length = 0
            while batch := cursor.fetchmany(_ROWS_PER_BATCH):
                rows += batch
                length += sum(len(value) for row in batch for value in row if isinstance(value, str))
                if length > self._most_characters:
                    raise LibraryDamaged(f"{self.path} gives more text than it can hold: it was altered")
        types = [self._types.get(column[0]) for column in cursor.description]
        for index, allowed in enumerate(types):
            if allowed is not None and not all(isinstance(row[index], allowed) for row in rows):
                raise LibraryDamaged(f"{self.path} holds values of a wrong type: it was altered")
        return rows


def read_only_uri(path: Path) -> str:
    """The address at which SQLite opens a file for reading.

    `immutable` makes SQLite use no lock and no journal, so that a read-only mount works.
    """
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


@contextmanager
def _reporting_sqlite_damage(path: Path) -> Iterator[None]:
    """Turn an error of SQLite while it reads a file into LibraryDamaged or LibraryNotReadable."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
        reason = system_error(error)
        if reason is None or not path.exists():
            raise LibraryDamaged(f"{path} cannot be read as a store of texts: {error}") from error
        raise LibraryNotReadable(f"{path} cannot be read now: {reason}; nothing in the library was changed") from error


class _Steps:
    """Counts what SQLite does for a query, and ends a query that does more than its file can ask for.

    It is called by the connection, so it must not refer to the store: the circle would keep the file open.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most

    def restart(self) -> None:
        self._left = self._most

    def __call__(self) -> bool:
        self._left -= _STEPS_PER_CALL
        return self._left < 0
