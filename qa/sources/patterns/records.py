"""Files of records, one a line, which a program wrote for another: logs and tables. They are no text to quote."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

_STAMPS = (
    re.compile(r"\W?\d{4}-\d\d-\d\d[T ]\d\d:\d\d"),  # most programs
    re.compile(r"(?:<\d+>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d "),  # syslog
    re.compile(r"\S+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d"),  # web servers
    re.compile(r"\W?\d\d?[/.]\d\d?[/.]\d\d(?:\d\d)?,? \d\d?:\d\d"),
    re.compile(r"\W?\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\W? "),  # chats of IRC
    re.compile(r"\W?\d{10}(?:\.\d+)?\W? "),
    re.compile(r"\W?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b"),
)
_LINES = 200  # that are looked at
_LEAST = 5  # lines that show a log, or rows that show a table
_PROSE = 0.5  # the share of commas before a blank
_SHARE = 0.8  # of the lines; the others go on with the one above


def describe_records(text: str) -> str | None:
    """What a text is if it is no prose: "a log" or "a table"; None for any other.

    >>> describe_records("2024-03-02 10:00 started\\n" * 5), describe_records("a,b,1\\n" * 5)
    ('a log', 'a table')
    """
    lines = [line for line in text[: _LINES * 500].splitlines() if line.strip()][:_LINES]
    if len(lines) < _LEAST:
        return None
    if any(sum(bool(stamp.match(line)) for line in lines) >= _SHARE * len(lines) for stamp in _STAMPS):
        return "a log"
    return "a table" if any(_has_columns(lines, delimiter) for delimiter in ",;\t") else None


def _has_columns(lines: list[str], delimiter: str) -> bool:
    """Whether nearly all lines have equally many fields, at least three; in prose a blank follows each comma."""
    text = "\n".join(lines)
    if text.count(f"{delimiter} ") > _PROSE * text.count(delimiter):
        return False
    try:
        widths = Counter(map(len, csv.reader(io.StringIO(text), delimiter=delimiter)))
    except csv.Error:
        return False
    ((width, count),) = widths.most_common(1)
    return width > 2 and count >= max(_LEAST, _SHARE * widths.total())
