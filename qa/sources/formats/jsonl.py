"""Threads as JSON Lines: what `qa export` writes, and similar files of other programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import DraftPost, RawPost, compose, resolve_replies, thread_name
from qa.sources.formats.json_objects import find, objects
from qa.sources.patterns.dates import day_of
from qa.sources.patterns.quotes import find_quotes
from qa.sources.sanitize import address, label, words
from qa.sources.thread import Kind, Thread
from qa.sources.thread_json import thread_from_row

_DATE = re.compile(r"(?!0000)\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:[T ].{1,40})?)?)?")
_TEXT = ("text", "body", "content", "message")
_AUTHOR = ("author", "name", "user", "username", "author_name")
_DAY = ("date", "created_at", "created", "createdAt", "timestamp", "published", "published_at", "time")
_PARENT = ("parent", "parent_id", "parentId", "reply_to", "in_reply_to")


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each object: exactly if `qa.sources.thread_json` wrote it, else from similar fields.

    Raises SourceError at the end if objects could not be read.
    """
    bad, good = 0, 0
    for row in objects(data, name):
        try:
            thread = _exact_thread(row) or _similar_thread(row, name)
        except SourceError:
            bad += 1
        else:
            good += 1
            yield thread
    if bad:
        rest = f"; the other {good} are read" if good else ""
        raise SourceError(f"{bad} objects in {name!r} are no threads with words in them{rest}")
    if not good:
        raise SourceError(f"{name!r} holds no thread; each line should be an object with `posts`")


def _exact_thread(row: dict[str, Any]) -> Thread | None:
    try:
        thread = thread_from_row(row)
    except SourceError:
        return None
    if all(post.date is None or _DATE.fullmatch(post.date) for post in thread.posts):
        return thread
    return replace(thread, posts=tuple(replace(post, date=day_of(post.date)) for post in thread.posts))


def _similar_thread(row: dict[str, Any], name: str) -> Thread:
    """A thread from an object whose `posts` or `comments` have other fields, or that has only a text."""
    has_posts = isinstance(row.get("posts"), list)
    replies = row.get("posts") if has_posts else row.get("comments")
    title = label(row.get("title")) or label(row.get("subject"))
    id_ = label(row.get("id") or row.get("thread_id") or row.get("_id"))
    has_text = any(isinstance(row.get(key), str) for key in _TEXT)
    posts = [_raw_post({**row, "id": id_}, "article")] if has_text else []
    for post in replies if isinstance(replies, list) else []:
        if isinstance(post, dict):  # comments alone are comments; the first of the posts of a forum opens its thread
            posts.append(_raw_post(post, "comment" if posts or not has_posts else "article"))
    source = id_ if id_ and has_posts and isinstance(row["id"], str) else thread_name(name, title, id_)
    return compose(source, resolve_replies(posts), title=title, url=address(row.get("url")))


def _raw_post(post: dict[str, Any], default: Kind) -> RawPost:
    text = next((words(post[key]) for key in _TEXT if post.get(key)), "")
    kind: Kind = "article" if post.get("kind", default) == "article" else "comment"
    author = next((name for key in _AUTHOR if (name := _name(post.get(key)))), None)
    day = next((day for key in _DAY if (day := day_of(post.get(key)))), None)
    parent = next((str(post[key]) for key in _PARENT if post.get(key) is not None), None)
    hidden = post.get("deleted") is True or post.get("hidden") is True
    omitted = find_quotes(text) if kind == "comment" else ()
    draft = DraftPost(kind, "" if hidden else text, author, day, omitted=() if hidden else omitted)
    return RawPost(str(post.get("id")), parent, draft)


def _name(author: object) -> str | None:
    """The author's name, which some programs keep in an object."""
    return label(find(author, "name")) or label(find(author, "username")) if isinstance(author, dict) else label(author)
