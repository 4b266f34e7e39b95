"""The schema of the lexical index, and the tantivy queries for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from qa.search.analyzer import ANALYZER
from qa.search.engine import Ids
from qa.search.terms import Term

FIELD, CONTEXT, ID = "words", "context", "id"
AUTHOR, DATE = "author", "date"
# What a word of the context counts compared with one of the passage. Of 0.1, 0.2, 0.3, 0.5 and 1, the mean reciprocal
# rank of the gold passage in ten threads, each alone, is .815, .815, .820, .822 and .822, and in all together .763,
# .761, .760, .756 and .760: a flat region.
CONTEXT_WEIGHT = 0.3
_FIELDS = ((FIELD, 1.0), (CONTEXT, CONTEXT_WEIGHT))
_MAX_BOOLEAN_CLAUSES = 500  # beyond that, tantivy finds a set of numbers faster than a boolean query

WeightedQuery = tuple[Any, float]


def passage_schema() -> Any:
    """A passage in tantivy: its number, its words and its context's with positions, its author's name and its date."""
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field(ID, stored=False, indexed=True, fast=True)
    for field in (FIELD, CONTEXT):
        builder.add_text_field(field, tokenizer_name=ANALYZER, index_option="position")
    for field in (AUTHOR, DATE):
        builder.add_text_field(field, tokenizer_name=ANALYZER, index_option="basic")
    return builder.build()


class QueryBuilder:
    """Builds queries from analysed terms; no text is ever parsed as a query."""

    def __init__(self) -> None:
        self._schema = passage_schema()

    def phrase(self, words: Sequence[str]) -> Any:
        """One term, or several in a row, in the passage or, at a lower weight, in its context."""
        return self.weighted_sum([(self._phrase_in(field, words), weight) for field, weight in _FIELDS])

    def by_field(self, terms: Iterable[Term], occurs: Callable[[str, str], bool]) -> Sequence[WeightedQuery]:
        """Each term in the passage, and in its context.

        Args:
            terms: The terms.
            occurs: Whether some passage has a word in a field; a field that lacks one of a term's words is skipped.
        """
        return [
            (self._phrase_in(field, term.words), term.weight * weight)
            for term in terms
            for field, weight in _FIELDS
            if all(occurs(field, word) for word in term.words)
        ]

    def _phrase_in(self, field: str, words: Sequence[str]) -> Any:
        from tantivy import Query

        if len(words) == 1:
            return Query.term_query(self._schema, field, words[0])
        return Query.phrase_query(self._schema, field, [*words])

    def one_edit_from(self, word: str) -> Any:
        """Any term that differs by one letter, or by two neighbouring letters swapped."""
        from tantivy import Query

        return Query.disjunction_max_query(
            [
                Query.fuzzy_term_query(self._schema, field, word, distance=1, transposition_cost_one=True)
                for field in (FIELD, CONTEXT)
            ]
        )

    def by_author(self, word: str) -> Any:
        """The passages whose author's name has the term, all with the same score."""
        from tantivy import Query

        return Query.const_score_query(Query.term_query(self._schema, AUTHOR, word), 1.0)

    def weighted_sum(self, queries: Iterable[WeightedQuery]) -> Any:
        """The sum of these queries' scores, each times its weight.

        If all of them are single terms, tantivy skips passages that cannot be among the best (Ding, Suel: Faster Top-k
        Document Retrieval Using Block-Max Indexes, SIGIR 2011).
        """
        from tantivy import Occur, Query

        return Query.boolean_query([(Occur.Should, Query.boost_query(query, weight)) for query, weight in queries])

    def scored_by(self, query: Any, queries: Iterable[WeightedQuery]) -> Any:
        """What a query finds, with the scores added that others give it, each times its weight.

        tantivy reads a sum in windows of 4,096 passages, however few of them another query leaves. Here each of the
        others goes straight from one passage that was found to the next.
        """
        from tantivy import Occur, Query

        for other, weight in queries:
            query = Query.boolean_query([(Occur.Must, query), (Occur.Should, Query.boost_query(other, weight))])
        return query

    def sum_among(self, queries: Iterable[WeightedQuery], ids: Ids) -> Any:
        """The weighted sum of the queries' scores, each searched for only in these passages."""
        selection = self.selection(ids)
        return self.weighted_sum((_both(selection, query), weight) for query, weight in queries)

    def among(self, query: Any, ids: Ids) -> Any:
        """The query, restricted to these passages."""
        return _both(self.selection(ids), query)

    def selection(self, ids: Ids) -> Any:
        """These passages, each with a score of 0."""
        from tantivy import Occur, Query

        numbers = ids.tolist()
        if len(numbers) > _MAX_BOOLEAN_CLAUSES:
            return Query.const_score_query(Query.term_set_query(self._schema, ID, numbers), 0.0)
        terms = [(Occur.Should, Query.term_query(self._schema, ID, number)) for number in numbers]
        return Query.const_score_query(Query.boolean_query(terms), 0.0)


def _both(first: Any, second: Any) -> Any:
    from tantivy import Occur, Query

    return Query.boolean_query([(Occur.Must, first), (Occur.Must, second)])
