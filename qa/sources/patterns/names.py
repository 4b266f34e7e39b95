"""A commenter's name without the words around it: "Posted by Ann", "Ann sagt:"."""

from __future__ import annotations

import re

from qa.sources.patterns.attribution import BY, POSTED, WROTE
from qa.sources.patterns.buttons import BUTTON
from qa.sources.patterns.dates import ON, before_time

_BEFORE = re.compile(
    rf"(?:{POSTED}?\s?\b{BY}|author|autor|auteur|name|user|benutzer|from)\s?:?\s+(?=\S)"
    r"|(?:@|/?u/|#?\d{1,5}[.:)]?\s)(?=\S)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\s*(?:(?<!\S){WROTE}\b.{{0,12}}|[:,;|•·»–—-]|\.{{3}}|…|(?<!\S)(?:{ON}|at|um))\s*$",
    re.IGNORECASE,
)
_LONGEST, _MOST_WORDS = 60, 7  # characters and words of a name with its titles; more is a sentence


def clean_name(text: str) -> str | None:
    """The name in a short text, None if it holds none.

    >>> clean_name("Posted by Ann Lee on"), clean_name("Ann sagt:"), clean_name("12"), clean_name("reply to this")
    ('Ann Lee', 'Ann', None, None)
    """
    text = before_time(" ".join(text[:200].split()))
    for _ in range(_MOST_WORDS):
        if not (match := _BEFORE.match(text)):
            break
        text = text[match.end() :]
    previous = None
    while previous != text:
        previous, text = text, _AFTER.sub("", text)
    text = text.strip(" \"'*_-–|•·")
    if not text or len(text) > _LONGEST or len(text.split()) > _MOST_WORDS or "://" in text:
        return None
    return text if any(map(str.isalpha, text)) and not BUTTON.fullmatch(text) else None
