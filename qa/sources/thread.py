"""Thread and Post: an article with the comments under it, and where each stands in its source."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from qa.errors import SourceError
from qa.sources.patterns.boilerplate import furniture
from qa.sources.patterns.lines import lines_of, span_of
from qa.sources.plaintext.comments import Comment, split
from qa.sources.plaintext.front_matter import author_of, title_of
from qa.types import Span

Kind = Literal["article", "comment"]


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
        return read_text(text, source=title, title=title)

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


def read_text(text: str, *, source: str | None = None, title: str | None = None) -> Thread:
    """Read `text` as an article with the comments under it, or as an article alone.

    A text without a `source` is named after its title and its hash, so that two of them do not meet under one name.

    The title is the one given, else the text's first line where that looks like one. A first line is part of the
    article either way, so that no word of the text is lost to a question.

    Raises SourceError, naming `source`, where the text is no string, is empty or cannot be stored as UTF-8.
    """
    _check("a title", title or "")
    _check("a source's name", source or "")
    _check(f"the text of {source!r}" if source else "a text", text)
    if not text.strip().strip("\x00\ufeff"):
        raise SourceError(f"{source or 'the text'} is empty; give a text with at least one word")
    parts = split(lines_of(text))
    author = author_of(parts.article)
    posts = [_post(text, "article", Comment(parts.article, author))]
    posts += [_post(text, "comment", comment) for comment in parts.comments]
    posts.append(_post(text, "article", Comment(parts.rest, author)))
    written = tuple(post for post in posts if post is not None)
    if not written:
        raise SourceError(
            f"{source or 'the text'} holds page furniture alone (comment form, counters); give a text with content"
        )
    title = title or title_of(parts.article)
    return Thread(source or _name(text, title), text, written, title)


def _check(named: str, given: object) -> None:
    """Raise SourceError where what is given is no string, or one that no file can hold."""
    if not isinstance(given, str):
        raise SourceError(f"{named} is a string, not {type(given).__name__}: {given!a:.80}")
    try:
        given.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SourceError(
            f"{named} holds half a character (a lone surrogate) at position {error.start}; "
            "read it again with its right encoding"
        ) from error


def _name(text: str, title: str | None) -> str:
    opening = title or " ".join(text[:400].split()[:6])
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
    return f"{opening[:60]} · {digest}"


def _post(text: str, kind: Kind, written: Comment) -> Post | None:
    """The post that stands on these lines: page furniture at its edges cut off, inside it marked as omitted."""
    lines = written.lines
    marks = furniture([line.text for line in lines], comment=kind == "comment")
    content = [index for index, line in enumerate(lines) if not line.blank and not marks[index]]
    if not content:
        return None
    first, last = content[0], content[-1]
    span = span_of(lines[first : last + 1])
    assert span is not None
    start, end = span
    omitted = tuple((lines[index].start, lines[index].end) for index in range(first, last) if marks[index])
    return Post(kind, text[start:end], start, end, written.who.author, written.who.date, omitted=omitted)
