"""One walk through a page that assigns every word to the comment that it is in, and finds each author and day.

No step goes back up or down again, so the time is proportional to the size of the page, whatever its shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from qa.sources.patterns.buttons import BUTTON
from qa.sources.patterns.dates import before_time, is_time, iso_day
from qa.sources.patterns.names import clean_name
from qa.sources.webpage.blocks import (
    UNSHOWN_TAGS,
    TextBlock,
    TextLayout,
    TextRegion,
    TextStyle,
    has_quote_class,
    is_hidden,
    is_short_form,
    short_text,
    shown_text,
    style_inside,
)
from qa.sources.webpage.roles import Role, is_appendix

_AUTHOR_KEYS = ("author", "data-author", "data-author-name", "data-username", "data-user-name", "data-commenter")
_DATE_KEYS = ("datetime", "created-timestamp", "created", "content", "data-timestamp", "data-time", "data-utc",
              "data-date", "data-datetime", "title", "data-tippy-content")  # fmt: skip
# In characters, chosen on the half of `web-pages` that rules are made on (benchmarks/pages.py).
_LONGEST_NAME, _LONGEST_FURNITURE = 80, 300
# Limits on what a hostile page can make us look at.
_MOST_WRAPPERS, _MOST_WRAPPED, _MOST_INSIDE_DATE = 3, 500, 12


@dataclass(slots=True)
class CommentCandidate:
    """An element that may hold a comment: its words without those of the comments in it, and who wrote them when.

    `above` is the index of the candidate that it is inside. `dated` is true for "3 hours ago" too; `day_text` is the
    label of a day that can be read in two ways ("03/04/2011"). `is_post` is true for a forum's post. `profile_date` is
    the day that the member's profile names. `has_title` if a page's title is in it, `has_input` if a form's text field
    does.
    """

    element: HtmlElement
    above: int | None
    hidden: bool
    is_post: bool = False
    layout: TextLayout = field(default_factory=TextLayout)
    author: str | None = None
    date: str | None = None
    dated: bool = False
    day_text: str | None = None
    profile_date: str | None = None
    has_title: bool = False
    has_input: bool = False

    @property
    def blocks(self) -> list[TextBlock]:
        """Its words; call it after the walk."""
        return self.layout.finish()


_OUTSIDE = TextStyle(region=TextRegion.LOOSE)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
# A link or a button whose address or label says that it does something, as opposed to a link in a sentence.
_ACTION = re.compile(
    r"(?:|#.*|javascript:.*|.*(?:reply|report|respon[ds]|flag|quote|like|vote|share|edit|delete|permalink|login).*)",
    re.IGNORECASE | re.DOTALL,
)


_QUOTE_LABEL = re.compile(
    r"(?:quote|zitat|citation|cita|citazione|citaat|citação|cytat|citat|цитата|引用)\s?:?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _ElementState:
    """What holds for the words of an open element."""

    style: TextStyle = _OUTSIDE
    skipped: bool = False


def collect(root: HtmlElement, elements: Set[HtmlElement], roles: Mapping[HtmlElement, Role]) -> list[CommentCandidate]:
    """Return a candidate for each of `elements`, in page order, with the words that are its own."""
    return _Collector(root, elements, roles).walk()


class _Collector:
    """The walk of `collect`: `_open` are the indexes of the candidates around the current element."""

    def __init__(self, root: HtmlElement, elements: Set[HtmlElement], roles: Mapping[HtmlElement, Role]) -> None:
        self._root = root
        self._elements = elements
        self._roles = roles
        self._around_elements = ancestors(elements)
        self._around_authors = ancestors(element for element, role in roles.items() if role & Role.AUTHOR)
        self._around_dates = ancestors(element for element, role in roles.items() if role & Role.DATE)
        self._around_bodies = ancestors(element for element, role in roles.items() if role & Role.BODY)
        self._candidates: list[CommentCandidate] = []
        self._open: list[int] = []
        self._states: list[_ElementState] = []

    def walk(self) -> list[CommentCandidate]:
        walk = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in walk:
            if event == "end":
                self._leave(element)
            elif self._enter(element):
                walk.skip_subtree()
        return self._candidates

    def _enter(self, element: HtmlElement) -> bool:
        """Add an element's first words; return whether everything in it is to be skipped."""
        if element in self._elements:
            self._candidates.append(self._candidate(element))
            self._open.append(len(self._candidates) - 1)
            self._states.append(_ElementState())
        elif self._open:
            self._states.append(self._state_inside(element))
        else:
            return False
        layout, state = self._candidates[self._open[-1]].layout, self._states[-1]
        is_comment = element in self._elements or element in self._around_elements
        bullets = not is_comment and state.style.region is TextRegion.BODY
        layout.open_tag(element, quoted=state.style.quoted, numbered=not is_comment, bullets=bullets)
        if not state.skipped:
            layout.add(shown_text(element), state.style)
        return state.skipped

    def _leave(self, element: HtmlElement) -> None:
        if not self._open:
            return
        self._candidates[self._open[-1]].layout.close_tag(element, quoted=self._states.pop().style.quoted)
        if element in self._elements:
            self._open.pop()
        if self._open:
            self._candidates[self._open[-1]].layout.add(element.tail, self._states[-1].style)

    def _candidate(self, element: HtmlElement) -> CommentCandidate:
        hidden = is_hidden(element) or self._is_wrapped_hidden(element)
        is_post = bool(self._roles.get(element, Role.NONE) & Role.POST)
        candidate = CommentCandidate(element, self._open[-1] if self._open else None, hidden, is_post)
        candidate.author = next((name for key in _AUTHOR_KEYS if (name := clean_name(element.get(key) or ""))), None)
        candidate.date = next((day for key in _DATE_KEYS[1:] if (day := iso_day(element.get(key)))), None)
        candidate.dated = candidate.date is not None
        return candidate

    def _is_wrapped_hidden(self, element: HtmlElement) -> bool:
        """Whether a hidden element wraps this candidate alone; a hidden section is one that opens on a click."""
        above = element.getparent()
        for _ in range(_MOST_WRAPPERS):
            if above is None or above in self._elements:
                return False
            if self._roles.get(above, Role.NONE) & (Role.SECTION | Role.REPLIES):
                return False
            if is_hidden(above):
                return sum(inner in self._elements for inner in islice(above.iter(), _MOST_WRAPPED)) == 1
            above = above.getparent()
        return False

    def _state_inside(self, element: HtmlElement) -> _ElementState:
        """What holds inside an element of a candidate; its author and day are taken out of the words."""
        role, tag, around = self._roles.get(element, Role.NONE), element.tag, self._states[-1]
        candidate = self._candidates[self._open[-1]]
        if tag == "h1":
            candidate.has_title = True
        if tag == "textarea" or (tag == "input" and element.get("type", "text") in ("text", "email", "password")):
            candidate.has_input = True
        style = style_inside(element, around.style)
        if element in self._around_elements:
            return _ElementState(style)
        if self._is_skipped(element, role, around.style, candidate):
            return _ElementState(style, skipped=True)
        # vBulletin puts a post's own words into a <blockquote>, and names it the body.
        quoted = style.quoted or (tag == "blockquote" and not role & Role.BODY) or has_quote_class(element)
        quoted = quoted or _is_labelled_quote(element)
        return _ElementState(replace(style, quoted=quoted, region=self._region(element, role, style.region)))

    def _region(self, element: HtmlElement, role: Role, around: TextRegion) -> TextRegion:
        if around in (TextRegion.PROFILE, TextRegion.BODY):
            return around
        is_around_head = element in self._around_authors or element in self._around_dates
        is_around_all = element in self._around_bodies and is_around_head
        if role & Role.PROFILE and element not in self._around_bodies:
            return TextRegion.PROFILE
        if role & Role.BODY and not is_around_all:
            return TextRegion.BODY
        if role & (Role.META | Role.AUTHOR) and element not in self._around_bodies:
            return TextRegion.META
        return TextRegion.HEADING if element.tag in _HEADINGS else around

    def _is_skipped(self, element: HtmlElement, role: Role, around: TextStyle, candidate: CommentCandidate) -> bool:
        """Whether none of an element's words are the comment's; takes the author or day that it holds."""
        if element.tag in UNSHOWN_TAGS or is_hidden(element):
            return True
        if element not in self._around_bodies and is_short_form(element):
            return True
        is_body_before = candidate.layout.has_body or element not in self._around_bodies
        if is_appendix(element) and element not in self._around_authors and is_body_before:
            return True
        if around.region is TextRegion.BODY:
            if _is_control(element, role):
                return True
            if candidate.layout.has_body:
                return False  # among the comment's words, names and days are ordinary words
        if candidate.author is None and element in self._around_authors:
            role &= ~Role.FURNITURE  # Stack Exchange's "post-signature" is who wrote the post, and when
        is_profile = around.region is TextRegion.PROFILE
        if (role & (Role.DATE | Role.FURNITURE) or element.tag == "abbr") and _take_date(
            element, candidate, is_profile
        ):
            return True
        if role & Role.FURNITURE and short_text(element, _LONGEST_FURNITURE) is not None:
            return True
        is_around = element in self._around_authors or element in self._around_bodies
        return bool(role & Role.AUTHOR) and not is_around and _take_author(element, candidate)


