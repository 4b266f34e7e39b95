"""WordPress's REST API: posts, pages and comments, as `/wp-json/wp/v2/posts` and `/comments` serve them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, find, walk
from qa.sources.formats.pages import Pages, html_draft
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import day_of
from qa.sources.sanitize import address, label
from qa.sources.thread import Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each post, with its comments. Raises SourceError if there is none, or the file is cut off."""
    values, error = complete_objects(data, name)
    pages = Pages()
    keys: dict[str | None, object] = {}  # a comment that is embedded in its post names it by its address alone
    for item in walk(values):
        if not isinstance(find(item, "content", "rendered"), str):
            continue
        if "author_name" in item:
            link = _without_fragment(item)
            _add_comment(pages, item, item.get("post") or keys.get(link) or link)
        else:
            keys[_without_fragment(item)] = item.get("id")
            _add_article(pages, item)
    yield from pages.threads(name, error)


def _add_article(pages: Pages, item: dict[str, Any]) -> None:
    page = pages.page(item.get("id"))
    page.title, page.url = label(html_to_text(find(item, "title", "rendered"))[0]), _without_fragment(item)
    authors = find(item, "_embedded", "author")
    author = label(find(authors[0], "name")) if isinstance(authors, list) and authors else None
    shown = item.get("status", "publish") in ("publish", "inherit") and not find(item, "content", "protected")
    page.article = RawPost(
        "", None, html_draft("article", item["content"]["rendered"], author, _day(item), shown=shown)
    )


def _add_comment(pages: Pages, item: dict[str, Any], key: object) -> None:
    page = pages.page(key)
    page.url = page.url or _without_fragment(item)
    shown = item.get("status", "approved") == "approved" and item.get("type", "comment") in ("comment", "review", "")
    author = label(html_to_text(item.get("author_name"))[0])
    draft = html_draft("comment", item["content"]["rendered"], author, _day(item), shown=shown)
    page.comments.append(RawPost(str(item.get("id")), str(item.get("parent") or None), draft))


def _day(item: dict[str, Any]) -> str | None:
    return day_of(item.get("date")) or day_of(item.get("date_gmt"))


def _without_fragment(item: dict[str, Any]) -> str | None:
    link = address(item.get("link"))
    return link.partition("#")[0] if link else None
