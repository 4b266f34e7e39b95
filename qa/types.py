"""How long work tells where it is: a callback, nothing more."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called with the stage's name, the items done and the items in all; raising from it cancels the work."""

    def __call__(self, stage: str, done: int, total: int, /) -> None: ...


def silent(stage: str, done: int, total: int, /) -> None:
    """Tell nobody."""
