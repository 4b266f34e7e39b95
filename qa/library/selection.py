"""Selection: which passages pass the filters of a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qa.library.columns import Columns
from qa.library.store import Store
from qa.search.choice import Choice, Conditions
from qa.search.filters import Filters, as_typed
from qa.search.indexes import Indexes
from qa.search.subset import Subset
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


def select_passages(store: Store, columns: Columns, indexes: Indexes, filters: Filters) -> Selection:
    """Select the passages that pass all filters.

    Args:
        store: The texts.
        columns: What is compared of each passage.
        indexes: The indexes that the passages are searched in.
        filters: The filters.
    """
    if not filters:
        return Selection(None)
    known = [(name, name) for name in columns.authors] if filters.author else []
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
    chosen = indexes.choose(conditions, _StoredRows(store, columns))
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
    """The `Rows` of a generation."""

    store: Store
    columns: Columns

    def passing(self, conditions: Conditions) -> Subset:
        return self.columns.passing(conditions)

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
