"""WordPress's export (WXR): each published post or page with the approved comments under it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.compose import HIDDEN, DraftPost, RawPost, RawThread, compose_threads, thread_name
from qa.sources.formats import xml
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Kind, Thread

_SHOWN = ("publish", "inherit", "")
_NO_TEXTS = frozenset(("attachment", "nav_menu_item", "revision", "custom_css", "wp_navigation", "wp_global_styles"))
_COMMENTS = ("", "comment", "review")  # not pingback, trackback, or what plug-ins keep there


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread for each published post and page. Raises SourceError where there is none or it breaks off."""
    return compose_threads(_items(data, name), name)


def _items(data: bytes, name: str) -> Iterator[RawThread]:
    authors: dict[str, str | None] = {}
    for element in xml.children(data, name, "channel"):
        told = xml.texts(element)
        if xml.local(element) == "author":
            authors[told.get("author_login", "")] = label(told.get("author_display_name"))
        elif xml.local(element) == "item" and _is_shown(told):
            title = label(html_to_text(told.get("title"))[0])
            author = authors.get(told.get("creator", "")) or label(told.get("creator"))
            day = day_of(told.get("post_date")) or day_of(told.get("pubDate"))
            body, _ = html_to_text(_content(element))  # what an article quotes is part of it
            said = [RawPost("", None, DraftPost("article", body, author, day)), *_comments(element)]
            yield RawThread(thread_name(name, title, told.get("post_id")), said, title, address(told.get("link")))


def _is_shown(told: dict[str, str]) -> bool:
    hidden = told.get("post_type") in _NO_TEXTS or bool(told.get("post_password"))
    return told.get("status", "") in _SHOWN and not hidden


def _content(item: Any) -> str:
    """The post's text; its excerpt, which has the same local name, is another."""
    contents = [xml.text_of(child) for child in item if xml.local(child) == "encoded" and "excerpt" not in child.tag]
    return "".join(contents[:1])


def _comments(item: Any) -> Iterator[RawPost]:
    kind: Kind = "comment"
    for element in item:
        if xml.local(element) != "comment":
            continue
        told = xml.texts(element)
        shown = told.get("comment_approved", "1") == "1" and told.get("comment_type", "") in _COMMENTS
        text, quotes = html_to_text(told.get("comment_content")) if shown else HIDDEN
        day = day_of(told.get("comment_date")) or day_of(told.get("comment_date_gmt"))
        draft = DraftPost(kind, text, label(told.get("comment_author")), day, omitted=quotes)
        yield RawPost(told.get("comment_id", ""), told.get("comment_parent") or None, draft)
