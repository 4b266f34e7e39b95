"""Types that every part of the package shares: a span of text, a path, a progress callback."""

from __future__ import annotations

import os
from typing import Protocol

StrPath = str | os.PathLike[str]

Span = tuple[int, int]
"""The start and the end of a piece of text, in code points; the end is not included."""


class Progress(Protocol):
    """A callback with the stage's name, the items done and the items in all; if it raises, the work is cancelled."""

    def __call__(self, stage: str, done: int, total: int, /) -> None: ...


def no_progress(stage: str, done: int, total: int, /) -> None:
    """Do nothing."""
