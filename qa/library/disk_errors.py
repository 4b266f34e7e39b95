"""Distinguishes a disk that cannot be written from a bug: each engine reports it in its own kind of exception."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from qa.errors import LibraryNotWritable

_SQLITE_DISK_ERRORS = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
}
_SQLITE_PRIMARY_CODE = 0xFF  # the low byte; extended codes such as SQLITE_IOERR_WRITE add bits above it
_FAISS = re.compile(r"(?:write error in|could not open) .*?[(:] ?([^():]+)\)?$")
_TANTIVY = re.compile(r"'([^'()]+) \(os error \d+\)")


@contextmanager
def reporting_disk_errors() -> Iterator[None]:
    """Turn a failure to write files into LibraryNotWritable; any other error passes through."""
    try:
        yield
    except Exception as error:
        reason = _disk_error(error)
        if reason is None:
            raise
        raise LibraryNotWritable(f"the new index could not be written: {reason}; the old one is untouched") from error


def _disk_error(error: Exception) -> str | None:
    """What the disk reports in an exception of Python, SQLite, FAISS or tantivy; None if it is about something else.

    >>> _disk_error(ValueError("An IO error occurred: 'No space left on device (os error 28)'"))
    'No space left on device'
    >>> _disk_error(RuntimeError("write error in l/dense.faiss: 409555 != 768000 (No space left on device)"))
    'No space left on device'
    >>> _disk_error(ValueError("all input arrays must have the same shape")) is None
    True
    """
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, sqlite3.OperationalError):
        code = getattr(error, "sqlite_errorcode", 0) & _SQLITE_PRIMARY_CODE
        return str(error) if code in _SQLITE_DISK_ERRORS else None
    pattern = {RuntimeError: _FAISS, ValueError: _TANTIVY}.get(type(error))
    match = pattern.search(str(error)) if pattern else None
    return match[1].strip() if match else None
