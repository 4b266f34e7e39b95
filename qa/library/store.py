"""Store: the texts, posts and passages of one generation, in one SQLite file that is written once and then read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa.errors import LibraryDamaged
from qa.search.chunker import Passage
from qa.search.query import Filters
from qa.sources.thread import Kind, Post, Thread
from qa.text.normalize import normalize, phrase_pattern

FILE = "texts.sqlite"
_VALUES_A_QUERY = 500
_SCHEMA = """
CREATE TABLE source (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT, url TEXT, original TEXT, text TEXT NOT NULL,
    sha256 TEXT NOT NULL
);
CREATE TABLE post (
    source INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, author TEXT, date TEXT, parent INTEGER,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, omitted TEXT NOT NULL, PRIMARY KEY (source, number)
) WITHOUT ROWID;
CREATE TABLE passage (
    id INTEGER PRIMARY KEY, source INTEGER NOT NULL, post INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, title TEXT NOT NULL
);
CREATE INDEX passage_post ON passage (source, post);
CREATE INDEX post_author ON post (author);
"""


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A stored passage with what is said about it: the row behind a quote."""

    text: str
    start: int
    end: int
    post: int
    kind: Kind
    author: str | None
    date: str | None
    source: str
    title: str | None


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """A passage, its number in the index, and that of its source."""

    number: int
    source: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One source in a table of them: `kind` is "thread" where it has comments, else "article".

    `date` is the earliest that it tells, None where it tells none.
    """

    name: str
    title: str | None
    kind: str
    posts: int
    comments: int
    passages: int
    date: str | None


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Store:
    """A store opened for reading; safe in threads."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._lock = threading.Lock()
        weakref.finalize(self, connection.close)
        self._text = lru_cache(maxsize=8)(self._read_text)

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Raises LibraryDamaged where the folder holds no such store."""
        path = folder / FILE
        # immutable: no lock and no journal is looked for, so a read-only mount will do.
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with _reporting_damage(path):
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            connection.execute("PRAGMA trusted_schema = OFF")
        return cls(path, connection)

    @staticmethod
    def create(folder: Path, threads: Mapping[int, Thread], passages: Sequence[NumberedPassage]) -> None:
        """Write threads by their numbers, and passages, into `folder`."""
        connection = sqlite3.connect(folder / FILE)
        try:
            connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN; {_SCHEMA}")
            connection.executemany(
                "INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((i, t.source, t.title, t.url, t.original, t.text, sha256(t.text)) for i, t in threads.items()),
            )
            connection.executemany(
                "INSERT INTO post VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (i, number, p.kind, p.author, p.date, p.parent, p.start, p.end, json.dumps(p.omitted))
                    for i, thread in threads.items()
                    for number, p in enumerate(thread.posts)
                ),
            )
            connection.executemany(
                "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (row.number, row.source, p.post, p.start, p.end, p.text, p.title)
                    for row in passages
                    for p in [row.passage]
                ),
            )
            connection.commit()
        finally:
            connection.close()

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled as the place to open it again, so that quotes can be."""
        return Store.open, (self._path.parent,)

    def counts(self) -> Mapping[str, int]:
        """How many sources, posts and passages there are."""
        tables = ("source", "post", "passage")
        return {f"{table}s": self._rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables}

    def sources(self) -> tuple[SourceInfo, ...]:
        """Every source with its counts, in the order in which they were read."""
        rows = self._rows(
            """SELECT s.name, s.title, (SELECT count(*) FROM post WHERE source = s.id),
                      (SELECT count(*) FROM post WHERE source = s.id AND kind = 'comment'),
                      (SELECT count(*) FROM passage WHERE source = s.id),
                      (SELECT min(date) FROM post WHERE source = s.id)
               FROM source s ORDER BY s.id"""
        )
        return tuple(
            SourceInfo(name, title, "thread" if comments else "article", posts, comments, passages, date)
            for name, title, posts, comments, passages, date in rows
        )

    def names(self) -> list[str]:
        """The sources' names, in the order in which they were read."""
        return [name for (name,) in self._rows("SELECT name FROM source ORDER BY id")]

    def spans(self) -> dict[str, range]:
        """The numbers of each source's passages by its name, in the order in which they were read."""
        rows = self._rows("SELECT source, min(id), count(*) FROM passage GROUP BY source")
        spans = {source: range(first, first + count) for source, first, count in rows}
        names = self._rows("SELECT id, name FROM source ORDER BY id")
        return {name: spans.get(number, range(0)) for number, name in names}

    def cut(self, span: range) -> list[Passage]:
        """The passages of these numbers, as they were cut."""
        rows = self._rows(
            """SELECT text, start, "end", post, title FROM passage WHERE id >= ? AND id < ? ORDER BY id""",
            span.start,
            span.stop,
        )
        return [Passage(*row) for row in rows]

    def passages(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """The passages of these numbers, as the engines of the index count, in the order asked for."""
        found: dict[int, StoredPassage] = {}
        for at in range(0, len(numbers), _VALUES_A_QUERY):
            some = numbers[at : at + _VALUES_A_QUERY]
            rows = self._rows(
                f"""SELECT p.id, p.text, p.start, p."end", p.post, o.kind, o.author, o.date, s.name, s.title
                    FROM passage p JOIN source s ON s.id = p.source
                    JOIN post o ON o.source = p.source AND o.number = p.post
                    WHERE p.id IN ({",".join("?" * len(some))})""",
                *some,
            )
            found.update((number, StoredPassage(*row)) for number, *row in rows)
        if len(found) < len(set(numbers)):
            raise LibraryDamaged(f"{self._path} lacks a passage that the index knows")
        return [found[number] for number in numbers]

    def numbers(self, filters: Filters) -> list[int]:
        """The passages of these kinds, authors, sources and dates, in reading order; phrases are not looked at here.

        Dates are compared as far as both are told: of 2012 and 2012-03 neither is before the other.
        """
        conditions, values = [], []
        if filters.author:
            authors = self._rows("SELECT DISTINCT author, author FROM post WHERE author IS NOT NULL")
            conditions.append("o.author IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(_matching_keys(filters.author, authors)))
        if filters.source:
            sources = self._rows("SELECT id, name, title FROM source")
            conditions.append("o.source IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(_matching_keys(filters.source, sources)))
        if filters.kind:
            conditions.append("o.kind IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(filters.kind))
        for sign, days in (("<", filters.before), (">", filters.after)):
            for day in days:
                conditions.append(f"substr(o.date, 1, length(?)) {sign} substr(?, 1, length(o.date))")
                values += [day, day]
        rows = self._rows(
            f"""SELECT p.id FROM passage p JOIN post o ON o.source = p.source AND o.number = p.post
                WHERE {" AND ".join(conditions) or "true"} ORDER BY p.id""",
            *values,
        )
        return [number for (number,) in rows]

    def texts(self, numbers: Sequence[int]) -> list[str]:
        """The words of these passages alone, in their order."""
        query = "SELECT id, text FROM passage WHERE id IN (SELECT value FROM json_each(?))"
        found = dict(self._rows(query, json.dumps(numbers)))
        return [found[number] for number in numbers]

    def text(self, name: str) -> str:
        """The reading text of a source. Raises KeyError where there is none of that name."""
        return self._text(name)

    def thread(self, name: str) -> Thread:
        """A source as the thread that was read. Raises KeyError where there is none of that name."""
        text = self.text(name)
        ((number, title, url, original),) = self._rows(
            "SELECT id, title, url, original FROM source WHERE name = ?", name
        )
        rows = self._rows(
            """SELECT kind, start, "end", author, date, parent, omitted FROM post WHERE source = ? ORDER BY number""",
            number,
        )
        posts = tuple(
            Post(kind, text[start:end], start, end, author, date, parent, tuple((a, b) for a, b in json.loads(omitted)))
            for kind, start, end, author, date, parent, omitted in rows
        )
        return Thread(name, text, posts, title, url, original)

    def verify(self) -> None:
        """Prove every text by its hash, and every passage to be its slice of the text, inside its post.

        Raises LibraryDamaged at the first that is not.
        """
        for name, digest in self._rows("SELECT name, sha256 FROM source"):
            thread = self.thread(name)
            if sha256(thread.text) != digest:
                raise LibraryDamaged(f"the text of {name!r} in {self._path} has not the hash that was stored with it")
            rows = self._rows(
                """SELECT p.id, p.post, p.start, p."end", p.text FROM passage p JOIN source s ON s.id = p.source
                   WHERE s.name = ?""",
                name,
            )
            for number, post, start, end, text in rows:
                whole = thread.posts[post] if 0 <= post < len(thread.posts) else None
                if whole is None or not whole.start <= start <= end <= whole.end or thread.text[start:end] != text:
                    raise LibraryDamaged(f"passage {number} in {self._path} is not a slice of {name!r}")

    def _read_text(self, name: str) -> str:
        rows = self._rows("SELECT text FROM source WHERE name = ?", name)
        if not rows:
            raise KeyError(name)
        return str(rows[0][0])

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._lock, _reporting_damage(self._path):
            return self._connection.execute(query, values).fetchall()


@dataclass(frozen=True, slots=True)
class CopiedSource:
    """A source of number `earlier` then and `source` now; its passages were `span`, and begin with `first` now."""

    earlier: int
    source: int
    span: range
    first: int


def copy_sources(folder: Path, earlier: Path, sources: Sequence[CopiedSource]) -> None:
    """Copy the sources with their posts and passages from the store in `earlier` into that in `folder`."""
    connection = sqlite3.connect((folder / FILE).resolve().as_uri(), uri=True)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF")
        connection.execute("ATTACH ? AS earlier", (f"{(earlier / FILE).resolve().as_uri()}?mode=ro&immutable=1",))
        connection.execute("CREATE TEMP TABLE taken (earlier INTEGER PRIMARY KEY, source INTEGER, shift INTEGER)")
        connection.executemany(
            "INSERT INTO taken VALUES (?, ?, ?)", ((t.earlier, t.source, t.first - t.span.start) for t in sources)
        )
        for table, renumbered in (
            ("source", {"id": "t.source"}),
            ("post", {"source": "t.source"}),
            ("passage", {"id": "s.id + t.shift", "source": "t.source"}),
        ):
            columns = [name for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})")]
            values = ", ".join(renumbered.get(name, f's."{name}"') for name in columns)
            key = "id" if table == "source" else "source"
            connection.execute(
                f"INSERT INTO main.{table} SELECT {values} FROM earlier.{table} s JOIN taken t ON t.earlier = s.{key}"
            )
        connection.commit()
    finally:
        connection.close()


def _matching_keys(wanted: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The keys, first in each row, of the rows of which one name is wanted: a whole name, else one that holds it."""
    known = [(key, [normalize(name) for name in names if name]) for key, *names in rows]
    found: set[Any] = set()
    for name in wanted:
        whole = {key for key, names in known if normalize(name) in names}
        holds = phrase_pattern(name)
        found |= whole or {key for key, names in known if any(map(holds.search, names))}
    return sorted(found)


@contextmanager
def _reporting_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise LibraryDamaged(f"{path} cannot be read as a store of texts: {error}") from error
