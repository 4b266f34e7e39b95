"""Lexical retrieval in Milvus: BM25 as the inner product of sparse vectors, which gives the embedded engine's scores.

What is no inner product is computed here, for the few passages that the search found: whether a passage has a word one
edit away from a misspelt one, and phrases of three words or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import lru_cache

import numpy as np

from qa.search.engine import Hits, Ids, Scores, top_k
from qa.search.lexical import LexicalEngine
from qa.search.milvus.collection import MOST_HITS, Collection
from qa.search.milvus.expression import any_in_a_row
from qa.search.milvus.schema import CONTEXT_TERMS, SPARSE, TERMS
from qa.search.milvus.sparse import Sparse, phrase_score, word_dimension
from qa.search.milvus.statistics import Statistics
from qa.search.query import EncodedQuery
from qa.search.subset import Subset
from qa.search.tantivy_queries import AUTHOR, CONTEXT, CONTEXT_WEIGHT, DATE, FIELD
from qa.search.terms import QueryTerms, Term

_PAIR = 2  # words; a longer phrase is no dimension
# A search for what is no inner product estimates it, so more passages are scored exactly than are wanted.
_MORE = 4
_CACHED_WORDS = 1_024  # looked up one by one while a question is analysed


class MilvusLexical(LexicalEngine):
    """A `LexicalEngine` over a collection and its frozen statistics, or over some passages of it."""

    exhaustive_depth = 0
    most_hits = MOST_HITS

    def __init__(self, collection: Collection, statistics: Statistics) -> None:
        self._collection, self._statistics = collection, statistics
        super().__init__(_Vocabulary(collection, statistics))

    def restricted(self, collection: Collection) -> MilvusLexical:
        """The same engine over some of its passages; the weights of words stay those of all passages."""
        restricted = copy(self)
        restricted._collection = collection
        return restricted

    def search(self, question: EncodedQuery, k: int, among: Subset | None = None) -> Hits:
        """The best `k` passages that share a word with the question, as `Engine.search` describes."""
        analysed = self.query_terms(question)
        vector = self._vector(analysed, analysed.searched)
        extra = _Extra.of(analysed, analysed.searched, self._statistics)
        collection = self._collection.among(among)
        if extra is None:
            return _nearest(collection, vector, k)
        found = _nearest(collection, extra.estimate(vector, self._statistics), _MORE * k)
        scores = self.scores(question, found.ids)
        return top_k(found.ids[scores > 0], scores[scores > 0], k)

    def scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """The score that `search` gives each of these passages, 0 if it shares no word with the question."""
        analysed = self.query_terms(question)
        return self._scores(analysed, analysed.searched, ids)

    def common_phrase_scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """What the phrases that `search` left out add to the scores of these passages."""
        phrases = self.query_terms(question).common_phrases
        return self._scores(None, phrases, ids)

    def _scores(self, analysed: QueryTerms | None, terms: Sequence[Term], ids: Ids) -> Scores:
        scores = np.zeros(len(ids), dtype=np.float32)
        if not len(ids):
            return scores
        hits = _nearest(self._collection.of(ids), self._vector(analysed, terms), len(ids))
        found = dict(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True))
        scores += np.array([found.get(number, 0.0) for number in ids.tolist()], dtype=np.float32)
        if extra := _Extra.of(analysed, terms, self._statistics):
            rows = self._collection.of(ids).rows([TERMS, CONTEXT_TERMS])
            added = [extra.score(rows[number]) if number in rows else 0.0 for number in ids.tolist()]
            scores += np.array(added, dtype=np.float32)
        return scores

    def _vector(self, analysed: QueryTerms | None, terms: Sequence[Term]) -> Sparse:
        """What of the terms is an inner product: words, pairs, and the author's name."""
        short = [term for term in terms if len(term.words) <= _PAIR]
        weighed = self._statistics.weighed(word for term in short for word in term.words)
        vector = weighed.vector(short)
        if analysed is not None and analysed.bylines:
            numbers = self._statistics.numbers(analysed.bylines)
            vector |= {word_dimension(numbers[word], AUTHOR): score for word, score in analysed.bylines.items()}
        return vector