def _is_control(element: HtmlElement, role: Role) -> bool:
    """Whether an element is a button among a comment's words: its whole text is a label, and it does something."""
    if not (role & Role.FURNITURE or (element.tag == "a" and _ACTION.fullmatch(element.get("href") or ""))):
        return False
    text = short_text(element, _LONGEST_NAME)
    return text is not None and bool(BUTTON.fullmatch(text))


def _is_labelled_quote(element: HtmlElement) -> bool:
    """Whether an element holds "Quote:" and a box with the quotation, as in vBulletin 3, which names neither."""
    if element.tag != "div" or len(element) != 2 or (element.text or "").strip() or (element[0].tail or "").strip():
        return False
    label, box = element
    is_box = box.tag in ("table", "div", "blockquote")
    return is_box and bool(_QUOTE_LABEL.fullmatch(short_text(label, _LONGEST_NAME) or ""))


def ancestors(elements: Iterable[HtmlElement]) -> set[HtmlElement]:
    """Every element that one of these is inside."""
    above: set[HtmlElement] = set()
    for element in elements:
        parent = element.getparent()
        while parent is not None and parent not in above:
            above.add(parent)
            parent = parent.getparent()
    return above


def is_teaser(element: HtmlElement) -> bool:
    """Whether most words of an element are links, as in a list of other articles."""
    linked = sum(len("".join(link.itertext()).strip()) for link in element.iter("a"))
    return linked * 2 > sum(len(text.strip()) for text in element.itertext())


