"""Queries: what the lexical index is asked, in tantivy's terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from qa.search.engine import Ids
from qa.search.terms import Term

FIELD, ID = "words", "id"
_MOST_TERMS = 500  # more numbers than these are found sooner as one set


class Queries:
    """Queries over an index of this schema, made of words that its analyzer cut."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def phrase(self, words: Sequence[str]) -> Any:
        """One word, or several one after the other."""
        from tantivy import Query

        if len(words) == 1:
            return Query.term_query(self._schema, FIELD, words[0])
        return Query.phrase_query(self._schema, FIELD, [*words])

    def slip(self, word: str) -> Any:
        """Any word that differs by one letter, or by two swapped."""
        from tantivy import Query

        return Query.fuzzy_term_query(self._schema, FIELD, word, distance=1, transposition_cost_one=True)

    def any_of(self, queries: Iterable[tuple[Any, float]]) -> Any:
        """The weighted sum of these queries' scores."""
        from tantivy import Occur, Query

        return Query.boolean_query([(Occur.Should, Query.boost_query(query, weight)) for query, weight in queries])

    def parts(self, parts: Iterable[Term], among: Ids) -> Any:
        """The sum of the parts' scores, each looked for `among` these passages by itself."""
        chosen = self._chosen(among)
        return self.any_of((_both(chosen, self.phrase(part.words)), part.weight) for part in parts)

    def among(self, query: Any, ids: Ids) -> Any:
        """The query's score for these passages alone."""
        return _both(self._chosen(ids), query)

    def _chosen(self, ids: Ids) -> Any:
        """These passages, each with a score of 0."""
        from tantivy import Occur, Query

        numbers = ids.tolist()
        if len(numbers) > _MOST_TERMS:
            return Query.const_score_query(Query.term_set_query(self._schema, ID, numbers), 0.0)
        terms = [(Occur.Should, Query.term_query(self._schema, ID, number)) for number in numbers]
        return Query.const_score_query(Query.boolean_query(terms), 0.0)


def _both(chosen: Any, query: Any) -> Any:
    from tantivy import Occur, Query

    return Query.boolean_query([(Occur.Must, chosen), (Occur.Must, query)])
