"""Plain text and Markdown: decoded, then parsed by `qa.sources.thread`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from qa.errors import SourceError
from qa.sources.decode import decode_reporting
from qa.sources.patterns.records import describe_records
from qa.sources.thread import Thread, thread_from_text


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the one thread of a text.

    Raises SourceError if it is empty or binary, or after the thread, if bytes of it could not be decoded or it looks
    like a log or a table.
    """
    text, damage = decode_reporting(data, name)
    thread = thread_from_text(text, source=name)
    # A text with replaced bytes is not the file itself any more.
    yield replace(thread, original=hashlib.sha256(data).hexdigest()) if damage else thread
    if damage:
        raise damage
    if kind := describe_records(text):
        raise SourceError(f"{name!r} looks like {kind} of a form that is not known; it is read as one text")
