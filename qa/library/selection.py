"""Selection: which passages pass the filters of a question."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.library.store import Store
from qa.search.bm25 import LexicalIndex
from qa.search.engine import Ids
from qa.search.filters import Filters, as_typed
from qa.text.normalize import normalize, phrase_pattern


@dataclass(frozen=True, slots=True)
class Selection:
    """The passages that pass the filters of a question.

    Attributes:
        numbers: Their numbers, in reading order; None for all, if there is no filter.
        left_out: The phrases and excluded words that left passages out, as they are typed. They may have been meant as
            words to search for, while the other filters cannot be mistaken for anything else.
        unknown: The filters that name an author or a source that the library does not have, as they are typed.
    """

    numbers: Ids | None
    left_out: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def select_passages(store: Store, lexical: LexicalIndex, filters: Filters) -> Selection:
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
    passages = _passages_by_post(store, filters, set().union(*authors), set().union(*sources))
    selected: Ids = np.array(passages, dtype=np.int64)
    left_out = []
    for phrase in filters.phrase:
        with_phrase = _with_phrase(phrase, selected, store, lexical)
        left_out += [f'"{phrase}"'] if len(with_phrase) < len(selected) else []
        selected = with_phrase
    for words in filters.exclude:
        excluded = _with_phrase(words, selected, store, lexical)
        left_out += [f"-{as_typed(words)}"] if len(excluded) else []
        selected = np.setdiff1d(selected, excluded, assume_unique=True)
    return Selection(selected, tuple(left_out), tuple(unknown))


def _passages_by_post(store: Store, filters: Filters, authors: set[str], sources: set[int]) -> list[int]:
    """The passages of these authors and sources and of the filters' kinds and dates, in reading order.

    Two dates are compared at the precision of the coarser one: neither of 2012 and 2012-03 is before the other.
    """
    conditions, values = [], []
    if filters.author:
        conditions.append("o.author IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(authors)))
    if filters.source:
        conditions.append("o.source IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(sources)))
    if filters.kind:
        conditions.append("o.kind IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(filters.kind))
    for operator, days in (("<", filters.before), (">", filters.after)):
        for day in days:
            conditions.append(f"substr(o.date, 1, length(?)) {operator} substr(?, 1, length(o.date))")
            values += [day, day]
    rows = store.rows(
        f"""SELECT p.id FROM passage p JOIN post o ON o.source = p.source AND o.number = p.post
            WHERE {" AND ".join(conditions) or "true"} ORDER BY p.id""",
        *values,
    )
    return [number for (number,) in rows]


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


def _with_phrase(phrase: str, numbers: Ids, store: Store, lexical: LexicalIndex) -> Ids:
    """Those of the passages that have the phrase word for word: the index narrows them down, their texts decide."""
    holding = lexical.containing_phrase(phrase)
    candidates = numbers if holding is None else np.intersect1d(numbers, holding, assume_unique=True)
    pattern = phrase_pattern(phrase)
    texts = store.texts(candidates.tolist())
    return np.array(
        [n for n, text in zip(candidates, texts, strict=True) if pattern.search(normalize(text))], dtype=np.int64
    )
