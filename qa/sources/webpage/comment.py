"""A comment from the element that holds it: its words without the buttons around them, its author and its day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.sources.patterns.attribution import WROTE, is_name_line, parse_attribution
from qa.sources.patterns.boilerplate import is_boilerplate, is_form
from qa.sources.patterns.buttons import BUTTON
from qa.sources.patterns.dates import DayOrder, is_time, is_time_label, iso_day
from qa.sources.patterns.edit_notices import is_edit_notice
from qa.sources.patterns.names import clean_name
from qa.sources.patterns.removed import is_removal_notice
from qa.sources.webpage.blocks import TextBlock, TextRegion, join_blocks
from qa.sources.webpage.collect import CommentCandidate
from qa.types import Span

_WROTE = re.compile(
    rf".{{0,90}}\b{WROTE}\b.{{0,60}}:(?:\s[↑↗→])?"
    r"|(?:zitat(?: von .{1,60})?|quote(?:d from .{1,60})?|originally posted by .{1,60})\s?:?",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*[|•·–—,]\s+|\s+[-(]\s*|\s+(?:am|on|at|le|el|il)\s+")
_REMOVED_CLASSES = ("deleted", "is-deleted", "comment-deleted", "removed", "pingback", "trackback", "spam")
# What a member's profile tells a day of, in forums without elements named for a profile.
_ABOUT_MEMBER = re.compile(
    r"\b(?:joined|join date|registered|member since|last (?:visit|seen|active)|birthday|registriert|dabei seit"
    r"|mitglied seit|beigetreten|anmeldedatum|inscription|inscrit|registrado|miembro desde|se unió|iscritto|registrato"
    r"|geregistreerd|lid (?:geworden|sinds)|dołączył\w*|rejestracja|membro desde|зарегистрирован)\b",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(r"[-–—_=*·•|\s]+")  # a rule, or Medium's "--" in place of a count
_MOST_NOTICE_LINES = 2  # that a comment was removed, and why
# In characters, chosen on the half of `web-pages` that rules are made on (benchmarks/pages.py).
_LONGEST_LABEL, _LONGEST_NAME = 120, 60
_LONGEST_READ = 200  # characters of a line that the patterns see


@dataclass(frozen=True, slots=True)
class PageComment:
    """A comment's words and who wrote them when; `omitted` are the spans of `text` that it quotes."""

    text: str
    author: str | None
    date: str | None
    omitted: tuple[Span, ...] = ()


def extract_comment(candidate: CommentCandidate, order: DayOrder | None = None) -> PageComment:
    """The comment that an element holds; its text is empty if it was removed or is hidden.

    Args:
        candidate: The element with its words.
        order: How the page writes days such as 03/04/2011, if other days on it show that.
    """
    blocks = candidate.blocks
    body = select_body(blocks, is_post=candidate.is_post)
    inside = {id(block) for block in body}
    author, date = candidate.author, candidate.date or iso_day(candidate.day_text, order)
    outside = [block for block in blocks if id(block) not in inside]
    labels = [block for block in outside if block.region is not TextRegion.PROFILE]
    author = author or _name_in(labels) or _name_in_profile(outside) or _name_before_words(blocks, body)
    start, end = _words_between_labels(body, author, is_signed=bool(candidate.author and candidate.dated))
    labels += [*body[:start], *body[end:]]
    author = author or _name_in(labels)
    for block in labels:
        if is_time(block.text) and len(block.text) <= _LONGEST_LABEL and not _ABOUT_MEMBER.search(block.text):
            date = date or iso_day(block.text, order)
    date = date or candidate.profile_date
    body = _mark_quotes(body[start:end], author)
    if candidate.hidden or _is_removed(candidate, body) or (not author and not date and _is_form(body)):
        body = []
    text, omitted = join_blocks(body)
    return PageComment(text, None if not text and _is_removed_name(author) else author, date, omitted)


def select_body(blocks: Sequence[TextBlock], *, is_post: bool = False) -> list[TextBlock]:
    """The blocks of the body, unless most words of a comment stand outside what is named the body.

    A forum's post always has its words in what is named the body; its member's profile can be longer.
    """
    lengths = dict.fromkeys(TextRegion, 0)
    for block in blocks:
        if not _is_button(block):
            lengths[block.region] += len(block.text)
    if lengths[TextRegion.BODY] and (is_post or lengths[TextRegion.BODY] * 2 >= lengths[TextRegion.LOOSE]):
        return [block for block in blocks if block.region is TextRegion.BODY]
    if lengths[TextRegion.LOOSE] + lengths[TextRegion.BODY] > 1:
        return [block for block in blocks if block.region >= TextRegion.HEADING]
    return [block for block in blocks if block.region is not TextRegion.PROFILE]


