"""Isso: the comments of a page, as its API serves them."""

from __future__ import annotations

from collections.abc import Iterator

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, walk
from qa.sources.formats.pages import Pages, html_draft
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import label
from qa.sources.thread import Thread

_DELETED = 4  # the mode of a comment that is gone but has replies; 1 is shown, 2 awaits approval


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the comments of the page. Raises SourceError if there is none, or the file is cut off."""
    values, error = complete_objects(data, name)
    pages = Pages()
    for item in walk(values):
        if "mode" in item and "text" in item:
            author, day = label(item.get("author")), day_of(item.get("created"))
            draft = html_draft("comment", item["text"], author, day, shown=item["mode"] not in (2, _DELETED))
            pages.page(item.get("uri", "")).comments.append(
                RawPost(str(item.get("id")), str(item.get("parent")), draft)
            )
    yield from pages.threads(name, error)
