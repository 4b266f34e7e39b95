"""Distinguishes a disk that cannot be written from a bug: each engine reports it in its own kind of exception."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from qa.errors import LibraryNotWritable
from qa.search.system_errors import system_error

_NOT_WHAT_WAS_WRITTEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def reporting_disk_errors() -> Iterator[None]:
    """Turn a failure to write files into LibraryNotWritable; any other error passes through."""
    try:
        yield
    except Exception as error:
        reason = system_error(error)
        if getattr(error, "sqlite_errorcode", None) in _NOT_WHAT_WAS_WRITTEN:
            reason = "the disk does not give back what was written to it"  # the file is new, and nobody else's
        if reason is None:
            raise
        raise LibraryNotWritable(f"the new index could not be written: {reason}; the old one is untouched") from error
