"""Which comment each comment answers: as it says itself, as it stands in another, or as far as it is indented."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from lxml.html import HtmlElement

from qa.sources.webpage.candidates import Item
from qa.sources.webpage.roles import Role

_PARENT_KEYS = ("data-parent-id", "data-parent", "parentid", "data-parent-comment-id", "data-parentid",
                "data-reply-to", "data-in-reply-to")  # fmt: skip
_OWN_KEYS = ("id", "thingid", "data-id", "data-comment-id", "data-commentid", "data-fullname", "data-post-id",
             "data-post-number")  # fmt: skip
_DEPTH_KEYS = ("depth", "data-depth", "data-level", "data-indent", "indent", "aria-level")
_DEPTH_NAME = re.compile(r"(?:.*[-_])?(?:depth|level|indent|einrueckung|ebene|nested)[-_]{0,2}(\d{1,2})")
_MARGIN = re.compile(r"(?:margin|padding)-left\s*:\s*(\d{1,4})(?:\.\d+)?(px|em|rem|%)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,4}")
_LOOKED_AT, _HIGHEST = 12, 3


def parents_of(items: Sequence[Item], roles: Mapping[HtmlElement, Role]) -> tuple[int | None, ...]:
    """For each item the number of the one that it answers, None where it answers the article."""
    names = {name: number for number, item in enumerate(items) for name in _names(item.element)}
    numbers = {item.element: number for number, item in enumerate(items)}
    said = [_said(item.element, names, number) for number, item in enumerate(items)]
    standing = [item.above if item.above is not None else _beside(item, numbers, roles) for item in items]
    indented = _by_depth([_depth(item.element) for item in items])
    return tuple(
        first if first is not None else second if second is not None else third
        for first, second, third in zip(said, standing, indented, strict=True)
    )


def _names(element: HtmlElement) -> list[str]:
    found = [value for key in _OWN_KEYS if (value := element.get(key))]
    return [*found, *(digits for value in found if (digits := _digits(value)))]


def _digits(value: str) -> str | None:
    """The number that a name ends in: comments are called "comment-12", their parents "12"."""
    match = re.search(r"\d+$", value[-40:])
    return match[0] if match else None


def _said(element: HtmlElement, names: Mapping[str, int], own: int) -> int | None:
    for key in _PARENT_KEYS:
        if value := element.get(key):
            found = names.get(value, names.get(_digits(value) or ""))
            if found is not None and found != own:
                return found
    return None


def _beside(item: Item, numbers: Mapping[HtmlElement, int], roles: Mapping[HtmlElement, Role]) -> int | None:
    """The comment before the list of replies that an item stands in."""
    above: HtmlElement | None = item.element.getparent()
    for _ in range(_HIGHEST):
        if above is None:
            return None
        before = above.getprevious()
        if before is not None and roles.get(above, Role.NONE) & Role.REPLIES:
            return next((numbers[inner] for inner in islice(before.iter(), _LOOKED_AT) if inner in numbers), None)
        above = above.getparent()
    return None


def _depth(element: HtmlElement) -> int | None:
    for key in _DEPTH_KEYS:
        if (value := element.get(key)) and _NUMBER.fullmatch(value):
            return int(value)
    for name in (element.get("class") or "")[:1000].lower().split():
        if match := _DEPTH_NAME.fullmatch(name):
            return int(match[1])
    if match := _MARGIN.search((element.get("style") or "")[:1000]):
        return int(match[1])
    for number, inner in enumerate(element.iter("td", "img")):
        if number > _LOOKED_AT:
            break
        # Hacker News indents by a picture of nothing, as wide as the comment is deep.
        for key in ("indent", "width"):
            value = inner.get(key) or ""
            if _NUMBER.fullmatch(value) and ("ind" in (inner.get("class") or "").split() or _is_spacer(inner)):
                return int(value)
    return None


def _is_spacer(element: HtmlElement) -> bool:
    return element.tag == "img" and "s.gif" in (element.get("src") or "")


def _by_depth(depths: Sequence[int | None]) -> list[int | None]:
    """The last comment before each that is less deep; None for all where nothing tells their depth."""
    open_comments: list[tuple[int, int]] = []
    parents: list[int | None] = []
    for number, depth in enumerate(depths):
        if depth is None:
            parents.append(None)
            continue
        while open_comments and open_comments[-1][0] >= depth:
            open_comments.pop()
        parents.append(open_comments[-1][1] if open_comments else None)
        open_comments.append((depth, number))
    return parents
