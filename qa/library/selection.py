"""Selection: which passages pass the filters of a question."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.library.store import Store
from qa.search.choice import Choice, Conditions
from qa.search.engine import Ids
from qa.search.filters import Filters, as_typed
from qa.search.indexes import Indexes
from qa.text.normalize import normalize, phrase_pattern


@dataclass(frozen=True, slots=True)
class Selection:
    """The passages that pass the filters of a question.

    Attributes:
        passages: They; None for all, if there is no filter.
        left_out: The phrases and excluded words that left passages out, as they are typed. They may have been meant as
            words to search for, while the other filters cannot be mistaken for anything else.
        unknown: The filters that name an author or a source that the library does not have, as they are typed.
    """

    passages: Choice | None
    left_out: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def select_passages(store: Store, indexes: Indexes, filters: Filters) -> Selection:
    """Select the passages that pass all filters."""
    if not filters:
        return Selection(None)
    known = [(name, name) for name, _ in store.authors()] if filters.author else []
    authors = [_matching_keys(name, known) for name in filters.author]
    sources = [_matching_sources(name, store) for name in filters.source]
    unknown = [
        f"{kind}:{as_typed(name)}"
        for kind, names, matching in (("author", filters.author, authors), ("source", filters.source, sources))
        for name, found in zip(names, matching, strict=True)
        if not found
    ]
    conditions = Conditions(
        filters.kind,
        frozenset[str]().union(*authors) if authors else None,
        frozenset[int]().union(*sources) if sources else None,
        filters.before,
        filters.after,
    )
    chosen = indexes.choose(conditions, _StoredRows(store))
    left_out = []
    for phrase in filters.phrase:
        having = chosen.having(phrase)
        left_out += [f'"{phrase}"'] if len(having) < len(chosen) else []
        chosen = having
    for words in filters.exclude:
        lacking = chosen.lacking(words)
        left_out += [f"-{as_typed(words)}"] if len(lacking) < len(chosen) else []
        chosen = lacking
    return Selection(chosen, tuple(left_out), tuple(unknown))


@dataclass(frozen=True, slots=True)
class _StoredRows:
    """The `Rows` of a store."""

    store: Store

    def numbers(self, conditions: Conditions) -> Ids:
        """See `Rows.numbers`. Dates are compared as precisely as both are: 2012-03 is neither before nor after 2012."""
        clauses, values = [], []
        for column, allowed in (
            ("author", conditions.authors),
            ("source", conditions.sources),
            ("kind", conditions.kinds or None),
        ):
            if allowed is not None:
                clauses.append(f"o.{column} IN (SELECT value FROM json_each(?))")
                values.append(json.dumps(sorted(allowed)))
        for operator, days in (("<", conditions.before), (">", conditions.after)):
            for day in days:
                clauses.append(f"substr(o.date, 1, length(?)) {operator} substr(?, 1, length(o.date))")
                values += [day, day]
        rows = self.store.rows(
            f"""SELECT p.id FROM passage p JOIN post o ON o.source = p.source AND o.number = p.post
                WHERE {" AND ".join(clauses) or "true"} ORDER BY p.id""",
            *values,
        )
        return np.array([number for (number,) in rows], dtype=np.int64)

    def texts(self, numbers: Sequence[int]) -> list[str]:
        return self.store.texts(numbers)


def _matching_sources(wanted: str, store: Store) -> set[int]:
    """The numbers of the sources with a wanted name, or below a wanted folder: "beta/"."""
    if not wanted.endswith("/"):
        return _matching_keys(wanted, store.rows("SELECT id, name, title FROM source"))
    below = f"/{normalize(wanted.strip('/'))}/"
    return {
        number
        for number, name, folder in store.rows("SELECT id, name, folder FROM source")
        if any(below in f"/{normalize(place)}/" for place in (folder, name.rpartition("/")[0]) if place)
    }


def _matching_keys(wanted: str, rows: Sequence[tuple[Any, ...]]) -> set[Any]:
    """The key, first in each row, of every row with a wanted name: the whole name, else one that contains it."""
    known = [(key, [normalize(name) for name in names if name]) for key, *names in rows]
    pattern = phrase_pattern(wanted)
    whole = {key for key, names in known if any(map(pattern.fullmatch, names))}
    return whole or {key for key, names in known if any(map(pattern.search, names))}
