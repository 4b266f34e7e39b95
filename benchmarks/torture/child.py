"""A child process of one trial: what it says, and how it ends if it says nothing."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_PATIENCE = 120.0  # seconds; no trial takes two, but this machine may have other work


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended.

    Attributes:
        said: What its work returned; None if it did not end by itself.
        killed: The signal that ended it; 0 for none.
        error: The traceback of an error that its work raised.
    """

    said: Any = None
    killed: int = 0
    error: str = ""


def run(work: Callable[[], Any], kill_after: float | None = None, patience: float = _PATIENCE) -> Ending:
    """Run work in a child that shares nothing with this process.

    Args:
        work: Returns something that can be pickled.
        kill_after: Seconds after which the child is killed; None for never.
        patience: Seconds after which it counts as hanging and is killed.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _work(work, reading, writing)
    os.close(writing)
    said = _read(reading, child, patience if kill_after is None else kill_after)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Ending(killed=os.WTERMSIG(status))
    if not said:
        return Ending(error=f"it ended with status {os.waitstatus_to_exitcode(status)}")
    ending = pickle.loads(said)  # noqa: S301 — of our own child
    assert isinstance(ending, Ending)
    return ending


def _work(work: Callable[[], Any], reading: int, writing: int) -> None:
    """Work in the child, and end it without what an interpreter does at its end."""
    os.close(reading)
    try:
        try:
            said = pickle.dumps(Ending(work()))
        except BaseException:
            said = pickle.dumps(Ending(error=traceback.format_exc()))
        with os.fdopen(writing, "wb") as stream:
            stream.write(said)
    finally:
        os._exit(0)


def _read(reading: int, child: int, seconds: float) -> bytes:
    """What the child says; it is killed if that takes too long."""
    end = time.monotonic() + seconds
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            os.kill(child, signal.SIGKILL)
            return b""
        if not (part := os.read(reading, 1 << 16)):
            return b"".join(parts)
        parts.append(part)
