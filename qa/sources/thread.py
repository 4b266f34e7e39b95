"""Thread and Post: an article with the comments under it, and where each stands in its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from qa.errors import SourceError

Kind = Literal["article", "comment"]
Span = tuple[int, int]
"""A start and an end, counted in code points, the end not included."""


@dataclass(frozen=True, slots=True)
class Post:
    """One article or comment: `text` is exactly `thread.text[start:end]`.

    `author` and `date` (ISO 8601) are None where the source does not tell. `parent` is the index of the post that
    this one replies to, None for the article and for comments on it. `omitted` are spans inside the post (offsets
    into the thread's text) that are shown and never indexed, because they are not content: a share button's label.
    """

    kind: Kind
    text: str
    start: int
    end: int
    author: str | None = None
    date: str | None = None
    parent: int | None = None
    omitted: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """A source's reading text with the posts found in it, in reading order.

    `source` is a name, never a path. `text` is what every offset counts in; it is never cleaned. `url` is where the
    source says that it stands, None where it does not tell. `original` is the SHA-256 of the file that the text was
    taken out of, None where the text is the file itself.
    """

    source: str
    text: str
    posts: tuple[Post, ...]
    title: str | None = None
    url: str | None = None
    original: str | None = None

    @classmethod
    def from_text(cls, text: str, *, title: str | None = None) -> Thread:
        """Read text in memory as a text file would be read.

        The source's name is the title; an untitled text is named after its first words and its hash, so that two
        untitled texts do not meet under one name.

        Raises SourceError where the text is empty or cannot be stored.
        """
        from qa.sources.plaintext import front_matter

        return front_matter.read(text, source=title, title=title)

    def checked(self) -> Thread:
        """The thread itself. Raises SourceError where it does not hold together or cannot be stored."""
        if not self.source or not isinstance(self.source, str):
            raise SourceError(f"a thread's source is a name, not {self.source!r}")
        said = [self.source, self.text, self.title, self.url, self.original]
        said += [text for post in self.posts for text in (post.author, post.date)]
        if not all(text is None or (isinstance(text, str) and _is_utf8(text)) for text in said):
            raise SourceError(f"the thread {self.source!a} holds text that cannot be stored as UTF-8")
        for number, post in enumerate(self.posts):
            if not 0 <= post.start <= post.end <= len(self.text) or self.text[post.start : post.end] != post.text:
                raise SourceError(
                    f"post {number} of {self.source!r} is not the text from {post.start!r} to {post.end!r}"
                )
            if post.kind not in get_args(Kind):
                raise SourceError(f"post {number} of {self.source!r} is an article or a comment, not {post.kind!r}")
            if post.parent is not None and not 0 <= post.parent < len(self.posts):
                raise SourceError(
                    f"post {number} of {self.source!r} replies to post {post.parent!r}, which is not there"
                )
            if not _in_order([post.start, *(edge for span in post.omitted for edge in span), post.end]):
                raise SourceError(f"post {number} of {self.source!r} omits spans that are not inside it, in order")
        if circles := first_in_circles([post.parent for post in self.posts]):
            raise SourceError(f"post {circles[0]} of {self.source!r} replies to itself, through the posts between")
        return self

    @property
    def comments(self) -> tuple[Post, ...]:
        """The posts that are comments, in reading order."""
        return tuple(post for post in self.posts if post.kind == "comment")


def first_in_circles(parents: Sequence[int | None]) -> list[int]:
    """The first post of each circle that replies go round in; without its parent there is no circle.

    >>> first_in_circles([None, 2, 3, 1, 3])
    [1]
    """
    first, walked = [], set[int]()
    for start in range(len(parents)):
        way: dict[int, None] = {}
        at: int | None = start
        while at is not None and at not in walked and at not in way:
            way[at] = None
            at = parents[at]
        if at is not None and at in way:
            on_the_way = list(way)
            first.append(min(on_the_way[on_the_way.index(at) :]))
        walked.update(way)
    return first


def _in_order(places: Sequence[int]) -> bool:
    return all(before <= after for before, after in pairwise(places))


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
