"""Compose threads from posts that a format keeps apart: the reading text is their texts, joined by blank lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from qa.errors import SourceError
from qa.sources.left_out import LeftOut
from qa.sources.location import Location, shifted
from qa.sources.sanitize import label
from qa.sources.thread import Kind, Post, Thread, first_in_cycles
from qa.types import Span

HIDDEN: tuple[str, tuple[Span, ...]] = ("", ())
"""Text and quotations of a post that is deleted, spam or not approved: it is left out, its replies move up."""

_SEPARATOR = "\n\n"
_LONGEST_TITLE = 100  # characters of a title in a thread's name, which is shown in one line


@dataclass(frozen=True, slots=True)
class DraftPost:
    """A post whose place in the reading text is not known yet.

    `parent` is an index among the drafts. `omitted` are spans of `text` that are shown but never indexed: someone
    else's words that a comment quotes. `locations` say where parts of `text` stand in the file.
    """

    kind: Kind
    text: str
    author: str | None = None
    date: str | None = None
    parent: int | None = None
    omitted: tuple[Span, ...] = ()
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class RawPost:
    """A post with the id that its format gives it, and the id of the post that it replies to."""

    id: str
    parent: str | None
    draft: DraftPost


@dataclass(frozen=True, slots=True)
class RawThread:
    """The posts of one thread in reading order, with the name of its source, its title and its address."""

    source: str
    posts: Sequence[RawPost]
    title: str | None
    url: str | None = None


def compose(
    source: str,
    drafts: Sequence[DraftPost],
    *,
    title: str | None = None,
    url: str | None = None,
    original: str | None = None,
    left_out: LeftOut | None = None,
) -> Thread:
    """Compose a thread from posts in reading order.

    A post without words is left out, and its replies become replies to its parent. A reply to the article, to a post
    that does not exist, and the first post of a cycle of replies have no parent.

    Args:
        source: The name of the source.
        drafts: The posts.
        title: The thread's title.
        url: The thread's address.
        original: The SHA-256 of the file that the posts come from.
        left_out: The lines of the file that are in none of the posts.

    Raises:
        SourceError: No post has words, or the thread is inconsistent.
    """
    kept = [number for number, draft in enumerate(drafts) if draft.text.strip()]
    if not kept:
        raise SourceError(f"{source} holds no text; give a file with at least one word")
    parents = _nearest_kept_parents(drafts)
    numbers = {draft: post for post, draft in enumerate(kept)}
    posts: list[Post] = []
    start = 0
    for index in kept:
        draft, above = drafts[index], parents[index]
        omitted = tuple((start + first, start + last) for first, last in draft.omitted)
        parent = None if above is None or drafts[above].kind == "article" else numbers[above]
        end = start + len(draft.text)
        placed = shifted(draft.locations, start)
        posts.append(Post(draft.kind, draft.text, start, end, draft.author, draft.date, parent, omitted, placed))
        start = end + len(_SEPARATOR)
    text = _SEPARATOR.join(drafts[index].text for index in kept)
    return Thread(source, text, tuple(posts), title, url, original, left_out=left_out).checked()


def is_composed(thread: Thread) -> bool:
    """Whether composing the thread's posts gives the thread again, so that its text need not be kept as well."""
    start = 0
    for post in thread.posts:
        replies_to_article = post.parent is not None and thread.posts[post.parent].kind == "article"
        if post.start != start or not post.text.strip() or replies_to_article:
            return False
        start = post.end + len(_SEPARATOR)
    return bool(thread.posts) and thread.text == _SEPARATOR.join(post.text for post in thread.posts)


def _nearest_kept_parents(drafts: Sequence[DraftPost]) -> list[int | None]:
    """For each draft, the nearest one above it that has words."""
    parents = [
        draft.parent if draft.parent is not None and 0 <= draft.parent < len(drafts) else None for draft in drafts
    ]
    for first in first_in_cycles(parents):
        parents[first] = None
    nearest: list[int | None] = [None] * len(drafts)
    known = [False] * len(drafts)
    for start in range(len(drafts)):
        path, current = [], start
        while not known[current]:
            path.append(current)
            parent = parents[current]
            if parent is None or drafts[parent].text.strip():
                nearest[current], known[current] = parent, True
            else:
                current = parent
        for passed in path:  # so a chain of posts without words is walked once, whatever its length
            nearest[passed], known[passed] = nearest[current], True
    return nearest


def resolve_replies(posts: Iterable[RawPost]) -> list[DraftPost]:
    """The posts as drafts, their parents' ids resolved to indices.

    A post that repeats an earlier one, with the same id and content, is left out. If different posts share an id, a
    reply to it belongs to the first of them.
    """
    numbers: dict[str, int] = {}
    kept: list[RawPost] = []
    for post in posts:
        first = numbers.setdefault(post.id, len(kept))
        if first == len(kept) or kept[first].draft != post.draft:
            kept.append(post)
    return [replace(post.draft, parent=None if post.parent is None else numbers.get(post.parent)) for post in kept]


def compose_threads(raw_threads: Iterable[RawThread], name: str, error: SourceError | None = None) -> Iterator[Thread]:
    """Yield the threads of a file; those without words are left out.

    Args:
        raw_threads: The threads as the format groups them.
        name: The file's name, for the error message.
        error: What is wrong with the rest of the file, if anything.

    Raises:
        SourceError: After the last thread: `error`, if there is one, or that no thread has words.
    """
    empty = True
    for thread in raw_threads:
        if any(post.draft.text.strip() for post in thread.posts):
            empty = False
            yield compose(thread.source, resolve_replies(thread.posts), title=thread.title, url=thread.url)
    if error is not None:
        raise error
    if empty:
        raise SourceError(f"{name!r} holds no post with words (deleted and hidden posts are left out)")


def thread_name(name: str, title: str | None, fallback: object = None) -> str:
    """The name of one of several threads in a file: file and title, which do not change when the file grows.

    >>> thread_name("blog.xml", "Lenses", 7), thread_name("blog.xml", None, 7)
    ('blog.xml · Lenses', 'blog.xml · 7')
    """
    title = title or label(fallback)
    return f"{name} · {title[:_LONGEST_TITLE]}" if title else name
