"""What every lexical engine does alike: it analyses the question, and says which of its words a text contains.

What remains to an engine is to find passages and to score them.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np

from qa.search.analyzer import Analyzer
from qa.search.engine import Hits, Ids, Scores
from qa.search.query import EncodedQuery
from qa.search.spellings import other_spellings, phrase_spellings
from qa.search.subset import Subset
from qa.search.terms import QueryTerms, Vocabulary
from qa.text.normalize import has_unspaced_script
from qa.text.spelling import one_edit_apart

_CACHED_QUESTIONS = 64  # asking analyses a question several times; these are enough for many threads at once


class LexicalEngine(ABC):
    """An `Engine` that ranks passages by the words of the question.

    Attributes:
        most_hits: The most hits that a search gives, however many are asked for.
    """

    most_hits = sys.maxsize

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._analyzer = Analyzer()
        self._vocabulary = vocabulary
        # The cache must not refer to this object: the cycle would keep the index's files open until a collection.
        self._analyse = lru_cache(_CACHED_QUESTIONS)(
            partial(QueryTerms.of, analyzer=self._analyzer, vocabulary=vocabulary)
        )

    def __len__(self) -> int:
        return len(self._vocabulary)

    @property
    @abstractmethod
    def exhaustive_depth(self) -> int:
        """How many hits take no longer than the best few; 0 if more always take longer."""

    @property
    def gains_from_threads(self) -> bool:
        """Whether searches take so long that two at the same time are worth a thread; not unless an engine says so."""
        return False

    @abstractmethod
    def search(self, question: EncodedQuery, k: int, among: Subset | None = None) -> Hits:
        """The best `k` passages that share a word with the question, as `Engine.search` describes.

        Phrases of common words need not count here; `common_phrase_scores` adds them.
        """

    @abstractmethod
    def scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """The score that `search` gives each of these passages, 0 if it shares no word with the question."""

    @abstractmethod
    def common_phrase_scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """What the phrases that `search` left out add to the scores of these passages, shape (n,)."""

    def query_terms(self, question: EncodedQuery) -> QueryTerms:
        """The question as this index weights it; analysed once."""
        return self._analyse(question.text, question.phrases)

    def coverage(self, question: EncodedQuery, texts: Sequence[str]) -> Scores:
        """The share of the question's words that each text contains, weighted by their rarity.

        Args:
            question: The encoded question.
            texts: The texts; they need not be in the index.

        Returns:
            The share for each text: 0..1, shape (len(texts),).
        """
        query_terms = self.query_terms(question)
        rarities = query_terms.rarities
        covered = [
            sum(rarities.get(term, 0.0) for term in query_terms.said_by(self._analyzer.terms(text))) for text in texts
        ]
        return np.array(covered, dtype=np.float32) / np.float32(sum(rarities.values()) or 1.0)

    def terms(self, question: EncodedQuery, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The question's words that each text contains.

        A misspelt word is among them if the text contains what was probably meant.

        Args:
            question: The encoded question.
            texts: The texts; they need not be in the index.

        Returns:
            For each text its words, as the user typed them and in their order.
        """
        query_terms = self.query_terms(question)
        matchable = query_terms.rarities.keys() | query_terms.bylines.keys()
        matches = []
        for text in texts:
            terms = self._analyzer.terms(text)
            corrected = {typo for typo in query_terms.typos if any(one_edit_apart(typo, term) for term in set(terms))}
            matched = corrected | (matchable & query_terms.said_by(terms))
            matches.append(tuple(dict.fromkeys(word for term, word in query_terms.raw.items() if term in matched)))
        return matches

    def missing(self, question: EncodedQuery) -> tuple[str, ...]:
        """The question's words that no passage, author's name or date has in any spelling, as the user typed them."""
        return self.query_terms(question).missing

    def spellings_of_phrase(self, phrase: str) -> list[tuple[str, ...]] | None:
        """The terms of a phrase in each spelling whose words occur.

        Args:
            phrase: The phrase.

        Returns:
            The spellings; None if any passage may contain the phrase: its script has no spaces between words, or it has
            too many spellings.
        """
        words = self._analyzer.words(phrase)
        if not words or has_unspaced_script(phrase):
            return None
        occurring = [
            other
            for other in other_spellings(words, self._analyzer)
            if all(map(self._vocabulary.frequency, other.terms))
        ]
        return phrase_spellings(words, occurring)
