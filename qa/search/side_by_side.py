"""Two searches side by side, the first in a thread of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TypeVar

_First = TypeVar("_First")
_Second = TypeVar("_Second")
# Threads beside those that ask: with one for each pair of searches, eight questions at once got a seventh fewer answers
# a second from two cores than without any; with one in all, 3 % fewer.
_SPARE_CORES = threading.Semaphore(max(1, (os.cpu_count() or 1) - 1))


def side_by_side(
    first: Callable[[], _First], second: Callable[[], _Second], *, threads: bool = True
) -> tuple[_First, _Second]:
    """What two functions return that run at the same time; FAISS and tantivy let other threads run meanwhile.

    The thread ends with the call, so none is missing in a process that was forked between two questions. Where no core
    is spare, or the system starts no more threads, the functions run in turn.

    Args:
        first: One function.
        second: The other, which runs in the thread that calls.
        threads: Whether a thread is worth its start, a fifth of a millisecond; if not, they run in turn.

    Raises:
        Exception: What a function raised, after the other one has ended; what the second raised if both did.
    """
    if not threads or not _SPARE_CORES.acquire(blocking=False):
        return first(), second()
    try:
        return _in_a_thread(first, second)
    finally:
        _SPARE_CORES.release()


def _in_a_thread(first: Callable[[], _First], second: Callable[[], _Second]) -> tuple[_First, _Second]:
    found: list[_First] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            found.append(first())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="side by side")
    try:
        thread.start()
    except RuntimeError:
        return first(), second()
    try:
        other = second()
    finally:
        thread.join()
    if errors:
        raise errors[0]
    return found[0], other
