"""Values: the prices, times, dates, years, numbers and names in a text, by what they look like."""

from __future__ import annotations

import re

from qa.answering.question_type import LENGTH, MONTH, NUMERAL, UNIT, WEEKDAY
from qa.text.normalize import CAPITAL

UNITS = rf"(?:{UNIT}|{LENGTH}|k?g|lbs?|pounds|litres?|liters?|degrees|thousand|million|billion)"
MONEY = re.compile(
    r"[£$€]\s*\d(?:[\d.,]*\d)?|\b\d(?:[\d.,]*\d)?\s*(?:pounds?|euros?|dollars?|cents?|pence|bucks|quid|[£$€])",
    re.IGNORECASE,
)
TIME = re.compile(
    r"\b\d{1,2}(?:[.:]\d\d)?\s*(?:[ap]m\b|[ap]\.m\.?|o['’]clock|h\b)|\b\d{1,2}:\d\d\b"
    rf"|\b\d{{1,2}}\.[0-5]\d\b(?![\s-]*(?:%|{UNITS}\b))|\b(?:noon|midnight|midday)\b",
    re.IGNORECASE,
)
DATE = re.compile(
    rf"(?:\b{WEEKDAY},?\s+)?\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{MONTH})|(?:{MONTH})\s+\d{{1,2}})\b"
    rf"(?:,?\s+\d{{4}})?|\b{WEEKDAY}\b",
    re.IGNORECASE,
)
YEAR = re.compile(rf"\b(?:1\d|20)\d\d\b(?![\s-]*(?:%|{UNITS}\b))(?![.,]\d)", re.IGNORECASE)
NUMBER = re.compile(
    rf"\b(?:\d(?:[\d.,]*\d)?|(?:{NUMERAL})\b)(?:\s*(?:%|°[CF]?))?"
    rf"(?:[\s-]*(?P<unit>{UNITS})\b)?",
    re.IGNORECASE,
)
NAME = re.compile(
    r"\b(?!(?:It|She|He|They|We|You|I|The|This|That|These|There|A|An|In|On|At|But|And|So|Not|No|Now|Sorry|Actually|Since"
    r"|After|Before|When|While|From|For|Until|As|By|With|Then|Today|Last|Next)\b)"
    # "April Jones" is a name, but not in "in April Mr Jones"
    rf"(?!(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    rf"(?!\s+(?!(?:Mr|Mrs|Ms|Dr|Prof)\b){CAPITAL}))"
    rf"{CAPITAL}[\w'’-]+(?:\s+{CAPITAL}[\w'’-]+)*"
)
SHAPES = (MONEY, TIME, DATE, YEAR, NUMBER, NAME)
"""Of two that match a value, the first is meant."""
NEXT_WORD = re.compile(r"[\s-]+([^\W\d_]+)")
# Behind a number, these are no unit of it.
_NO_UNIT = frozenset(
    "according after and as at because but by for from if in now on or since so today when while".split()
)


def unit_of(number: re.Match[str]) -> str:
    """The unit of a number, or the word that it stands before, without the s of a plural; "" for none."""
    following = NEXT_WORD.match(number.string, number.end())
    unit = (number["unit"] or (following[1] if following else "")).casefold().removesuffix("s")
    return "" if unit in _NO_UNIT else unit
