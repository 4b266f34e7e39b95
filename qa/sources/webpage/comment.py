"""A comment from the element that holds it: its words without the buttons around them, its author and its day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.sources.patterns.attribution import WROTE, is_name_line, parse_attribution
from qa.sources.patterns.boilerplate import is_boilerplate
from qa.sources.patterns.buttons import BUTTON
from qa.sources.patterns.dates import is_time, iso_day
from qa.sources.patterns.names import clean_name
from qa.sources.webpage.blocks import TextBlock, TextRegion, join_blocks
from qa.sources.webpage.collect import CommentCandidate
from qa.types import Span

_REMOVED = re.compile(
    r"\W*(?:\[?(?:deleted|removed|gelöscht|entfernt|supprimé|eliminado|usunięt[yoe]|flagged|dead|redacted|verwijderd)\]?"
    r"|(?:\[|\()?(?:this|the|dieser|der|ein|ce|cet|este|il|questo|el|ten|deze)?\s?"
    r"(?:comment|post|reply|message|answer|kommentar|beitrag|commentaire|comentario|commento|komentarz|reactie)\b.{0,60}"
    r"(?:deleted|removed|hidden|gelöscht|entfernt|gesperrt|ausgeblendet|versteckt|supprimé|masqué|eliminado|borrado"
    r"|eliminato|rimosso|usunięty|verwijderd)\b.{0,80}"
    r"|(?:deleted|removed|gelöscht|entfernt|supprimé|eliminado)[.:].{0,160})\W*",
    re.IGNORECASE | re.DOTALL,
)
_WROTE = re.compile(
    rf".{{0,90}}\b{WROTE}\b.{{0,60}}:"
    r"|(?:zitat(?: von .{1,60})?|quote(?:d from .{1,60})?|originally posted by .{1,60})\s?:?",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*[|•·–—,]\s+|\s+[-(]\s*|\s+(?:am|on|at|le|el|il)\s+")
_REMOVED_CLASSES = ("deleted", "is-deleted", "comment-deleted", "removed", "pingback", "trackback", "spam")
# In characters (words for the last), chosen on the half of `web-pages` that rules are made on (benchmarks/pages.py).
_LONGEST_LABEL, _LONGEST_NAME, _MOST_LABEL_WORDS = 120, 60, 5
_LONGEST_READ = 200  # characters of a line that the patterns see


@dataclass(frozen=True, slots=True)
class PageComment:
    """A comment's words and who wrote them when; `omitted` are the spans of `text` that it quotes."""

    text: str
    author: str | None
    date: str | None
    omitted: tuple[Span, ...] = ()


def extract_comment(candidate: CommentCandidate) -> PageComment:
    """The comment that an element holds; its text is empty if it was removed or is hidden."""
    blocks = candidate.blocks
    author, date = candidate.author, candidate.date
    body = _select_body(blocks)
    for block in _around(blocks, body):
        text = block.text[:_LONGEST_READ]
        match = parse_attribution(text)
        if match and not author:
            author = match.who.author
        if is_time(text) and len(text) <= _LONGEST_LABEL:
            date = date or iso_day(text)
            author = author or _name_before_day(text)
    author = author or _name_before_words(blocks, body)
    body = _trim_labels(_mark_quotes(body, author), author)
    classes = (candidate.element.get("class") or "").lower().split()
    if candidate.hidden or any(name in _REMOVED_CLASSES for name in classes) or _is_removed(body):
        body = []
    text, omitted = join_blocks(body)
    return PageComment(text, None if not text and _is_removed_name(author) else author, date, omitted)


def _select_body(blocks: Sequence[TextBlock]) -> list[TextBlock]:
    """The blocks of the body, unless most words stand outside what is named the body."""
    lengths = dict.fromkeys(TextRegion, 0)
    for block in blocks:
        lengths[block.region] += len(block.text)
    if lengths[TextRegion.BODY] * 2 >= lengths[TextRegion.LOOSE] and lengths[TextRegion.BODY]:
        return [block for block in blocks if block.region is TextRegion.BODY]
    if lengths[TextRegion.LOOSE] + lengths[TextRegion.BODY] > 1:
        return [block for block in blocks if block.region is not TextRegion.META]
    return list(blocks)


def _around(blocks: Sequence[TextBlock], body: Sequence[TextBlock]) -> list[TextBlock]:
    """The blocks that can name the author and the day: those outside the body, its first two and its last."""
    inside = {id(block) for block in body}
    return [*(block for block in blocks if id(block) not in inside), *body[:2], *body[-1:]]


def _name_before_day(text: str) -> str | None:
    """The name in "Ann Lee | 3 March 2011", if a mark separates it from the day."""
    name = _SEPARATOR.split(text, maxsplit=1)[0]
    return clean_name(name) if name != text and not is_time(name) and is_name_line(name) else None


def _name_before_words(blocks: Sequence[TextBlock], body: Sequence[TextBlock]) -> str | None:
    """A name alone on a line before the words."""
    for block in blocks[:3]:
        if is_time(block.text) or BUTTON.fullmatch(block.text):
            continue
        name = clean_name(block.text) if len(block.text) <= _LONGEST_NAME else None
        if name and is_name_line(name) and not (len(body) == 1 and block is body[0]):
            return name
        return None
    return None


def _trim_labels(blocks: list[TextBlock], author: str | None) -> list[TextBlock]:
    """Without the blocks at either end that are not the comment's words: the name, the day, buttons."""
    start, end = 0, len(blocks)
    while start < end and _is_label(blocks[start], author):
        start += 1
    while start < end and _is_label(blocks[end - 1], author):
        end -= 1
    return blocks[start:end]


def _is_label(block: TextBlock, author: str | None) -> bool:
    text = block.text.strip()
    if block.quoted or len(text) > _LONGEST_LABEL:
        return False
    if BUTTON.fullmatch(text) or is_boilerplate(text) or parse_attribution(text):
        return True
    if author and clean_name(text) == author:
        return True
    if not is_time(text):
        return False
    rest = re.sub(re.escape(author), " ", text) if author else text
    return len(re.findall(r"[^\W\d_]{2,}", rest)) <= _MOST_LABEL_WORDS


def _mark_quotes(blocks: Sequence[TextBlock], author: str | None) -> list[TextBlock]:
    """With lines that begin with ">" marked as quoted, and the line "Ann wrote:" before a quotation as part of it."""
    marked = [replace(block, quoted=block.quoted or block.text.lstrip().startswith(">")) for block in blocks]
    return [
        replace(block, quoted=True) if following and _opens_quotation(block, following, author) else block
        for block, following in zip(marked, [*marked[1:], None], strict=False)
    ]


def _opens_quotation(block: TextBlock, following: TextBlock, author: str | None) -> bool:
    if not following.quoted or block.quoted or (author and clean_name(block.text) == author):
        return False
    return bool(_WROTE.fullmatch(block.text[:_LONGEST_READ]))


def _is_removed(blocks: Sequence[TextBlock]) -> bool:
    return len(blocks) <= 2 and bool(_REMOVED.fullmatch(" ".join(block.text for block in blocks)[:300]))


def _is_removed_name(author: str | None) -> bool:
    return author is None or bool(_REMOVED.fullmatch(author))
