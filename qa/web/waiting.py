"""How many questions are answered at once, and how many may wait for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

Result = TypeVar("Result")


class Busy(Exception):
    """Too many questions are waiting already."""


class Waiting:
    """Runs questions in threads, a few at a time."""

    def __init__(self, at_once: int, most_waiting: int) -> None:
        """Take how many run at once, and how many may wait."""
        self._at_once = at_once
        self._most = at_once + most_waiting
        self._limiter: anyio.CapacityLimiter | None = None
        self._inside = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run it in its turn. Raises Busy if too many wait already."""
        if self._inside >= self._most:
            raise Busy
        if self._limiter is None:  # it belongs to an event loop, which runs by now
            self._limiter = anyio.CapacityLimiter(self._at_once)
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._inside -= 1
