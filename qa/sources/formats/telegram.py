"""Telegram: the `result.json` of a chat or an account, or the `messages.html` of a chat, as the desktop exports it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, walk
from qa.sources.formats.pages import Pages, message_draft
from qa.sources.html_text import html_to_text
from qa.sources.patterns.dates import clock_of, day_of, iso_day
from qa.sources.sanitize import label
from qa.sources.thread import Thread

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_PARTS = frozenset({"from_name", "text", "date"})
_CLOCK = re.compile(r"\b[0-2]\d:[0-5]\d\b")
_REPLIED = re.compile(r"#go_to_message(\d+)")


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each chat. Raises SourceError if there is none, or the file is cut off."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        yield from _read_page(data, name)
        return
    values, error = complete_objects(data, name)
    pages = Pages()
    for chat in walk(values):
        messages = chat.get("messages")
        if not isinstance(messages, list):
            continue
        page = pages.page(chat.get("id"))
        page.title = label(chat.get("name"))
        page.comments += [_post(message) for message in messages if isinstance(message, dict)]
    yield from pages.threads(name, error)


def _post(message: dict[str, Any]) -> RawPost:
    day = day_of(message.get("date")) or day_of(message.get("date_unixtime"))
    shown = message.get("type", "message") == "message"  # not "service": who joined, who pinned what
    time = clock_of(message.get("date")) or clock_of(message.get("date_unixtime"))
    draft = message_draft(_text(message.get("text")), label(message.get("from")), day, time, shown=shown)
    return RawPost(str(message.get("id")), str(message.get("reply_to_message_id")), draft)


def _text(value: object) -> str:
    """A message's text, which is a list if a part of it is bold or a link."""
    parts = value if isinstance(value, list) else [value]
    parts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return "".join(part for part in parts if isinstance(part, str))


def _read_page(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the chat of a page; a message that is joined to the one before it is by the same person."""
    from lxml.etree import tostring

    from qa.sources.webpage.parse import parse_page

    root = parse_page(data, name)
    pages = Pages()
    page = pages.page("")
    author: str | None = None
    for element in () if root is None else root.iter("div"):
        classes = _classes(element)
        if "text" in classes and page.title is None and not page.comments:
            page.title = label(element.text_content())
        if not {"message", "default"} <= classes:
            continue
        parts = {key: inner for inner in element.iter("div") for key in _PARTS & _classes(inner)}
        author = label(parts["from_name"].text_content()) if "from_name" in parts else author
        text = html_to_text(tostring(parts["text"], encoding="unicode", with_tail=False))[0] if "text" in parts else ""
        title = parts["date"].get("title") if "date" in parts else None
        clock = _CLOCK.search(title or "")
        draft = message_draft(text, author, iso_day(title), clock and clock[0], shown=True)
        replied = next(
            (match[1] for link in element.iter("a") if (match := _REPLIED.search(link.get("href") or ""))), None
        )
        page.comments.append(RawPost((element.get("id") or "").removeprefix("message"), replied, draft))
    yield from pages.threads(name)


def _classes(element: HtmlElement) -> frozenset[str]:
    return frozenset((element.get("class") or "").split())
