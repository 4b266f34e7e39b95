"""Store: the texts, posts and passages of one generation, read from its SQLite file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import LibraryDamaged, SourceError
from qa.library.change_report import StoredRecord
from qa.library.schema import FILE, PASSAGE, POST, SOURCE, layout, record_hash, text_hash
from qa.search.chunker import Passage
from qa.search.database import Database
from qa.search.milvus.passages import PlacedPassage
from qa.sources.location import Location
from qa.sources.origin import name_key
from qa.sources.sanitize import first_surrogate
from qa.sources.thread import Kind, Origin, Post, Thread

_COUNTED = (SOURCE, POST, PASSAGE)  # in a manifest
_NAMES_IN_MESSAGE = 5
_LOCATION = 'post, start, "end", page, "left", bottom, "right", top, time'  # columns, as `_location` takes them
_NEXT_POSTS = 3  # after a question in a thread without reply marks; the talk soon goes on to something else
_MOST_REPLIES = 500  # passages, which bounds the time of a question; no thread of the evaluation sets has as many
_NUMBERS_PER_QUERY = 500  # SQLite allows 999 placeholders at least


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A stored passage with its post's and its source's metadata: the row behind a quote."""

    text: str
    start: int
    end: int
    post: int
    kind: Kind
    author: str | None
    date: str | None
    source: str
    title: str | None
    language: str | None
    context: str
    reply_to: str


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One row of the table of sources.

    `kind` is "thread" if the source has comments, else "article". `date` is the earliest date of its posts, None if
    none has one. `url` is the address that the text gives as its own.
    """

    name: str
    title: str | None
    kind: str
    posts: int
    comments: int
    passages: int
    date: str | None
    url: str | None = None


class Store:
    """A store opened for reading; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the store in `folder`.

        Raises:
            LibraryDamaged: There is none, or its tables are not those of a store.
            LibraryNotReadable: The system does not let it be read.
        """
        return cls(Database.open(folder / FILE, layout()))

    def close(self) -> None:
        """Close its file, which also happens automatically once nothing refers to the store."""
        self._database.close()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query. It raises what `Database.rows` does."""
        return self._database.rows(query, *values)

    @property
    def _path(self) -> Path:
        return self._database.path

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle it as the folder to open again, so that quotes can be copied and pickled."""
        return Store.open, (self._path.parent,)

    def __contains__(self, name: object) -> bool:
        """Whether there is a source of that name."""
        # No stored name has a lone surrogate, and SQLite takes no string that has one.
        return (
            isinstance(name, str)
            and first_surrogate(name) is None
            and bool(self.rows("SELECT 1 FROM source WHERE name = ?", name))
        )

    def unknown_source(self, name: object) -> SourceError:
        """The error about a name that no source has."""
        names = ", ".join(self.names(_NAMES_IN_MESSAGE))
        return SourceError(f"there is no source {name!r:.200} in the library; it holds {names}")

    def counts(self) -> Mapping[str, int]:
        """The number of sources, posts and passages, by these words."""
        # Not count(*): SQLite counts that in one step, which never ends in a file that is crafted so.
        return {f"{table.name}s": self.rows(f"SELECT count(1) FROM {table.name}")[0][0] for table in _COUNTED}

    def has_as_many(self, counts: Mapping[str, int]) -> bool:
        """Whether its sources and passages are numbered up to these counts, by the words that `counts` uses."""
        return all(
            self.rows(f"SELECT coalesce(max(id), -1) + 1 FROM {table.name}")[0][0] == counts[f"{table.name}s"]
            for table in (SOURCE, PASSAGE)
        )

    def sources(self) -> tuple[SourceInfo, ...]:
        """Every source with its counts, in the order in which they were read."""
        rows = self.rows(
            """SELECT s.name, s.title, (SELECT count(*) FROM post WHERE source = s.id),
                      (SELECT count(*) FROM post WHERE source = s.id AND kind = 'comment'),
                      (SELECT count(*) FROM passage WHERE source = s.id),
                      (SELECT min(date) FROM post WHERE source = s.id), s.url
               FROM source s ORDER BY s.id"""
        )
        return tuple(
            SourceInfo(name, title, "thread" if comments else "article", posts, comments, passages, date, url)
            for name, title, posts, comments, passages, date, url in rows
        )

    def authors(self) -> tuple[tuple[str, int], ...]:
        """The name of every author and the number of their posts, most posts first."""
        rows = self.rows(
            """SELECT author, count(1) FROM post WHERE author IS NOT NULL
               GROUP BY author ORDER BY count(1) DESC, author"""
        )
        return tuple((author, posts) for author, posts in rows)

    def years(self) -> tuple[tuple[str, int], ...]:
        """Every year that a post is dated in and the number of its posts, in order."""
        rows = self.rows(
            """SELECT substr(date, 1, 4), count(1) FROM post WHERE date GLOB '[0-9][0-9][0-9][0-9]*'
               GROUP BY substr(date, 1, 4) ORDER BY 1"""
        )
        return tuple((year, posts) for year, posts in rows)

    def names(self, limit: int = -1) -> list[str]:
        """The names of all sources, or of the first `limit`, in the order in which they were read."""
        return [name for (name,) in self.rows("SELECT name FROM source ORDER BY id LIMIT ?", limit)]

    def keys(self) -> list[str]:
        """What each source is recognised by when it is given again, in the order in which they were read."""
        return [key for (key,) in self.rows("SELECT key FROM source ORDER BY id")]

    def names_by_key(self) -> dict[str, str]:
        """The name of each source by its key, in the order in which they were read."""
        return dict(self.rows("SELECT key, name FROM source ORDER BY id"))

    def records(self) -> dict[str, StoredRecord]:
        """The name of each source and the hash of what is stored about it, by its key, in the order of reading."""
        rows = self.rows("SELECT key, name, record_sha256 FROM source ORDER BY id")
        return {key: StoredRecord(name, digest) for key, name, digest in rows}

    def passage_ranges(self) -> dict[str, range]:
        """The numbers of each source's passages by its key, in the order in which they were read."""
        rows = self.rows("SELECT source, min(id), count(*) FROM passage GROUP BY source")
        ranges = {source: range(first, first + count) for source, first, count in rows}
        return {key: ranges.get(number, range(0)) for number, key in enumerate(self.keys())}

    def indexed_passages(self, numbers: range) -> list[Passage]:
        """The passages of these numbers as the chunker made them, to index them again."""
        rows = self.rows(
            """SELECT p.text, p.start, p."end", p.post, p.title, coalesce(o.author, ''), coalesce(o.date, ''),
                      p.context, p.reply_to
               FROM passage p JOIN post o ON o.source = p.source AND o.number = p.post
               WHERE p.id >= ? AND p.id < ? ORDER BY p.id""",
            numbers.start,
            numbers.stop,
        )
        if len(rows) != len(numbers):
            raise LibraryDamaged(f"{self._path} lacks a passage of the {len(numbers)} from {numbers.start} on")
        return [Passage(*row) for row in rows]

    def placed_passages(self, numbers: range) -> list[PlacedPassage]:
        """The passages of these numbers as the chunker made them, and where they stand. See `indexed_passages`."""
        rows = self.rows(
            """SELECT p.source, o.kind FROM passage p JOIN post o ON o.source = p.source AND o.number = p.post
               WHERE p.id >= ? AND p.id < ? ORDER BY p.id""",
            numbers.start,
            numbers.stop,
        )
        passages = self.indexed_passages(numbers)
        return [PlacedPassage(passage, *row) for passage, row in zip(passages, rows, strict=True)]

    def passages(self, numbers: Sequence[int]) -> list[StoredPassage]:
        """The passages of these numbers, in their order.

        Raises LibraryDamaged if one is not there.
        """
        passages: dict[int, StoredPassage] = {}
        for start in range(0, len(numbers), _NUMBERS_PER_QUERY):
            batch = numbers[start : start + _NUMBERS_PER_QUERY]
            rows = self.rows(
                f"""SELECT p.id, p.text, p.start, p."end", p.post, o.kind, o.author, o.date,
                           s.name, s.title, s.language, p.context, p.reply_to
                    FROM passage p JOIN source s ON s.id = p.source
                    JOIN post o ON o.source = p.source AND o.number = p.post
                    WHERE p.id IN ({",".join("?" * len(batch))})""",
                *batch,
            )
            passages.update((number, StoredPassage(*row)) for number, *row in rows)
        if len(passages) < len(set(numbers)):
            raise LibraryDamaged(f"{self._path} lacks a passage that the index knows")
        return [passages[number] for number in numbers]

    def locations(self, passage: StoredPassage) -> tuple[Location, ...]:
        """The locations that a passage stands at, in its order; empty if its file has no pages and no times."""
        rows = self.rows(
            f"""SELECT {_LOCATION} FROM location l
                WHERE l.source = (SELECT id FROM source WHERE name = ?1) AND l.post = ?2 AND l.start < ?4
                  AND l.start >= coalesce((SELECT max(start) FROM location
                      WHERE source = l.source AND post = ?2 AND start <= ?3), 0) AND l."end" > ?3
                ORDER BY l.start""",
            passage.source,
            passage.post,
            passage.start,
            passage.end,
        )
        locations = tuple(_location(*values) for _, *values in rows)
        if not all(location.is_valid for location in locations):
            raise LibraryDamaged(f"{self._path} holds places of {passage.source!r} that are none")
        return locations

    def replies(self, source: str, post: int) -> list[int]:
        """The numbers of the passages of the posts that reply to a post.

        To an article reply the comments on it. Where no post of the source says what it replies to, the next few posts
        are taken.

        Args:
            source: The name of the source.
            post: The number of the post in it.
        """
        rows = self.rows(
            """WITH thread AS (SELECT o.* FROM post o JOIN source s ON s.id = o.source WHERE s.name = ?1),
                    asking AS (SELECT kind FROM thread WHERE number = ?2)
               SELECT p.id FROM thread o JOIN passage p ON p.source = o.source AND p.post = o.number
               WHERE o.kind = 'comment' AND CASE
                   WHEN (SELECT kind FROM asking) = 'article' THEN o.parent IS NULL
                   WHEN EXISTS (SELECT 1 FROM thread WHERE parent IS NOT NULL) THEN o.parent = ?2
                   ELSE o.number > ?2 AND o.number <= ?2 + ?3 END
               ORDER BY p.id LIMIT ?4""",
            source,
            post,
            _NEXT_POSTS,
            _MOST_REPLIES,
        )
        return [number for (number,) in rows]

    def texts(self, numbers: Sequence[int]) -> list[str]:
        """The texts of the passages of these numbers, in their order."""
        query = "SELECT id, text FROM passage WHERE id IN (SELECT value FROM json_each(?))"
        texts = dict(self.rows(query, json.dumps(numbers)))
        if len(texts) < len(set(numbers)):
            raise LibraryDamaged(f"{self._path} lacks a passage that the index knows")
        return [texts[number] for number in numbers]

    def text(self, name: str) -> str:
        """The reading text of a source.

        Raises:
            LibraryDamaged: The text was altered, or is not there.
        """
        rows = self.rows("SELECT text, text_sha256 FROM source WHERE name = ?", name)
        if not rows:
            raise LibraryDamaged(f"{self._path} lacks the text of {name!r:.200}")
        text, digest = rows[0]
        if text_hash(text) != digest:
            raise self._altered(name)
        return str(text)

    def thread(self, name: str) -> Thread:
        """A source as the thread that was read. It raises what `text` raises."""
        rows = self.rows("SELECT id FROM source WHERE name = ?", name)
        if not rows:
            raise LibraryDamaged(f"{self._path} lacks the text of {name!r:.200}")
        return self.thread_at(rows[0][0])

    def thread_at(self, number: int) -> Thread:
        """The source of this number as the thread that was read. Raises LibraryDamaged if it was altered."""
        rows = self.rows(
            """SELECT name, key, folder, language, title, url, original, tags, text, text_sha256, record_sha256
               FROM source WHERE id = ?""",
            number,
        )
        if len(rows) != 1:
            raise LibraryDamaged(f"{self._path} lacks the source with the number {number}")
        *about, text, digest, record = rows[0]
        name, key, folder, _, title, url, original, tags = about
        posts = self.rows(
            """SELECT number, kind, author, date, parent, start, "end", omitted FROM post
               WHERE source = ? ORDER BY number""",
            number,
        )
        rows = self.rows(f'SELECT {_LOCATION} FROM location WHERE source = ? ORDER BY post, start, "end"', number)
        if text_hash(text) != digest or record_hash((*about, digest), posts, rows) != record:
            raise self._altered(name)
        origin = None if key == name_key(name) else Origin(key, name, folder)
        locations: dict[int, list[Location]] = {}
        for post, *values in rows:
            locations.setdefault(post, []).append(_location(*values))
        try:
            placed = tuple(
                Post(
                    *(kind, text[start:end], start, end, author, date, parent),
                    tuple(map(tuple, json.loads(omitted))),
                    tuple(locations.get(place, ())),
                )
                for place, kind, author, date, parent, start, end, omitted in posts
            )
            kept_tags = tuple(json.loads(tags))
            return Thread(name, text, placed, title, url, original, origin, tags=kept_tags).checked()
        except (SourceError, ValueError, TypeError, RecursionError) as error:
            raise LibraryDamaged(f"{name!r} in {self._path} is not a thread: {error}") from error

    def _altered(self, name: str) -> LibraryDamaged:
        return LibraryDamaged(f"the text of {name!r} in {self._path} was altered: it does not have the stored hash")

    def comment_place(self, source: str, post: int, start: int, end: int, text: str) -> tuple[int, int] | None:
        """The place of a passage's comment among its thread's comments.

        Counted in the table of posts: a thread can hold a text of 200 MB, which this neither reads nor slices.

        Returns:
            The comment's number, from 1, and the number of comments; None if there is no such passage in a comment.
        """
        rows = self.rows(
            """SELECT (SELECT count(*) FROM post WHERE source = s.id AND kind = 'comment' AND number <= o.number),
                      (SELECT count(*) FROM post WHERE source = s.id AND kind = 'comment')
               FROM source s JOIN post o ON o.source = s.id AND o.number = ? AND o.kind = 'comment'
               WHERE s.name = ? AND EXISTS (
                   SELECT 1 FROM passage
                   WHERE source = s.id AND post = o.number AND start = ? AND "end" = ? AND text = ?)""",
            post,
            source,
            start,
            end,
            text,
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def verify(self) -> None:
        """Check every text by its hash, and that every passage is its slice of the text, inside its post.

        Raises LibraryDamaged at the first that is not.
        """
        for number, name in enumerate(self.names()):
            thread = self.thread_at(number)
            rows = self.rows(
                """SELECT id, post, start, "end", text FROM passage WHERE source = ?""",
                number,
            )
            for passage, index, start, end, text in rows:
                post = thread.posts[index] if 0 <= index < len(thread.posts) else None
                if post is None or not post.start <= start <= end <= post.end or thread.text[start:end] != text:
                    raise LibraryDamaged(f"passage {passage} in {self._path} is not a slice of {name!r}")


def _location(
    start: int,
    end: int,
    page: int | None,
    left: float | None,
    bottom: float | None,
    right: float | None,
    top: float | None,
    time: str | None,
) -> Location:
    """A row of the table of locations, from its start on."""
    if left is None or bottom is None or right is None or top is None:
        return Location(start, end, page, time=time)
    return Location(start, end, page, (left, bottom, right, top), time)
