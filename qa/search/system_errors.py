"""What the operating system reports inside the exceptions of Python, SQLite, FAISS and tantivy.

Each engine wraps it in its own kind of exception, and damage to its files in the same kind.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3

_SQLITE_SYSTEM_ERRORS = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
}
_SQLITE_PRIMARY_CODE = 0xFF  # the low byte; extended codes such as SQLITE_IOERR_WRITE add bits above it
_FAISS = re.compile(r"(?:write error in|could not (?:open|mmap)) .*?[(:] ?([^():]+)\)?$")
_TANTIVY = re.compile(r"\(os error (\d+)\)|Os \{ code: (\d+)")
_ABOUT_THE_FILE = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EINVAL, errno.EOVERFLOW}


def system_error(error: BaseException) -> str | None:
    """What the system reports in an exception; None if it is about something else.

    >>> system_error(ValueError("An IO error occurred: 'No space left on device (os error 28)'"))
    'No space left on device'
    >>> system_error(ValueError('IoError { io_error: Os { code: 28, kind: StorageFull } }'))
    'No space left on device'
    >>> system_error(RuntimeError("write error in l/dense.lists: 409555 != 768000 (No space left on device)"))
    'No space left on device'
    >>> system_error(ValueError("all input arrays must have the same shape")) is None
    True
    """
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return str(error) if code is not None and code & _SQLITE_PRIMARY_CODE in _SQLITE_SYSTEM_ERRORS else None
    if isinstance(error, RuntimeError):
        match = _FAISS.search(str(error))
        return match[1].strip() if match else None
    if isinstance(error, ValueError):
        match = _TANTIVY.search(str(error))
        return os.strerror(int(match[1] or match[2])) if match else None
    return None


def is_about_the_file(reason: str) -> bool:
    """Whether what the system reports means that a file is missing, or is no file: then the library is damaged."""
    return reason in {os.strerror(code) for code in _ABOUT_THE_FILE}
