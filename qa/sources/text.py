"""Plain text and Markdown: an article, and the comments that were copied along with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from qa.errors import SourceError
from qa.sources.attribution import Attribution, byline
from qa.sources.boilerplate import is_boilerplate
from qa.sources.comments import Comment, split
from qa.sources.lines import Line, lines_of, span_of
from qa.thread import Kind, Post, Thread

_MARKDOWN_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<title>.+?)\s*#*\s*")
_UNDERLINE = re.compile(r"\s*(={3,}|-{3,})\s*")
_LONGEST_TITLE = 140
_BYLINE_WITHIN = 5


def read(text: str, *, source: str | None = None, title: str | None = None) -> Thread:
    """Read `text` as an article with the comments under it, or as an article alone.

    A text without a `source` is named after its title and its hash, so that two of them do not meet under one name.

    The title is the one given, else the text's first line where that looks like one. A first line is part of the
    article either way, so that no word of the text is lost to a question.

    Raises SourceError, naming `source`, where the text is empty or cannot be stored as UTF-8.
    """
    named = source or "the text"
    if not text.strip().strip("\x00\ufeff"):
        raise SourceError(f"{named} is empty; give a text with at least one word")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SourceError(
            f"{named} holds half a character (a lone surrogate) at position {error.start}; "
            "read the text again with its right encoding"
        ) from error
    lines = lines_of(text)
    article, comments = split(lines)
    posts = [_post(text, "article", Comment(article, _author(article)))]
    posts += [_post(text, "comment", comment) for comment in comments]
    written = tuple(post for post in posts if post is not None)
    if not written:
        raise SourceError(f"{named} holds page furniture alone (comment form, counters); give a text with content")
    title = title or _title(article)
    return Thread(source or _name(text, title), text, written, title)


def _name(text: str, title: str | None) -> str:
    opening = title or " ".join(text[:400].split()[:6])
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
    return f"{opening[:60]} · {digest}"


def _post(text: str, kind: Kind, written: Comment) -> Post | None:
    """The post that stands on these lines: page furniture at its edges cut off, inside it marked as omitted."""
    lines = list(written.lines)
    while lines and (lines[0].blank or is_boilerplate(lines[0].text)):
        lines.pop(0)
    while lines and (lines[-1].blank or is_boilerplate(lines[-1].text)):
        lines.pop()
    span = span_of(lines)
    if span is None:
        return None
    start, end = span
    omitted = tuple((line.start, line.end) for line in lines if is_boilerplate(line.text))
    return Post(kind, text[start:end], start, end, written.who.author, written.who.date, omitted=omitted)


def _author(article: Sequence[Line]) -> Attribution:
    visible = [line for line in article if not line.blank][:_BYLINE_WITHIN]
    return next((who for line in visible if (who := byline(line.text))), Attribution(None, None))


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