def _take_author(element: HtmlElement, candidate: CommentCandidate) -> bool:
    text = short_text(element, _LONGEST_NAME)
    if text is None:
        return False
    if is_time(text) and not before_time(text).strip():
        return _take_date(element, candidate)
    if candidate.author is None and element.get("content"):
        candidate.author = clean_name(element.get("content"))
    # A name is usually a link, or bold; the other words next to it are ranks, points and badges.
    inner = (short_text(inner, _LONGEST_NAME) or "" for inner in element.iter("a", "strong", "b"))
    name = next(filter(None, map(clean_name, inner)), None) or clean_name(text)
    if candidate.author is None:
        candidate.author = name
    if name is not None and is_time(text):
        _take_date(element, candidate)
    return not text or name is not None


def _take_date(element: HtmlElement, candidate: CommentCandidate, is_profile: bool = False) -> bool:
    text = short_text(element, _LONGEST_NAME)
    if text is None:  # a day, and in an element after it when the post was edited
        text = " ".join((element.text or "")[:_LONGEST_NAME].split())
    values = (inner.get(key) for inner in islice(element.iter(), _MOST_INSIDE_DATE) for key in _DATE_KEYS)
    day = next(filter(None, map(iso_day, values)), None) or iso_day(text)
    if day is None and not is_time(text):
        return False
    if is_profile:
        candidate.profile_date = candidate.profile_date or day
        return True
    candidate.date = candidate.date or day
    candidate.day_text = candidate.day_text or text
    candidate.dated = True
    return True
