"""Slack: the zip file of a workspace's export, or the messages of one day in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from qa.errors import SourceError
from qa.sources.compose import RawPost
from qa.sources.formats.json_objects import complete_objects, find
from qa.sources.formats.pages import Pages, message_draft
from qa.sources.formats.zip_parts import ZipParts, open_document
from qa.sources.patterns.dates import clock_of, day_of
from qa.sources.sanitize import label, words
from qa.sources.thread import Thread

_DAY = re.compile(r"(?P<channel>(?:[^/]+/)*[^/]+)/\d{4}-\d\d-\d\d\.json")
_MARK = re.compile(r"<(?P<sign>[@#!]?)(?P<target>[^<>|]{1,2000})(?:\|(?P<label>[^<>]{0,1000}))?>")
_EVENTS = re.compile(r"(?:channel|group)_|bot_(?:add|remove)|pinned_item|tombstone|reminder_add|huddle_thread")


def is_export(names: Iterator[str]) -> bool:
    """Whether the files of a zip archive are those of an export: a folder for each channel, a file for each day."""
    return any(_DAY.fullmatch(name) for name in names)


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield a thread of each channel. Raises SourceError if there is none, or a file is damaged."""
    if not data.startswith(b"PK"):
        values, error = complete_objects(data, name)
        pages = Pages()
        pages.page("").comments += [_post(message, {}) for message in values]
        yield from pages.threads(name, error)
        return
    with open_document(data, name) as parts:
        yield from _read_export(parts, name)


def _read_export(parts: ZipParts, name: str) -> Iterator[Thread]:
    damage: SourceError | None = None
    pages, people = Pages(), {}
    if "users.json" in parts:
        values, damage = complete_objects(parts.read("users.json"), "users.json")
        people = {str(user.get("id")): _user_name(user) for user in values}
    for part in sorted(parts.sizes):
        if match := _DAY.fullmatch(part):
            page = pages.page(match["channel"])
            page.title = label(match["channel"])
            try:
                values, error = complete_objects(parts.read(part), part)
            except SourceError as broken:
                values, error = [], broken
            damage = damage or error
            page.comments += [_post(message, people) for message in values]
    yield from pages.threads(name, damage)


def _user_name(user: dict[str, Any]) -> str | None:
    fields = (find(user, "profile", "display_name"), find(user, "profile", "real_name"), user.get("real_name"))
    return next(filter(None, map(label, (*fields, user.get("name")))), None)


def _post(message: dict[str, Any], people: dict[str, str | None]) -> RawPost:
    user = str(message.get("user"))
    profile = message.get("user_profile") or message.get("bot_profile")
    fields = (find(profile, "display_name"), find(profile, "real_name"), find(profile, "name"), message.get("username"))
    author = people.get(user) or next(filter(None, map(label, (*fields, message.get("user")))), None)
    shown = message.get("type", "message") == "message" and not _EVENTS.match(str(message.get("subtype")))
    text = _MARK.sub(lambda mark: _words_of(mark, people), words(message.get("text")))
    day, time = day_of(message.get("ts")), clock_of(message.get("ts"))
    draft = message_draft(unescape(text), author, day, time, shown=shown)
    return RawPost(str(message.get("ts")), label(message.get("thread_ts")), draft)


def _words_of(mark: re.Match[str], people: dict[str, str | None]) -> str:
    """What Slack shows for a mark: `<@U1>` is a person, `<#C1|talk>` a channel, `<https://…|words>` a link."""
    if mark["sign"] == "@":
        return f"@{people.get(mark['target']) or mark['label'] or mark['target']}"
    if mark["sign"]:
        return f"{'#' if mark['sign'] == '#' else '@'}{mark['label'] or mark['target']}"
    return mark["label"] or mark["target"].removeprefix("mailto:")
