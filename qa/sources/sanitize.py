"""Text from outside made storable and safe to show: lone surrogates, control characters, bidirectional controls.

A lone surrogate is half of a character's UTF-16 form. Python strings can hold one (from JSON's `\\ud800`, from a file
name that is not UTF-8), but UTF-8 cannot, and so neither can any file or database. Every package replaces them
with the two functions here.
"""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_BREAK = re.compile(r"\r\n?|[\u2028\u2029]")
_BIDIRECTIONAL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST_LABEL = 300  # characters: what fits on three lines of a page


def first_surrogate(text: str) -> int | None:
    """The position of the first lone surrogate, None if the text can be stored as UTF-8.

    >>> first_surrogate("ab\\ud800"), first_surrogate("ab")
    (2, None)
    """
    try:
        text.encode("utf-8")  # 3 to 40 times as fast as a search with a regular expression
    except UnicodeEncodeError as error:
        return error.start
    return None


def replace_surrogates(text: str, replacement: str = REPLACEMENT) -> str:
    """The text with each lone surrogate replaced, so that it can be stored as UTF-8.

    >>> replace_surrogates("a\\ud800b", "?")
    'a?b'
    """
    return text if first_surrogate(text) is None else _SURROGATE.sub(replacement, text)


def words(value: object) -> str:
    """A post's text, with newlines for all line breaks and no character that cannot be stored; "" if not a string."""
    if not isinstance(value, str):
        return ""
    return _CONTROL.sub(REPLACEMENT, replace_surrogates(_LINE_BREAK.sub("\n", value))).strip()


def label(value: object) -> str | None:
    """A title, a name or an address as one line that cannot change the text direction around it; None if it is empty.

    >>> label(" Ann\\n\\u202eeoD "), label(" "), label(7)
    ('Ann eoD', None, '7')
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    line = " ".join(_BIDIRECTIONAL.sub("", words(value)).split())
    return line[:_LONGEST_LABEL] or None


def address(value: object) -> str | None:
    """A web address; None for anything that a page must not link to."""
    line = label(value)
    return line if line and line.lower().startswith(("http://", "https://")) and " " not in line else None
