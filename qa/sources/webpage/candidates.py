"""Which elements of a page hold one comment each: the candidates that someone signed, each comment once."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from lxml.html import HtmlElement

from qa.sources.patterns.dates import is_time
from qa.sources.webpage.blocks import TextRegion
from qa.sources.webpage.collect import CommentCandidate, collect, is_teaser
from qa.sources.webpage.comment import extract_comment, is_dated_line, select_body
from qa.sources.webpage.roles import ITEM, Role, token_role

# Chosen on the half of `web-pages` that rules are made on (benchmarks/pages.py): levels.
_HIGHEST_CLIMB = 6
_LONGEST_LABEL = 80  # characters
_AROUND_BODY = (TextRegion.META, TextRegion.HEADING)
# Limits on what a hostile page can make us look at.
_MOST_CLASSES, _LONGEST_CLASS = 40, 80
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class CommentElement:
    """An element that holds one comment; `above` is the index of the one that it is inside."""

    element: HtmlElement
    above: int | None


def find_comment_elements(
    root: HtmlElement, roles: Mapping[HtmlElement, Role], sections: Set[HtmlElement]
) -> list[CommentElement]:
    """Find the elements that hold one comment each.

    Args:
        root: The page's tree.
        roles: What the names of its elements say.
        sections: The elements that hold all comments of an article.

    Returns:
        The elements in page order.
    """
    elements = {element for element, role in roles.items() if role & (Role.COMMENT | Role.BOX)}
    elements |= _forum_posts(root, roles)
    if not elements:
        return []
    kept = _select(collect(root, elements, roles), roles, sections)
    if climbed := _climb([candidate.element for candidate in kept if candidate.weak], elements, sections):
        elements = {climbed.get(element, element) for element in elements}
        kept = _select(collect(root, elements, roles), roles, sections)
    strong = [candidate for candidate in kept if not candidate.weak]
    indexes = {id(candidate): index for index, candidate in enumerate(strong)}
    return [CommentElement(candidate.element, _index_above(candidate, indexes)) for candidate in strong]


def _forum_posts(root: HtmlElement, roles: Mapping[HtmlElement, Role]) -> set[HtmlElement]:
    """The posts of a forum: at least two, each with an author, a day and words that are not just links."""
    named = {element for element, role in roles.items() if role & Role.POST}
    candidates = collect(root, named, roles) if len(named) > 1 else []
    posts = {
        candidate.element
        for candidate in candidates
        if _is_named(candidate) and _is_dated(candidate) and not candidate.has_title and not _is_teaser(candidate)
    }
    return posts if len(posts) > 1 else set()


def _is_named(candidate: CommentCandidate) -> bool:
    return bool(candidate.author or extract_comment(candidate).author)


def _is_dated(candidate: CommentCandidate) -> bool:
    """Whether a named element or a line of its own tells when the comment was written."""
    return bool(candidate.dated or candidate.profile_date) or any(
        is_dated_line(block, candidate.author)
        or (block.region in _AROUND_BODY and len(block.text) <= _LONGEST_LABEL and is_time(block.text))
        for block in candidate.blocks
        if block.region is not TextRegion.PROFILE
    )


def _is_teaser(candidate: CommentCandidate) -> bool:
    """Whether most words are links, and none are in what is named the body of a post."""
    named = any(block.region is TextRegion.BODY for block in select_body(candidate.blocks, is_post=candidate.is_post))
    return not named and is_teaser(candidate.element)


class _NestedCandidate:
    """A candidate among those around and inside it.

    `around` is the candidate that it is inside; `above` is the one that it answers, which `_select` works out.
    `weak` is true if no one signed it and nothing else speaks for it; `worded` if it has words of its own, and
    `has_body` if some of them are in what is named the body.
    """

    def __init__(self, candidate: CommentCandidate) -> None:
        self.element = candidate.element
        self.has_input = candidate.has_input
        self.has_title = candidate.has_title
        self.named = _is_named(candidate) and not candidate.has_input
        named = candidate.author and not candidate.has_input
        self.signed = bool(named or _is_dated(candidate)) and not candidate.has_title
        self.worded = bool(text := extract_comment(candidate).text)
        self.is_label = len(text) <= _LONGEST_LABEL
        self.has_body = any(block.region is TextRegion.BODY for block in candidate.blocks)
        self.above: _NestedCandidate | None = None
        self.around: _NestedCandidate | None = None
        self.inside: list[_NestedCandidate] = []
        self.weak = False
        self.shape = _shape(candidate.element)


def _nest(candidates: Sequence[CommentCandidate]) -> list[_NestedCandidate]:
    nested = [_NestedCandidate(candidate) for candidate in candidates]
    for inner, candidate in zip(nested, candidates, strict=True):
        if candidate.above is not None:
            inner.above = inner.around = nested[candidate.above]
            inner.above.inside.append(inner)
    return nested


def _select(
    candidates: Sequence[CommentCandidate], roles: Mapping[HtmlElement, Role], sections: Set[HtmlElement]
) -> list[_NestedCandidate]:
    """Each comment once: an element around several comments is dropped, and so is a part of one."""
    kept: list[_NestedCandidate] = []
    dropped: set[int] = set()
    for candidate in _nest(candidates):
        if id(candidate) in dropped:
            continue
        inside = candidate.inside
        if _is_head_and_body(candidate):
            dropped |= {id(part) for part in inside}
            candidate.signed, candidate.inside, inside = True, [], []
        if candidate.signed or not inside:
            kept.append(candidate)
            whole = [inner for inner in inside if inner.inside or (inner.signed and inner.worded)]
            if _is_profile_and_body(candidate, whole):
                whole = []
            parts = [inner for inner in inside if inner.around is candidate and inner not in whole]
            dropped |= {id(part) for part in parts if part.shape != candidate.shape}
        elif candidate.has_title or sum(inner.shape == inside[0].shape for inner in inside) > 1 or len(inside) == 1:
            _hand_over(candidate, candidate.above)
        else:
            _hand_over(candidate, candidate.above, first=inside[0])
    shapes = Counter(candidate.shape for candidate in kept if candidate.signed)
    for candidate in kept:
        candidate.weak = not candidate.signed and _is_doubtful(candidate, shapes, roles, sections)
    return kept


def _is_head_and_body(candidate: _NestedCandidate) -> bool:
    """Whether the candidates in one are its parts: one with the name and the day alone, the others with words alone.

    A head may hold a badge too ("Contributor") if the words are in what is named the body.
    """
    if candidate.signed or candidate.has_title or any(inner.inside for inner in candidate.inside):
        return False
    heads = [inner for inner in candidate.inside if inner.signed]
    if len(heads) != 1:
        return False
    bodies = [candidate, *(inner for inner in candidate.inside if inner is not heads[0])]
    if heads[0].worded:
        return heads[0].is_label and not heads[0].has_body and any(body.has_body for body in bodies)
    return any(body.worded for body in bodies)


def _is_profile_and_body(candidate: _NestedCandidate, whole: Sequence[_NestedCandidate]) -> bool:
    """Whether a candidate has the name and no words, and the only one in it has the words and no name."""
    return candidate.named and not candidate.worded and len(whole) == 1 and not (whole[0].named or whole[0].inside)


def _is_doubtful(
    candidate: _NestedCandidate,
    shapes: Mapping[tuple[str, ...], int],
    roles: Mapping[HtmlElement, Role],
    sections: Set[HtmlElement],
) -> bool:
    """Whether an unsigned candidate is neither named a comment in a section of them nor shaped like a signed one."""
    if candidate.has_input:
        return True
    named = roles.get(candidate.element, Role.NONE) & Role.COMMENT and _is_within(candidate.element, sections)
    return not named and not shapes[candidate.shape]


def _hand_over(
    candidate: _NestedCandidate, heir: _NestedCandidate | None, first: _NestedCandidate | None = None
) -> None:
    """Move the candidates inside one that is dropped to its heir; with `first`, the others become replies to that."""
    for inner in candidate.inside:
        inner.above = heir if first is None or inner is first else first
        if inner.above is not None:
            inner.above.inside.append(inner)
    candidate.inside = []


def _index_above(candidate: _NestedCandidate, indexes: Mapping[int, int]) -> int | None:
    above = candidate.above
    while above is not None and id(above) not in indexes:
        above = above.above
    return None if above is None else indexes[id(above)]


def _climb(
    weak: Sequence[HtmlElement], candidates: set[HtmlElement], sections: Set[HtmlElement]
) -> dict[HtmlElement, HtmlElement]:
    """For each unsigned element the largest one around it that holds no other candidate: the name may be there."""
    counts = defaultdict[HtmlElement, int](int)
    for element in candidates:
        parent, height = element.getparent(), 0
        while parent is not None and height <= _HIGHEST_CLIMB:
            counts[parent] += 1
            parent, height = parent.getparent(), height + 1
    climbed = {}
    for element in weak:
        top, height = element, 0
        while height < _HIGHEST_CLIMB and (parent := top.getparent()) is not None:
            if counts[parent] > 1 + (top in candidates and top is not element) or parent in sections:
                break
            if parent.tag in ("body", "html", "main", "article"):
                break
            top, height = parent, height + 1
        if top is not element and len(weak) > 1:
            climbed[element] = top
    return climbed


def _is_within(element: HtmlElement, sections: Set[HtmlElement]) -> bool:
    parent: HtmlElement | None = element.getparent()
    while parent is not None:
        if parent in sections:
            return True
        parent = parent.getparent()
    return False


def _shape(element: HtmlElement) -> tuple[str, ...]:
    """What an element has in common with others of its kind: its tag and the names that say what it is."""
    names = [*(element.get("class") or "").split()[:_MOST_CLASSES], element.get("id") or ""]
    shortened = (name[:_LONGEST_CLASS] for name in names)
    return (element.tag, *sorted({_DIGITS.sub("#", name) for name in shortened if token_role(name) & ITEM}))