def _nearest(collection: Collection, vector: Sparse, k: int) -> Hits:
    """The passages with the greatest inner product; none for an empty vector, which Milvus refuses."""
    if not vector:
        return Hits(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
    return collection.nearest(SPARSE, vector, k)


class _Extra:
    """What of a question is no inner product: misspelt words and long phrases."""

    def __init__(
        self, phrases: Sequence[Term], typos: Mapping[str, float], variants: Mapping[str, Sequence[str]], of: Statistics
    ) -> None:
        self._phrases, self._typos, self._variants = phrases, typos, variants
        self._averages = of.averages
        self._weighed = of.weighed(word for term in phrases for word in term.words)

    @classmethod
    def of(cls, analysed: QueryTerms | None, terms: Sequence[Term], statistics: Statistics) -> _Extra | None:
        """What of the terms is none; None if everything is."""
        phrases = [term for term in terms if len(term.words) > _PAIR]
        typos = {} if analysed is None else analysed.typos
        if not phrases and not typos:
            return None
        return cls(phrases, typos, {typo: statistics.similar(typo) for typo in typos}, statistics)

    def estimate(self, vector: Sparse, statistics: Statistics) -> Sparse:
        """A vector whose inner product is about the whole score: what may be meant instead of a typo counts as if it
        were there once in a text of average length, a long phrase as its pairs."""
        numbers = statistics.numbers(variant for variants in self._variants.values() for variant in variants)
        estimated = dict(vector)
        for typo, score in self._typos.items():
            for variant in self._variants[typo]:
                for field in (FIELD, CONTEXT):
                    dimension = word_dimension(numbers[variant], field)
                    estimated[dimension] = estimated.get(dimension, 0.0) + score
        for dimension, weight in self._weighed.vector(self._phrases).items():
            estimated[dimension] = estimated.get(dimension, 0.0) + weight
        return estimated

    def score(self, row: Mapping[str, str]) -> float:
        """The score of a passage for these."""
        texts = {FIELD: row[TERMS].split(), CONTEXT: row[CONTEXT_TERMS].split()}
        present = {*texts[FIELD], *texts[CONTEXT]}
        score = sum(score for typo, score in self._typos.items() if not present.isdisjoint(self._variants[typo]))
        for term in self._phrases:
            for field, share in ((FIELD, 1.0), (CONTEXT, CONTEXT_WEIGHT)):
                idf = self._weighed.idf(term.words, field)
                if idf is not None:
                    value = phrase_score(term.words, texts[field], self._averages.of(field))
                    score += term.weight * share * idf * value
        return score


class _Vocabulary:
    """The `Vocabulary` of a generation: its frozen statistics, and what is counted in the collection."""

    def __init__(self, collection: Collection, statistics: Statistics) -> None:
        self._collection, self._statistics = collection, statistics
        # The cache refers to what it caches alone, so that the file is closed as soon as the engine is let go.
        self._frequency = lru_cache(_CACHED_WORDS)(statistics.frequency)

    def __len__(self) -> int:
        return self._statistics.passages

    def frequency(self, term: str) -> int:
        return self._frequency(FIELD, term) or self._frequency(CONTEXT, term)

    def frequency_of_phrase(self, terms: Sequence[str]) -> int:
        return self.frequency(terms[0]) if len(terms) == 1 else self._count([terms])

    def frequency_in_bylines(self, term: str) -> int:
        return self._frequency(AUTHOR, term)

    def is_of_a_date(self, term: str) -> bool:
        return self._frequency(DATE, term) > 0

    def frequency_of_similar(self, term: str) -> int:
        similar = self._statistics.similar(term)
        fields = [field for field in (FIELD, CONTEXT) if similar and self._frequency(field, similar[0])]
        if len(similar) == 1 and len(fields) == 1:  # the usual case needs no request
            return self._frequency(fields[0], similar[0])
        return self._count([[term] for term in similar]) if similar else 0

    def _count(self, spellings: Sequence[Sequence[str]]) -> int:
        return self._collection.restricted(any_in_a_row(spellings)).count()
