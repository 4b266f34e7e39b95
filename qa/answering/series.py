"""Series: things named one after another in a sentence, "ham, eggs and peas", of which no answer takes only one.

Where a question asks for several things, a span of one of them is grown to the whole series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.types import Span

# The fewest items, and the most words of one between two others, by which a row of commas is a series and not one of
# clauses. On squad2's measuring articles they leave the reader's F1 as it is; with six words it was 0.6 lower.
_FEWEST_ITEMS, _MOST_WORDS = 3, 4
# A comma or a semicolon, or "and" and the like, alone or after one of these. Of the white space before a mark only one
# character is part of it, so that a long run of it is looked through once.
_COMMA = re.compile(
    r"\s?(?:,(?!\d{3})|[;、，；])\s*(?P<last>(?:and|or|nor|as well as|plus|&)\s+)?|\s(?P<and>and|or|nor|&)\s+"
)
# What leads into a series: what stands before it is not its first item.
_LEAD_IN = re.compile(
    r"(?:such as|including|includes?|like|for (?:example|instance)|e\.\s?g\.|i\.\s?e\.|namely)\b|.*:", re.IGNORECASE
)
# What is no item but a clause or an adverbial between commas, whose mark does not divide items.
_ASIDE = re.compile(
    r"(?:\w{1,30}(?:ed|ing)|which|who|whose|where|when|while|that|but|so|because|if|as|in|on|at|by|for|from|with|after|before|of)"
    r"\s+\w",
    re.IGNORECASE,
)
# An item that says something of its own of a name: "Ben a cook", "Calais at 10".
_PAIR = re.compile(r"\s*[A-Z][\w'’-]*\s+(?:an?|the|at|in|on|for|by|from|to|is|was|\d)\b")
# What the first and the last item do not reach beyond.
_BOUND = re.compile(r"[;:()—]|,(?!\d{3})|[.!?](?=\s|\Z)")
_BAR = re.compile(r"\s(?P<separator>[|/•·‖→>])\s+")


@dataclass(frozen=True, slots=True)
class Series:
    """Things named one after another: the marks between them, and the text that the first and the last are within.

    It is known where the items between begin and end, but not where the first one begins and the last one ends.
    """

    marks: Sequence[Span]
    around: Span

    def is_cut_by(self, span: Span) -> bool:
        """Whether a span holds some of the items and not all, unless it holds the last ones, as many as make a series.

        >>> series = Series([(4, 6), (10, 12), (15, 20)], (0, 30))
        >>> [series.is_cut_by(span) for span in ((0, 4), (6, 10), (0, 24), (6, 24), (26, 30))]
        [True, True, False, False, False]
        """
        start, end = span
        is_apart = end < self.marks[0][0] or start > self.marks[-1][1]
        inside = sum(start < mark_start and mark_end < end for mark_start, mark_end in self.marks)
        return not (is_apart or (end > self.marks[-1][1] and inside + 1 >= _FEWEST_ITEMS))

    def moved(self, by: int) -> Series:
        """The series in a text in which the sentence begins so much later."""
        start, end = self.around
        return Series([(first + by, last + by) for first, last in self.marks], (start + by, end + by))


def series_in(sentence: str) -> list[Series]:
    """Find the series of a sentence.

    >>> def between(sentence: str) -> list[str]:
    ...     return [sentence[slice(*series.around)] for series in series_in(sentence)]
    >>> between("It lacks iron, zinc, and calcium, she said."), between("Towns, such as Ulm, Mainz and Jena.")
    (['It lacks iron, zinc, and calcium'], [' such as Ulm, Mainz and Jena'])
    >>> between("The town, built of wood, burned down."), between("Ham and 1,300 eggs.")
    ([], [])
    >>> between("In May, after nine weeks of walking here, and fed up, he came.")
    []
    >>> between("Anna is a nurse, Ben a cook and Clara a pilot."), between("At 9, Calais at 10 and Ostend at 11.")
    ([], [])
    """
    found = []
    for marks in (*_by_comma(sentence), *_by_separator(sentence)):
        if len(marks) + 1 >= _FEWEST_ITEMS:
            before = [bound.end() for bound in _BOUND.finditer(sentence, 0, marks[0].start())]
            after = _BOUND.search(sentence, marks[-1].end())
            around = before[-1] if before else 0, after.start() if after else len(sentence)
            items = [sentence[left.end() : right.start()] for left, right in pairwise(marks)]
            if not any(map(_PAIR.match, items)):
                found.append(Series([mark.span() for mark in marks], around))
    return found


def _by_comma(sentence: str) -> Iterator[list[re.Match[str]]]:
    """The marks of series whose items are divided by commas, the last one by "and" or "or"."""
    marks: list[re.Match[str]] = []
    for mark in _COMMA.finditer(sentence):
        item = sentence[marks[-1].end() : mark.start()] if marks else ""
        leads_in = _LEAD_IN.match(item)
        is_aside = not leads_in and _ASIDE.match(item)
        if leads_in or is_aside or len(item.split()) > _MOST_WORDS:
            marks = []
        if is_aside:
            continue
        marks.append(mark)
        if mark["and"] or mark["last"]:
            yield marks
            marks = []


def _by_separator(sentence: str) -> Iterator[list[re.Match[str]]]:
    """The marks of series whose items are divided by one separator, such as a bar."""
    marks = [*_BAR.finditer(sentence)]
    for separator in dict.fromkeys(mark["separator"] for mark in marks):
        same = [mark for mark in marks if mark["separator"] == separator]
        if all(len(sentence[left.end() : right.start()].split()) <= _MOST_WORDS for left, right in pairwise(same)):
            yield same


def cut_series(span: Span, series: Sequence[Series]) -> Series | None:
    """The series that a span cuts; None if there is none."""
    return next((one for one in series if one.is_cut_by(span)), None)
