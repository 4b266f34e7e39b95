"""Plain text and Markdown: decoded, then parsed by `qa.sources.thread`."""

from __future__ import annotations

from collections.abc import Iterator

from qa.sources.decode import decode
from qa.sources.thread import Thread, thread_from_text


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the one thread of a text. Raises SourceError if it is empty or binary."""
    yield thread_from_text(decode(data, name), source=name)
