"""Plain text and Markdown as bytes: decoded, then read as `qa.sources.thread` reads a text."""

from __future__ import annotations

from collections.abc import Iterator

from qa.sources.decode import decode
from qa.sources.thread import Thread, thread_from_text


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the one thread of a text. Raises SourceError where it is empty or no text."""
    yield thread_from_text(decode(data, name), source=name)
