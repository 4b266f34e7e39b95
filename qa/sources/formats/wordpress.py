"""An export of WordPress (WXR): each published post or page with its approved comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.compose import HIDDEN, DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.formats import xml
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Kind, Thread

_SHOWN_STATUSES = ("publish", "inherit", "")
_TYPES_WITHOUT_TEXT = frozenset(
    ("attachment", "nav_menu_item", "revision", "custom_css", "wp_navigation", "wp_global_styles")
)
_COMMENT_TYPES = ("", "comment", "review")  # not pingback, trackback, or the data of plug-ins


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread for each published post and page. Raises SourceError if there is none, or the file is cut off."""
    return compose_threads(_raw_threads(data, name), name)


def _raw_threads(data: bytes, name: str) -> Iterator[RawThread]:
    authors: dict[str, str | None] = {}
    for element in xml.children(data, name, "channel"):
        fields = xml.texts(element)
        if xml.local(element) == "author":
            authors[fields.get("author_login", "")] = label(fields.get("author_display_name"))
        elif xml.local(element) == "item" and _is_shown(fields):
            title = label(html_to_text(fields.get("title"))[0])
            author = authors.get(fields.get("creator", "")) or label(fields.get("creator"))
            day = day_of(fields.get("post_date")) or day_of(fields.get("pubDate"))
            body, _ = html_to_text(_content(element))  # what an article quotes is part of it
            posts = [RawPost("", None, DraftPost("article", body, author, day)), *_comments(element)]
            yield RawThread(thread_name(name, title, fields.get("post_id")), posts, title, address(fields.get("link")))


def _is_shown(fields: dict[str, str]) -> bool:
    hidden = fields.get("post_type") in _TYPES_WITHOUT_TEXT or bool(fields.get("post_password"))
    return fields.get("status", "") in _SHOWN_STATUSES and not hidden


def _content(item: Any) -> str:
    """The post's text, not its excerpt, which has the same local name."""
    contents = [xml.text_of(child) for child in item if xml.local(child) == "encoded" and "excerpt" not in child.tag]
    return "".join(contents[:1])


def _comments(item: Any) -> Iterator[RawPost]:
    kind: Kind = "comment"
    for element in item:
        if xml.local(element) != "comment":
            continue
        fields = xml.texts(element)
        shown = fields.get("comment_approved", "1") == "1" and fields.get("comment_type", "") in _COMMENT_TYPES
        text, quotes = html_to_text(fields.get("comment_content")) if shown else HIDDEN
        day = day_of(fields.get("comment_date")) or day_of(fields.get("comment_date_gmt"))
        draft = DraftPost(kind, text, label(fields.get("comment_author")), day, omitted=quotes)
        yield RawPost(fields.get("comment_id", ""), fields.get("comment_parent") or None, draft)
