"""The posts of a file sorted by the page, question, video or channel that they belong to: one thread of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from qa.errors import SourceError
from qa.sources.compose import HIDDEN, DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.html_text import html_to_text
from qa.sources.location import Location
from qa.sources.patterns.quotes import find_quotes, merge_spans
from qa.sources.sanitize import words
from qa.sources.thread import Kind, Thread

_MOST_MARKED = 500  # characters of the words that a comment marks: some paragraphs; a comment can mark a whole book


@dataclass(slots=True)
class Page:
    """What is known of one page: its title and address, its article, and the comments in the order of the file."""

    title: str | None = None
    url: str | None = None
    article: RawPost | None = None
    comments: list[RawPost] = field(default_factory=list)

    @property
    def posts(self) -> list[RawPost]:
        """The article, if there is one, and the comments."""
        return [self.article, *self.comments] if self.article else self.comments


class Pages:
    """The pages of a file, in the order in which they are first named."""

    def __init__(self) -> None:
        self._pages: dict[str, Page] = {}

    def page(self, key: object) -> Page:
        """The page with that key, a new one if the key is new."""
        return self._pages.setdefault(str(key), Page())

    def threads(self, name: str, error: SourceError | None = None) -> Iterator[Thread]:
        """Yield a thread of each page that has words.

        Args:
            name: The file's name. A file with one page gives a source of that name; of several, each has its title.
            error: What is wrong with the rest of the file, if anything.

        Raises:
            SourceError: After the last thread: `error`, if there is one, or that no page has words.
        """
        yield from compose_threads(self._raw_threads(name), name, error)

    def _raw_threads(self, name: str) -> Iterator[RawThread]:
        for key, page in self._pages.items():
            source = name if len(self._pages) == 1 else thread_name(name, page.title or page.url, key)
            yield RawThread(source, page.posts, page.title, page.url)


def html_draft(kind: Kind, html: object, author: str | None, date: str | None, *, shown: bool = True) -> DraftPost:
    """A post from HTML. What an article quotes is part of it; what a comment quotes is omitted."""
    text, quotes = html_to_text(html) if shown else HIDDEN
    return DraftPost(kind, text, author, date, omitted=quotes if kind == "comment" else ())


def text_draft(kind: Kind, text: object, author: str | None, date: str | None, *, shown: bool = True) -> DraftPost:
    """A post from plain text or Markdown, which stays as it was typed."""
    clean = words(text) if shown else ""
    return DraftPost(kind, clean, author, date, omitted=find_quotes(clean) if kind == "comment" else ())


def message_draft(text: object, author: str | None, date: str | None, time: str | None, *, shown: bool) -> DraftPost:
    """A message of a chat: a comment that was written at a time of day, if it is known."""
    draft = text_draft("comment", text, author, date, shown=shown)
    if time is None:
        return draft
    return replace(draft, locations=(Location(0, len(draft.text), time=time),))


def marking_draft(marked: str, text: str, author: str | None, date: str | None) -> DraftPost:
    """A comment on words of a document: it begins with those words, which it omits as a quotation."""
    marked = words(marked)
    if len(marked) > _MOST_MARKED:
        marked = marked[:_MOST_MARKED].rpartition(" ")[0]
    draft = text_draft("comment", text, author, date)
    if not marked or not draft.text:
        return draft
    shift = len(marked) + 2
    omitted = merge_spans([(0, len(marked)), *((start + shift, end + shift) for start, end in draft.omitted)])
    return replace(draft, text=f"{marked}\n\n{draft.text}", omitted=omitted)


def find_roots(parents: Mapping[str, str | None]) -> dict[str, str]:
    """The topmost ancestor of each post, which need not be in the file itself.

    Args:
        parents: The id of the post that each post replies to, by its own id.

    >>> find_roots({"a": None, "b": "a", "c": "b", "d": "gone", "e": "f", "f": "e"})
    {'a': 'a', 'b': 'a', 'c': 'a', 'd': 'gone', 'e': 'e', 'f': 'e'}
    """
    roots: dict[str, str] = {}
    for id_ in parents:
        path: dict[str, None] = {}
        current = id_
        while current not in roots:
            path[current] = None
            parent = parents.get(current)
            if parent is None or parent in path:
                roots[current] = current if parent is None else id_
            else:
                current = parent
        for passed in path:
            roots[passed] = roots[current]
    return {id_: roots[id_] for id_ in parents}
