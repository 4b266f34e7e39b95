"""Repeat: passages that say the same over again, word for word or nearly: a comment posted twice, or one that quotes.

Two passages repeat each other where nine tenths of their runs of three words are the same, by Jaccard's measure
(Broder: On the resemblance and containment of documents, 1997), and no number or negation is in one alone: then they
say different things in nearly the same words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.text.normalize import words_of

_SIMILARITY = 0.9
_SHINGLE_WORDS = 3
_DISTINGUISHING = re.compile(r"\d|^(?:no|not|non|never|none|nor|without|t)$")

_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shingles:
    """The words of a passage, without case, accents and signs, and every run of three of them."""

    words: _Words
    runs: frozenset[_Words]

    @classmethod
    def by(cls, text: str) -> _Shingles:
        words = tuple(words_of(text))
        return cls(
            words, frozenset(zip(*(words[at:] for at in range(_SHINGLE_WORDS)), strict=False)) or frozenset([words])
        )

    def prefix(self) -> list[_Words]:
        """So many runs, the first in one order of all, that of two alike passages one at least is in both's (Chaudhuri,
        Ganti, Kaushik: A Primitive Operator for Similarity Joins, ICDE 2006)."""
        return sorted(self.runs)[: len(self.runs) - math.ceil(_SIMILARITY * len(self.runs)) + 1]

    def repeats(self, other: _Shingles) -> bool:
        shared = len(self.runs & other.runs)
        alike = shared >= _SIMILARITY * (len(self.runs) + len(other.runs) - shared)
        return alike and not any(map(_DISTINGUISHING.search, set(self.words) ^ set(other.words)))


def group_near_duplicates(texts: Sequence[str], most: int) -> list[list[int]]:
    """The places of the first `most` different texts, each with the places of its repeats after it.

    >>> group_near_duplicates(["Made in Solms.", "Made in Wetzlar.", "“Made in Solms”"], 5)
    [[0, 2], [1]]
    """
    groups: list[list[int]] = []
    firsts: list[_Shingles] = []
    holding: dict[_Words, list[int]] = {}
    for place, text in enumerate(texts):
        said = _Shingles.by(text)
        prefix = said.prefix()
        near = sorted({group for run in prefix for group in holding.get(run, ())})
        group = next((group for group in near if said.words and said.repeats(firsts[group])), None)
        if group is not None:
            groups[group].append(place)
        elif len(groups) < most:
            for run in prefix:
                holding.setdefault(run, []).append(len(groups))
            groups.append([place])
            firsts.append(said)
    return groups
