"""Writes the store of a new generation: its new threads, and the sources that it copies from an earlier one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from qa.library.new_source import NewSource
from qa.library.schema import (
    FILE,
    INDEXES,
    LOCATION,
    PASSAGE,
    POST,
    SOURCE,
    TABLES,
    Table,
    record_hash,
    text_hash,
)
from qa.search.chunker import Passage
from qa.search.database import read_only_uri

# A generation is synced and published as a whole, so SQLite need not protect a half-written file.
_UNPROTECTED = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF;"


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """A passage, its number in the index, and the number of its source."""

    number: int
    source: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class CopiedSource:
    """A source that is copied from an earlier generation.

    `earlier` is its number there and `passages` are the numbers of its passages there; `source` is its number in the
    new generation and `first` the number of its first passage there.
    """

    earlier: int
    source: int
    passages: range
    first: int


def create_store(folder: Path, sources: Mapping[int, NewSource], passages: Sequence[NumberedPassage]) -> None:
    """Write a new store.

    Args:
        folder: An existing folder.
        sources: The sources that are not copied, by their numbers.
        passages: Their passages.
    """
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.executescript(f"{_UNPROTECTED} BEGIN; {' '.join(table.create for table in TABLES)} {INDEXES}")
        for number, source in sources.items():
            values = _Values.of(source)
            text = source.thread.text
            connection.execute(SOURCE.insert, (number, *values.about, text, values.text_sha256, values.record_sha256))
            connection.executemany(POST.insert, ((number, *post) for post in values.posts))
            connection.executemany(LOCATION.insert, ((number, *location) for location in values.locations))
        connection.executemany(
            PASSAGE.insert,
            (
                (row.number, row.source, p.post, p.start, p.end, p.text, p.title, p.context, p.reply_to)
                for row in passages
                for p in [row.passage]
            ),
        )
        connection.commit()


def record_of(source: NewSource) -> str:
    """The hash of everything that is stored about a source."""
    return _Values.of(source).record_sha256


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of a source's rows: its own from the name on, without the text, and those of its posts and locations.

    The rows of posts and locations lack the number of the source.
    """

    about: tuple[object, ...]
    text_sha256: str
    posts: list[tuple[object, ...]]
    locations: list[tuple[object, ...]]

    @classmethod
    def of(cls, source: NewSource) -> _Values:
        thread = source.thread
        known_by = (thread.source, source.key, source.folder, source.language)
        about = (*known_by, thread.title, thread.url, thread.original, json.dumps(thread.tags, ensure_ascii=False))
        posts: list[tuple[object, ...]] = [
            (place, p.kind, p.author, p.date, p.parent, p.start, p.end, json.dumps(p.omitted))
            for place, p in enumerate(thread.posts)
        ]
        locations: list[tuple[object, ...]] = [
            (place, each.start, each.end, each.page, *(each.box or (None,) * 4), each.time)
            for place, p in enumerate(thread.posts)
            for each in p.locations
        ]
        return cls(about, text_hash(thread.text), posts, locations)

    @property
    def record_sha256(self) -> str:
        return record_hash((*self.about, self.text_sha256), self.posts, self.locations)


def copy_sources(folder: Path, earlier: Path, sources: Sequence[CopiedSource]) -> None:
    """Copy sources with their posts and passages from one store into another.

    Args:
        folder: The folder of the store to write.
        earlier: The folder of the store to read.
        sources: What to copy, and the numbers that it gets.
    """
    with closing(sqlite3.connect((folder / FILE).resolve().as_uri(), uri=True)) as connection:
        connection.executescript(_UNPROTECTED)
        connection.execute("ATTACH ? AS earlier", (read_only_uri(earlier / FILE),))
        connection.execute("CREATE TEMP TABLE copied (earlier INTEGER PRIMARY KEY, source INTEGER, shift INTEGER)")
        connection.executemany(
            "INSERT INTO copied VALUES (?, ?, ?)", ((c.earlier, c.source, c.first - c.passages.start) for c in sources)
        )
        _copy_rows(connection, SOURCE, "id", {"id": "c.source"})
        _copy_rows(connection, POST, "source", {"source": "c.source"})
        _copy_rows(connection, LOCATION, "source", {"source": "c.source"})
        _copy_rows(connection, PASSAGE, "source", {"id": "e.id + c.shift", "source": "c.source"})
        connection.commit()


def _copy_rows(connection: sqlite3.Connection, table: Table, key: str, renumbered: Mapping[str, str]) -> None:
    """Copy a table's rows whose `key` is a copied source, with new values for the `renumbered` columns."""
    values = ", ".join(renumbered.get(name, f'e."{name}"') for name in table.columns)
    rows = f"SELECT {values} FROM earlier.{table.name} e JOIN copied c ON c.earlier = e.{key}"
    connection.execute(f"INSERT INTO main.{table.name} {rows}")
