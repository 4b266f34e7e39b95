"""Plain text and Markdown as bytes: decoded, then read as `qa.sources.plaintext.front_matter` reads a text."""

from __future__ import annotations

from collections.abc import Iterator

from qa.sources.decode import decode
from qa.sources.plaintext import front_matter
from qa.sources.thread import Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the one thread of a text. Raises SourceError where it is empty or no text."""
    yield front_matter.read(decode(data, name), source=name)
