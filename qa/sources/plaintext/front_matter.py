"""Plain text and Markdown: an article, and the comments that were copied along with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from qa.errors import SourceError
from qa.sources.patterns.attribution import NOBODY, Attribution, byline
from qa.sources.patterns.boilerplate import furniture
from qa.sources.patterns.lines import Line, lines_of, span_of
from qa.sources.plaintext.comments import Comment, split
from qa.sources.plaintext.headings import heading_of
from qa.sources.thread import Kind, Post, Thread

_MARKDOWN_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<title>.+?)\s*#*\s*")
_UNDERLINE = re.compile(r"\s*(={3,}|-{3,})\s*")
_LONGEST_TITLE = 140
_BYLINE_WITHIN = 5


def read(text: str, *, source: str | None = None, title: str | None = None) -> Thread:
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
    author = _author(parts.article)
    posts = [_post(text, "article", Comment(parts.article, author))]
    posts += [_post(text, "comment", comment) for comment in parts.comments]
    posts.append(_post(text, "article", Comment(parts.rest, author)))
    written = tuple(post for post in posts if post is not None)
    if not written:
        raise SourceError(
            f"{source or 'the text'} holds page furniture alone (comment form, counters); give a text with content"
        )
    title = title or _title(parts.article)
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


def _author(article: Sequence[Line]) -> Attribution:
    """The author that one of the first lines names; a line under a heading of comments names a comment's."""
    visible = [index for index, line in enumerate(article) if not line.blank][:_BYLINE_WITHIN]
    for index in visible:
        if heading_of(article, index, None):
            break
        if who := byline(article[index].text):
            return who
    return NOBODY


def _title(article: Sequence[Line]) -> str | None:
    """The first line, where it stands apart from what follows and does not end as a sentence in a text does."""
    first = next((index for index, line in enumerate(article) if not line.blank), None)
    if first is None or all(line.blank for line in article[first + 1 :]):
        return None
    line, following = article[first].text.strip(), article[first + 1]
    if heading := _MARKDOWN_HEADING.fullmatch(line):
        return heading["title"][:_LONGEST_TITLE]
    apart = following.blank or bool(_UNDERLINE.fullmatch(following.text))
    sentence = len(line) > _LONGEST_TITLE or line.endswith((".", ",", ";", ":", "…"))
    return line if apart and not sentence else None
