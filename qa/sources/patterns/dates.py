"""The day of a post out of whatever a page, a line or an export writes for it."""

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
DAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s?(?:de\s|of\s|-)?\s?(?P<name>{_NAMES})\b\.?,?\s?-?(?:de\s|del\s)?'?(?P<year>\d{{4}})",
        rf"\b(?P<name>{_NAMES})\b\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})",
        r"(?<!\d)(?P<day>\d{1,2})(?P<mark>[./-])\s?(?P<month>\d{1,2})(?P=mark)\s?(?P<year>\d{4}|\d{2})(?!\d)",
    )
)
"""Patterns of a day with its month and year, in the languages that the pages' readers speak."""

_EARLIEST, _LATEST = 1971, 2100
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_SHORT = 100
_ISO = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)(?!\d)")
_SECONDS = re.compile(r"\s*\d{9,10}(?:\.\d+)?\s*")
_LONG_NUMBER = re.compile(r"\d{5}")
_LONGEST = 60


def iso_day(text: str | None) -> str | None:
    """The first day that the text names, as YYYY-MM-DD; None where there is none, and for 03/04/2011.

    >>> iso_day("am 3. März 2011 um 12:04"), iso_day("2011-03-03T10:00:00Z"), iso_day("03/04/2011"), iso_day("today")
    ('2011-03-03', '2011-03-03', None, None)
    """
    text = (text or "")[:_SHORT].strip()
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC).date().isoformat()
    for pattern in DAYS:
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


def day_of(told: object) -> str | None:
    """The day as YYYY-MM-DD, from a date that begins so, from seconds since 1970, or from one written out.

    None for what no calendar has: the year 0 or 30000, 31 February.

    >>> day_of("2015-03-03T23:59:59Z"), day_of(1425340800), day_of("Tue, 03 Mar 2015 00:00:00 +0000")
    ('2015-03-03', '2015-03-03', '2015-03-03')
    >>> day_of("0000-00-00 00:00:00"), day_of("30000-01-01"), day_of(1e30), day_of(None)
    (None, None, None, None)
    """
    if isinstance(told, str):
        if len(told) > _LONGEST:
            return None
        if match := _ISO.match(told):
            try:
                return date(*map(int, match.groups())).isoformat()
            except ValueError:
                return None
        if not _SECONDS.fullmatch(told):
            return None if _LONG_NUMBER.search(told) else iso_day(told)
        told = float(told)
    if not isinstance(told, (int, float)) or isinstance(told, bool):
        return None
    try:
        return datetime.fromtimestamp(told, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None
