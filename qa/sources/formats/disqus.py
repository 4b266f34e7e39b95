"""An export of Disqus: the comments of a whole site, grouped by the page that they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import HIDDEN, DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.formats import xml
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Thread


@dataclass(slots=True)
class _Page:
    title: str | None
    url: str | None
    posts: list[RawPost] = field(default_factory=list)


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread for each page with comments. Raises SourceError if there is none, or the file is cut off."""
    pages: dict[str, _Page] = {}
    damage = None
    try:
        for element in xml.children(data, name, "disqus"):
            _add_to_pages(element, pages)
    except SourceError as error:  # all pages come before all comments: nothing can be yielded until the end
        damage = error
    raw_threads = (
        RawThread(thread_name(name, page.title or page.url, id_), page.posts, page.title, page.url)
        for id_, page in pages.items()
    )
    yield from compose_threads(raw_threads, name, damage)


def _add_to_pages(element: Any, pages: dict[str, _Page]) -> None:
    fields = xml.texts(element)
    shown = "true" not in (fields.get("isDeleted"), fields.get("isSpam")) and fields.get("isApproved") != "false"
    author = next((label(xml.texts(child).get("name")) for child in element if xml.local(child) == "author"), None)
    text, quotes = html_to_text(fields.get("message")) if shown else HIDDEN
    day = day_of(fields.get("createdAt"))
    if xml.local(element) == "thread" and shown:
        page = _Page(label(html_to_text(fields.get("title"))[0]), address(fields.get("link")))
        if text:
            page.posts.append(RawPost("", None, DraftPost("article", text, author, day)))
        pages.setdefault(_id(element), page)
    elif xml.local(element) == "post":
        linked = {xml.local(child): _id(child) for child in element}
        draft = DraftPost("comment", text, author, day, omitted=quotes)
        if page_of := pages.get(linked.get("thread", "")):
            page_of.posts.append(RawPost(_id(element), linked.get("parent"), draft))


def _id(element: Any) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == "id"), "")
