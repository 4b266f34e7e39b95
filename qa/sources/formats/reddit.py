"""Reddit: a thread as its address with `.json` at the end gives it, or the lines of a dump of posts and comments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from itertools import chain
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.formats.json_objects import whole
from qa.sources.patterns.dates import day_of
from qa.sources.patterns.quotes import quoted
from qa.sources.sanitize import label, words
from qa.sources.thread import Thread

_GONE = ("[deleted]", "[removed]", "[deleted by user]", "[removed by reddit]", "[ Removed by Reddit ]")


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield each post with the comments under it.

    Raises SourceError at the end where the file leaves comments out behind "load more", or breaks off.
    """
    links: dict[str, dict[str, Any]] = {}
    comments = defaultdict[str, list[dict[str, Any]]](list)
    values, flaw = whole(data, name)
    left_out = 0
    for kind, thing in chain.from_iterable(map(_things, values)):
        if kind == "t3":
            links.setdefault(f"t3_{thing.get('id')}", thing)
        elif kind == "t1":
            comments[str(thing.get("link_id"))].append(thing)
        elif isinstance(thing.get("count"), int):
            left_out += max(thing["count"], 0)
    if left_out and flaw is None:
        flaw = SourceError(f'{name!r} leaves out {left_out} comments, which Reddit shows behind "load more comments"')
    ids = list(dict.fromkeys([*links, *comments]))
    yield from compose_threads(
        (_grouped(links.get(id_, {}), id_, comments[id_], name, len(ids)) for id_ in ids), name, flaw
    )


def _things(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every post, comment and "more" in a value, in reading order, however deep the replies go."""
    waiting: list[Any] = [value]
    while waiting:
        thing = waiting.pop()
        if not isinstance(thing, dict):
            continue
        kind, inside = thing.get("kind"), thing.get("data")
        if not isinstance(inside, dict):
            if "link_id" in thing or "selftext" in thing:  # a line of a dump
                yield ("t1" if "link_id" in thing else "t3"), thing
            continue
        if kind in ("t1", "t3", "more"):
            yield kind, inside
        children = inside.get("children")
        waiting += reversed(children if isinstance(children, list) else [])
        waiting.append(inside.get("replies"))


def _grouped(link: dict[str, Any], id_: str, comments: list[dict[str, Any]], name: str, number: int) -> RawThread:
    title = label(unescape(words(link.get("title"))))
    said = [RawPost(id_, None, _draft(link, "selftext"))] if link else []
    said += [RawPost(f"t1_{thing.get('id')}", str(thing.get("parent_id")), _draft(thing, "body")) for thing in comments]
    link_to = words(link.get("permalink")) or next((words(c.get("permalink")) for c in comments), "")
    parts = link_to.split("/")
    # A comment's address is its thread's with one part more: /r/NAME/comments/ID/TITLE/COMMENT/
    url = f"https://www.reddit.com{'/'.join(parts[:6])}/" if link_to.startswith("/r/") and len(parts) > 5 else None
    return RawThread(name if number == 1 else thread_name(name, title, id_), said, title, label(url))


def _draft(thing: dict[str, Any], field: str) -> DraftPost:
    text = words(unescape(words(thing.get(field))))
    author = label(thing.get("author"))
    text = "" if text in _GONE else text
    author = None if author in _GONE else author
    day = day_of(thing.get("created_utc"))
    if field == "selftext":
        return DraftPost("article", text, author, day)
    return DraftPost("comment", text, author, day, omitted=quoted(text))
