"""Asked: a question as the lexical index counts it, analysed once for all that is done with it.

What BM25 counts are single words, and neighbours as a phrase. A word counts by its rarity on the question's side as
well (Salton, Wong, Yang: A Vector Space Model for Automatic Indexing, CACM 1975); neighbours once more together
(Metzler, Croft: A Markov Random Field Model for Term Dependencies, SIGIR 2005); all by the root of the question's
length, as independent evidence adds up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Protocol

from qa.search.analyzer import Words
from qa.text import spelling

# The weight of a word's BM25, and of two neighbouring words' as a phrase, in cosines: the middle of a flat region,
# chosen by leaving one of eight public sets out. Both are for rarities as shares of the highest in the library, so that
# words count as much among seven passages as among the thousands of those sets.
_WORD, _PAIR = 0.64, 0.16
_PHRASE = 3 * _PAIR  # of words that the reader put in quotation marks
# A word that no passage says is taken for a slip in one that differs by a letter, and counts this share of it.
_SLIP = 0.5
# Words that nobody misses in a text which does not answer.
_SAYS_LITTLE = frozenset(
    "across actually also always another anybody anyone anything come comes each else even ever every exactly "
    "find gave get gets give given gives go goes going gone got happen happened instead kind know known let like "
    "look lot made make makes making many may maybe mean means might more most much must name need never new now "
    "often old one only other others people please really said say says see sort still take taken takes thing "
    "things think today too took try type use used using usually very want wants way ways went "
    "within without yet".split()
)
_SATURATION = 2.2  # BM25's k1 + 1: how often a word is said can at most count this often


class Vocabulary(Protocol):
    """What an index knows of words."""

    def __len__(self) -> int:
        """The passages it holds."""

    def frequency(self, word: str) -> int:
        """The passages that say the word."""

    def near(self, word: str) -> int:
        """The passages that say a word one slip away from it."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or several as a phrase, with the weight of its BM25.

    `passages` are those that say its rarest word, `highest` is what it can add to a score at most.
    """

    words: tuple[str, ...]
    weight: float
    passages: int
    highest: float


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """`raw` are the question's words as the index has them, each with how it was typed.

    `rarities` are of the words that count. `slips` are the words that no passage says and that differ by one letter
    from words that some do, each with the score of a passage that says one of those: two letters swapped are one slip
    (Damerau: A technique for computer detection and correction of spelling errors, CACM 1964). `missing` are those, as
    they were typed, that no passage says at all. `highest` is a score that no passage exceeds, however often it says
    every part.
    """

    raw: Mapping[str, str]
    rarities: Mapping[str, float]
    parts: Sequence[Term]
    slips: Mapping[str, float]
    missing: tuple[str, ...]
    highest: float

    @classmethod
    def of(cls, text: str, phrases: Sequence[str], cut: Words, vocabulary: Vocabulary) -> QueryTerms:
        """Analyse a question; every word is looked up once."""
        frequency = cache(vocabulary.frequency)
        words, content, raw = cut.of(text), frozenset(cut.content(text)), cut.raw(text)

        @cache
        def rarity(word: str) -> float:
            return _rarity(frequency(word), len(vocabulary))

        unknown = {
            word: as_typed for word, as_typed in zip(words, raw, strict=True) if word in content and not frequency(word)
        }
        mistyped = [
            word for word, as_typed in unknown.items() if len(as_typed) >= spelling.MIN_LETTERS and as_typed.isalpha()
        ]
        meant = {word: near for word in mistyped if (near := vocabulary.near(word))}
        highest = _rarity(0, len(vocabulary))
        slips = {
            word: _SLIP * _WORD * (_rarity(near, len(vocabulary)) / highest) ** 2 / math.sqrt(len(words))
            for word, near in meant.items()
        }
        # In a small library "of" and "what" are rare enough to look telling: they count only where nothing else does.
        counted = frozenset(filter(frequency, content)) or (
            frozenset() if slips else frozenset(filter(frequency, words))
        )
        quoted = [tuple(cut.of(phrase)) for phrase in phrases]
        parts = tuple(
            Term(part, weight, min(map(frequency, part)), weight * sum(map(rarity, part)) * _SATURATION)
            for part, weight in _weights(words, counted, quoted, rarity, highest)
            if all(map(frequency, part))
        )
        return cls(
            dict(zip(words, raw, strict=True)),
            {word: rarity(word) for word in counted},
            parts,
            slips,
            tuple(raw for word, raw in unknown.items() if word not in slips and raw not in _SAYS_LITTLE),
            sum(part.highest for part in parts) + sum(slips.values()),
        )


def _weights(
    words: Sequence[str],
    counted: frozenset[str],
    quoted: Sequence[tuple[str, ...]],
    rarity: Callable[[str], float],
    highest: float,
) -> Iterator[tuple[tuple[str, ...], float]]:
    """What is looked for, each with its weight; `highest` is the greatest rarity that a word can have."""
    root = math.sqrt(len(words) or 1)
    # BM25 holds one rarity already, which is brought to a share of the highest here.
    for word, count in Counter(word for word in words if word in counted).items():
        yield (word,), _WORD * count * rarity(word) / highest**2 / root
    for pair, count in Counter(pairwise(words)).items():
        yield pair, _PAIR * count / highest / root
    for phrase in quoted:
        if len(phrase) > 1:
            yield phrase, _PHRASE / highest / root


def _rarity(frequency: int, passages: int) -> float:
    """The inverse document frequency of a word, as BM25 has it."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))
