"""Days as pages write them, in the languages that their readers speak."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_MONTHS = {
    1: "jan january januar jänner janvier janv enero ene gennaio gen janeiro januari styczeń stycznia sty",
    2: "feb february februar février févr fevrier febrero febbraio fevereiro fev februari luty lutego lut",
    3: "mar march märz mär mrz mars marzo março maart mrt marzec marca",
    4: "apr april avril avr abril abr aprile kwiecień kwietnia kwi",
    5: "may mai mayo maggio mag maio mei maj maja",
    6: "jun june juni juin junio giugno giu junho czerwiec czerwca cze",
    7: "jul july juli juillet juil julio luglio lug julho lipiec lipca lip",
    8: "aug august août aout agosto ago augustus sierpień sierpnia sie",
    9: "sep sept september septembre septiembre settembre set setembro wrzesień września wrz",
    10: "oct october oktober okt octobre octubre ottobre ott outubro out październik października paź",
    11: "nov november novembre noviembre novembro listopad listopada lis",
    12: "dec december dezember dez décembre déc decembre diciembre dic dicembre dezembro grudzień grudnia gru",
}
_MONTH_OF = {name: month for month, names in _MONTHS.items() for name in names.split()}
_NAMES = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s?(?:de\s|of\s|-)?\s?(?P<name>{_NAMES})\b\.?,?\s?-?(?:de\s|del\s)?'?(?P<year>\d{{4}})",
        rf"\b(?P<name>{_NAMES})\b\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})",
        r"(?<!\d)(?P<day>\d{1,2})(?P<mark>[./-])\s?(?P<month>\d{1,2})(?P=mark)\s?(?P<year>\d{4}|\d{2})(?!\d)",
    )
)
_AGO = re.compile(
    r"\b(?:\d+|an?|one|einem?r?|une?|un[ao]?|hace|fa)\s?"
    r"(?:s|m|h|d|w|mo|y|sec|min|hr|second|minute|hour|day|week|month|year|sekunde|minute|stunde|std|tag|woche|monat|jahr"
    r"|seconde|heure|jour|semaine|mois|an|hora|minuto|día|dia|semana|mes|año|ano|ora|giorno|settimana|mese|anno)"
    r"(?:s|en?|es|n)?\b\.?(?:\s(?:ago|geleden|fa|temu|atrás))|\b(?:vor|il y a|hace|há)\s(?:\d+|einem?r?|une?|un[ao]?)\s"
    r"|\b(?:yesterday|just now|gestern|heute|hier à|ayer)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
_EARLIEST, _LATEST = 1990, 2100
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_SHORT = 100


def iso_day(text: str | None) -> str | None:
    """The first day that the text names, as YYYY-MM-DD; None where there is none, and for 03/04/2011.

    >>> iso_day("am 3. März 2011 um 12:04"), iso_day("2011-03-03T10:00:00Z"), iso_day("03/04/2011"), iso_day("today")
    ('2011-03-03', '2011-03-03', None, None)
    """
    text = (text or "")[:_SHORT].strip()
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC).date().isoformat()
    for pattern in _PATTERNS:
        if match := pattern.search(text):
            found = match.groupdict()
            year, day = int(found["year"]), int(found["day"])
            month = int(found.get("month") or _MONTH_OF[found["name"].lower()])
            if found.get("mark") in ("/", "-"):
                if day <= 12 and month <= 12 and day != month:
                    return None  # nobody can know
                day, month = (month, day) if month > 12 else (day, month)
            return _checked(year + (2000 if year < 100 else 0), month, day)
    return None


def _checked(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if _EARLIEST <= year <= _LATEST else None
    except ValueError:
        return None


def is_time(text: str) -> bool:
    """Whether a short text tells when: a day, an hour, "3 hours ago".

    >>> is_time("vor 3 Stunden"), is_time("10.03.2011, 10:04"), is_time("Lovely.")
    (True, True, False)
    """
    text = text.strip()
    if not text or len(text) > _SHORT:
        return False
    return any(pattern.search(text) for pattern in (*_PATTERNS, _AGO, _CLOCK))


def before_time(text: str) -> str:
    """What stands before the first day or hour in a text; all of it where there is none.

    >>> before_time("Ann Lee 12 May 2018, 10:04")
    'Ann Lee '
    """
    found = (pattern.search(text) for pattern in (*_PATTERNS, _AGO, _CLOCK))
    return text[: min((match.start() for match in found if match), default=len(text))]
