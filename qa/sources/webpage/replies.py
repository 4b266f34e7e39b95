"""Which comment each comment answers: by its attributes, by the comment around it, or by its indentation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from lxml.html import HtmlElement

from qa.sources.webpage.candidates import CommentElement
from qa.sources.webpage.roles import Role

_PARENT_KEYS = ("data-parent-id", "data-parent", "parentid", "data-parent-comment-id", "data-parentid",
                "data-reply-to", "data-in-reply-to")  # fmt: skip
_OWN_KEYS = ("id", "thingid", "data-id", "data-comment-id", "data-commentid", "data-fullname", "data-post-id",
             "data-post-number")  # fmt: skip
_DEPTH_KEYS = ("depth", "data-depth", "data-level", "data-indent", "indent", "aria-level")
_DEPTH_NAME = re.compile(r"(?:.*[-_])?(?:depth|level|indent|einrueckung|ebene|nested)[-_]{0,2}(\d{1,2})")
_MARGIN = re.compile(r"(?:margin|padding)-left\s*:\s*(\d{1,4})(?:\.\d+)?(px|em|rem|%)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,4}")
# Limits on what a hostile page can make us look at: elements, levels upwards, characters.
_MOST_LOOKED_AT, _MOST_LEVELS, _LONGEST_ATTRIBUTE, _LONGEST_ID = 12, 3, 1_000, 40


def find_parents(items: Sequence[CommentElement], roles: Mapping[HtmlElement, Role]) -> tuple[int | None, ...]:
    """For each comment the index of the one that it answers, None if it answers the article."""
    by_id = {name: index for index, item in enumerate(items) for name in _own_ids(item.element)}
    by_element = {item.element: index for index, item in enumerate(items)}
    declared = [_declared_parent(item.element, by_id, index) for index, item in enumerate(items)]
    around = [item.above if item.above is not None else _before_replies(item, by_element, roles) for item in items]
    indented = _parents_by_depth([_depth(item.element) for item in items])
    return tuple(
        next((parent for parent in parents if parent is not None), None)
        for parents in zip(declared, around, indented, strict=True)
    )


def _own_ids(element: HtmlElement) -> list[str]:
    ids = [value for key in _OWN_KEYS if (value := element.get(key))]
    return [*ids, *(number for value in ids if (number := _final_number(value)))]


def _final_number(value: str) -> str | None:
    """The number that an id ends in: comments have the id "comment-12", and their replies name the parent "12"."""
    match = re.search(r"\d+$", value[-_LONGEST_ID:])
    return match[0] if match else None


def _declared_parent(element: HtmlElement, by_id: Mapping[str, int], own: int) -> int | None:
    for key in _PARENT_KEYS:
        if value := element.get(key):
            parent = by_id.get(value, by_id.get(_final_number(value) or ""))
            if parent is not None and parent != own:
                return parent
    return None


def _before_replies(
    item: CommentElement, by_element: Mapping[HtmlElement, int], roles: Mapping[HtmlElement, Role]
) -> int | None:
    """The comment before the list of replies that a comment is in."""
    above: HtmlElement | None = item.element.getparent()
    for _ in range(_MOST_LEVELS):
        if above is None:
            return None
        before = above.getprevious()
        role = roles.get(above, Role.NONE)
        if before is not None and (role & Role.REPLIES or (role & Role.SECTION and before in by_element)):
            inside = islice(before.iter(), _MOST_LOOKED_AT)
            return next((by_element[element] for element in inside if element in by_element), None)
        above = above.getparent()
    return None


def _depth(element: HtmlElement) -> int | None:
    for key in _DEPTH_KEYS:
        if (value := element.get(key)) and _NUMBER.fullmatch(value):
            return int(value)
    for name in (element.get("class") or "")[:_LONGEST_ATTRIBUTE].lower().split():
        if match := _DEPTH_NAME.fullmatch(name):
            return int(match[1])
    if match := _MARGIN.search((element.get("style") or "")[:_LONGEST_ATTRIBUTE]):
        return int(match[1])
    for number, inner in enumerate(element.iter("td", "img")):
        if number > _MOST_LOOKED_AT:
            break
        # Hacker News indents by an empty picture whose width shows the depth.
        for key in ("indent", "width"):
            value = inner.get(key) or ""
            if _NUMBER.fullmatch(value) and ("ind" in (inner.get("class") or "").split() or _is_spacer(inner)):
                return int(value)
    return None


def _is_spacer(element: HtmlElement) -> bool:
    return element.tag == "img" and "s.gif" in (element.get("src") or "")


def _parents_by_depth(depths: Sequence[int | None]) -> list[int | None]:
    """For each comment the last one before it that is less deep; None for one without a depth."""
    open_comments: list[tuple[int, int]] = []
    parents: list[int | None] = []
    for index, depth in enumerate(depths):
        if depth is None:
            parents.append(None)
            continue
        while open_comments and open_comments[-1][0] >= depth:
            open_comments.pop()
        parents.append(open_comments[-1][1] if open_comments else None)
        open_comments.append((depth, index))
    return parents
