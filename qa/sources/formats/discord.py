"""Discord: a channel as DiscordChatExporter writes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, find
from qa.sources.formats.pages import Pages, message_draft
from qa.sources.patterns.dates import clock_of, day_of
from qa.sources.sanitize import label
from qa.sources.thread import Thread

_WRITTEN = ("Default", "Reply", "ThreadStarterMessage", "0", "19", "21")  # types; the others are events, such as a join


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the messages of the channel. Raises SourceError if there is none, or the file is cut off."""
    values, error = complete_objects(data, name)
    pages = Pages()
    for channel in values:
        messages = channel.get("messages")
        if isinstance(messages, list):
            page = pages.page(find(channel, "channel", "id"))
            page.title = label(find(channel, "channel", "name"))
            page.comments += [_post(message) for message in messages if isinstance(message, dict)]
    yield from pages.threads(name, error)


def _post(message: dict[str, Any]) -> RawPost:
    author = message.get("author")
    name = label(find(author, "nickname")) or label(find(author, "name"))
    shown = str(message.get("type", "Default")) in _WRITTEN
    day, time = day_of(message.get("timestamp")), clock_of(message.get("timestamp"))
    draft = message_draft(message.get("content"), name, day, time, shown=shown)
    return RawPost(str(message.get("id")), str(find(message, "reference", "messageId")), draft)
