"""Identifiers: a question's words with digits (a version, a model, a year), which must stand with its answer.

A passage about version 4.3 looks to an encoder and to a reader much like one about version 4.2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from qa.answering.values import UNITS
from qa.text.numbers import join_groups, join_spaced_groups

_TOKEN = re.compile(r"[^\W_]+(?:[-.,:/][^\W_]+)*")
# "3090s", "7:14pm", "24mm", "30-day", "12-year-old"
_LEADING_NUMBER = re.compile(r"(\d[\d.:]*)-?[^\W\d]+(?:-(?:old|long))?")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)(?:-(?:hand|century))?")
_FRACTION = re.compile(r"\d/\d|24/7")  # "3/4 cup"; "20/21" is a season
# "4.2" is a version and "24-70" a lens, but not in "4.2 litres" and "2-3 people"; "the 2.0 litre engine" has a name.
_NUMBERS = re.compile(r"\d+\.\d+|\d{1,2}-\d{1,2}")
_COUNTED = re.compile(
    rf"\s*(?:%|(?=\w+s\b){UNITS}\b|(?:[kcm]?m|k?g|lb|[cm]?l|euro|people|persons|players|guests|servings|cups|times)\b)",
    re.IGNORECASE,
)
_HYPHEN_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d])[-.](?=\d)")
# A shorter number is more often a quantity, which a text also writes as a word ("3 halls", "three halls").
_MIN_DIGITS = 3
# Before a short number, these say that it is a name: "room 7", "version 4".
_DESIGNATION = re.compile(
    r"\b(?:version|release|firmware|model|type|series|room|paragraph|section|chapter|article|clause|rule|page|step|part"
    r"|phase|level|stage|line|route|gate|platform|volume|episode|season|table|figure|no|number|nr)\.?\s*#?\Z|[§#]\s*\Z",
    re.IGNORECASE,
)
# The characters before a number that it is looked for in, so that the time does not grow quadratically.
_DESIGNATION_LENGTH = 20


def identifiers(text: str) -> frozenset[str]:
    """All words with digits in a text, in every spelling that a question may use.

    >>> sorted(identifiers("E-1043 costs 12,500"))
    ['12500', 'costs12500', 'e1043', 'e1043costs']
    """
    tokens = _tokens(text)
    # Two words that a question may write as one: "3080 Ti", "E 1043", "24 mm".
    joined = (one + other for one, other in pairwise(tokens) if one[-1].isdigit() != other[0].isdigit())
    forms = {form for token in (*tokens, *joined) for form in _forms(token)}
    return frozenset(forms.union(number[1] for form in forms if (number := _LEADING_NUMBER.fullmatch(form))))


def required_identifiers(question: str) -> frozenset[str]:
    """The identifiers of a question that its answer must stand with; quantities and ordinals are not among them.

    >>> sorted(required_identifiers("What did version 4 of the X100F add in 2017 for 3 users, a 2nd time?"))
    ['2017', '4', 'x100f']
    """
    visible = _visible(question)
    required = set()
    for token in _TOKEN.finditer(visible):
        if _ORDINAL.fullmatch(token[0].casefold()):
            continue
        for form in _forms(token[0]):
            number = _LEADING_NUMBER.fullmatch(form)
            # A unit or a plural is no part of a name, a single letter is: "24mm", "3090s", "6D".
            form = number[1] if number and (len(form) > len(number[1]) + 1 or form.endswith("s")) else form
            if _names(form, visible, token) or _is_designated(visible, token.start()):
                required.add(form)
    return frozenset(required)


def _names(form: str, text: str, token: re.Match[str]) -> bool:
    """Whether a form of a token names something, and is not only a quantity."""
    if form.isdigit():
        return len(form) >= _MIN_DIGITS
    is_amount = _NUMBERS.fullmatch(form) and _COUNTED.match(text, token.end())
    return not is_amount and _FRACTION.fullmatch(form) is None


def _is_designated(text: str, start: int) -> bool:
    """Whether the word before an offset says that what follows is a name."""
    return _DESIGNATION.search(text, max(0, start - _DESIGNATION_LENGTH), start) is not None


def contradicts(required: Iterable[str], sentence: str) -> bool:
    """Whether a sentence lacks a required identifier and names another of the same shape instead.

    >>> contradicts({"4.2"}, "Version 4.3 removed it."), contradicts({"4.2"}, "It removed it.")
    (True, False)
    >>> contradicts({"4.2"}, "Versions 4.2 and 4.3 have it.")
    False
    """
    present = identifiers(sentence)
    shapes = {_shape(form) for token in _tokens(sentence) for form in _forms(token)}
    return any(form not in present and _shape(form) in shapes for form in required)


def _tokens(text: str) -> list[str]:
    return [token[0] for token in _TOKEN.finditer(_visible(text))]


def _visible(text: str) -> str:
    """The text without format characters such as soft hyphens, with one kind of hyphen, and with plain numbers."""
    if not text.isascii():
        categories = ((c, unicodedata.category(c)) for c in unicodedata.normalize("NFKC", text))
        text = "".join("-" if category == "Pd" else c for c, category in categories if category != "Cf")
    return join_spaced_groups(join_groups(text))


def _forms(token: str) -> Iterator[str]:
    """The words with a digit in a token, without case and without a hyphen between letters and digits."""
    for part in token.casefold().split(","):
        if any(c.isdigit() for c in part):
            yield _HYPHEN_BEFORE_DIGIT.sub("", part)


def _shape(form: str) -> str:
    """The form with each run of letters as "a" and each run of digits as "9"; a bare number keeps its length."""
    if form.isdigit():
        return "9" * len(form)
    return re.sub(r"[^\W\d]+", "a", re.sub(r"\d+", "9", form))
