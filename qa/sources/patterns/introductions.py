"""The line above a quotation that names whom it quotes: "On 3 May 2011, Ann wrote:", on one line or on several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.sources.patterns.attribution import WROTE
from qa.sources.patterns.dates import is_time
from qa.sources.patterns.lines import Line

# The verbs of mail programs in the other languages that they are sold in.
_WROTE = (
    rf"(?:\b(?:{WROTE}|skrev|kirjoitti|napsal\w*|írta|yazdı|έγραψε|a\sscris|scrisese|писал\w*|пише|написав\w*|geschrieben"
    r"|va\sescriure|escribiu|idatzi\sdu|viết)\b|写道|寫道|書きました|のメール|님이\s작성|เขียนว่า|כתב|كتب)"
)
_OPENING = re.compile(
    r"(?:on|am|le|el|il|op|em|den|dne|w\sdniu|dnia|på|ma|pe|în|la|στις|в|il\sgiorno|a\(z\)|tarihinde|ngày|vào)\s"
    r"|\d{1,4}[-./年]|[-–]{2,}\s",
    re.IGNORECASE,
)
_ADDRESS = r"<\s?[^<>\s]+@[^<>\s]+\s?>"
_INTRODUCTION = re.compile(rf".*{_WROTE}.{{0,160}}[:：]\s*|.{{0,160}}{_ADDRESS}.{{0,40}}[:：]\s*", re.IGNORECASE)
_LONGEST = 300  # characters; mail programs wrap at about 76, and a name with its address seldom fills three lines
_MOST_LINES = 4  # what 300 characters fill when they are wrapped


def introduction_start(lines: Sequence[Line], end: int) -> int:
    """The first of the lines before `end` that introduce a quotation; `end` if none do."""
    first = end
    for start in range(end - 1, max(end - 1 - _MOST_LINES, -1), -1):
        text = _joined(lines, start, end)
        if text is None:
            break
        if not _INTRODUCTION.fullmatch(text):
            continue
        if first == end:
            first = start
        if _OPENING.match(text) and is_dated(text):
            return start
    return first


def dated_introduction(lines: Sequence[Line], start: int) -> int | None:
    """The line after a dated introduction of someone's mail that begins on the line `start`; None if none does."""
    if not _OPENING.match(lines[start].text.strip()):
        return None
    for end in range(start + 1, min(start + _MOST_LINES, len(lines)) + 1):
        text = _joined(lines, start, end)
        if text is None:
            return None
        if text.endswith((":", "：")):
            return end if _INTRODUCTION.fullmatch(text) and is_dated(text) else None
    return None


def is_dated(text: str) -> bool:
    """Whether an introduction names a day or an hour."""
    return any(is_time(text[position : position + 100]) for position in range(0, min(len(text), _LONGEST), 50))


def _joined(lines: Sequence[Line], start: int, end: int) -> str | None:
    """The lines as one, None if one is blank or they are too long together."""
    if any(line.blank for line in lines[start:end]):
        return None
    text = " ".join(line.text.strip() for line in lines[start:end])
    return text if len(text) <= _LONGEST else None
