"""A file inside an archive, which is read as any other file is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive.

    Attributes:
        name: Its name in the archive, which is shown and never opened.
        size: How many bytes it has; the reader of the archive gives no more.
        read: Returns its bytes. Raises SourceError if they are damaged.
    """

    name: str
    size: int
    read: Callable[[], bytes]
