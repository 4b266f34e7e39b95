"""Text that is safe to print: a terminal would obey the control characters of a corpus or a file name."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    r"""The text with a mark in the place of each control character, but for line ends and tabs.

    >>> visible("before \033[2J after")
    'before �[2J after'
    """
    return "".join("\ufffd" if _is_control(char) else char for char in text)


def _is_control(char: str) -> bool:
    return char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cf")
