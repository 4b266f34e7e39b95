"""Commento and Commento++: an export of all comments of a site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, walk
from qa.sources.formats.pages import Pages, html_draft, text_draft
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each page. Raises SourceError if there is none, or the file is cut off."""
    values, error = complete_objects(data, name)
    objects = list(walk(values))
    people = {item["commenterHex"]: label(item.get("name")) for item in objects if _is_commenter(item)}
    pages = Pages()
    for item in objects:
        if "commentHex" not in item:
            continue
        domain, path = label(item.get("domain")), label(item.get("path"))
        page = pages.page(f"{domain}{path}")
        page.url = address(f"https://{domain}{path}") if domain and path else None
        author, day = people.get(str(item.get("commenterHex"))), day_of(item.get("creationDate"))
        shown = item.get("state", "approved") == "approved" and not item.get("deleted")
        if item.get("markdown"):
            draft = text_draft("comment", item["markdown"], author, day, shown=shown)
        else:
            draft = html_draft("comment", item.get("html"), author, day, shown=shown)
        page.comments.append(RawPost(str(item["commentHex"]), str(item.get("parentHex")), draft))
    yield from pages.threads(name, error)


def _is_commenter(item: dict[str, Any]) -> bool:
    return isinstance(item.get("commenterHex"), str) and "commentHex" not in item
