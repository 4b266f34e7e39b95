"""One walk through a page that hands every word to the comment that it stands in, and finds each one's author and day.

No step goes back up or down again, so that a page of any shape takes time in proportion to its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from qa.sources.patterns.dates import iso_day
from qa.sources.patterns.names import clean_name
from qa.sources.patterns.times import before_time, is_time
from qa.sources.webpage.blocks import CELLS, LINES, PARAGRAPHS, Part, Prose
from qa.sources.webpage.roles import Role

UNREAD = frozenset(
    "script style template noscript svg title button select textarea input iframe object embed canvas audio"
    " video map math".split()
)
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HIDDEN = frozenset(
    "hidden hide screen-reader-text sr-only visually-hidden visuallyhidden noshow d-none is-hidden u-hidden".split()
)
_QUOTE = re.compile(r"(?:.*[-_])?(?:block)?quot(?:e|ed|ation)(?:box|content|text|block|-container)?", re.IGNORECASE)
_AUTHOR_KEYS = ("author", "data-author", "data-author-name", "data-username", "data-user-name", "data-commenter")
_DATE_KEYS = ("datetime", "created-timestamp", "created", "content", "data-timestamp", "data-time", "data-utc",
              "data-date", "data-datetime", "title")  # fmt: skip
_LONGEST_NAME, _LONGEST_META, _LONGEST_FORM = 80, 300, 600
_MOST_WRAPPERS, _MOST_WRAPPED, _MOST_LOOKED_AT = 3, 500, 6


@dataclass(slots=True)
class CommentCandidate:
    """An element that may hold a comment: its words, less those of the comments in it, and who wrote them when.

    `above` is the number of the sighting that it stands in. `dated` is true of "3 hours ago" too;
    `titled` where a page's title stands in it, `asks` where a form does.
    """

    element: HtmlElement
    above: int | None
    hidden: bool
    prose: Prose = field(default_factory=Prose)
    author: str | None = None
    date: str | None = None
    dated: bool = False
    titled: bool = False
    asks: bool = False


@dataclass(slots=True)
class _State:
    quoted: bool
    part: Part
    kept: bool
    skipped: bool = False


def collect(root: HtmlElement, items: Set[HtmlElement], roles: Mapping[HtmlElement, Role]) -> list[CommentCandidate]:
    """Every item in the order of the page, with the words that are its own."""
    holding = ancestors(items)
    nesting = ancestors(element for element, role in roles.items() if role & Role.AUTHOR)
    bodies = ancestors(element for element, role in roles.items() if role & Role.BODY)
    found: list[CommentCandidate] = []
    open_items: list[int] = []
    states: list[_State] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if element in items:
                found.append(_sighted(element, open_items[-1] if open_items else None, items, roles))
                open_items.append(len(found) - 1)
                states.append(_State(False, Part.LOOSE, False))
            elif open_items:
                states.append(_entered(element, roles, states[-1], found[open_items[-1]], holding, nesting, bodies))
            else:
                continue
            prose, state = found[open_items[-1]].prose, states[-1]
            if tag == "br":
                prose.skip_line()
            else:
                _break(prose, tag, state)
            if state.skipped:
                walk.skip_subtree()
            else:
                prose.add(element.text, quoted=state.quoted, part=state.part, kept=state.kept)
        elif open_items:
            _break(found[open_items[-1]].prose, tag, states.pop())
            if element in items:
                open_items.pop()
            if open_items and element.tail:
                state = states[-1]
                found[open_items[-1]].prose.add(element.tail, quoted=state.quoted, part=state.part, kept=state.kept)
    return found


def ancestors(elements: Iterable[HtmlElement]) -> set[HtmlElement]:
    """Every element that one of these stands in."""
    above: set[HtmlElement] = set()
    for element in elements:
        parent = element.getparent()
        while parent is not None and parent not in above:
            above.add(parent)
            parent = parent.getparent()
    return above


def is_hidden(element: HtmlElement) -> bool:
    """Whether the element's own attributes keep it from being seen."""
    style, names = element.get("style"), element.get("class")
    if element.get("hidden") is not None or (style and _HIDDEN_STYLE.search(style[:1000])):
        return True
    return bool(names and not _HIDDEN.isdisjoint(names[:1000].lower().split()))


def is_teaser(element: HtmlElement) -> bool:
    """Whether most words of an element are links, as in a list of other articles."""
    linked = sum(len("".join(link.itertext()).strip()) for link in element.iter("a"))
    return linked * 2 > sum(len(text.strip()) for text in element.itertext())


