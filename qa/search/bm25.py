"""Lexical retrieval: BM25 in tantivy over each passage and its thread's title, weighted to be added to a cosine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import LibraryDamaged
from qa.search.chunker import Passage
from qa.search.engine import Hits, Ids, Scores, reporting_damage, top_k
from qa.search.lexical import LexicalEngine
from qa.search.query import EncodedQuery
from qa.search.side_by_side import side_by_side
from qa.search.subset import Subset
from qa.search.tantivy_index import open_searcher, write_index
from qa.search.tantivy_queries import AUTHOR, CONTEXT, DATE, FIELD, ID, QueryBuilder, WeightedQuery
from qa.search.terms import QueryTerms, Term
from qa.text.normalize import called_by

FOLDER = "lexical"
FILES = (f"{FOLDER}/meta.json",)
"""The files that every index has, whatever its segments are called."""
# This affects time, not the ranking: up to this many passages, searching for all of them takes about as long as
# searching for the best few.
_SMALL_INDEX = 5_000
# In an index with more passages the words are searched alone first, which saves time from here on
# (benchmarks/results/scale.md).
_LARGE_INDEX = 200_000
# If more passages than this have a byline or what is meant by a misspelt word, or if the question has more parts than
# this, everything is searched at once: each such passage is scored by each part, each inside the one before.
_MOST_WITH_THE_REST, _MOST_PARTS = 15_000, 120
# A large index is not searched for the words that together can add at most this share of what all of them can: the
# common ones of a long question, and what misspelt ones may mean if many passages have it. They only add to the scores
# of what the others find. Of three million synthetic passages, the first one stays the same, and so do 996 in 1,000 of
# the first ten. Of ten million, a thousand variants of each real one, the scores of the first ten by words add up to a
# thousandth less; the 95th percentile of searching for words falls from 86 to 50 ms, the 99th from 160 to 80.
_WEAK_SHARE = 0.1


class LexicalIndex(LexicalEngine):
    """A `LexicalEngine` over a tantivy index.

    The question is cut into terms by the analyzer that cut the passages. It is never parsed as a query, so no character
    in it has a special meaning.
    """

    def __init__(self, searcher: Any, path: Path) -> None:
        self._path = path
        self._searcher = searcher
        self._queries = QueryBuilder()
        vocabulary = _IndexVocabulary(searcher, self._queries, path)
        self._occurs = vocabulary.occurs
        super().__init__(vocabulary)

    @staticmethod
    def create(folder: Path, passages: Iterable[Passage], earlier: LexicalIndex | None = None) -> None:
        """Write the index into `folder`.

        Args:
            folder: An existing folder.
            passages: The passages, numbered in this order.
            earlier: An index to extend; the new passages are numbered after its own.

        Raises:
            OSError: If the folder cannot be written.
            ValueError: If tantivy cannot write the index.
        """
        first, path = (0, None) if earlier is None else (len(earlier), earlier._path)
        write_index(
            folder / FOLDER, ((number, _fields(passage)) for number, passage in enumerate(passages, first)), path
        )

    @classmethod
    def open(cls, folder: Path, count: int) -> LexicalIndex:
        """Read the index in `folder`.

        Args:
            folder: Where `create` wrote it.
            count: The number of passages it must hold.

        Raises:
            LibraryDamaged: If the index cannot be read or holds another number.
        """
        path = folder / FOLDER
        index = cls(open_searcher(path), path)
        if len(index) != count:
            raise LibraryDamaged(f"{path} holds {len(index)} passages, not {count}")
        return index

    @property
    def exhaustive_depth(self) -> int:
        """How many hits take no longer than the best few: all passages of a small index, otherwise 0."""
        return len(self) if len(self) <= _SMALL_INDEX else 0

    @property
    def gains_from_threads(self) -> bool:
        """Whether it has more than 200,000 passages, where a search takes milliseconds."""
        return len(self) > _LARGE_INDEX

    def search(self, question: EncodedQuery, k: int, among: Subset | None = None) -> Hits:
        """The best `k` passages that share a word with the question, as `Engine.search` describes.

        Phrases of common words do not count here; `common_phrase_scores` adds them.
        """
        terms = self.query_terms(question)
        if among is None:
            return self._best(terms, k)
        depth = self.exhaustive_depth or 2 * k * len(self) // max(len(among), 1)
        if self.exhaustive_depth or depth < len(among):
            # Among so many unfiltered hits there are enough that pass the filter, and more passages pass it.
            hits = self._best(terms, depth)
            passes = among.mask[hits.ids]
            if passes.sum() >= k or len(hits.ids) < depth or self.exhaustive_depth:
                return Hits(hits.ids[passes][:k], hits.scores[passes][:k])
        return self._best_among(terms, among.numbers, k)

    def containing_phrase(self, phrase: str) -> Ids | None:
        """The passages that contain the words of a phrase, in any inflection and spelling.

        Args:
            phrase: The phrase.

        Returns:
            Their numbers, sorted, shape (n,); None if any passage may contain it: its script has no spaces between
            words, or it has too many spellings.

        Raises:
            LibraryDamaged: If the index turns out to be altered.
        """
        spellings = self.spellings_of_phrase(phrase)
        if spellings is None:
            return None
        found = [self._run(self._queries.phrase(terms), len(self)).ids for terms in spellings]
        return np.unique(np.concatenate(found))

    def scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """The score that `search` gives each of these passages, 0 if it shares no word with the question."""
        return _scores_of(ids, self._best_among(self.query_terms(question), ids, max(len(ids), 1)))

    def common_phrase_scores(self, question: EncodedQuery, ids: Ids) -> Scores:
        """What phrases of common words add to the scores of these passages.

        In a million passages a search for such a phrase alone takes a second. A small index has none.

        Args:
            question: The encoded question.
            ids: The numbers of the passages, shape (n,).

        Returns:
            The addition for each, in cosines, shape (n,).

        Raises:
            LibraryDamaged: If the index turns out to be altered.
        """
        phrases = self.query_terms(question).common_phrases
        if not phrases:
            return np.zeros(len(ids), dtype=np.float32)
        parts: Sequence[WeightedQuery] = [(self._queries.phrase(term.words), term.weight) for term in phrases]
        if self._is_searched_in_parts(parts):
            # tantivy looks for one phrase in these passages alone; for either of two, in the thousands around each.
            parts = self._by_field(phrases)
        return _scores_of(ids, self._run(self._queries.sum_among(parts, ids), max(len(ids), 1)))

    def _best(self, terms: QueryTerms, k: int) -> Hits:
        """The best `k` of all passages; in a large index those that all but the weak words find."""
        strong, weak = terms.strong_and_weak(_WEAK_SHARE)
        words, rest = self._words(strong), self._rest(strong)
        if not self._is_searched_in_parts([*words, *rest]) or self._has_many_with_the_rest(strong):
            return self._run(self._query(terms), k)
        found = self._found_by(words, rest, k)
        if not weak.is_empty:
            if len(found.ids) < k:  # then whatever has any of these words is among the best
                return self._run(self._query(terms), k)
            of_weak = self._best_among(weak, found.ids, len(found.ids))
            found = Hits(found.ids, found.scores + _scores_of(found.ids, of_weak))
        return top_k(found.ids, found.scores, k)

    def _found_by(self, words: Sequence[WeightedQuery], rest: Sequence[WeightedQuery], k: int) -> Hits:
        """The best `k` of all passages by single words and the rest, and up to `k` more."""
        by_words, with_the_rest = side_by_side(
            lambda: self._run(self._queries.weighted_sum(words), k),
            lambda: self._run(self._queries.scored_by(self._queries.weighted_sum(rest), words), k),
        )
        # What neither found has nothing of the rest, and no more of the words than the last of the first; and what both
        # found has its whole score in the second. So the best of all are among these.
        ids, first = np.unique(np.concatenate([with_the_rest.ids, by_words.ids]), return_index=True)
        return Hits(ids, np.concatenate([with_the_rest.scores, by_words.scores])[first])

    def _best_among(self, terms: QueryTerms, ids: Ids, k: int) -> Hits:
        """The best `k` of these passages."""
        parts = [*self._words(terms), *self._rest(terms)]
        if not self._is_searched_in_parts(parts):
            return self._run(self._queries.among(self._query(terms), ids), k)
        hits = self._run(self._queries.scored_by(self._queries.selection(ids), parts), k)
        return Hits(hits.ids[hits.scores > 0], hits.scores[hits.scores > 0])

    def _is_searched_in_parts(self, parts: Sequence[WeightedQuery]) -> bool:
        return self.gains_from_threads and len(parts) <= _MOST_PARTS

    def _has_many_with_the_rest(self, terms: QueryTerms) -> bool:
        """Whether many passages have a byline of the question, or what is meant by one of its misspelt words."""
        return any(
            count(word) > _MOST_WITH_THE_REST
            for count, words in (
                (self._vocabulary.frequency_in_bylines, terms.bylines),
                (self._vocabulary.frequency_of_similar, terms.typos),
            )
            for word in words
        )

    def _query(self, terms: QueryTerms) -> Any:
        """Everything in the question but phrases of common words."""
        searched = [(self._queries.phrase(term.words), term.weight) for term in terms.searched]
        return self._queries.weighted_sum([*searched, *self._others(terms)])

    def _words(self, terms: QueryTerms) -> Sequence[WeightedQuery]:
        """The single words in it."""
        return self._by_field(term for term in terms.searched if len(term.words) == 1)

    def _rest(self, terms: QueryTerms) -> Sequence[WeightedQuery]:
        """Everything in it but phrases of common words and single words."""
        return [*self._by_field(term for term in terms.searched if len(term.words) > 1), *self._others(terms)]

    def _by_field(self, terms: Iterable[Term]) -> Sequence[WeightedQuery]:
        """A query for each term in each field that has its words."""
        return self._queries.by_field(terms, self._occurs)

    def _others(self, terms: QueryTerms) -> Sequence[WeightedQuery]:
        """What misspelt words may mean, and bylines."""
        typos = [(self._queries.one_edit_from(word), score) for word, score in terms.typos.items()]
        return typos + [(self._queries.by_author(word), score) for word, score in terms.bylines.items()]

    def _run(self, query: Any, k: int) -> Hits:
        limit = min(k, max(len(self), 1))
        with reporting_damage(self._path, ValueError):
            hits = self._searcher.search(query, limit, count=False).hits
            numbers = self._searcher.fast_field_values(ID, [address for _, address in hits])
        scores = np.array([score for score, _ in hits], dtype=np.float32)
        return top_k(self._checked(numbers), scores, k)

    def _checked(self, numbers: Sequence[int | None]) -> Ids:
        """The passages' numbers as an array. Raises LibraryDamaged if one is missing or too large."""
        try:
            ids = np.array(numbers, dtype=np.int64)
        except (TypeError, OverflowError):
            ids = None
        if ids is None or (len(ids) and not 0 <= ids.min() <= ids.max() < len(self)):
            raise LibraryDamaged(f"{self._path} holds words of passages that do not exist")
        return ids


