"""Days and times in a line of text, as the pages that it was copied from write them."""

from __future__ import annotations

import re
from functools import lru_cache

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s{_MONTH},?\s\d{{4}}"
    r"|\d{1,2}(?P<slash>[/.])\d{1,2}(?P=slash)(?:\d{4}|\d{2}))"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s)?"
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?m\.?)?(?:\s[A-Z]{2,4}|Z)?"
_UNIT = r"(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|mo|mos|months?|y|yrs?|years?)\.?"
_AGO = (
    r"(?:(?:about|over|almost|nearly)\s)?(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten)"
    rf"\s?{_UNIT}\sago|yesterday|just\snow"
)
WHEN = rf"(?P<when>{_WEEKDAY}{_DAY}(?:\s?(?:,|at|@|-|–|T)?\s?(?P<clock>{_CLOCK}))?|(?P<ago>{_AGO}))"
"""A pattern for a day, an hour of it, or a time gone by, in a line with single spaces."""

_LINKS = r"(?:\s?[|·•#-]?\s?(?:reply|permalink|link|edit|edited|#\d*))*"
_DATE_LINE = re.compile(rf"(?:(?:posted|commented)\s)?(?:on\s)?{WHEN}\s?[.:]?{_LINKS}", re.IGNORECASE)
_DIGIT_OR_AGO = re.compile(r"\d|\bago\b|yesterday|just now", re.IGNORECASE)
_LONGEST = 120


def date_line(line: str) -> re.Match[str] | None:
    """Read a line that holds a date and nothing else: the line under "Name says:".

    >>> bool(date_line("May 2, 2015 at 10:00 am")), bool(date_line("In May 2, 2015 was a day."))
    (True, False)
    """
    return _date_line(line) if len(line) <= _LONGEST and _DIGIT_OR_AGO.search(line) else None


@lru_cache(1 << 14)
def _date_line(line: str) -> re.Match[str] | None:
    return _DATE_LINE.fullmatch(" ".join(line.split()))
