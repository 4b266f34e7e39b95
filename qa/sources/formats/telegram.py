"""Telegram: the `result.json` of a chat or of a whole account, as Telegram Desktop exports it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, walk
from qa.sources.formats.pages import Pages, message_draft
from qa.sources.patterns.dates import clock_of, day_of
from qa.sources.sanitize import label
from qa.sources.thread import Thread


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each chat. Raises SourceError if there is none, or the file is cut off."""
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
