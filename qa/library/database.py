"""Database: the SQLite file of a store, opened for reading; whoever wrote it is not trusted."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from pathlib import Path
from typing import Any

from qa.errors import LibraryDamaged
from qa.library.schema import (
    COLUMN_TYPES,
    FILE,
    SCHEMA_ROWS,
    expected_schema,
    read_only_uri,
    reporting_store_damage,
)
from qa.search.engine import reporting_damage

# A query takes one step of SQLite for every two bytes of a large library at most; a crafted file may never end one.
_STEPS_PER_BYTE, _STEPS_PER_CALL = 10, 10_000
_FREE_BYTES = 1_000_000  # for what is asked of the smallest library, in bytes of text and of steps
_ROWS_PER_BATCH = 1_000


class Database:
    """The tables of a store, read by one thread at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection, size: int) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, connection.close)
        self._most_characters = size + _FREE_BYTES
        self._steps = _Steps(_STEPS_PER_BYTE * (size + _FREE_BYTES))
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, size + _FREE_BYTES)
        connection.set_progress_handler(self._steps, _STEPS_PER_CALL)

    @classmethod
    def open(cls, folder: Path) -> Database:
        """Open the database in `folder`. Raises what `rows` does, also if its tables are not those of a store."""
        path = folder / FILE
        with reporting_damage(path, OSError):
            is_file, size = path.is_file(), path.stat().st_size
        if not is_file:  # SQLite would wait for a pipe
            raise LibraryDamaged(f"{path} is not a file")
        with reporting_store_damage(path):
            connection = sqlite3.connect(read_only_uri(folder), uri=True, check_same_thread=False)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
        database = cls(path, connection, size)
        if set(database.rows(SCHEMA_ROWS)) != expected_schema():
            raise LibraryDamaged(f"{path} is not a store of texts: its tables are not those that this version writes")
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
        with self._lock, reporting_store_damage(self.path):
            self._steps.restart()
            cursor = self._connection.execute(query, values)
            rows: list[tuple[Any, ...]] = []
            length = 0
            while batch := cursor.fetchmany(_ROWS_PER_BATCH):
                rows += batch
                length += sum(len(value) for row in batch for value in row if isinstance(value, str))
                if length > self._most_characters:
                    raise LibraryDamaged(f"{self.path} gives more text than it can hold: it was altered")
        types = [COLUMN_TYPES.get(column[0]) for column in cursor.description]
        for index, allowed in enumerate(types):
            if allowed is not None and not all(isinstance(row[index], allowed) for row in rows):
                raise LibraryDamaged(f"{self.path} holds values of a wrong type: it was altered")
        return rows


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
