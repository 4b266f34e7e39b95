"""A page taken apart: its comments are cut out of the tree, which leaves the article and its surroundings."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from qa.sources.patterns.dates import day_order
from qa.sources.webpage.blocks import UNSHOWN_TAGS, TextLayout, has_quote_class
from qa.sources.webpage.candidates import CommentElement, find_comment_elements
from qa.sources.webpage.collect import ancestors, collect
from qa.sources.webpage.comment import PageComment, extract_comment
from qa.sources.webpage.flat_lists import wrap_flat_comments
from qa.sources.webpage.json_ld import JsonLdComment
from qa.sources.webpage.opening import find_opening
from qa.sources.webpage.repeated import find_repeated, mark_posts_by_parts, mark_signed_siblings
from qa.sources.webpage.replies import find_parents
from qa.sources.webpage.roles import ITEM, PARTS, Role, role_of

# A section is cut with its comments if what it holds besides them is short (in characters), or a small share of
# the page; chosen on the half of `web-pages` that rules are made on (benchmarks/pages.py).
_SHORT_SECTION = 1_500
_SMALL_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class PageComments:
    """The comments of a page and for each the index of the one that it replies to.

    `is_forum` is true if the first of them opens the thread.
    """

    comments: tuple[PageComment, ...]
    parents: tuple[int | None, ...]
    is_forum: bool

    @property
    def have_text(self) -> bool:
        """Whether any of them has a word."""
        return any(comment.text for comment in self.comments)

    @classmethod
    def from_json_ld(cls, comments: list[JsonLdComment]) -> PageComments:
        """The comments that a page shows only to machines."""
        shown = tuple(PageComment(each.text, each.author, each.date, each.omitted) for each in comments)
        return cls(shown, tuple(each.above for each in comments), is_forum=False)


def extract_comments(root: HtmlElement) -> PageComments:
    """Find the comments and cut them, with the sections that they are in, out of the tree."""
    roles = _find_roles(root)
    opening = find_opening(root, roles)
    mark_posts_by_parts(root, roles)
    mark_signed_siblings(roles)
    wrap_flat_comments(roles)
    sections = dict.fromkeys(element for element, role in roles.items() if role & Role.SECTION)
    items = find_comment_elements(root, roles, sections.keys())
    if not items:
        items = [CommentElement(element, None) for element in find_repeated(root, sections)]
    elements = {item.element for item in items}
    candidates = collect(root, elements if opening is None else elements | {opening}, roles)
    if opening is not None and candidates[0].element is opening:
        items = [CommentElement(opening, None), *_moved_down(items)]
        if not candidates[0].layout.has_body:  # a link, of which the title is all that is said
            candidates[0].layout = TextLayout()
    elif opening is not None:  # comments before it: it opens nothing
        candidates = collect(root, elements, roles)
    elements = {item.element for item in items}
    order = day_order(candidate.day_text for candidate in candidates if candidate.day_text)
    comments = tuple(extract_comment(candidate, order) for candidate in candidates)
    parents = find_parents(items, roles)
    is_forum = bool(items) and bool(roles.get(items[0].element, Role.NONE) & Role.POST)
    _cut(root, elements, sections.keys())
    return PageComments(comments, parents, is_forum)


def _moved_down(items: Sequence[CommentElement]) -> list[CommentElement]:
    """The elements as they stand after one more at the top."""
    return [CommentElement(item.element, None if item.above is None else item.above + 1) for item in items]


def _find_roles(root: HtmlElement) -> dict[HtmlElement, Role]:
    """The role of every element that has one.

    Elements in a list of the site's latest comments have none, and inside a quotation nothing is a part of the comment
    that quotes.
    """
    roles: dict[HtmlElement, Role] = {}
    walk = etree.iterwalk(root, events=("start", "end"))
    sections = items = 0
    refused: list[Role] = [Role.NONE]  # for each open element the roles that nothing in it has
    for event, element in walk:
        if event == "end":
            sections -= bool(roles.get(element, Role.NONE) & Role.SECTION)
            items -= bool(roles.get(element, Role.NONE) & (Role.COMMENT | Role.POST))
            refused.pop()
            continue
        role = role_of(element) if element.tag not in UNSHOWN_TAGS else Role.NONE
        if role is Role.ELSEWHERE and items:  # LessWrong calls each comment on a page a "recent-comments-node" as well
            role = Role.NONE
        refused.append(Role.NONE if role & ITEM else refused[-1] | _refused_inside(element, role))
        if element.tag in UNSHOWN_TAGS or role is Role.ELSEWHERE:
            walk.skip_subtree()
            continue
        role &= ~refused[-2]
        if roles.get(element.getparent(), Role.NONE) & Role.POST:  # Flarum's post is a wrapper with a box in it
            role &= ~Role.BOX
        if role:
            # Disqus names a comment under an article as a forum names a post.
            roles[element] = Role.COMMENT if sections and role is Role.POST else role
            sections += bool(role & Role.SECTION)
            items += bool(role & (Role.COMMENT | Role.POST))
    return roles


def _refused_inside(element: HtmlElement, role: Role) -> Role:
    """The roles that nothing inside an element has: in a quotation no part, in a member's profile no body."""
    if has_quote_class(element) or (element.tag == "blockquote" and not role & Role.BODY):
        return PARTS
    return Role.BODY if role & Role.PROFILE else Role.NONE


def _cut(root: HtmlElement, comments: Set[HtmlElement], sections: Set[HtmlElement]) -> None:
    """Remove the comments and everything else in their sections, unless that is the article itself."""
    lengths = _lengths(root)
    around = ancestors(comments)
    in_comments = _lengths(root, comments)
    total = lengths[root] - in_comments[root]
    for section in sections:
        remaining = lengths[section] - in_comments[section]
        if remaining <= _SHORT_SECTION or (remaining <= _SMALL_SHARE * total and section in around):
            _remove(section)
    for comment in comments:
        _remove(comment)


def _lengths(root: HtmlElement, counted: Set[HtmlElement] | None = None) -> dict[HtmlElement, int]:
    """How many characters each element holds; with `counted`, only those inside these elements."""
    lengths: dict[HtmlElement, int] = {}
    total, depth = 0, 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            depth += counted is None or element in counted
            lengths[element] = total
            total += len((element.text or "").strip()) if depth and element.tag not in UNSHOWN_TAGS else 0
        else:
            lengths[element] = total - lengths[element]
            depth -= counted is None or element in counted
            total += len((element.tail or "").strip()) if depth else 0
    return lengths


def _remove(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
