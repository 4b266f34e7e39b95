"""Writes a generation's passages into a new collection: batch after batch, each as often as it takes.

A batch is a row of numbers, and a number is a primary key, so a batch that is written twice is there once. Whoever
begins again after an interruption goes on where the collection ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from qa.errors import LibraryNotReadable, LibraryNotWritable
from qa.search.analyzer import Analyzer
from qa.search.milvus.collection import Collection
from qa.search.milvus.connection import Connection
from qa.search.milvus.passages import Passages, PlacedPassage
from qa.search.milvus.schema import collection_schema, index_parameters, row
from qa.search.milvus.sparse import Terms, passage_vector
from qa.search.milvus.statistics import FILE, Statistics, StatisticsWriter
from qa.search.remote import Remote
from qa.sources.patterns.dates import day_in_words
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


def write_collection(folder: Path, passages: Passages, remote: Remote, progress: Progress) -> None:
    """Write all passages into a collection, and prove that it holds them; what it holds already is not written again.

    Args:
        folder: The generation's folder, which has the statistics.
        passages: The passages.
        remote: The collection; made if it is not there.
        progress: Called with the stage "indexing".

    Raises:
        LibraryNotWritable: The server cannot be reached, or refuses. What is written stays, for the next attempt.
        SettingError: pymilvus is not installed.
    """
    try:
        connection = Connection(remote.server, may_create=True, seconds=SECONDS_TO_WRITE)
        try:
            _write(connection, Statistics.open(folder, passages.count), passages, remote.collection, progress)
        finally:
            connection.close()
    except LibraryNotReadable as error:
        raise LibraryNotWritable(
            f"{error}; the library is as it was, and the same command goes on from here"
        ) from error


def _write(connection: Connection, statistics: Statistics, passages: Passages, name: str, progress: Progress) -> None:
    _check_version(connection)
    collection = Collection(connection, name, passages.count)
    written = 0
    if connection.call("has_collection", collection_name=name):
        connection.call("load_collection", collection_name=name)
        # The last batch may have arrived in part.
        written = collection.count(strongly=True) // _PASSAGES_PER_BATCH * _PASSAGES_PER_BATCH
    else:
        connection.call(
            "create_collection",
            collection_name=name,
            schema=collection_schema(connection.client, passages.dimension),
            index_params=index_parameters(connection.client, passages.count),
        )
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
    connection.call("load_collection", collection_name=name)
    if (found := collection.count(strongly=True)) != passages.count:
        raise LibraryNotWritable(
            f"Milvus at {connection.server.uri!r} holds {found} passages, not {passages.count}, though it confirmed "
            "them all; the library is as it was"
        )
    progress("indexing", passages.count, passages.count)


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
    return Terms(*(analyzer.terms(text) for text in (passage.in_context, passage.context, passage.author)))


def _batches(count: int, first: int = 0) -> Iterator[range]:
    for start in range(first, count, _PASSAGES_PER_BATCH):
        yield range(start, min(start + _PASSAGES_PER_BATCH, count))
