"""The lock that every reader of a generation holds, so that no writer removes it before the reader is done."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import portalocker

from qa.library.manifest import READ_LOCK

Opened = TypeVar("Opened")


def lock_for_reading(folder: Path) -> BinaryIO | None:
    """Take a generation's shared lock; None if its file is gone or the file system has no locks."""
    path = folder / READ_LOCK
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        stream = path.open("rb")
    except OSError:
        return None
    try:
        portalocker.lock(stream, portalocker.LOCK_SH | portalocker.LOCK_NB)
    except portalocker.LockException:
        stream.close()
        return None
    return stream


def opened_under(lock: BinaryIO | None, open_: Callable[[], Opened]) -> Opened:
    """Open what a lock protects, and hold the lock for as long as it is in use.

    Args:
        lock: What `lock_for_reading` returned.
        open_: Opens it. If it raises, the lock is let go.
    """
    try:
        opened = open_()
    except BaseException:
        if lock is not None:
            lock.close()
        raise
    if lock is not None:
        weakref.finalize(opened, lock.close)
    return opened


def is_locked_by_reader(folder: Path) -> bool:
    """Whether anyone reads a generation."""
    try:
        with (folder / READ_LOCK).open("rb") as stream:
            portalocker.lock(stream, portalocker.LOCK_EX | portalocker.LOCK_NB)
    except FileNotFoundError:
        return False
    except (OSError, portalocker.LockException):
        return True
    return False