def _is_button(block: TextBlock) -> bool:
    """Whether a block is the label of a button: a link or a line, but not a paragraph or what is named the body."""
    return bool(BUTTON.fullmatch(block.text)) and (
        block.is_link or not (block.paragraph or block.region is TextRegion.BODY)
    )


def _name_in(labels: Sequence[TextBlock]) -> str | None:
    """The name in the first label that names an author: "Ann wrote:", "Ann Lee | 3 March 2011"."""
    for block in labels:
        text = block.text[:_LONGEST_READ]
        if match := parse_attribution(text):
            return match.who.author
        if is_time(text) and len(text) <= _LONGEST_LABEL and (name := _name_in_line(block)):
            return name
    return None


def _name_in_line(block: TextBlock) -> str | None:
    """The name in a line with a day: before a mark that separates it, or as the link of the line."""
    if name := _name_before_day(block.text):
        return name
    name = clean_name(block.link or "")
    return name if name and not is_time(name) and is_time_label(block.text, block.link) else None


def is_dated_line(block: TextBlock, author: str | None = None) -> bool:
    """Whether a block is a day or an hour with nothing but a name and the words of software around it."""
    text = block.text.strip()
    if len(text) > _LONGEST_LABEL or not is_time(text):
        return False
    if (match := parse_attribution(text)) and match.dated:
        return True
    link = block.link if clean_name(block.link or "") else None
    return any(is_time_label(text, name) for name in {None, author, link, _name_before_day(text)})


def _name_in_profile(blocks: Sequence[TextBlock]) -> str | None:
    """The name that a member's profile begins with."""
    first = next((block for block in blocks if block.region is TextRegion.PROFILE), None)
    name = clean_name(first.text) if first is not None and len(first.text) <= _LONGEST_NAME else None
    return name if name and is_name_line(name) else None


def _name_before_day(text: str) -> str | None:
    """The name in "Ann Lee | 3 March 2011", if a mark separates it from the day."""
    if is_time_label(text):  # "Apr 6, 2022"
        return None
    name = _SEPARATOR.split(text, maxsplit=1)[0]
    return clean_name(name) if name != text and not is_time(name) and is_name_line(name) else None


def _name_before_words(blocks: Sequence[TextBlock], body: Sequence[TextBlock]) -> str | None:
    """A name alone on a line before the words, but not in a paragraph or in what is named the body."""
    for block in blocks[:3]:
        if block.region is TextRegion.PROFILE or is_time(block.text) or BUTTON.fullmatch(block.text):
            continue
        if block.region is TextRegion.BODY or (block.paragraph and not block.is_link):
            return None
        # A name is a link where a badge or a rank stands next to it.
        text = block.link if block.link and block.text.startswith(block.link) else block.text
        name = clean_name(text) if len(text) <= _LONGEST_NAME else None
        if name and is_name_line(name) and not (len(body) == 1 and block is body[0]):
            return name
        return None
    return None


def _words_between_labels(blocks: Sequence[TextBlock], author: str | None, *, is_signed: bool) -> Span:
    """The blocks without those at either end that are not the comment's words: the name, the day, buttons."""
    start, end = 0, len(blocks)
    if end > 1 and blocks[0].region is TextRegion.HEADING and is_dated_line(blocks[1], author):
        start = 1  # a forum's title over the day
    while start < end and _is_label(blocks[start], author, is_signed):
        start += 1
    while start < end and _is_label(blocks[end - 1], author, is_signed):
        end -= 1
    return start, end


def _is_label(block: TextBlock, author: str | None, is_signed: bool) -> bool:
    """Whether a block is wholly the page's: a button, a note of an edit, or the name and day if no element names them.

    A paragraph under a name and a day, and whatever stands in the body under them, are the author's words.
    """
    text = block.text.strip()
    if block.quoted or len(text) > _LONGEST_LABEL:
        return False
    if _is_button(block) or is_edit_notice(text) or _NO_WORDS.fullmatch(text):
        return True
    if block.paragraph or block.region is TextRegion.BODY:
        if is_signed:
            return False
    elif is_boilerplate(text):
        return True
    if author and clean_name(text) == author:
        return True
    return parse_attribution(text) is not None or is_dated_line(block, author)


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


def _is_removed(candidate: CommentCandidate, body: Sequence[TextBlock]) -> bool:
    classes = (candidate.element.get("class") or "").lower().split()
    notice = len(body) <= _MOST_NOTICE_LINES and is_removal_notice(" ".join(block.text for block in body))
    return notice or any(name in _REMOVED_CLASSES for name in classes)


def _is_form(body: Sequence[TextBlock]) -> bool:
    """Whether the words are those of a comment form: "You must log in to comment."."""
    return bool(body) and all(is_form(block.text) for block in body)


def _is_removed_name(author: str | None) -> bool:
    return author is None or is_removal_notice(author)
