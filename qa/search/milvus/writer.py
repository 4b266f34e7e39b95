"""Writes a generation's passages into a new collection: batch after batch, each as often as it takes.

A batch is a row of numbers, and a number is a primary key, so a batch that is written twice is there once. Whoever
begins again after an interruption goes on where the collection ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from qa.errors import LibraryDamaged, LibraryNotReadable, LibraryNotWritable
from qa.search.analyzer import Analyzer
from qa.search.milvus.collection import Collection
from qa.search.milvus.connection import Connection
from qa.search.milvus.passages import Passages, PlacedPassage
from qa.search.milvus.schema import ID, collection_schema, index_parameters, row
from qa.search.milvus.sparse import Terms, passage_vector
from qa.search.milvus.statistics import FILE, Statistics, StatisticsWriter
from qa.search.remote import Remote
from qa.sources.patterns.dates import day_in_words
from qa.text.normalize import called_by
from qa.types import Progress

SECONDS_TO_WRITE = 300.0
"""How long a batch waits for a server that does not answer: one that is started again needs a minute or two."""
_PASSAGES_PER_BATCH = 1_000  # 1.5 MB of vectors and about as much of words; Milvus's default limit is 64 MB
_VERSION = re.compile(r"v?(\d+)\.(\d+)")  # that of Milvus Lite begins with its name
_LEAST_VERSION = (2, 5)  # the first that knows DAAT_MAXSCORE, by its documentation


def write_statistics(folder: Path, passages: Passages, progress: Progress) -> None:
    """Count the terms of all passages into the statistics of a generation.

    Args:
        folder: The generation's folder.
        passages: The passages; their vectors are not asked for.
        progress: Called with the stage "counting".

    Raises:
        OSError: The folder cannot be written.
        sqlite3.Error: The same.
    """
    analyzer = Analyzer()
    writer = StatisticsWriter(folder / FILE)
    for numbers in _batches(passages.count):
        progress("counting", numbers.start, passages.count)
        for placed in passages.placed(numbers):
            passage = placed.passage
            date = analyzer.terms(day_in_words(passage.date)) if passage.date else []
            writer.add(_terms(placed, analyzer), date, passage.author)
    writer.close()
    progress("counting", passages.count, passages.count)


def write_collection(
    folder: Path, passages: Passages, remote: Remote, progress: Progress, on_made: Callable[[], None]
) -> None:
    """Write all passages into a collection, and prove that it holds them; what it holds already is not written again.

    Args:
        folder: The generation's folder, which has the statistics.
        passages: The passages.
        remote: The collection; made if it is not there.
        progress: Called with the stage "indexing".
        on_made: Called once the collection is there, before anything is written into it.

    Raises:
        LibraryNotWritable: The server cannot be reached, or refuses. What is written stays, for the next attempt.
        SettingError: pymilvus is not installed.
    """
    try:
        connection = Connection(remote.server, may_create=True, seconds=SECONDS_TO_WRITE)
        try:
            statistics = Statistics.open(folder, passages.count)
            _write(connection, statistics, passages, remote.collection, progress, on_made)
        finally:
            connection.close()
    except (LibraryDamaged, LibraryNotReadable) as error:
        raise LibraryNotWritable(
            f"{error}; the library is as it was, and the same command goes on from here"
        ) from error


def _write(
    connection: Connection,
    statistics: Statistics,
    passages: Passages,
    name: str,
    progress: Progress,
    on_made: Callable[[], None],
) -> None:
    _check_version(connection)
    collection = Collection(connection, name, passages.count)
    written = 0
    if connection.call("has_collection", collection_name=name):
        collection.check_schema(passages.dimension)
        collection.load()
        written = _written(collection)
    else:
        connection.call(
            "create_collection",
            collection_name=name,
            schema=collection_schema(connection.client, passages.dimension),
            index_params=index_parameters(connection.client, passages.count),
        )
        on_made()
    analyzer = Analyzer()
    for numbers in _batches(passages.count, written):
        progress("indexing", numbers.start, passages.count)
        placed = passages.placed(numbers)
        terms = [_terms(one, analyzer) for one in placed]
        of_term = statistics.numbers(
            term for one in terms for field in (one.words, one.context, one.author) for term in field
        )
        of_byline = statistics.byline_numbers(one.passage.author for one in placed if one.passage.author)
        rows = [
            row(
                number,
                one,
                words,
                vector,
                passage_vector(words, of_term, statistics.averages),
                of_byline.get(one.passage.author),
            )
            for number, one, words, vector in zip(numbers, placed, terms, passages.vectors(numbers), strict=True)
        ]
        connection.call("upsert", collection_name=name, data=rows)
    connection.call("flush", collection_name=name)
    collection.load()
    found = collection.count(strongly=True)
    if found > passages.count:  # what others have written cannot be told from ours, so nothing of it is used
        connection.call("drop_collection", collection_name=name)
    if found != passages.count:
        raise collection.damaged(f"holds {found} passages, not {passages.count}, though all were confirmed")
    progress("indexing", passages.count, passages.count)


def _written(collection: Collection) -> int:
    """How many passages, from the first on, an interrupted build has left without a gap, in whole batches.

    A server whose disk was full may have lost what it confirmed, in the middle too. So their number alone does not say.
    """
    first, last = 0, -(-collection.passages // _PASSAGES_PER_BATCH)
    while first < last:
        middle = (first + last + 1) // 2
        end = min(middle * _PASSAGES_PER_BATCH, collection.passages)
        if collection.restricted(f"{ID} < {end}").count(strongly=True) == end:
            first = middle
        else:
            last = middle - 1
    return first * _PASSAGES_PER_BATCH


def _check_version(connection: Connection) -> None:
    """Refuse a server without sparse vectors or patterns with wildcards on both sides. Raises LibraryNotWritable."""
    version = str(connection.call("get_server_version"))
    match = _VERSION.match(version)
    if match is not None and (int(match[1]), int(match[2])) < _LEAST_VERSION:
        least = ".".join(map(str, _LEAST_VERSION))
        raise LibraryNotWritable(
            f"Milvus at {connection.server.uri!r} is version {version[:20]!r}; it must be {least} or newer"
        )


def _terms(placed: PlacedPassage, analyzer: Analyzer) -> Terms:
    passage = placed.passage
    return Terms(*(analyzer.terms(text) for text in (passage.in_context, passage.context, called_by(passage.author))))


def _batches(count: int, first: int = 0) -> Iterator[range]:
    for start in range(first, count, _PASSAGES_PER_BATCH):
        yield range(start, min(start + _PASSAGES_PER_BATCH, count))
