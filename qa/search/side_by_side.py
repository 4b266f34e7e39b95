"""Two searches side by side, in two threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_First = TypeVar("_First")
_Second = TypeVar("_Second")


def side_by_side(first: Callable[[], _First], second: Callable[[], _Second]) -> tuple[_First, _Second]:
    """What two functions return that run at the same time; FAISS and tantivy let other threads run meanwhile.

    The thread ends with the call, so none is missing in a process that was forked between two questions.
    """
    # Its import takes 15 ms, and only large indexes need it.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(first)
        found = second()
        return running.result(), found
