"""WhatsApp: a chat as its app exports it, in the forms of Android and of iOS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from qa.errors import SourceError
from qa.sources.compose import RawPost
from qa.sources.decode import decode
from qa.sources.formats.pages import Pages, message_draft
from qa.sources.sanitize import label
from qa.sources.thread import Thread

_DAY = r"(?P<day>\d{1,4}(?P<mark>[./-])\d{1,2}(?P=mark)\d{2,4})\.?"
_CLOCK = r"(?P<clock>\d{1,2}[:.]\d{2})(?:[:.]\d{2})?(?:[ \u00a0\u202f]?(?P<half>[ap]\.?[ \u00a0\u202f]?m\.?))?"
_DAY2, _CLOCK2 = (re.sub(r"(?<=\?P[<=])(\w+)", r"\g<1>2", pattern) for pattern in (_DAY, _CLOCK))
_STAMP = rf"\u200e?(?:\[{_DAY},?[ \u202f]{{1,2}}{_CLOCK}\][ ]?|{_DAY2},?[ \u202f](?:\w{{1,4}}[ ])?{_CLOCK2}[ ][-–][ ])"
_LINE = re.compile(rf"{_STAMP}(?P<rest>[^\n]*)", re.IGNORECASE)
_MESSAGE = re.compile(r"\u200e?~?\s?(?P<author>[^:\n\u200e]{1,100}?): (?P<mark>\u200e?)(?P<text>.*)", re.DOTALL)
_LEFT_OUT = re.compile(
    r"\u200e?(?:<[^<>\n]{3,60}>|(?:image|video|audio|sticker|GIF|document|contact card) omitted|null"
    r"|(?:this message was deleted|you deleted this message"
    r"|diese nachricht wurde gelöscht|du hast diese nachricht gelöscht"
    r"|(?:ce )?message (?:a été )?supprimé|vous avez supprimé ce message"
    r"|(?:se )?eliminó este mensaje|eliminaste este mensaje"
    r"|questo messaggio è stato eliminato|hai eliminato questo messaggio|dit bericht is verwijderd"
    r"|je hebt dit bericht verwijderd|(?:esta )?mensagem (?:foi )?apagada|você apagou esta mensagem"
    r"|(?:ta )?wiadomość (?:została )?usunięta|usunięto tę wiadomość|missed (?:voice|video) call)\.?"
    r"|[^\n]{1,120}\.(?:jpe?g|png|mp4|opus|webp|pdf|vcf|3gp) \([^()\n]{5,60}\))",
    re.IGNORECASE,
)
# On iOS this mark stands before what the app says in a person's place, and before what it adds to a message.
_ADDED = "\u200e<"
_EDITED = re.compile(r"[^<>\n]{3,60}>")
_NOTICE = re.compile(r"\u200e?messages and calls are end-to-end encrypted", re.IGNORECASE)
_TITLES = re.compile(
    r"(?:WhatsApp Chat (?:with|-) |Chat WhatsApp (?:con|avec) |WhatsApp[- ]Chat mit )(.+?)(?:\.\w{3}(?: · .*)?)?",
    re.IGNORECASE,
)
_ENOUGH = 2  # lines that begin as messages show a chat; a letter can begin with one such line


@dataclass(slots=True)
class _Message:
    day: str
    clock: str
    half: str
    rest: str
    more: list[str] = field(default_factory=list)


def is_chat(opening: str) -> bool:
    """Whether a text is a chat: its first line is a message, and so is another, or it is the only line."""
    lines = [line for line in opening[:50_000].splitlines() if line.strip()][:50]
    messages = [line for line in lines if _LINE.match(line)]
    return bool(lines) and bool(_LINE.match(lines[0])) and (len(messages) >= _ENOUGH or len(lines) == 1)


def read(data: bytes, name: str) -> Iterator[Thread]:
    """Yield the chat. Raises SourceError if it holds no message with words."""
    messages: list[_Message] = []
    for line in decode(data, name).lstrip("\ufeff").splitlines():
        if match := _LINE.match(line):
            half = match["half"] or match["half2"] or ""
            clock = match["clock"] or match["clock2"]
            messages.append(_Message(match["day"] or match["day2"], clock, half, match["rest"]))
        elif messages:
            messages[-1].more.append(line)
    if not messages:
        raise SourceError(f"{name!r} holds no message of a chat")
    days = _Days(messages)
    pages = Pages()
    page = pages.page("")
    page.title = _title(name)
    for number, message in enumerate(messages):
        if match := _MESSAGE.match(message.rest):  # what has no author is an event: who joined, who left
            text = _without_note("\n".join([match["text"], *message.more]))
            shown = not (match["mark"] or _LEFT_OUT.fullmatch(text.strip()) or _NOTICE.match(text))
            author, day = label(match["author"]), days.iso(message.day)
            draft = message_draft(text, author, day, _time_of_day(message), shown=shown)
            page.comments.append(RawPost(str(number), None, draft))
    yield from pages.threads(name)


def _without_note(text: str) -> str:
    """A message without the note at its end that it was edited."""
    before, _, note = text.rpartition(_ADDED)
    return before.rstrip() if before and _EDITED.fullmatch(note) else text


def _time_of_day(message: _Message) -> str | None:
    """When a message was sent, counted to 24; None if there is no such time."""
    hour, minute = map(int, re.split("[:.]", message.clock))
    if message.half:
        hour = hour % 12 + 12 * (message.half[0] in "pP")
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _title(name: str) -> str | None:
    match = _TITLES.fullmatch(name)
    return label(match[1]) if match else None


class _Days:
    """The days of a chat, whose order of day and month is that of the phone's language, the same in all lines."""

    def __init__(self, messages: Sequence[_Message]) -> None:
        numbers = [_numbers(message.day) for message in messages]
        orders = [order for order in ("dmy", "mdy", "ymd") if all(_date(parts, order) for parts in numbers)]
        if len(orders) > 1:  # the lines of a chat are in the order of time
            in_order = [order for order in orders if _ascend([_date(parts, order) for parts in numbers])]
            orders = in_order or orders
        if len(orders) > 1 and "." in messages[0].day:
            orders = ["dmy"]
        if orders == ["dmy", "mdy"]:
            orders = _guess(messages)
        self._order = orders[0] if len(orders) == 1 else None

    def iso(self, day: str) -> str | None:
        """The day in ISO 8601; None if it could be another one."""
        found = _date(_numbers(day), self._order) if self._order else None
        return found.isoformat() if found else None


