"""Numbers: one way of writing for those that are written in several."""

from __future__ import annotations

import re

NO_BREAK_SPACE = "\u00a0"
NUMBER_SPACES = f"{NO_BREAK_SPACE}\u2007\u2009\u202f"
"""The spaces that group the digits of a number: no-break, figure, thin and narrow no-break."""
# "12,500", "12.500", "12'500" and "12 500" with a space that does not break; not "2.300.1", "0.500" or "2012,300". A
# pattern that begins with a digit is searched faster than one that begins with what may not stand before the digit.
_GROUPED = re.compile(
    rf"[1-9](?<!\d\d)(?<!\d[.,'{NO_BREAK_SPACE}]\d)\d?\d?([.,'{NO_BREAK_SPACE}])\d{{3}}(?:\1\d{{3}})*(?!\1?\d)"
)
# "12,50,000", as it is written in India.
_GROUPED_IN_LAKHS = re.compile(r"[1-9](?<![\d,]\d)\d?(?:,\d\d)+,\d{3}(?!,?\d)")
_SEPARATOR = re.compile(rf"[.,'{NO_BREAK_SPACE}]")
_SPACED = re.compile(r"(?<![\d.,'])[1-9]\d?\d?(?: \d{3})+(?![\d.,']?\d)")
_VERSION = re.compile(r"v(?<=\bv)(?=\d+\.\d)")


def join_groups(text: str) -> str:
    """Write numbers without separators of thousands, and versions without their v.

    >>> join_groups("12,500 or 1.250.000,50 for v4.4, not 4.4 or 2.300.1")
    '12500 or 1250000,50 for  4.4, not 4.4 or 2.300.1'
    """
    text = _VERSION.sub(" ", text)
    return _GROUPED_IN_LAKHS.sub(_without_separators, _GROUPED.sub(_without_separators, text))


def join_spaced_groups(text: str) -> str:
    """Write numbers without the spaces between thousands; in running text, two numbers may stand side by side.

    >>> join_spaced_groups("1 300 metres in 2012 300 times")
    '1300 metres in 2012 300 times'
    """
    return _SPACED.sub(lambda number: number[0].replace(" ", ""), text)


def thousands(digits: str) -> list[str]:
    """The groups of three of a number of more than three digits, from the right; one group otherwise.

    >>> thousands("1250000"), thousands("0815"), thousands("300")
    (['1', '250', '000'], ['0815'], ['300'])
    """
    if len(digits) <= 3 or digits.startswith("0"):
        return [digits]
    first = len(digits) % 3 or 3
    return [digits[:first], *(digits[start : start + 3] for start in range(first, len(digits), 3))]


def _without_separators(number: re.Match[str]) -> str:
    return _SEPARATOR.sub("", number[0])
