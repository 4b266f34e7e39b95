"""A topic of a Discourse forum, as served at its address with `.json` appended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import HIDDEN, DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.formats.json_objects import complete_objects
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Thread

_SHOWN_TYPES = (1, 2, None)  # 3 is an action such as "closed this topic", 4 a whisper among the staff


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield each topic of the file. Raises SourceError at the end if posts of a topic are missing."""
    values, error = complete_objects(data, name)
    topics = [topic for topic in values if isinstance(_stream(topic).get("posts"), list)]
    for topic in topics:
        present, ids = len(_stream(topic)["posts"]), _stream(topic).get("stream")
        if error is None and isinstance(ids, list) and len(ids) > present:
            error = SourceError(
                f"{name!r} holds {present} of the {len(ids)} posts of {label(topic.get('title'))!r}; "
                "save the topic with ?print=true to get all of them"
            )
    yield from compose_threads((_raw_thread(topic, name, len(topics)) for topic in topics), name, error)


def _stream(topic: dict[str, Any]) -> dict[str, Any]:
    stream = topic.get("post_stream")
    return stream if isinstance(stream, dict) else {}


def _raw_thread(topic: dict[str, Any], name: str, topics: int) -> RawThread:
    posts = [post for post in _stream(topic)["posts"] if isinstance(post, dict)]
    title = label(topic.get("title"))
    # A topic does not name its address, but newer forums give the addresses of its posts.
    url = address(topic.get("url")) or next((address(post.get("post_url")) for post in posts), None)
    return RawThread(
        name if topics == 1 else thread_name(name, title, topic.get("id")), [_raw_post(p) for p in posts], title, url
    )


def _raw_post(post: dict[str, Any]) -> RawPost:
    removed = any(post.get(key) for key in ("hidden", "deleted_at", "user_deleted"))
    shown = not removed and post.get("post_type") in _SHOWN_TYPES
    text, quotes = (html_to_text(post.get("cooked") or post.get("raw"))) if shown else HIDDEN
    author = label(post.get("name")) or label(post.get("username"))
    first = post.get("post_number") == 1
    draft = DraftPost(
        "article" if first else "comment", text, author, day_of(post.get("created_at")), omitted=() if first else quotes
    )
    return RawPost(str(post.get("post_number")), str(post.get("reply_to_post_number")), draft)
