"""Lemmy: the posts and comments that its API serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, find, walk
from qa.sources.formats.pages import Pages, text_draft
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Kind, Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield each post with its comments. Raises SourceError if there is none, or the file is cut off."""
    values, error = complete_objects(data, name)
    pages = Pages()
    for view in walk(values):
        post, comment = view.get("post"), view.get("comment")
        if isinstance(comment, dict) and isinstance(comment.get("content"), str):
            key = comment.get("post_id") or find(post, "id")
            page = pages.page(key)
            if isinstance(post, dict) and page.article is None:  # the view names the comment's author, not the post's
                _add_article(pages, post, None)
            above = str(comment.get("path", "")).split(".")[-2:-1]  # "0.7.9" replies to 7, "0.7" to the post
            id_, draft = str(comment.get("id")), _draft("comment", comment, "content", view)
            page.comments.append(RawPost(id_, above[0] if above and above != ["0"] else None, draft))
        elif isinstance(post, dict) and isinstance(post.get("name"), str):
            _add_article(pages, post, view)
    yield from pages.threads(name, error)


def _add_article(pages: Pages, post: dict[str, Any], view: dict[str, Any] | None) -> None:
    page = pages.page(post.get("id"))
    page.title, page.url = label(post.get("name")), address(post.get("ap_id"))
    page.article = RawPost("", None, _draft("article", post, "body", view or {}))


def _draft(kind: Kind, item: dict[str, Any], field: str, view: dict[str, Any]) -> Any:
    creator = view.get("creator")
    author = label(find(creator, "display_name")) or label(find(creator, "name"))
    day = day_of(item.get("published")) or day_of(item.get("published_at"))
    return text_draft(kind, item.get(field), author, day, shown=not (item.get("deleted") or item.get("removed")))
