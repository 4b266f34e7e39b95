"""Which elements of a page hold one comment each: of all that may, those that somebody signed, each comment once."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from lxml.html import HtmlElement

from qa.sources.patterns.times import is_time
from qa.sources.webpage.collect import CommentCandidate, collect, is_teaser
from qa.sources.webpage.roles import ITEM, Role, token_role

_HIGHEST_CLIMB = 6
_LONGEST_LABEL = 80
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Item:
    """An element that holds one comment; `above` is the number of the item that it stands in."""

    element: HtmlElement
    above: int | None


def find_items(root: HtmlElement, roles: Mapping[HtmlElement, Role], sections: Set[HtmlElement]) -> list[Item]:
    """The elements that hold one comment each, in the order of the page."""
    candidates = {element for element, role in roles.items() if role & (Role.COMMENT | Role.BOX)}
    candidates |= _forum_posts(root, roles)
    if not candidates:
        return []
    settled = _settle(collect(root, candidates, roles), roles, sections)
    if climbed := _climb([item.element for item in settled if item.weak], candidates, sections):
        candidates = {climbed.get(element, element) for element in candidates}
        settled = _settle(collect(root, candidates, roles), roles, sections)
    kept = [item for item in settled if not item.weak]
    numbers = {id(item): number for number, item in enumerate(kept)}
    return [Item(item.element, _kept_above(item, numbers)) for item in kept]


def _forum_posts(root: HtmlElement, roles: Mapping[HtmlElement, Role]) -> set[HtmlElement]:
    """The posts of a forum: several, each with an author, a day and words that are no mere links."""
    named = {element for element, role in roles.items() if role & Role.POST}
    sightings = collect(root, named, roles) if len(named) > 1 else []
    posts = {s.element for s in sightings if s.author and _is_dated(s) and not s.titled and not is_teaser(s.element)}
    return posts if len(posts) > 1 else set()


def _is_dated(sighting: CommentCandidate) -> bool:
    return sighting.dated or any(
        len(line.text) <= _LONGEST_LABEL and is_time(line.text) for line in sighting.prose.finished()
    )


class _Candidate:
    """A sighting on its way to an item; `weak` where nobody signed it and nothing else speaks for it.

    `around` is what it stands in; `above` comes to be what it answers.
    """

    def __init__(self, sighting: CommentCandidate) -> None:
        self.element = sighting.element
        self.signed = bool((sighting.author and not sighting.asks) or _is_dated(sighting)) and not sighting.titled
        self.asks = sighting.asks
        self.titled = sighting.titled
        self.worded = any(line.text for line in sighting.prose.finished())
        self.above: _Candidate | None = None
        self.around: _Candidate | None = None
        self.inside: list[_Candidate] = []
        self.weak = False
        self.shape = _shape(sighting.element)


def _settle(
    sightings: Sequence[CommentCandidate], roles: Mapping[HtmlElement, Role], sections: Set[HtmlElement]
) -> list[_Candidate]:
    """Each comment once: an element around all comments is none, one around or inside a comment is the same."""
    every = [_Candidate(sighting) for sighting in sightings]
    for candidate, sighting in zip(every, sightings, strict=True):
        if sighting.above is not None:
            candidate.above = candidate.around = every[sighting.above]
            candidate.above.inside.append(candidate)
    kept: list[_Candidate] = []
    dropped: set[int] = set()
    for candidate in every:
        if id(candidate) in dropped:
            continue
        inside = candidate.inside
        if candidate.signed or not inside:
            kept.append(candidate)
            parts = [inner for inner in inside if inner.around is candidate and not (inner.signed or inner.inside)]
            dropped |= {id(part) for part in parts if part.shape != candidate.shape}
        elif candidate.titled or sum(inner.shape == inside[0].shape for inner in inside) > 1 or len(inside) == 1:
            _hand_over(candidate, candidate.above)
        else:
            _hand_over(candidate, candidate.above, first=inside[0])
    shapes = Counter(candidate.shape for candidate in kept if candidate.signed)
    for candidate in kept:
        certain = (
            not candidate.asks
            and roles.get(candidate.element, Role.NONE) & Role.COMMENT
            and _within(candidate.element, sections)
        )
        candidate.weak = not candidate.signed and not certain and (candidate.asks or not shapes[candidate.shape])
    return kept


def _hand_over(candidate: _Candidate, heir: _Candidate | None, first: _Candidate | None = None) -> None:
    """Give what stands in a candidate to another; where `first` stands for the candidate, the rest answers it."""
    for inner in candidate.inside:
        inner.above = heir if first is None or inner is first else first
        if inner.above is not None:
            inner.above.inside.append(inner)
    candidate.inside = []


def _kept_above(item: _Candidate, numbers: Mapping[int, int]) -> int | None:
    above = item.above
    while above is not None and id(above) not in numbers:
        above = above.above
    return None if above is None else numbers[id(above)]


def _climb(
    weak: Sequence[HtmlElement], candidates: set[HtmlElement], sections: Set[HtmlElement]
) -> dict[HtmlElement, HtmlElement]:
    """For words that nobody signed, the element around them that holds no other's: the name may stand beside."""
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


def _within(element: HtmlElement, sections: Set[HtmlElement]) -> bool:
    parent: HtmlElement | None = element.getparent()
    while parent is not None:
        if parent in sections:
            return True
        parent = parent.getparent()
    return False


def _shape(element: HtmlElement) -> tuple[str, ...]:
    """What an element has in common with others of its kind: its tag and the names that say what it is."""
    tokens = [*(element.get("class") or "").split()[:40], element.get("id") or ""]
    telling = {_DIGITS.sub("#", token[:80]) for token in tokens if token_role(token[:80]) & ITEM}
    return (element.tag, *sorted(telling))
