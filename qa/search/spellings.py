"""Spellings: the ways in which the texts may write a question's words, with a dash or a space more or less.

"E1043" may stand there as "E-1043" or "E 1043", "12500" as "12 500", "hand-made" as "handmade", and each the other way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from qa.search.analyzer import Analyzer, Word
from qa.text.normalize import has_unspaced_script
from qa.text.numbers import thousands

_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_LEAST_PART = 3  # letters; shorter parts of words are mostly function words that stand together by chance
_MOST_SPELLINGS = 64  # of a phrase
_GROUP = 3  # digits


@dataclass(frozen=True, slots=True)
class Spelling:
    """Another way of writing the words of a question from number `first` to before `last`: these terms in a row."""

    first: int
    last: int
    terms: tuple[str, ...]


def other_spellings(words: Sequence[Word], analyzer: Analyzer) -> Iterator[Spelling]:
    """Every other way of writing the question's words; the index knows which of them occur.

    Args:
        words: The question's words.
        analyzer: The analyzer that cut them.
    """
    for first, word in enumerate(words):
        for parts in _parts(word.normal):
            yield Spelling(first, first + 1, tuple(term for part in parts for term in analyzer.terms_of(part)))
        last = _end_of_compound(words, first)
        if last - first > 1:
            joined = "".join(word.normal for word in words[first:last])
            yield Spelling(first, last, tuple(analyzer.terms_of(joined)))


def phrase_spellings(words: Sequence[Word], others: Sequence[Spelling]) -> list[tuple[str, ...]] | None:
    """The terms of a phrase in each of its spellings; None if there are too many.

    Args:
        words: The phrase's words.
        others: The other spellings of its words that occur.
    """
    ends: list[list[tuple[str, ...]]] = [[()], *([] for _ in words)]
    for first, word in enumerate(words):
        choices = [Spelling(first, first + 1, (word.term,)), *(other for other in others if other.first == first)]
        for choice in choices:
            ends[choice.last] += [begin + choice.terms for begin in ends[first]]
            if len(ends[choice.last]) > _MOST_SPELLINGS:
                return None
    return ends[-1]


def _parts(word: str) -> Iterator[list[str]]:
    """The ways to cut a word in two or more: a number into thousands, a code where letters and digits meet."""
    if has_unspaced_script(word):
        return
    if word.isdecimal():
        if len(groups := thousands(word)) > 1:
            yield groups
        return
    pieces = _LETTERS_OR_DIGITS.findall(word)
    if "".join(pieces) != word:  # a number with a dot
        return
    if len(pieces) > 1:
        cuts = [len("".join(pieces[:count])) for count in range(1, len(pieces))]
        yield pieces
        yield from ([word[:cut], word[cut:]] for cut in (cuts if len(pieces) > 2 else ()))
        return
    yield from ([word[:cut], word[cut:]] for cut in range(_LEAST_PART, len(word) - _LEAST_PART + 1))


def _end_of_compound(words: Sequence[Word], first: int) -> int:
    """The number after the last word that a dash joins to this one, or that is a group of the same number."""
    if words[first].is_joined:
        return first + 1
    joined = takewhile(lambda word: word.is_joined, words[first + 1 :])
    groups = takewhile(_is_group, words[first + 1 :]) if _may_begin_number(words[first].normal) else ()
    return first + 1 + max(sum(1 for _ in joined), sum(1 for _ in groups))


def _may_begin_number(word: str) -> bool:
    return word.isdecimal() and len(word) <= _GROUP and not word.startswith("0")


def _is_group(word: Word) -> bool:
    return word.normal.isdecimal() and len(word.normal) == _GROUP
