"""Hacker News: items of its API (Firebase), each by itself, or the trees that Algolia's search gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any

from qa.sources.compose import HIDDEN, DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.formats.json_objects import whole
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import label
from qa.sources.thread import Thread

_ITEM = "https://news.ycombinator.com/item?id="


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield each story with the comments under it. Raises SourceError where there is none, or the file breaks off."""
    values, flaw = whole(data, name)
    items: dict[str, dict[str, Any]] = {}
    for item in chain.from_iterable(map(_items, values)):
        items.setdefault(str(item["id"]), item)
    stories = defaultdict[str, list[str]](list)
    roots: dict[str, str] = {}
    for id_ in items:
        stories[_root(id_, items, roots)].append(id_)
    number = len(stories)
    yield from compose_threads((_grouped(root, ids, items, name, number) for root, ids in stories.items()), name, flaw)


def _items(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting: list[Any] = [value] if "id" in value else list(value.values())[::-1]  # else items by their ids
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict) and "id" in item:
            yield item
            children = item.get("children")
            waiting += reversed(children if isinstance(children, list) else [])


def _parent(item: dict[str, Any]) -> str | None:
    above = item.get("parent_id", item.get("parent"))
    return None if above is None else str(above)


def _root(id_: str, items: dict[str, dict[str, Any]], roots: dict[str, str]) -> str:
    """The uppermost item that is known above this one."""
    way: dict[str, None] = {}
    while id_ not in roots:
        way[id_] = None
        above = _parent(items[id_])
        if above is None or above not in items or above in way:
            roots[id_] = id_
        else:
            id_ = above
    for passed in way:
        roots[passed] = roots[id_]
    return roots[id_]


def _grouped(root: str, ids: list[str], items: dict[str, dict[str, Any]], name: str, number: int) -> RawThread:
    title = label(html_to_text(items[root].get("title"))[0])
    said = [RawPost(id_, _parent(items[id_]), _draft(items[id_])) for id_ in sorted(ids, key=root.__ne__)]
    url = _ITEM + root if root.isdigit() else None
    return RawThread(name if number == 1 else thread_name(name, title, root), said, title, url)


def _draft(item: dict[str, Any]) -> DraftPost:
    gone = item.get("deleted") or item.get("dead")
    text, quotes = HIDDEN if gone else html_to_text(item.get("text"))
    author = label(item.get("by")) or label(item.get("author"))
    day = day_of(item.get("time")) or day_of(item.get("created_at_i")) or day_of(item.get("created_at"))
    if item.get("type") == "comment":
        return DraftPost("comment", text, author, day, omitted=quotes)
    return DraftPost("article", text, author, day)
