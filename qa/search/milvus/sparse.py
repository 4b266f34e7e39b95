"""Sparse: the lexical score as the inner product of two sparse vectors.

The score of `terms` is a weighted sum over words and pairs of neighbouring words, so a passage's vector holds what
depends on the passage, `tf (k1 + 1) / (tf + k1 (1 - b + b length / average))`, and a question's vector what depends on
the question, `weight · Σ idf`. Both follow tantivy's BM25 to the last constant, so that an engine that knows nothing of
words gives the scores that tantivy gives.

A dimension is a number below 2^32 - 1, as in Milvus. A word has three: in the passage, in its context and in its
author's name. Pairs are hashed to the 3.2 thousand million numbers above those. A passage has some 150 pairs, so it
seems to have one that it lacks with a probability of 150 / 3.2e9: for each pair of a question, five passages of 100
million do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qa.search.tantivy_queries import AUTHOR, CONTEXT, CONTEXT_WEIGHT, FIELD
from qa.search.terms import Term, rarity_of

Sparse = dict[int, float]
"""A sparse vector: its values by their dimensions."""
K1, B = 1.2, 0.75  # tantivy's
_PLACES = {FIELD: 0, CONTEXT: 1, AUTHOR: 2}  # of a word's dimensions
_FIRST_PAIR = 2**30
MOST_WORDS = _FIRST_PAIR // len(_PLACES)
"""A word's number is below this, since its dimensions are below those of pairs."""
_DIMENSIONS = 2**32 - 1  # Milvus takes the numbers below
NOWHERE = _DIMENSIONS - 1
"""The dimension of a passage without words, since Milvus takes no empty vector; no question has it."""
_PAIRS = NOWHERE - _FIRST_PAIR
_WORD_BITS = np.uint64(29)  # of a word's number in the key of a pair: enough for MOST_WORDS


def _lengths() -> NDArray[np.int64]:
    """The lengths that tantivy's one byte can express: up to 24 each one, then in eight steps for each doubling."""
    bits, shift = np.arange(256 - 24) % 8, np.arange(256 - 24) // 8
    steps = np.where(shift == 0, bits, (bits | 8) << np.maximum(shift - 1, 0))
    return np.concatenate([np.arange(24), 24 + steps]).astype(np.int64)


_LENGTHS = _lengths()


@dataclass(frozen=True, slots=True)
class Averages:
    """The average number of terms of a passage and of its context."""

    words: float
    context: float

    def of(self, field: str) -> float:
        """That of a field, FIELD or CONTEXT."""
        return self.words if field == FIELD else self.context


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a passage, of its context and of its author's name, in their order."""

    words: Sequence[str]
    context: Sequence[str]
    author: Sequence[str]


def saturated(count: float | NDArray[np.float64], length: int, average: float) -> NDArray[np.float64]:
    """What so many occurrences in a text of this length contribute: BM25 without the idf.

    Args:
        count: The number of occurrences, or several.
        length: The number of the text's terms.
        average: The average of it over all passages.
    """
    rounded = _LENGTHS[np.searchsorted(_LENGTHS, length, side="right") - 1]
    norm = K1 * (1 - B + B * rounded / average) if average else K1
    return np.asarray(count * (K1 + 1) / (count + norm), dtype=np.float64)


def passage_vector(terms: Terms, numbers: Mapping[str, int], averages: Averages) -> Sparse:
    """The vector of a passage.

    Args:
        terms: Its terms.
        numbers: The number of each term.
        averages: Those of all passages.
    """
    vector: Sparse = {}
    for field, sequence in ((FIELD, terms.words), (CONTEXT, terms.context)):
        if not sequence:
            continue
        words = np.array([numbers[term] for term in sequence], dtype=np.int64)
        dimensions = np.concatenate([_word_dimensions(words, field), _pair_dimensions(words[:-1], words[1:], field)])
        found, counts = np.unique(dimensions, return_counts=True)
        values = saturated(counts.astype(np.float64), len(sequence), averages.of(field))
        vector.update(zip(found.tolist(), values.tolist(), strict=True))
    vector.update({word_dimension(numbers[term], AUTHOR): 1.0 for term in terms.author})
    return vector or {NOWHERE: 1.0}


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a question's words are weighed by: their numbers, and in how many of the passages each field has them."""

    passages: int
    numbers: Mapping[str, int]
    frequencies: Mapping[str, Mapping[str, int]]

    def idf(self, terms: Sequence[str], field: str) -> float | None:
        """The sum of the terms' inverse document frequencies in a field; None if it lacks one of them."""
        counts = [self.frequencies[field].get(term, 0) for term in terms]
        return math.fsum(rarity_of(count, self.passages) for count in counts) if all(counts) else None

    def vector(self, terms: Sequence[Term]) -> Sparse:
        """The vector of words and pairs; a longer phrase counts as the pairs in it, each with an equal share.

        Args:
            terms: The words and phrases with their weights.
        """
        vector: Sparse = {}
        for term in terms:
            for field, share in ((FIELD, 1.0), (CONTEXT, CONTEXT_WEIGHT)):
                idf = self.idf(term.words, field)
                dimensions = self._dimensions(term.words, field)
                for dimension in dimensions if idf is not None else ():
                    weight = term.weight * share * (idf or 0.0) / len(dimensions)
                    vector[dimension] = vector.get(dimension, 0.0) + weight
        return vector

    def _dimensions(self, words: Sequence[str], field: str) -> list[int]:
        numbers = [self.numbers[word] for word in words if word in self.numbers]
        if len(words) == 1:
            return [word_dimension(number, field) for number in numbers]
        return [pair_dimension(first, second, field) for first, second in pairwise(numbers)]


def phrase_score(words: Sequence[str], sequence: Sequence[str], average: float) -> float:
    """What a phrase contributes to a text's score, without the idf.

    Args:
        words: The terms of the phrase.
        sequence: The terms of the text.
        average: The average number of terms of such a text.
    """
    size = len(words)
    count = sum(tuple(sequence[at : at + size]) == tuple(words) for at in range(len(sequence) - size + 1))
    return float(saturated(float(count), len(sequence), average)) if count else 0.0


def word_dimension(number: int, field: str) -> int:
    """The dimension of a word in a field. Raises ValueError if there are too many words for Milvus's dimensions."""
    return int(_word_dimensions(np.array([number]), field)[0])


def pair_dimension(first: int, second: int, field: str) -> int:
    """The dimension of two neighbouring words in a field."""
    return int(_pair_dimensions(np.array([first]), np.array([second]), field)[0])


def _word_dimensions(numbers: NDArray[np.int64], field: str) -> NDArray[np.int64]:
    if len(numbers) and numbers.max() >= MOST_WORDS:
        raise ValueError(f"a library has at most {MOST_WORDS:,} different words")
    return numbers * len(_PLACES) + _PLACES[field]


def _pair_dimensions(first: NDArray[np.int64], second: NDArray[np.int64], field: str) -> NDArray[np.int64]:
    """The finalizer of SplitMix64 spreads the pairs evenly (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
    Generators, OOPSLA 2014)."""
    keys = ((first.astype(np.uint64) << _WORD_BITS) | second.astype(np.uint64)) << np.uint64(1)
    keys |= np.uint64(_PLACES[field])
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    keys ^= keys >> np.uint64(31)
    return (keys % np.uint64(_PAIRS)).astype(np.int64) + _FIRST_PAIR
