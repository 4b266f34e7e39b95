"""A topic of a Discourse forum, as its address with `.json` at the end gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import HIDDEN, DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.formats.json_objects import whole
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Thread

_WRITTEN = (1, 2, None)  # 3 is "closed this topic", 4 a whisper among the staff


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield each topic of the file. Raises SourceError at the end where posts of a topic are not in it."""
    found, flaw = whole(data, name)
    topics = [topic for topic in found if isinstance(_stream(topic).get("posts"), list)]
    for topic in topics:
        here, all_ = len(_stream(topic)["posts"]), _stream(topic).get("stream")
        if flaw is None and isinstance(all_, list) and len(all_) > here:
            flaw = SourceError(
                f"{name!r} holds {here} of the {len(all_)} posts of {label(topic.get('title'))!r}; "
                "save the topic with ?print=true for all"
            )
    yield from compose_threads((_grouped(topic, name, len(topics)) for topic in topics), name, flaw)


def _stream(topic: dict[str, Any]) -> dict[str, Any]:
    stream = topic.get("post_stream")
    return stream if isinstance(stream, dict) else {}


def _grouped(topic: dict[str, Any], name: str, number: int) -> RawThread:
    posts = [post for post in _stream(topic)["posts"] if isinstance(post, dict)]
    title = label(topic.get("title"))
    # A topic does not tell where it stands, but newer forums tell it of its posts.
    url = address(topic.get("url")) or next((address(post.get("post_url")) for post in posts), None)
    return RawThread(
        name if number == 1 else thread_name(name, title, topic.get("id")), [_said(p) for p in posts], title, url
    )


def _said(post: dict[str, Any]) -> RawPost:
    gone = any(post.get(sign) for sign in ("hidden", "deleted_at", "user_deleted"))
    shown = not gone and post.get("post_type") in _WRITTEN
    text, quotes = (html_to_text(post.get("cooked") or post.get("raw"))) if shown else HIDDEN
    author = label(post.get("name")) or label(post.get("username"))
    first = post.get("post_number") == 1
    draft = DraftPost(
        "article" if first else "comment", text, author, day_of(post.get("created_at")), omitted=() if first else quotes
    )
    return RawPost(str(post.get("post_number")), str(post.get("reply_to_post_number")), draft)
