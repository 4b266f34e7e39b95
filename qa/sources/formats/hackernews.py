"""Hacker News: single items of its API (Firebase), or the trees of items that Algolia's API serves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any

from qa.sources.compose import HIDDEN, DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.formats.json_objects import complete_objects
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import label
from qa.sources.thread import Thread

_ITEM = "https://news.ycombinator.com/item?id="


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield each story with its comments. Raises SourceError if there is none, or the file is cut off."""
    values, error = complete_objects(data, name)
    items: dict[str, dict[str, Any]] = {}
    for item in chain.from_iterable(map(_items, values)):
        items.setdefault(str(item["id"]), item)
    stories = defaultdict[str, list[str]](list)
    roots: dict[str, str] = {}
    for id_ in items:
        stories[_root(id_, items, roots)].append(id_)
    count = len(stories)
    yield from compose_threads(
        (_raw_thread(root, ids, items, name, count) for root, ids in stories.items()), name, error
    )


def _items(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    stack: list[Any] = [value] if "id" in value else list(value.values())[::-1]  # else a map of ids to items
    while stack:
        item = stack.pop()
        if isinstance(item, dict) and "id" in item:
            yield item
            children = item.get("children")
            stack += reversed(children if isinstance(children, list) else [])


def _parent(item: dict[str, Any]) -> str | None:
    parent = item.get("parent_id", item.get("parent"))
    return None if parent is None else str(parent)


def _root(id_: str, items: dict[str, dict[str, Any]], roots: dict[str, str]) -> str:
    """The topmost known ancestor of an item."""
    path: dict[str, None] = {}
    while id_ not in roots:
        path[id_] = None
        parent = _parent(items[id_])
        if parent is None or parent not in items or parent in path:
            roots[id_] = id_
        else:
            id_ = parent
    for passed in path:
        roots[passed] = roots[id_]
    return roots[id_]


def _raw_thread(root: str, ids: list[str], items: dict[str, dict[str, Any]], name: str, stories: int) -> RawThread:
    title = label(html_to_text(items[root].get("title"))[0])
    posts = [RawPost(id_, _parent(items[id_]), _draft(items[id_])) for id_ in sorted(ids, key=root.__ne__)]
    url = _ITEM + root if root.isdigit() else None
    return RawThread(name if stories == 1 else thread_name(name, title, root), posts, title, url)


def _draft(item: dict[str, Any]) -> DraftPost:
    removed = item.get("deleted") or item.get("dead")
    text, quotes = HIDDEN if removed else html_to_text(item.get("text"))
    author = label(item.get("by")) or label(item.get("author"))
    day = day_of(item.get("time")) or day_of(item.get("created_at_i")) or day_of(item.get("created_at"))
    if item.get("type") == "comment":
        return DraftPost("comment", text, author, day, omitted=quotes)
    return DraftPost("article", text, author, day)
