"""A page taken apart: the comments cut out of its tree, so that what is left is the article and its surroundings."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from qa.sources.webpage.candidates import Item, find_items
from qa.sources.webpage.collect import UNREAD, ancestors, collect
from qa.sources.webpage.comment import Comment, comment_of
from qa.sources.webpage.flat_lists import give_each_an_element
from qa.sources.webpage.json_ld import comments_told
from qa.sources.webpage.repeated import find_repeated
from qa.sources.webpage.replies import parents_of
from qa.sources.webpage.roles import Role, role_of

_MOST_BESIDE = 0.4
_FEW = 1_500


@dataclass(frozen=True, slots=True)
class Page:
    """The comments of a page and for each the number of the one that it replies to; `forum` where the first of them
    opens the thread."""

    comments: tuple[Comment, ...]
    parents: tuple[int | None, ...]
    forum: bool


def take_apart(root: HtmlElement) -> Page:
    """Find the comments and cut them, with the sections that they stand in, out of the tree."""
    roles = _roles(root)
    give_each_an_element(roles)
    sections = dict.fromkeys(element for element, role in roles.items() if role & Role.SECTION)
    items = find_items(root, roles, sections.keys())
    if not items:
        items = [Item(element, None) for element in find_repeated(root, sections)]
    elements = {item.element for item in items}
    comments = tuple(map(comment_of, collect(root, elements, roles)))
    parents = parents_of(items, roles)
    forum = bool(items) and bool(roles.get(items[0].element, Role.NONE) & Role.POST)
    _cut(root, elements, sections.keys())
    if not any(comment.text for comment in comments) and (told := comments_told(root)):
        comments = tuple(Comment(one.text, one.author, one.date) for one in told)
        parents, forum = tuple(one.above for one in told), False
    return Page(comments, parents, forum)


def _roles(root: HtmlElement) -> dict[HtmlElement, Role]:
    """The role of every element that has one, but for what stands in a list of the site's latest comments."""
    roles: dict[HtmlElement, Role] = {}
    walk = etree.iterwalk(root, events=("start", "end"))
    sections = 0
    for event, element in walk:
        if event == "end":
            sections -= bool(roles.get(element, Role.NONE) & Role.SECTION)
        elif element.tag in UNREAD and element.tag != "form":
            walk.skip_subtree()
        elif role := role_of(element):
            if role is Role.ELSEWHERE:
                walk.skip_subtree()
                continue
            # What Disqus puts under an article is called a post, as a forum's.
            roles[element] = Role.COMMENT if sections and role is Role.POST else role
            sections += bool(role & Role.SECTION)
    return roles


def _cut(root: HtmlElement, items: Set[HtmlElement], sections: Set[HtmlElement]) -> None:
    """Remove the comments and whatever stands in their sections, unless that is the article itself."""
    lengths = _lengths(root)
    around = ancestors(items)
    inside = _lengths(root, items)
    total = lengths[root] - inside[root]
    for element in sections:
        beside = lengths[element] - inside[element]
        if beside <= _FEW or (beside <= _MOST_BESIDE * total and element in around):
            _remove(element)
    for element in items:
        _remove(element)


def _lengths(root: HtmlElement, counted: Set[HtmlElement] | None = None) -> dict[HtmlElement, int]:
    """How many characters each element holds; those inside the `counted` alone where these are given."""
    lengths: dict[HtmlElement, int] = {}
    total, depth = 0, 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            depth += counted is None or element in counted
            lengths[element] = total
            total += len((element.text or "").strip()) if depth and element.tag not in UNREAD else 0
        else:
            lengths[element] = total - lengths[element]
            depth -= counted is None or element in counted
            total += len((element.tail or "").strip()) if depth else 0
    return lengths


def _remove(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
