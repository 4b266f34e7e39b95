"""Posts that name what they answer by an id: drafts in order, grouped into the threads that they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from qa.errors import SourceError
from qa.sources.compose import Draft, compose
from qa.sources.sanitize import label
from qa.sources.thread import Span, Thread

HIDDEN: tuple[str, tuple[Span, ...]] = ("", ())
"""The text of a post that is deleted, spam or not approved: none; what replies to it keeps its place above."""
_LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class Said:
    """A post with the id that its format gives it, and the id of the post that it replies to."""

    id: str
    parent: str | None
    draft: Draft


@dataclass(frozen=True, slots=True)
class Grouped:
    """The posts of one thread, with the name of its source, its title and its address."""

    source: str
    said: Sequence[Said]
    title: str | None
    url: str | None = None


def drafts(said: Iterable[Said]) -> list[Draft]:
    """The posts with their parents as places; a post that comes again under its id, word for word, is left out.

    Where several go by one id, a reply belongs to the first.
    """
    places: dict[str, int] = {}
    kept: list[Said] = []
    for post in said:
        first = places.setdefault(post.id, len(kept))
        if first == len(kept) or kept[first].draft != post.draft:
            kept.append(post)
    return [replace(post.draft, parent=None if post.parent is None else places.get(post.parent)) for post in kept]


def threads(found: Iterable[Grouped], name: str, flaw: SourceError | None = None) -> Iterator[Thread]:
    """The threads of a file; those without a word are left out.

    Raises SourceError at the end: `flaw`, what was wrong with the file, else that no thread has a word.
    """
    empty = True
    for group in found:
        if any(post.draft.text.strip() for post in group.said):
            empty = False
            yield compose(group.source, drafts(group.said), title=group.title, url=group.url)
    if flaw is not None:
        raise flaw
    if empty:
        raise SourceError(f"{name!r} holds no post with words in it (what is deleted or hidden is left out)")


def named(name: str, title: str | None, otherwise: object = None) -> str:
    """The name of one of a file's threads: the file and the title, which hold still when the file grows.

    >>> named("blog.xml", "Lenses", 7), named("blog.xml", None, 7)
    ('blog.xml · Lenses', 'blog.xml · 7')
    """
    told = title or label(otherwise)
    return f"{name} · {told[:_LONGEST_TITLE]}" if told else name
