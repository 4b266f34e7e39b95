"""Words close to a word in meaning without being synonyms: siblings, for synthetic near misses.

The base model's word embeddings rank them: "poland" and "belgium" for "germany", "stove" and "kettle" for "boiler". The
very nearest, which share the stem or the meaning, are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

MIN_COUNT = 3
POOL = 24
NEAREST, FARTHEST = 0.50, 0.20
AKIN = 0.18
_ENDINGS = ("ed", "ing", "ly", "s")
_INNER_WORD = re.compile(r"(?<=[a-z,] )[A-Za-z]{3,}\b")


class Neighbours:
    """Siblings within two classes of words, names and common words, distinguished by their capitals in the texts."""

    def __init__(self, texts: Iterable[str], vocabulary: dict[str, int], embeddings: NDArray[np.float32]) -> None:
        lower, capital = Counter[str](), Counter[str]()
        for text in texts:
            for word in _INNER_WORD.findall(text):
                (lower if word[0].islower() else capital)[word.lower()] += 1
        total = lower + capital
        known = [word for word in sorted(total) if total[word] >= MIN_COUNT and word in vocabulary]
        names = [word for word in known if capital[word] >= 0.8 * total[word]]
        plain = [word for word in known if lower[word] >= 0.8 * total[word]]
        self._classes = [_Class(words, embeddings[[vocabulary[word] for word in words]]) for words in (names, plain)]

    def is_name(self, word: str) -> bool:
        """Whether the texts capitalise the word."""
        return word in self._classes[0]

    def siblings(self, word: str) -> tuple[str, ...]:
        """Words of the same class near the word, nearest first; none for a word that is rare in the texts."""
        for words in self._classes:
            if word in words:
                return words.siblings(word)
        return ()

    def akin(self, word: str, others: Iterable[str]) -> list[str]:
        """Those of the other words that could replace it: of its class and form, and close enough in meaning."""
        for words in self._classes:
            if word in words:
                return words.akin(word, others)
        return []


class _Class:
    def __init__(self, words: list[str], vectors: NDArray[np.float32]) -> None:
        centred = vectors - vectors.mean(axis=0) if words else vectors
        self._words = words
        self._rows = {word: row for row, word in enumerate(words)}
        self._vectors = centred / np.linalg.norm(centred, axis=1, keepdims=True)
        self.siblings = cache(self._siblings)

    def __contains__(self, word: str) -> bool:
        return word in self._rows

    def _siblings(self, word: str) -> tuple[str, ...]:
        cosines = self._vectors @ self._vectors[self._rows[word]]
        near = np.argsort(-cosines)[: 2 * POOL]
        chosen = [
            self._words[row] for row in near if FARTHEST < cosines[row] < NEAREST and _alike(word, self._words[row])
        ]
        return tuple(chosen[:POOL])

    def akin(self, word: str, others: Iterable[str]) -> list[str]:
        known = [other for other in others if other in self._rows and _alike(word, other)]
        cosines = self._vectors[[self._rows[other] for other in known]] @ self._vectors[self._rows[word]]
        return [other for other, cosine in zip(known, cosines, strict=True) if AKIN < cosine < NEAREST]


def _alike(word: str, other: str) -> bool:
    """Whether two words have the same ending and not the same stem."""
    return word[:4] != other[:4] and all(word.endswith(end) == other.endswith(end) for end in _ENDINGS)
