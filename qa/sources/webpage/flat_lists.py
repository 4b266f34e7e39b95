"""Comments without an element around each: name, words and day are siblings in the list, and are wrapped."""

from __future__ import annotations

from collections.abc import MutableMapping

from lxml.html import HtmlElement

from qa.sources.webpage.collect import ancestors
from qa.sources.webpage.roles import ITEM, Role

_HEAD = Role.AUTHOR | Role.META
_WORDS = Role.BODY | Role.COMMENT | Role.BOX


def wrap_flat_comments(roles: MutableMapping[HtmlElement, Role]) -> None:
    """Wrap every run of siblings that begins with a name, such as the <dt> and two <dd> of a comment on Blogger."""
    parents = dict.fromkeys(element.getparent() for element, role in roles.items() if role & _HEAD)
    named = ancestors(element for element, role in roles.items() if role & (Role.COMMENT | Role.POST))
    for parent in parents:
        if parent is None or roles.get(parent, Role.NONE) & (Role.COMMENT | Role.POST):
            continue
        children = list(parent)
        starts = _starts(children, roles)
        if starts and _among_comments(parent, roles) and not any(child in named for child in children):
            for start, stop in zip(starts, [*starts[1:], len(children)], strict=True):
                if not any(True for child in children[start:stop] for _ in child.iter("textarea")):
                    _wrap(children[start:stop], roles)


def _among_comments(element: HtmlElement, roles: MutableMapping[HtmlElement, Role]) -> bool:
    """Whether the element is in a section of comments, but not in a comment."""
    above: HtmlElement | None = element
    while above is not None:
        role = roles.get(above, Role.NONE)
        if role & (Role.SECTION | ITEM):
            return bool(role & Role.SECTION)
        above = above.getparent()
    return False


def _starts(children: list[HtmlElement], roles: MutableMapping[HtmlElement, Role]) -> list[int]:
    """The indexes at which runs begin: at every sibling of the same kind as the first name that words follow."""
    first = next((n for n, child in enumerate(children) if _is_head(child, roles)), None)
    if first is None:
        return []
    kind = _kind(children[first])
    starts = [n for n, child in enumerate(children) if _kind(child) == kind and _is_head(child, roles)]
    stops = [*starts[1:], len(children)]
    return [
        start
        for start, stop in zip(starts, stops, strict=True)
        if any(roles.get(child, Role.NONE) & _WORDS for child in children[start + 1 : stop])
    ]


def _is_head(element: HtmlElement, roles: MutableMapping[HtmlElement, Role]) -> bool:
    role = roles.get(element, Role.NONE)
    return bool(role & _HEAD) and not role & (ITEM | Role.BODY)


def _kind(element: HtmlElement) -> tuple[str, str | None]:
    return element.tag, element.get("class")


def _wrap(run: list[HtmlElement], roles: MutableMapping[HtmlElement, Role]) -> None:
    wrapper: HtmlElement = run[0].makeelement("div")
    run[0].addprevious(wrapper)
    for element in run:
        wrapper.append(element)
    roles[wrapper] = Role.COMMENT