def _scores_of(ids: Ids, hits: Hits) -> Scores:
    """The score of each of these passages, 0 for those that are not among the hits."""
    scores = dict(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True))
    return np.array([scores.get(number, 0.0) for number in ids.tolist()], dtype=np.float32)


class _IndexVocabulary:
    """The `Vocabulary` of an open index."""

    def __init__(self, searcher: Any, queries: QueryBuilder, path: Path) -> None:
        self._searcher, self._queries, self._path = searcher, queries, path

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def frequency(self, term: str) -> int:
        # Where no passage has it, the context decides, whose words are repeated for each passage under them.
        return self._frequency(FIELD, term) or self._frequency(CONTEXT, term)

    def frequency_of_phrase(self, terms: Sequence[str]) -> int:
        return self.frequency(terms[0]) if len(terms) == 1 else self._count(self._queries.phrase(terms))

    def frequency_in_bylines(self, term: str) -> int:
        return self._frequency(AUTHOR, term)

    def is_of_a_date(self, term: str) -> bool:
        return self._frequency(DATE, term) > 0

    def frequency_of_similar(self, term: str) -> int:
        return self._count(self._queries.one_edit_from(term))

    def occurs(self, field: str, term: str) -> bool:
        """Whether some passage has the term in a field."""
        return self._frequency(field, term) > 0

    def _frequency(self, field: str, term: str) -> int:
        with reporting_damage(self._path, ValueError):
            return int(self._searcher.doc_freq(field, term))

    def _count(self, query: Any) -> int:
        with reporting_damage(self._path, ValueError):
            return int(self._searcher.search(query, 1, count=True).count or 0)


def _fields(passage: Passage) -> dict[str, str]:
    """The texts that a passage is found by."""
    from qa.sources.patterns.dates import day_in_words  # whose patterns only the writer of an index has to compile

    texts = {
        FIELD: passage.in_context,
        CONTEXT: passage.context,
        AUTHOR: called_by(passage.author),
        DATE: day_in_words(passage.date),
    }
    return {field: text for field, text in texts.items() if text}
