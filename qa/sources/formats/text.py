"""Plain text and Markdown: decoded, then parsed by `qa.sources.thread`."""

from __future__ import annotations

from collections.abc import Iterator

from qa.errors import SourceError
from qa.sources.decode import decode
from qa.sources.patterns.records import describe_records
from qa.sources.thread import Thread, thread_from_text


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the one thread of a text.

    Raises SourceError if it is empty or binary; after the thread, if it looks like a log or a table.
    """
    text = decode(data, name)
    yield thread_from_text(text, source=name)
    if kind := describe_records(text):
        raise SourceError(f"{name!r} looks like {kind} of a form that is not known; it is read as one text")
