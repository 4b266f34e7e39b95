"""Disqus's export: the comments of a whole site, grouped by the page that they stand under."""

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
    """Yield a thread for each page with comments. Raises SourceError where there is none, or the file breaks off."""
    pages: dict[str, _Page] = {}
    flaw = None
    try:
        for element in xml.children(data, name, "disqus"):
            _take(element, pages)
    except SourceError as error:  # the pages stand before the comments: nothing can be yielded until the end
        flaw = error
    found = (
        RawThread(thread_name(name, page.title or page.url, id_), page.posts, page.title, page.url)
        for id_, page in pages.items()
    )
    yield from compose_threads(found, name, flaw)


def _take(element: Any, pages: dict[str, _Page]) -> None:
    told = xml.texts(element)
    shown = "true" not in (told.get("isDeleted"), told.get("isSpam")) and told.get("isApproved") != "false"
    author = next((label(xml.texts(child).get("name")) for child in element if xml.local(child) == "author"), None)
    text, quotes = html_to_text(told.get("message")) if shown else HIDDEN
    day = day_of(told.get("createdAt"))
    if xml.local(element) == "thread" and shown:
        page = _Page(label(html_to_text(told.get("title"))[0]), address(told.get("link")))
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
