"""Reddit: a thread as served at its address with `.json` appended, or a dump of posts and comments, one per line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from itertools import chain
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.formats.json_objects import complete_objects
from qa.sources.patterns.dates import day_of
from qa.sources.patterns.quotes import find_quotes
from qa.sources.sanitize import label, words
from qa.sources.thread import Thread

_REMOVED = ("[deleted]", "[removed]", "[deleted by user]", "[removed by reddit]", "[ Removed by Reddit ]")


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield each post with its comments.

    Raises SourceError at the end if the file is cut off, or lacks comments that Reddit shows behind "load more".
    """
    links: dict[str, dict[str, Any]] = {}
    comments = defaultdict[str, list[dict[str, Any]]](list)
    values, error = complete_objects(data, name)
    missing = 0
    for kind, thing in chain.from_iterable(map(_things, values)):
        if kind == "t3":
            links.setdefault(f"t3_{thing.get('id')}", thing)
        elif kind == "t1":
            comments[str(thing.get("link_id"))].append(thing)
        elif isinstance(thing.get("count"), int):
            missing += max(thing["count"], 0)
    if missing and error is None:
        error = SourceError(f'{name!r} lacks {missing} comments, which Reddit shows behind "load more comments"')
    ids = list(dict.fromkeys([*links, *comments]))
    yield from compose_threads(
        (_raw_thread(links.get(id_, {}), id_, comments[id_], name, len(ids)) for id_ in ids), name, error
    )


def _things(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every post, comment and "more" in a value, in reading order, however deeply the replies are nested."""
    stack: list[Any] = [value]
    while stack:
        thing = stack.pop()
        if not isinstance(thing, dict):
            continue
        kind, content = thing.get("kind"), thing.get("data")
        if not isinstance(content, dict):
            if "link_id" in thing or "selftext" in thing:  # a line of a dump
                yield ("t1" if "link_id" in thing else "t3"), thing
            continue
        if kind in ("t1", "t3", "more"):
            yield kind, content
        children = content.get("children")
        stack += reversed(children if isinstance(children, list) else [])
        stack.append(content.get("replies"))


def _raw_thread(link: dict[str, Any], id_: str, comments: list[dict[str, Any]], name: str, links: int) -> RawThread:
    title = label(unescape(words(link.get("title"))))
    posts = [RawPost(id_, None, _draft(link, "selftext"))] if link else []
    posts += [
        RawPost(f"t1_{thing.get('id')}", str(thing.get("parent_id")), _draft(thing, "body")) for thing in comments
    ]
    permalink = words(link.get("permalink")) or next((words(c.get("permalink")) for c in comments), "")
    parts = permalink.split("/")
    # A comment's address is its thread's with one more part: /r/NAME/comments/ID/TITLE/COMMENT/
    url = f"https://www.reddit.com{'/'.join(parts[:6])}/" if permalink.startswith("/r/") and len(parts) > 5 else None
    return RawThread(name if links == 1 else thread_name(name, title, id_), posts, title, label(url))


def _draft(thing: dict[str, Any], field: str) -> DraftPost:
    text = words(unescape(words(thing.get(field))))
    author = label(thing.get("author"))
    text = "" if text in _REMOVED else text
    author = None if author in _REMOVED else author
    day = day_of(thing.get("created_utc"))
    if field == "selftext":
        return DraftPost("article", text, author, day)
    return DraftPost("comment", text, author, day, omitted=find_quotes(text))
