"""How many questions are answered at once, and how many may wait for that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
import anyio.to_thread

Result = TypeVar("Result")


class Busy(Exception):
    """Too many questions are waiting already."""


class Waiting:
    """Lets a few questions be answered at a time, and the others wait."""

    def __init__(self, at_once: int, most_waiting: int) -> None:
        """Take how many run at once, and how many may wait."""
        self._at_once = at_once
        self._most = at_once + most_waiting
        self._limiter: anyio.CapacityLimiter | None = None
        self._inside = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run it in a thread in its turn. Raises Busy if too many wait already."""
        async with self.turn():
            return await anyio.to_thread.run_sync(work)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and end it after. Raises Busy if too many wait already."""
        if self._inside >= self._most:
            raise Busy
        if self._limiter is None:  # it belongs to an event loop, which runs by now
            self._limiter = anyio.CapacityLimiter(self._at_once)
        self._inside += 1
        try:
            async with self._limiter:
                yield
        finally:
            self._inside -= 1
