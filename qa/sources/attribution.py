"""Who wrote a comment, and when: the lines above or below it that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})",
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+{_MONTH},?\s+(?P<year>\d{{4}})",
    )
)
_TIME = r"(?:\s*(?:,|at|@|-|–|T)?\s*\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?(?:\s*[A-Z]{2,4}|Z)?)?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
_DAY = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}"
    r"|[a-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
    r"|\d{1,2}(?:st|nd|rd|th|\.)?\s+[a-z]{3,9}\.?,?\s+\d{4})"
)
_WHEN = rf"(?P<when>{_WEEKDAY}{_DAY}{_TIME})"
_MAYBE_WHEN = rf"(?:\s*[,|\-–—•·]?\s*(?:on|at)?\s*{_WHEN})?"
_WHO = r"(?P<author>[^\s:,|•][^:|\n]{0,58}?)"
_SAYS = r"(?:says|said|wrote|writes|commented|replied|responded)"
_ATTRIBUTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_WHO}\s+{_SAYS}(?:\s*,?\s*(?:on\s+)?{_WHEN})?\s*:",
        rf"(?:on\s+)?{_WHEN}\s*,?\s+{_WHO}\s+{_SAYS}\s*:",
        rf"(?:posted|written|submitted|commented|comment)\s+by:?\s+{_WHO}{_MAYBE_WHEN}[.:]?",
        rf"(?:[-–—]\s*)?{_WHO}\s*(?:,|\||-|–|—|•|·|\()\s*(?:on\s+)?{_WHEN}\)?\s*:?",
        rf"{_WHO}\s+(?:on|at)\s+{_WHEN}\s*:?",
    )
)
_BYLINE = re.compile(
    rf"(?:by|author|(?:posted|written|published|submitted)\s+by):?\s+{_WHO}{_MAYBE_WHEN}[.:]?",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(rf"(?:on\s+|posted\s+(?:on\s+)?)?{_WHEN}\s*[.:]?", re.IGNORECASE)
# "He said:" opens a quotation inside a text; a comment's author has a name.
_NOT_A_NAME = re.compile(
    r"(?:he|she|it|they|we|you|i|who|this|that|these|those|one|someone|everyone|and|but|as|then|so|also)\b.*",
    re.IGNORECASE,
)
_MOST_WORDS_IN_A_NAME = 6


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who and when (an ISO 8601 day), each None where it is not said."""

    author: str | None
    date: str | None


def attribution(line: str) -> Attribution | None:
    """Read a whole line that names a comment's author, None where the line is anything else.

    >>> attribution("Posted by Jane Doe on March 3, 2011 at 4:15 pm")
    Attribution(author='Jane Doe', date='2011-03-03')
    >>> attribution("Jane said that Posted by Bob is odd.") is None
    True
    """
    line = line.strip().strip("*_#").strip()
    if len(line) > 120:
        return None
    for pattern in _ATTRIBUTIONS:
        if match := pattern.fullmatch(line):
            author = match["author"].strip(" *_").rstrip(",")
            if author and not _NOT_A_NAME.fullmatch(author) and len(author.split()) <= _MOST_WORDS_IN_A_NAME:
                return Attribution(author, iso_day(match["when"]))
    return None


def byline(line: str) -> Attribution | None:
    """Read a whole line that names an article's author, None where the line is anything else.

    >>> byline("By Jane Doe")
    Attribution(author='Jane Doe', date=None)
    """
    line = line.strip().strip("*_#").strip()
    match = _BYLINE.fullmatch(line) if len(line) <= 120 else None
    if not match or len(match["author"].split()) > _MOST_WORDS_IN_A_NAME:
        return None
    return Attribution(match["author"].strip(" *_").rstrip(","), iso_day(match["when"]))


def date_line(line: str) -> str | None:
    """The day of a line that holds a date and nothing else: the line under "Name says:"."""
    match = _DATE_LINE.fullmatch(line.strip()) if len(line) <= 120 else None
    return iso_day(match["when"]) if match else None


def iso_day(when: str | None) -> str | None:
    """The day as YYYY-MM-DD; None where there is none, and for 03/04/2011, which nobody can know.

    >>> iso_day("3rd Mar. 2011"), iso_day("31 February 2011")
    ('2011-03-03', None)
    """
    for pattern in _DATES:
        if match := pattern.search(when or ""):
            groups = match.groupdict()
            month = int(groups.get("number") or 0) or _MONTHS.index(groups["month"][:3].lower()) + 1
            try:
                return date(int(match["year"]), month, int(match["day"])).isoformat()
            except ValueError:
                return None
    return None
