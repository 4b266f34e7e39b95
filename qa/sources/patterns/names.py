"""A commenter's name out of the words that stand around it: "Posted by Ann", "Ann sagt:"."""

from __future__ import annotations

import re

from qa.sources.patterns.buttons import BUTTON
from qa.sources.patterns.times import before_time

_BEFORE = re.compile(
    r"(?:(?:posted|written|submitted|commented|comment|reply|kommentar|geschrieben|verfasst|publi[ée]|escrito|inviato)?\s?"
    r"\b(?:by|von|vom|par|por|da|door|af|av|przez)\b|author|autor|auteur|name|user|benutzer|from)\s?:?\s+(?=\S)"
    r"|(?:@|/?u/|#?\d{1,5}[.:)]?\s)(?=\S)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:\b(?:says?|said|wrote|writes|commented|replied|responded|sagte?|schreibt|schrieb|meinte?|antwortete?"
    r"|kommentierte?|dit|a dit|a écrit|dice|dijo|ha detto|scrive|scrisse|disse|diz|zegt|schreef|pisze|napisał|mówi)"
    r"\b.{0,12}|[:,;|•·»–—-]|\.{3}|…|\b(?:am|on|at|um|le|el|il)\b)\s*$",
    re.IGNORECASE,
)
_LONGEST, _MOST_WORDS = 60, 7


def clean_name(text: str) -> str | None:
    """The name in a short text, None where it holds none.

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