def _guess(messages: Sequence[_Message]) -> list[str]:
    """Days such as 3/2/24, written as the Unicode CLDR has it for the language of the phone.

    Only American English puts the month first, without leading zeros, with a year of two digits and a capital AM or
    PM. With a leading zero, a year of four digits or "a. m." it is another language; without any, it stays open.
    """
    days = [message.day for message in messages]
    if any(part.startswith("0") for day in days for part in re.split(r"\D", day)[:2]):
        return ["dmy"]
    if any(len(re.split(r"\D", day)[2]) == 4 for day in days) or any(m.half.islower() for m in messages):
        return ["dmy"]
    return ["mdy"] if messages[0].half.isupper() else []


def _numbers(day: str) -> tuple[int, int, int]:
    first, second, third = (int(part) for part in re.split(r"[./-]", day))
    return first, second, third


def _date(parts: tuple[int, int, int], order: str) -> date | None:
    year, month, day = (parts[order.index(part)] for part in "ymd")
    if order == "ymd" and year < 1000:
        return None
    try:
        return date(year if year > 99 else 2000 + year, month, day)  # WhatsApp is from 2009
    except ValueError:
        return None


def _ascend(days: Sequence[date | None]) -> bool:
    return all(before <= after for before, after in pairwise(day for day in days if day))
