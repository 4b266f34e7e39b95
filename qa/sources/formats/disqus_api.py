"""Comments of Disqus as its API serves them, and as programs that download them write them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, find, walk
from qa.sources.formats.pages import Pages, html_draft, text_draft
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each page. Raises SourceError if there is none, or the file is cut off."""
    values, error = complete_objects(data, name)
    objects = list(walk(values))
    threads = {str(item.get("id")): item for item in objects if "message" not in item and "link" in item}
    pages = Pages()
    for item in objects:
        if not isinstance(item.get("message", item.get("raw_message")), str):
            continue
        thread = item.get("thread")
        key = str(find(thread, "id") if isinstance(thread, dict) else thread)
        about = threads.get(key, {})
        page = pages.page(key)
        page.title = label(about.get("clean_title")) or label(about.get("title"))
        page.url = address(about.get("link"))
        page.comments.append(_post(item))
    yield from pages.threads(name, error)


def _post(item: dict[str, Any]) -> RawPost:
    author = label(find(item, "author", "name")) or label(find(item, "author", "username")) or label(item.get("author"))
    shown = not (item.get("isDeleted") or item.get("isSpam")) and item.get("isApproved", True) is not False
    day = day_of(item.get("createdAt"))
    if item.get("message"):
        draft = html_draft("comment", item["message"], author, day, shown=shown)
    else:
        draft = text_draft("comment", item.get("raw_message"), author, day, shown=shown)
    return RawPost(str(item.get("id")), str(item.get("parent") or None), draft)
