"""When, as pages tell it beside a name: a day, an hour, a time gone by."""

from __future__ import annotations

import re

from qa.sources.patterns.dates import DAYS

_AGO = re.compile(
    r"\b(?:\d+|an?|one|einem?r?|une?|un[ao]?|hace|fa)\s?"
    r"(?:s|m|h|d|w|mo|y|sec|min|hr|second|minute|hour|day|week|month|year|sekunde|minute|stunde|std|tag|woche|monat|jahr"
    r"|seconde|heure|jour|semaine|mois|an|hora|minuto|día|dia|semana|mes|año|ano|ora|giorno|settimana|mese|anno)"
    r"(?:s|en?|es|n)?\b\.?(?:\s(?:ago|geleden|fa|temu|atrás))|\b(?:vor|il y a|hace|há)\s(?:\d+|einem?r?|une?|un[ao]?)\s"
    r"|\b(?:yesterday|just now|gestern|heute|hier à|ayer)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
_SHORT = 100


def is_time(text: str) -> bool:
    """Whether a short text tells when: a day, an hour, "3 hours ago".

    >>> is_time("vor 3 Stunden"), is_time("10.03.2011, 10:04"), is_time("Lovely.")
    (True, True, False)
    """
    text = text.strip()
    if not text or len(text) > _SHORT:
        return False
    return any(pattern.search(text) for pattern in (*DAYS, _AGO, _CLOCK))


def before_time(text: str) -> str:
    """What stands before the first day or hour in a text; all of it where there is none.

    >>> before_time("Ann Lee 12 May 2018, 10:04")
    'Ann Lee '
    """
    found = (pattern.search(text) for pattern in (*DAYS, _AGO, _CLOCK))
    return text[: min((match.start() for match in found if match), default=len(text))]
