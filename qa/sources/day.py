"""The day of a post out of whatever an export writes for it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from qa.sources.when import iso_day

_ISO = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)(?!\d)")
_SECONDS = re.compile(r"\s*\d{9,10}(?:\.\d+)?\s*")
_LONG_NUMBER = re.compile(r"\d{5}")
_LONGEST = 60


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