def short_text(element: HtmlElement, limit: int) -> str | None:
    """The words in an element on one line, None where there are more than `limit` characters."""
    parts: list[str] = []
    length = 0
    for part in element.itertext():
        parts.append(part)
        length += len(part.strip())
        if length > limit or len(parts) > limit:
            return None
    return " ".join("".join(parts).split())


def _sighted(
    element: HtmlElement, above: int | None, items: Set[HtmlElement], roles: Mapping[HtmlElement, Role]
) -> CommentCandidate:
    sighting = CommentCandidate(element, above, is_hidden(element) or _is_wrapped_hidden(element, items, roles))
    sighting.author = next((name for key in _AUTHOR_KEYS if (name := clean_name(element.get(key) or ""))), None)
    sighting.date = next((day for key in _DATE_KEYS[1:] if (day := iso_day(element.get(key)))), None)
    sighting.dated = sighting.date is not None
    return sighting


def _is_wrapped_hidden(element: HtmlElement, items: Set[HtmlElement], roles: Mapping[HtmlElement, Role]) -> bool:
    """Whether what wraps this item alone is hidden; a hidden section is one that opens at a click."""
    above = element.getparent()
    for _ in range(_MOST_WRAPPERS):
        if above is None or above in items or roles.get(above, Role.NONE) & (Role.SECTION | Role.REPLIES):
            return False
        if is_hidden(above):
            return sum(inner in items for inner in islice(above.iter(), _MOST_WRAPPED)) == 1
        above = above.getparent()
    return False


def _entered(
    element: HtmlElement,
    roles: Mapping[HtmlElement, Role],
    around: _State,
    item: CommentCandidate,
    holding: Set[HtmlElement],
    nesting: Set[HtmlElement],
    bodies: Set[HtmlElement],
) -> _State:
    """What holds inside an element of an item; its author and day are taken out of the words."""
    role, tag, part = roles.get(element, Role.NONE), element.tag, around.part
    kept = around.kept or tag == "pre"
    if tag == "h1":
        item.titled = True
    if tag == "textarea" or (tag == "input" and element.get("type", "text") in ("text", "email", "password")):
        item.asks = True
    if element in holding:
        return _State(around.quoted, part, kept)
    skipped = _State(around.quoted, part, kept, skipped=True)
    if tag in UNREAD or is_hidden(element):
        return skipped
    in_words = part is Part.BODY and item.prose.has_body
    if tag == "form" and element not in bodies and short_text(element, _LONGEST_FORM) is not None:
        return skipped
    if role & Role.FURNITURE and short_text(element, _LONGEST_META) is not None and not in_words:
        return skipped
    if (role & Role.DATE or tag == "abbr") and not in_words and _take_date(element, item):
        return skipped
    if role & Role.AUTHOR and element not in nesting and not in_words and _take_author(element, item):
        return skipped
    # vBulletin puts a post's own words into a <blockquote>, and says so.
    quoted = around.quoted or (tag == "blockquote" and not role & Role.BODY) or _is_quote(element)
    if role & Role.BODY:
        part = Part.BODY
    elif role & (Role.META | Role.AUTHOR) and part is not Part.BODY:
        part = Part.META
    return _State(quoted, part, kept)


def _is_quote(element: HtmlElement) -> bool:
    names = element.get("class")
    return bool(names) and any(_QUOTE.fullmatch(name) for name in names[:1000].split()[:40])


def _take_author(element: HtmlElement, item: CommentCandidate) -> bool:
    text = short_text(element, _LONGEST_NAME)
    if text is None:
        return False
    if is_time(text) and not before_time(text).strip():
        return _take_date(element, item)
    if item.author is None and element.get("content"):
        item.author = clean_name(element.get("content"))
    # A name is mostly a link; what else stands with it are ranks, points and badges.
    link = next(element.iter("a"), None)
    name = (None if link is None else clean_name(short_text(link, _LONGEST_NAME) or "")) or clean_name(text)
    if item.author is None:
        item.author = name
    return not text or name is not None


def _take_date(element: HtmlElement, item: CommentCandidate) -> bool:
    text = short_text(element, _LONGEST_NAME) or ""
    said = (inner.get(key) for inner in islice(element.iter(), _MOST_LOOKED_AT) for key in _DATE_KEYS)
    day = next(filter(None, map(iso_day, said)), None) or iso_day(text)
    if day is None and not is_time(text):
        return False
    item.date = item.date or day
    item.dated = True
    return True


def _break(prose: Prose, tag: str, state: _State) -> None:
    if tag in PARAGRAPHS:
        prose.end(2)
    elif (tag in LINES and tag != "br") or (tag == "cite" and state.quoted):
        prose.end(1)
    elif tag in CELLS:
        prose.add(" ")
