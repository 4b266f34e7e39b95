"""Remark42: a backup, one comment per line, or the comments of a page as its API serves them."""

from __future__ import annotations

from collections.abc import Iterator

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, find, walk
from qa.sources.formats.pages import Pages, html_draft
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each page. Raises SourceError if there is none, or the file is cut off."""
    values, error = complete_objects(data, name)
    pages = Pages()
    for item in walk(values):
        if not isinstance(item.get("locator"), dict) or "text" not in item:
            continue
        url = find(item, "locator", "url")
        page = pages.page(url)
        page.title, page.url = page.title or label(item.get("title")), address(url)
        author, day = label(find(item, "user", "name")), day_of(item.get("time"))
        draft = html_draft("comment", item["text"], author, day, shown=not item.get("delete"))
        page.comments.append(RawPost(str(item.get("id")), label(item.get("pid")), draft))
    yield from pages.threads(name, error)
