"""The post that opens a discussion, where a program names it otherwise than the comments under it."""

from __future__ import annotations

import re
from collections.abc import MutableMapping

from lxml.html import HtmlElement

from qa.sources.webpage.blocks import TextRegion
from qa.sources.webpage.collect import collect
from qa.sources.webpage.roles import ITEM, Role

# Hacker News and Reddit, where a post can be a link alone; GitHub, Lemmy and Tildes, whose names a blog may use too.
_CERTAIN = re.compile(r"fatitem|thing_t3_\w+|shreddit-post")
_LIKELY = re.compile(r"react-issue-body|post-listing|topic-full")
_LONGEST_AROUND = 500  # characters around the body: the title, names, days, buttons; more are an article's own words
_MOST_CLASSES, _LONGEST_NAME = 40, 80  # limits on what a hostile page can make us look at


def find_opening(root: HtmlElement, roles: MutableMapping[HtmlElement, Role]) -> HtmlElement | None:
    """Find the one element of a page that holds the post which opens its discussion, and mark it as a post.

    Nothing inside it is another post or a comment: its parts lose the roles of such.

    Args:
        root: The page's tree.
        roles: The roles of its elements.

    Returns:
        The element; None if there is none, or more than one, as in a list of discussions.
    """
    found = [element for element in root.iter("*") if _is_named(element, _CERTAIN)]
    is_certain = bool(found)
    found = found or [element for element in root.iter("*") if _is_named(element, _LIKELY)]
    if len(found) != 1:
        return None
    opening = found[0]
    inside = list(opening.iterdescendants())
    if any(roles.get(element, Role.NONE) & (Role.COMMENT | Role.SECTION) for element in inside):
        return None
    parts = {element: roles[element] & ~ITEM for element in inside if element in roles}
    blocks = collect(root, {opening}, {**roles, **parts, opening: Role.POST})[0].blocks
    has_body = any(block.region is TextRegion.BODY for block in blocks)
    around = sum(len(block.text) for block in blocks if block.region is not TextRegion.BODY)
    if around > _LONGEST_AROUND or not (has_body or is_certain):
        return None
    roles.update(parts)
    roles[opening] = Role.POST
    return opening


def _is_named(element: HtmlElement, names: re.Pattern[str]) -> bool:
    own = (*(element.get("class") or "").split()[:_MOST_CLASSES], element.get("id") or "", element.tag)
    return any(names.fullmatch(name[:_LONGEST_NAME]) for name in own)
