"""Text that is safe to print: a terminal would obey the control characters of a corpus or a file name."""

from __future__ import annotations

import unicodedata

# What words are written with: soft hyphens, and what joins and parts letters in Persian, Indic scripts and emoji.
_IN_WORDS = "\u00ad\u200b\u200c\u200d\u2060"


def visible(text: str) -> str:
    r"""The text with a mark in the place of each control character, but for line ends, tabs and what words hold.

    >>> visible("before \033[2J after")
    'before �[2J after'
    """
    return "".join("\ufffd" if _is_control(char) else char for char in text)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf") and char not in "\n\t" + _IN_WORDS
