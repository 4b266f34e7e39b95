"""What an export says, made storable: half characters, NULs, and signs that turn the reading direction."""

from __future__ import annotations

import re

_HALF = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAK = re.compile(r"\r\n?|[\u2028\u2029]")
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST_LABEL = 300


def words(told: object) -> str:
    """A post's text: each line break a newline, what no file can hold a replacement character; "" for no string."""
    if not isinstance(told, str):
        return ""
    return _CONTROL.sub("\ufffd", _HALF.sub("\ufffd", _BREAK.sub("\n", told))).strip()


def label(told: object) -> str | None:
    """A title, a name or an address: one line that cannot turn the words beside it around; None for an empty one.

    >>> label(" Ann\\n\\u202eeoD "), label(" "), label(7)
    ('Ann eoD', None, '7')
    """
    if isinstance(told, int) and not isinstance(told, bool):
        told = str(told)
    line = " ".join(_TURNS.sub("", words(told)).split())
    return line[:_LONGEST_LABEL] or None


def address(told: object) -> str | None:
    """A web address; None for anything that a page must not link to."""
    line = label(told)
    return line if line and line.lower().startswith(("http://", "https://")) and " " not in line else None
