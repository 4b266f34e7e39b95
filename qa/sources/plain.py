"""Plain text and Markdown as bytes: decoded, then read as `qa.sources.text` reads a text."""

from __future__ import annotations

from collections.abc import Iterator

from qa.sources import text
from qa.sources.decode import decode
from qa.thread import Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the one thread of a text. Raises SourceError where it is empty or no text."""
    yield text.read(decode(data, name), source=name)
