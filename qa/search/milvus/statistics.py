"""Statistics: what a library's words are weighed by, counted once for each generation and then frozen.

A server that merges its parts at any time would count anew, and give the same passage another score tomorrow. They are
one SQLite file of the generation: each word's number and in how many passages it is, each author's number, and how many
terms all passages have together.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from qa.errors import LibraryDamaged
from qa.search.database import Database, Layout
from qa.search.milvus.sparse import MOST_WORDS, Averages, Terms, Weighed
from qa.search.tantivy_queries import AUTHOR, CONTEXT, DATE, FIELD
from qa.text.spelling import one_edit_apart

FILE = "statistics.sqlite"
FIELDS = (FIELD, CONTEXT, AUTHOR, DATE)
_SCRIPT = f"""
CREATE TABLE term (number INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE, mirrored TEXT NOT NULL,
    {", ".join(f"{field} INTEGER NOT NULL" for field in FIELDS)});
CREATE INDEX term_mirrored ON term (mirrored);
CREATE TABLE byline (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE total (field TEXT PRIMARY KEY, terms INTEGER NOT NULL) WITHOUT ROWID;
"""
_TYPES = dict.fromkeys(("number", "terms", *FIELDS), (int,)) | dict.fromkeys(("term", "name", "field"), (str,))
# Counted in memory before they are added to the file: a hundred megabytes.
_MOST_COUNTED = 1_000_000
_MOST_TERMS = 2**53  # that a float still tells apart
_UNPROTECTED = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"  # a generation is published as a whole


class StatisticsWriter:
    """Counts the terms of passages; used once."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.executescript(f"{_UNPROTECTED} {_SCRIPT} BEGIN")
        self._counts: dict[str, Counter[str]] = {field: Counter() for field in FIELDS}
        self._totals: Counter[str] = Counter()
        self._bylines: dict[str, None] = {}

    def add(self, terms: Terms, date: Collection[str], byline: str) -> None:
        """Count a passage.

        Args:
            terms: Its terms.
            date: The terms of its date.
            byline: Its author's name; empty if that is not known.
        """
        for field, several in ((FIELD, terms.words), (CONTEXT, terms.context), (AUTHOR, terms.author), (DATE, date)):
            self._counts[field].update(dict.fromkeys(several, 1))
            self._totals[field] += len(several)
        if byline:
            self._bylines[byline] = None
        if sum(map(len, self._counts.values())) + len(self._bylines) > _MOST_COUNTED:
            self._write()

    def close(self) -> None:
        """Write what was counted, and close the file."""
        with closing(self._connection):
            self._write()
            self._connection.executemany("INSERT INTO total VALUES (?, ?)", sorted(self._totals.items()))
            self._connection.commit()

    def _write(self) -> None:
        for field, counts in self._counts.items():
            others = ", ".join(str(int(other == field)) if other != field else "?" for other in FIELDS)
            self._connection.executemany(
                f"""INSERT INTO term (term, mirrored, {", ".join(FIELDS)}) VALUES (?, ?, {others})
                    ON CONFLICT (term) DO UPDATE SET {field} = {field} + excluded.{field}""",
                ((term, term[::-1], count) for term, count in counts.items()),
            )
            counts.clear()
        self._connection.executemany("INSERT OR IGNORE INTO byline (name) VALUES (?)", ((n,) for n in self._bylines))
        self._bylines.clear()


class Statistics:
    """The statistics of a generation, opened; thread-safe."""

    def __init__(self, database: Database, passages: int) -> None:
        self.passages = passages
        self._database = database
        totals = dict(database.rows("SELECT field, terms FROM total"))
        if not all(0 <= terms <= _MOST_TERMS for terms in totals.values()):
            raise self._altered()
        self.averages = Averages(*(totals.get(field, 0) / max(passages, 1) for field in (FIELD, CONTEXT)))

    @classmethod
    def open(cls, folder: Path, passages: int) -> Statistics:
        """Open the statistics of a generation.

        Args:
            folder: The generation's folder.
            passages: The number of its passages.

        Raises:
            LibraryDamaged: They cannot be read.
            LibraryNotReadable: The system does not let them be read.
        """
        return cls(Database.open(folder / FILE, _layout()), passages)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def numbers(self, terms: Iterable[str]) -> dict[str, int]:
        """The number of each of these terms that occurs."""
        query = "SELECT term, number FROM term WHERE term IN (SELECT value FROM json_each(?))"
        return {term: self._number(number) for term, number in self._rows(query, terms)}

    def byline_numbers(self, names: Iterable[str]) -> dict[str, int]:
        """The number of each of these authors that occurs."""
        return dict(self._rows("SELECT name, number FROM byline WHERE name IN (SELECT value FROM json_each(?))", names))

    def frequency(self, field: str, term: str) -> int:
        """The number of passages that have a term in a field."""
        assert field in FIELDS
        rows = self._database.rows(f"SELECT {field} FROM term WHERE term = ?", term)
        return self._count(rows[0][0]) if rows else 0

    def weighed(self, terms: Iterable[str]) -> Weighed:
        """What these terms are weighed by."""
        numbers: dict[str, int] = {}
        frequencies: Mapping[str, dict[str, int]] = {FIELD: {}, CONTEXT: {}}
        query = f"SELECT term, number, {FIELD}, {CONTEXT} FROM term WHERE term IN (SELECT value FROM json_each(?))"
        for term, number, words, context in self._rows(query, terms):
            numbers[term] = self._number(number)
            frequencies[FIELD][term], frequencies[CONTEXT][term] = self._count(words), self._count(context)
        return Weighed(self.passages, numbers, frequencies)

    def similar(self, term: str) -> list[str]:
        """The terms of passages and contexts that are one edit away from a term, in the order of their numbers.

        An edit is in one half of a word, so the term and what it is similar to have the beginning or the end in common.
        """
        half = (len(term) - 1) // 2
        begin, end = term[:half], term[::-1][: len(term) - 1 - half]
        found: dict[str, int] = {}
        for column, common in (("term", begin), ("mirrored", end)):
            rows = self._database.rows(
                f"""SELECT term, number FROM term WHERE {column} >= ? AND {column} < ? AND ({FIELD} OR {CONTEXT})
                    AND length(term) BETWEEN ? AND ?""",
                common,
                f"{common}\U0010ffff",
                len(term) - 1,
                len(term) + 1,
            )
            found.update((other, number) for other, number in rows if one_edit_apart(term, other))
        return sorted(found, key=found.__getitem__)

    def _number(self, number: int) -> int:
        if not 0 < number < MOST_WORDS:
            raise self._altered()
        return number

    def _count(self, count: int) -> int:
        """A number of passages, of which there are not more than all."""
        if not 0 <= count <= self.passages:
            raise self._altered()
        return count

    def _altered(self) -> LibraryDamaged:
        return LibraryDamaged(f"{self._database.path} holds numbers that cannot be: it was altered")

    def _rows(self, query: str, values: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        yield from self._database.rows(query, json.dumps(sorted(set(values))))


@cache
def _layout() -> Layout:
    return Layout.of(_SCRIPT, _TYPES)
