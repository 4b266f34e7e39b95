"""What the sandbox and its child process send each other: one JSON object a line.

The parent sends a `ReadRequest`. The child answers with `{"format": name}`, one `{"thread": …}` for each thread, and
last `{"error": message or null, "recognised": bool}`: what was wrong with the file, and whether its format is one that
can be read. A thread travels as its reading text and the spans of its posts, so the parent builds and checks it once.

Before each file of an archive the child sends `{"member": number, "name": name, "size": bytes, "error": message or
null}`: the file, and what was wrong with those before it. So each has its own time, and if one ends the child, the
parent asks another child for the files after it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, astuple, dataclass
from typing import Any

from qa.sources.left_out import LeftOut
from qa.sources.location import Location
from qa.sources.thread import Post, Thread

OUT_OF_MEMORY = 99
"""The child's exit status after a file needed more memory than its limit."""
BYTES_A_SECOND = 1_000_000
"""Slower than every parser here (docs/formats.md), so that a large file has enough time."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """One file to read.

    `seconds` is how long it may take. A file with `is_text` is a text that was in memory, as UTF-8: it is read as
    `Thread.from_text` reads it, with `title`, whatever it looks like. Of an archive, `first_member` is the number of
    the first file to read.
    """

    path: str
    name: str
    seconds: float
    is_text: bool = False
    title: str | None = None
    first_member: int = 0

    def to_line(self) -> bytes:
        """The request as the line that is sent."""
        return json.dumps(asdict(self)).encode("ascii") + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> ReadRequest:
        """The request that `to_line` wrote."""
        return cls(**json.loads(line))


def thread_to_message(thread: Thread) -> dict[str, Any]:
    """The thread as the child sends it."""
    return {
        "source": thread.source,
        "text": thread.text,
        "title": thread.title,
        "url": thread.url,
        "original": thread.original,
        "tags": thread.tags,
        "left_out": thread.left_out and astuple(thread.left_out),
        "posts": [
            (
                *(post.kind, post.start, post.end, post.author, post.date, post.parent, post.omitted),
                [astuple(location) for location in post.locations],
            )
            for post in thread.posts
        ],
    }


def thread_from_message(message: dict[str, Any]) -> Thread:
    """The thread that `thread_to_message` described, checked.

    Raises SourceError if it is not consistent, and TypeError, ValueError or LookupError if it is not a thread at all.
    """
    text = message["text"]
    posts = tuple(
        Post(
            kind,
            text[start:end],
            start,
            end,
            author,
            date,
            None if parent is None else int(parent),
            tuple((int(first), int(last)) for first, last in omitted),
            tuple(
                Location(first, last, page, None if box is None else tuple(box), time)
                for first, last, page, box, time in locations
            ),
        )
        for kind, start, end, author, date, parent, omitted, locations in message["posts"]
    )
    about = {name: message[name] for name in ("title", "url", "original")}
    tags = tuple(map(str, message["tags"]))
    left_out = _left_out(message["left_out"])
    return Thread(message["source"], text, posts, **about, tags=tags, left_out=left_out).checked()


def _left_out(message: Any) -> LeftOut | None:
    if message is None:
        return None
    lines, longest = message
    return LeftOut(int(lines), tuple(map(str, longest)))
