"""Words and sentences of a training text, by simple rules."""

from __future__ import annotations

import re

from qa.types import Span

_WORD = re.compile(r"[A-Za-z]+|\d[\d,.]*\d|\d")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+")


def words(text: str) -> list[str]:
    """The words and numbers of a text in lower case.

    >>> words("In 1690, 37.6 km of Rails")
    ['in', '1690', '37.6', 'km', 'of', 'rails']
    """
    return [match.group().lower() for match in _WORD.finditer(text)]


def sentences(text: str) -> list[Span]:
    """The sentences of a text as spans, split after final punctuation only.

    >>> sentences("One. Two? three")
    [(0, 4), (5, 9), (10, 15)]
    """
    spans, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        spans.append((start, match.start()))
        start = match.end()
    return [*spans, (start, len(text))] if start < len(text) else spans
