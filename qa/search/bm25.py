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
from qa.search.subset import Subset
from qa.search.tantivy_index import open_searcher, write_index
from qa.search.tantivy_queries import AUTHOR, CONTEXT, DATE, FIELD, ID, QueryBuilder
from qa.search.terms import QueryTerms

FOLDER = "lexical"
FILES = (f"{FOLDER}/meta.json",)
"""The files that every index has, whatever its segments are called."""
# This affects time, not the ranking: up to this many passages, searching for all of them takes about as long as
# searching for the best few.
_SMALL_INDEX = 5_000


class LexicalIndex(LexicalEngine):
    """A `LexicalEngine` over a tantivy index.

    The question is cut into terms by the analyzer that cut the passages. It is never parsed as a query, so no character
    in it has a special meaning.
    """

    def __init__(self, searcher: Any, path: Path) -> None:
        self._path = path
        self._searcher = searcher
        self._queries = QueryBuilder()
        super().__init__(_IndexVocabulary(searcher, self._queries, path))

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

    def search(self, question: EncodedQuery, k: int, among: Subset | None = None) -> Hits:
        """The best `k` passages that share a word with the question, as `Engine.search` describes.

        Phrases of common words do not count here; `common_phrase_scores` adds them.
        """
        query = self._query(self.query_terms(question))
        if among is None:
            return self._run(query, k)
        if self.exhaustive_depth or len(among) > _SMALL_INDEX:
            # The filter leaves many passages, so among enough unfiltered hits there are enough that pass it.
            depth = self.exhaustive_depth or 2 * k * len(self) // len(among)
            hits = self._run(query, depth)
            passes = among.mask[hits.ids]
            if passes.sum() >= k or len(hits.ids) < depth or self.exhaustive_depth:
                return Hits(hits.ids[passes][:k], hits.scores[passes][:k])
        return self._run(self._queries.among(query, among.numbers), k)

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
        return self._scores(self._queries.among(self._query(self.query_terms(question)), ids), ids)

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
        return self._scores(self._queries.terms_among(phrases, ids), ids)

    def _query(self, query_terms: QueryTerms) -> Any:
        """Everything in the question but phrases of common words."""
        terms = [(self._queries.phrase(term.words), term.weight) for term in query_terms.searched]
        typos = [(self._queries.one_edit_from(word), score) for word, score in query_terms.typos.items()]
        bylines = [(self._queries.by_author(word), score) for word, score in query_terms.bylines.items()]
        return self._queries.weighted_sum(terms + typos + bylines)

    def _scores(self, query: Any, ids: Ids) -> Scores:
        """The score of each of these passages, by a query that is restricted to them."""
        hits = self._run(query, max(len(ids), 1))
        scores = dict(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True))
        return np.array([scores.get(number, 0.0) for number in ids.tolist()], dtype=np.float32)

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
        AUTHOR: passage.author,
        DATE: day_in_words(passage.date),
    }
    return {field: text for field, text in texts.items() if text}
