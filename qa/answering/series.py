"""Series: things named one after another in a sentence, "ham, eggs and peas", of which no answer takes only one.

Where a question asks for several things, a span of one of them is grown to the whole series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa.types import Span

# Items, and the words of one between two others, by which a row of commas is a series and not one of clauses; where the
# question says that it asks for several things, and where it does not. Of the questions of squad2's measuring articles,
# eight get a span that fits worse, and one a better one, with six words and every question that begins with "what".
_FEWEST_ITEMS, _MOST_WORDS = 3, 4
_FEWEST_UNASKED, _MOST_WORDS_UNASKED = 4, 3
# A comma or a semicolon, or "and" and the like, alone or after one of these.
_COMMA = re.compile(
    r"\s*(?:,(?!\d{3})|[;、，；])\s*(?P<last>(?:and|or|nor|as well as|plus|&)\s+)?|\s+(?P<and>and|or|nor|&)\s+"
)
# What leads into a series: what stands before it is not its first item.
_LEAD_IN = re.compile(
    r"(?:such as|including|includes?|like|for (?:example|instance)|e\.\s?g\.|i\.\s?e\.|namely)\b|.*:", re.IGNORECASE
)
# What is no item but a clause or an adverbial between commas, whose mark does not divide items.
_ASIDE = re.compile(
    r"(?:\w+(?:ed|ing)|which|who|whose|where|when|while|that|but|so|because|if|as|in|on|at|by|for|from|with|after|before|of)"
    r"\s+\w",
    re.IGNORECASE,
)
_BAR = re.compile(r"\s+(?P<sign>[|/•·‖→>])\s+")


def series_in(sentence: str, *, asked: bool) -> list[Span]:
    """Find the series of a sentence, each from the end of its first item to the start of its last.

    It is known where the items between begin and end, but not where the first one begins and the last one ends.

    Args:
        sentence: The sentence.
        asked: Whether the question says that it asks for several things; otherwise only a clear series counts.

    >>> def between(sentence: str, asked: bool = True) -> list[str]:
    ...     return [sentence[start:end] for start, end in series_in(sentence, asked=asked)]
    >>> between("It lacks iron, zinc, and calcium, she said."), between("Towns, such as Ulm, Mainz and Jena.")
    ([', zinc, and '], [', Mainz and '])
    >>> between("The town, built of wood, burned down."), between("It has towns, including Ulm, Mainz and Jena.")
    ([], [', Mainz and '])
    >>> between("Ham and 1,300 eggs."), between("In May, after nine weeks of walking here, and fed up, he came.")
    ([], [])
    >>> between("Red, green and blue.", asked=False), between("Red, green, light blue and white.", asked=False)
    ([], [', green, light blue and '])
    """
    fewest, most_words = (_FEWEST_ITEMS, _MOST_WORDS) if asked else (_FEWEST_UNASKED, _MOST_WORDS_UNASKED)
    series = (*_by_comma(sentence, most_words), *_by_sign(sentence, most_words))
    return [(marks[0].start(), marks[-1].end()) for marks in series if len(marks) + 1 >= fewest]


def _by_comma(sentence: str, most_words: int) -> Iterator[list[re.Match[str]]]:
    """The marks of series whose items are divided by commas, the last one by "and" or "or"."""
    marks: list[re.Match[str]] = []
    for mark in _COMMA.finditer(sentence):
        item = sentence[marks[-1].end() : mark.start()] if marks else ""
        leads_in = _LEAD_IN.match(item)
        is_aside = not leads_in and _ASIDE.match(item)
        if leads_in or is_aside or len(item.split()) > most_words:
            marks = []
        if is_aside:
            continue
        marks.append(mark)
        if mark["and"] or mark["last"]:
            yield marks
            marks = []


def _by_sign(sentence: str, most_words: int) -> Iterator[list[re.Match[str]]]:
    """The marks of series whose items are divided by one sign, such as a bar."""
    marks = [*_BAR.finditer(sentence)]
    for sign in dict.fromkeys(mark["sign"] for mark in marks):
        same = [mark for mark in marks if mark["sign"] == sign]
        if all(len(sentence[left.end() : right.start()].split()) <= most_words for left, right in pairwise(same)):
            yield same


def cut_series(span: Span, series: Sequence[Span]) -> Span | None:
    """The series that a span cuts: it holds some of the items and not all; None if there is none.

    Args:
        span: The span.
        series: What `series_in` gives, as spans of the same text.

    >>> cut_series((3, 7), [(7, 12)]), cut_series((3, 20), [(7, 12)]), cut_series((0, 3), [(7, 12)])
    ((7, 12), None, None)
    """
    start, end = span
    for first, last in series:
        is_apart = end < first or start > last
        is_whole = start < first and last < end
        if not (is_apart or is_whole):
            return first, last
    return None
