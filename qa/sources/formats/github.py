"""GitHub: issues, pull requests and discussions with their comments, from its REST and GraphQL APIs and from `gh`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, find
from qa.sources.formats.pages import Pages, text_draft
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Kind, Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each issue, pull request or discussion.

    Raises SourceError if there is none, or the file is cut off.
    """
    values, error = complete_objects(data, name)
    pages = Pages()
    for item, page, above in _posts(values):
        _add(pages, item, page, above)
    yield from pages.threads(name, error)


def _posts(values: object) -> Iterator[tuple[dict[str, Any], str, str | None]]:
    """Each post with the key of its page and the id of the comment that it stands in."""
    stack: list[tuple[object, str, str | None]] = [(values, "", None)]
    while stack:
        value, page, above = stack.pop()
        if isinstance(value, list):
            stack += [(item, page, above) for item in reversed(value)]
        elif isinstance(value, dict):
            if _author(value) and isinstance(value.get("body"), str):
                page = _page_key(value) or page
                yield value, page, above
                above = None if _is_article(value) else _id(value)
            stack += [(item, page, above) for item in reversed(value.values())]


def _page_key(item: dict[str, Any]) -> str | None:
    """The address of the issue or pull request, which an issue and its comments name alike."""
    keys = ("url", "html_url") if _is_article(item) else ("issue_url", "pull_request_url", "discussion_url")
    key = next((item[key] for key in keys if isinstance(item.get(key), str)), None)
    if key is None and not _is_article(item) and isinstance(item.get("html_url"), str):
        key = item["html_url"].partition("#")[0]
    return key.replace("/pulls/", "/issues/") if key else None


def _add(pages: Pages, item: dict[str, Any], key: str, above: str | None) -> None:
    page = pages.page(key)
    kind: Kind = "article" if _is_article(item) else "comment"
    day = day_of(item.get("created_at")) or day_of(item.get("createdAt")) or day_of(item.get("published_at"))
    draft = text_draft(kind, item["body"], _author(item), day, shown=not item.get("isMinimized"))
    link = address(item.get("html_url")) or address(item.get("url"))
    if kind == "article":
        page.title, page.url = label(item.get("title") or item.get("name")), link
        page.article = RawPost("", None, draft)
    else:
        page.url = page.url or (link.partition("#")[0] if link and "#" in link else None)
        parent = item.get("in_reply_to_id")
        page.comments.append(RawPost(_id(item), above if parent is None else str(parent), draft))


def _is_article(item: dict[str, Any]) -> bool:
    return isinstance(item.get("title"), str) or "tag_name" in item  # a release has a name instead


def _author(item: dict[str, Any]) -> str | None:
    return label(find(item, "user", "login")) or label(find(item, "author", "login"))


def _id(item: dict[str, Any]) -> str:
    return str(item.get("id") or item.get("url"))
