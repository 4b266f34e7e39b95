"""The terms of a question as the lexical index weights them, analysed once for everything that needs them.

Single words are scored by BM25, and so are pairs of neighbouring words as phrases. A word's weight grows with its
rarity on the question's side as well (Salton, Wong, Yang: A Vector Space Model for Automatic Indexing, CACM 1975);
pairs count on top of their words (Metzler, Croft: A Markov Random Field Model for Term Dependencies, SIGIR 2005).
Everything is divided by the square root of the question's length, as independent evidence adds up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Protocol

from qa.search.analyzer import Analyzer
from qa.text.spelling import MIN_LETTERS

# The weight of a word's BM25 and of a pair's, in cosines: the middle of a flat region, chosen by leaving out one of
# eight public sets at a time (benchmarks/results/fusion_weights.md). Both apply to rarities as shares of the highest in
# the library, so that words count as much among seven passages as among the thousands of those sets.
_WORD_WEIGHT, _PAIR_WEIGHT = 0.64, 0.16
# Of a phrase in quotation marks, which is meant to stay together: chosen by hand, since no public set has such phrases.
_PHRASE_WEIGHT = 3 * _PAIR_WEIGHT
# A word that no passage contains is probably a misspelling of one that differs by a letter, which gets this share of a
# word's weight; see benchmarks/results/constants.md.
_TYPO_WEIGHT = 0.5
_SATURATION = 2.2  # the most that repetition can multiply a word's score by: k1 + 1, where tantivy's k1 is 1.2
# Words that are never reported as missing from the texts.
_LOW_CONTENT_WORDS = frozenset(
    "across actually also always another anybody anyone anything come comes each else even ever every exactly "
    "find gave get gets give given gives go goes going gone got happen happened instead kind know known let like "
    "look lot made make makes making many may maybe mean means might more most much must name need never new now "
    "often old one only other others people please really said say says see sort still take taken takes thing "
    "things think today too took try type use used using usually very want wants way ways went "
    "within without yet".split()
)


class Vocabulary(Protocol):
    """What an index knows about terms."""

    def __len__(self) -> int:
        """The number of passages in the index."""

    def frequency(self, term: str) -> int:
        """The number of passages that contain the term."""

    def frequency_of_similar(self, term: str) -> int:
        """The number of passages that contain a term one edit away from it."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or several as a phrase, with the weight of its BM25 score.

    Attributes:
        words: One analysed word, or the words of the phrase in order.
        weight: What its BM25 score is multiplied by.
        frequency: The number of passages that contain its rarest word.
        max_score: The most that it can add to a passage's score.
    """

    words: tuple[str, ...]
    weight: float
    frequency: int
    max_score: float


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """An analysed question.

    Attributes:
        raw: The question's words as analysed, each with how it was typed.
        rarities: The inverse document frequency of each word that counts.
        terms: The words and phrases to search for.
        typos: The words that no passage contains but that are one edit from words that some do, each with the score
            of a passage that contains one of those. Two swapped letters are one edit (Damerau: A technique for
            computer detection and correction of spelling errors, CACM 1964).
        missing: The other words that no passage contains, as they were typed.
        max_score: A score that no passage can exceed.
    """

    raw: Mapping[str, str]
    rarities: Mapping[str, float]
    terms: Sequence[Term]
    typos: Mapping[str, float]
    missing: tuple[str, ...]
    max_score: float

    @classmethod
    def of(cls, text: str, phrases: Sequence[str], *, analyzer: Analyzer, vocabulary: Vocabulary) -> QueryTerms:
        """Analyse a question, looking up every word once.

        Args:
            text: The question.
            phrases: The parts of it that were in quotation marks.
            analyzer: The analyzer that cut the passages.
            vocabulary: The index's.
        """
        frequency = cache(vocabulary.frequency)
        words, content = analyzer.terms(text), frozenset(analyzer.content_terms(text))
        raw = dict(zip(words, analyzer.raw_words(text), strict=True))

        @cache
        def rarity(word: str) -> float:
            return _rarity(frequency(word), len(vocabulary))

        highest = _rarity(0, len(vocabulary))
        unknown = [word for word in raw if word in content and not frequency(word)]
        similar = {word: vocabulary.frequency_of_similar(word) for word in unknown if _may_be_misspelt(raw[word])}
        typos = {
            word: _TYPO_WEIGHT * _WORD_WEIGHT * (_rarity(count, len(vocabulary)) / highest) ** 2 / math.sqrt(len(words))
            for word, count in similar.items()
            if count
        }
        counted = frozenset(filter(frequency, content))
        if not counted and not typos:
            # In a small library "of" and "what" are rare enough to look significant: they count only if nothing else
            # does.
            counted = frozenset(filter(frequency, words))
        quoted = [tuple(analyzer.terms(phrase)) for phrase in phrases]
        terms = tuple(
            Term(phrase, weight, min(map(frequency, phrase)), weight * sum(map(rarity, phrase)) * _SATURATION)
            for phrase, weight in _weighted(words, counted, quoted, rarity, highest)
            if all(map(frequency, phrase))
        )
        return cls(
            raw,
            {word: rarity(word) for word in counted},
            terms,
            typos,
            tuple(raw[word] for word in unknown if word not in typos and raw[word].lower() not in _LOW_CONTENT_WORDS),
            sum(term.max_score for term in terms) + sum(typos.values()),
        )


def _may_be_misspelt(word: str) -> bool:
    return len(word) >= MIN_LETTERS and word.isalpha()


def _weighted(
    words: Sequence[str],
    counted: frozenset[str],
    quoted: Sequence[tuple[str, ...]],
    rarity: Callable[[str], float],
    highest: float,
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Each word and phrase to search for with its weight; `highest` is the greatest rarity that a word can have."""
    root = math.sqrt(len(words) or 1)
    # BM25 multiplies by the rarity once already; here it becomes a share of the highest.
    for word, count in Counter(word for word in words if word in counted).items():
        yield (word,), _WORD_WEIGHT * count * rarity(word) / highest**2 / root
    for pair, count in Counter(pairwise(words)).items():
        yield pair, _PAIR_WEIGHT * count / highest / root
    for phrase in quoted:
        if len(phrase) > 1:
            yield phrase, _PHRASE_WEIGHT / highest / root


def _rarity(frequency: int, passages: int) -> float:
    """The inverse document frequency of a word, in BM25's formula."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))
