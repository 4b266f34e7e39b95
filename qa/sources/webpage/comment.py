"""A comment out of the element that holds it: its words without the buttons around them, its author and its day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.sources.patterns.attribution import claim_of, is_name_line
from qa.sources.patterns.boilerplate import is_boilerplate
from qa.sources.patterns.buttons import BUTTON
from qa.sources.patterns.dates import iso_day
from qa.sources.patterns.names import clean_name
from qa.sources.patterns.times import is_time
from qa.sources.webpage.blocks import Line, Part, joined
from qa.sources.webpage.collect import CommentCandidate
from qa.types import Span

_GONE = re.compile(
    r"\W*(?:\[?(?:deleted|removed|gelöscht|entfernt|supprimé|eliminado|usunięt[yoe]|flagged|dead|redacted|verwijderd)\]?"
    r"|(?:\[|\()?(?:this|the|dieser|der|ein|ce|cet|este|il|questo|el|ten|deze)?\s?"
    r"(?:comment|post|reply|message|answer|kommentar|beitrag|commentaire|comentario|commento|komentarz|reactie)\b.{0,60}"
    r"(?:deleted|removed|hidden|gelöscht|entfernt|gesperrt|ausgeblendet|versteckt|supprimé|masqué|eliminado|borrado"
    r"|eliminato|rimosso|usunięty|verwijderd)\b.{0,80}"
    r"|(?:deleted|removed|gelöscht|entfernt|supprimé|eliminado)[.:].{0,160})\W*",
    re.IGNORECASE | re.DOTALL,
)
_WROTE = re.compile(
    r".{0,90}\b(?:wrote|writes|said|schrieb|schreibt|sagte|a écrit|escribió|ha scritto|napisał\w*|schreef)\b.{0,60}:"
    r"|(?:zitat(?: von .{1,60})?|quote(?:d from .{1,60})?|originally posted by .{1,60})\s?:?",
    re.IGNORECASE,
)
_MARK = re.compile(r"\s*[|•·–—,]\s+|\s+[-(]\s*|\s+(?:am|on|at|le|el|il)\s+")
_LONGEST_LABEL = 120
_TAKEN_DOWN = ("deleted", "is-deleted", "comment-deleted", "removed", "pingback", "trackback", "spam")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment's words and who wrote them when; `omitted` are the words in it that it quotes."""

    text: str
    author: str | None
    date: str | None
    omitted: tuple[Span, ...] = ()


def comment_of(sighting: CommentCandidate) -> Comment:
    """The comment that an element holds; its text is empty where it was deleted or is hidden."""
    lines = sighting.prose.finished()
    author, date = sighting.author, sighting.date
    body = _body(lines)
    for line in _around(lines, body):
        text = line.text[:200]
        claim = claim_of(text)
        if claim and not author:
            author = claim.who.author
        if is_time(text) and len(text) <= _LONGEST_LABEL:
            date = date or iso_day(text)
            author = author or _before_day(text)
    author = author or _first_name(lines, body)
    body = _trimmed(_quoted(body, author), author)
    names = (sighting.element.get("class") or "").lower().split()
    if sighting.hidden or any(name in _TAKEN_DOWN for name in names) or _gone(body):
        body = []
    text, omitted = joined(body)
    return Comment(text, None if not text and _gone_name(author) else author, date, omitted)


def _body(lines: Sequence[Line]) -> list[Line]:
    """The lines that are the comment: those of the part that is called so, unless most words stand elsewhere."""
    counts = dict.fromkeys(Part, 0)
    for line in lines:
        counts[line.part] += len(line.text)
    if counts[Part.BODY] * 2 >= counts[Part.LOOSE] and counts[Part.BODY]:
        return [line for line in lines if line.part is Part.BODY]
    if counts[Part.LOOSE] + counts[Part.BODY] > 1:
        return [line for line in lines if line.part is not Part.META]
    return list(lines)


def _around(lines: Sequence[Line], body: Sequence[Line]) -> list[Line]:
    """The lines that may say who wrote and when: those outside the body, its first two and its last."""
    inside = {id(line) for line in body}
    return [*(line for line in lines if id(line) not in inside), *body[:2], *body[-1:]]


def _before_day(text: str) -> str | None:
    """The name in "Ann Lee | 3 March 2011", where a mark parts it from the day."""
    name = _MARK.split(text, maxsplit=1)[0]
    return clean_name(name) if name != text and not is_time(name) and is_name_line(name) else None


def _first_name(lines: Sequence[Line], body: Sequence[Line]) -> str | None:
    """A name on a line of its own before the words."""
    for line in lines[:3]:
        if is_time(line.text) or BUTTON.fullmatch(line.text):
            continue
        name = clean_name(line.text) if len(line.text) <= 60 else None
        if name and is_name_line(name) and not (len(body) == 1 and line is body[0]):
            return name
        return None
    return None


def _trimmed(lines: list[Line], author: str | None) -> list[Line]:
    """Without the lines at either end that nobody wrote as a comment: the name, the day, buttons."""
    start, end = 0, len(lines)
    while start < end and _is_label(lines[start], author):
        start += 1
    while start < end and _is_label(lines[end - 1], author):
        end -= 1
    return lines[start:end]


def _is_label(line: Line, author: str | None) -> bool:
    text = line.text.strip()
    if line.quoted or len(text) > 120:
        return False
    if BUTTON.fullmatch(text) or is_boilerplate(text) or claim_of(text):
        return True
    if author and clean_name(text) == author:
        return True
    if not is_time(text):
        return False
    words = re.sub(re.escape(author), " ", text) if author else text
    return len(re.findall(r"[^\W\d_]{2,}", words)) <= 5


def _quoted(lines: list[Line], author: str | None) -> list[Line]:
    """With the line "Ann wrote:" before a quotation marked as part of it."""
    marked = list(lines)
    for number, line in enumerate(lines[:-1]):
        if not lines[number + 1].quoted or line.quoted or (author and clean_name(line.text) == author):
            continue
        if _WROTE.fullmatch(line.text[:200]):
            marked[number] = Line(line.text, True, line.apart, line.part)
    return marked


def _gone(lines: Sequence[Line]) -> bool:
    return len(lines) <= 2 and bool(_GONE.fullmatch(" ".join(line.text for line in lines)[:300]))


def _gone_name(author: str | None) -> bool:
    return author is None or bool(_GONE.fullmatch(author))
