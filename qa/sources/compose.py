"""A thread out of posts that a format keeps apart: their texts are joined, and each post knows where its own stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.errors import SourceError
from qa.thread import Kind, Post, Span, Thread

_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Draft:
    """A post before its place in the reading text is known.

    `parent` is an index among the drafts. `omitted` are spans of `text` that are shown and never indexed: the words
    of somebody else that a comment quotes.
    """

    kind: Kind
    text: str
    author: str | None = None
    date: str | None = None
    parent: int | None = None
    omitted: tuple[Span, ...] = ()


def compose(source: str, drafts: Sequence[Draft], *, title: str | None = None, url: str | None = None) -> Thread:
    """The thread of these posts in their order.

    A post without a word is left out, and what replies to it is given to what it replies to.
    Raises SourceError where no post holds a word.
    """
    kept = [number for number, draft in enumerate(drafts) if draft.text.strip()]
    if not kept:
        raise SourceError(f"{source} holds no text; give a file with at least one word")
    places = {number: place for place, number in enumerate(kept)}
    posts: list[Post] = []
    at = 0
    for number in kept:
        draft = drafts[number]
        omitted = tuple((at + start, at + end) for start, end in draft.omitted)
        parent = _kept_parent(drafts, number, places)
        end = at + len(draft.text)
        posts.append(Post(draft.kind, draft.text, at, end, draft.author, draft.date, parent, omitted))
        at = end + len(_BETWEEN)
    text = _BETWEEN.join(drafts[number].text for number in kept)
    return Thread(source, text, tuple(posts), title, url).checked()


def _kept_parent(drafts: Sequence[Draft], number: int, places: dict[int, int]) -> int | None:
    """The place of the nearest post above this one that has words; none where replies go round in a circle."""
    above, seen = drafts[number].parent, {number}
    while above is not None and above not in seen and 0 <= above < len(drafts):
        if above in places:
            return places[above]
        seen.add(above)
        above = drafts[above].parent
    return None
