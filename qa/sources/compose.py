"""A thread out of posts that a format keeps apart: their texts are joined, and each post knows where its own stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from qa.errors import SourceError
from qa.sources.sanitize import label
from qa.sources.thread import Kind, Post, Thread, first_in_circles
from qa.types import Span

_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class DraftPost:
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


def compose(
    source: str,
    drafts: Sequence[DraftPost],
    *,
    title: str | None = None,
    url: str | None = None,
    original: str | None = None,
) -> Thread:
    """The thread of these posts in their order.

    A post without a word is left out, and what replies to it is given to what it replies to. A comment on the article
    has no parent; nor has one whose parent is not there, nor the first of those whose replies go round in a circle.
    Raises SourceError where no post holds a word.
    """
    kept = [number for number, draft in enumerate(drafts) if draft.text.strip()]
    if not kept:
        raise SourceError(f"{source} holds no text; give a file with at least one word")
    above = _kept_above(drafts)
    places = {number: place for place, number in enumerate(kept)}
    posts: list[Post] = []
    at = 0
    for number in kept:
        draft = drafts[number]
        omitted = tuple((at + start, at + end) for start, end in draft.omitted)
        answered = above[number]
        parent = None if answered is None or drafts[answered].kind == "article" else places[answered]
        end = at + len(draft.text)
        posts.append(Post(draft.kind, draft.text, at, end, draft.author, draft.date, parent, omitted))
        at = end + len(_BETWEEN)
    text = _BETWEEN.join(drafts[number].text for number in kept)
    return Thread(source, text, tuple(posts), title, url, original).checked()


def _kept_above(drafts: Sequence[DraftPost]) -> list[int | None]:
    """For each draft the nearest one above it that has words."""
    parents = [
        draft.parent if draft.parent is not None and 0 <= draft.parent < len(drafts) else None for draft in drafts
    ]
    for number in first_in_circles(parents):
        parents[number] = None
    above: list[int | None] = [None] * len(drafts)
    known = [False] * len(drafts)
    for start in range(len(drafts)):
        way, at = [], start
        while not known[at]:
            way.append(at)
            parent = parents[at]
            if parent is None or drafts[parent].text.strip():
                above[at], known[at] = parent, True
            else:
                at = parent
        for passed in way:  # a chain of posts without words is walked once, however many hang on it
            above[passed], known[passed] = above[at], True
    return above


HIDDEN: tuple[str, tuple[Span, ...]] = ("", ())
"""The text of a post that is deleted, spam or not approved: none; what replies to it keeps its place above."""
_LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class RawPost:
    """A post with the id that its format gives it, and the id of the post that it replies to."""

    id: str
    parent: str | None
    draft: DraftPost


@dataclass(frozen=True, slots=True)
class RawThread:
    """The posts of one thread, with the name of its source, its title and its address."""

    source: str
    said: Sequence[RawPost]
    title: str | None
    url: str | None = None


def resolve_replies(said: Iterable[RawPost]) -> list[DraftPost]:
    """The posts with their parents as places; a post that comes again under its id, word for word, is left out.

    Where several go by one id, a reply belongs to the first.
    """
    places: dict[str, int] = {}
    kept: list[RawPost] = []
    for post in said:
        first = places.setdefault(post.id, len(kept))
        if first == len(kept) or kept[first].draft != post.draft:
            kept.append(post)
    return [replace(post.draft, parent=None if post.parent is None else places.get(post.parent)) for post in kept]


def compose_threads(found: Iterable[RawThread], name: str, flaw: SourceError | None = None) -> Iterator[Thread]:
    """The threads of a file; those without a word are left out.

    Raises SourceError at the end: `flaw`, what was wrong with the file, else that no thread has a word.
    """
    empty = True
    for group in found:
        if any(post.draft.text.strip() for post in group.said):
            empty = False
            yield compose(group.source, resolve_replies(group.said), title=group.title, url=group.url)
    if flaw is not None:
        raise flaw
    if empty:
        raise SourceError(f"{name!r} holds no post with words in it (what is deleted or hidden is left out)")


def thread_name(name: str, title: str | None, otherwise: object = None) -> str:
    """The name of one of a file's threads: the file and the title, which hold still when the file grows.

    >>> thread_name("blog.xml", "Lenses", 7), thread_name("blog.xml", None, 7)
    ('blog.xml · Lenses', 'blog.xml · 7')
    """
    told = title or label(otherwise)
    return f"{name} · {told[:_LONGEST_TITLE]}" if told else name
