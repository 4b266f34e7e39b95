"""What all rooms share: a span of text, a path, a callback for progress."""

from __future__ import annotations

import os
from typing import Protocol

StrPath = str | os.PathLike[str]

Span = tuple[int, int]
"""A start and an end, counted in code points, the end not included."""


class Progress(Protocol):
    """Called with the stage's name, the items done and the items in all; raising from it cancels the work."""

    def __call__(self, stage: str, done: int, total: int, /) -> None: ...


def no_progress(stage: str, done: int, total: int, /) -> None:
    """Do nothing."""
