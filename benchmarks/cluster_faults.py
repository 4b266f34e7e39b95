"""What is lost when a build into Milvus is killed, cut off or disturbed: nothing may be, and nothing half be seen."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import qa
from benchmarks.cluster_server import LiteServer
from qa.encoding.encoder import Vectors
from qa.errors import LibraryBusy, LibraryError, LibraryNotWritable
from qa.library import changes
from qa.library.directory import LibraryDirectory
from qa.library.generation_writer import GENERATIONS
from qa.library.remote_indexes import remotes_of
from qa.search.milvus import writer
from qa.search.milvus.connection import Connection
from qa.search.remote import Server
from qa.types import Progress, no_progress

_TEXTS = 40
_PER_BATCH = 8  # so that a small build has several batches
_READERS = 8
_CHANGES = 6
_KILLED = 9  # the exit status of a process that ends itself
_MOST_REQUESTS = 100  # of a change of so few texts; it makes some twenty
_SECONDS_TO_GIVE_UP = 3.0
_SECONDS_WITHOUT_SERVER = 2.0


class HashEncoder:
    """Each word, hashed, is a dimension; it needs no model, so that a process starts fast."""

    name, fingerprint, dimension, max_tokens = "hash", "hash-1", 64, 64

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The number of words of each text."""
        return [len(text.split()) for text in texts]

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        """The vectors of the texts, shape (len(texts), dimension)."""
        vectors = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                vectors[row, hashlib.sha256(word.encode()).digest()[0] % self.dimension] += 1
        progress("encoding", len(texts), len(texts))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def faults(work: Path) -> Iterator[str]:
    """Try every fault on a server of Milvus Lite.

    Args:
        work: Where libraries and data go.

    Yields:
        A line for each fault; it has FAILED in it if anything was lost or half seen.
    """
    work.mkdir(parents=True)
    writer._PASSAGES_PER_BATCH = _PER_BATCH
    with LiteServer(work / "data") as server:
        yield _killed_at_each_request(work / "killed", server)
        yield _without_server(work / "away", server)
        yield _server_killed(work / "restarted", server)
        yield _two_writers(work / "two", server)
        yield _eight_readers(work / "readers", server)


def texts(word: str, count: int = _TEXTS) -> list[qa.Thread]:
    """Texts that all end with a word."""
    return [qa.Thread.from_text(f"Text number {number} says {word}", title=f"Text {number}") for number in range(count)]


def _build(path: Path, server: LiteServer, word: str) -> qa.Library:
    return qa.build(texts(word), path, encoder=HashEncoder(), reader=None, engine="milvus", uri=server.uri)


def _killed_at_each_request(path: Path, server: LiteServer) -> str:
    trials = wrong = 0
    for when in ("before", "after"):
        for number in range(1, _MOST_REQUESTS):
            library = path.with_name(f"{path.name}-{when}-{number}")
            _build(library, server, "red").close()
            process = _process(_change, library, number, when)
            process.join()
            if process.exitcode == 0:  # it made fewer requests
                break
            trials += 1
            wrong += process.exitcode != _KILLED or not _is_whole(library, server)
    return f"killed {trials} times, before and after each request of a change: {_verdict(wrong)}"


def _change(path: Path, number: int, when: str) -> None:
    """In a process of its own: change a library, and end at a request."""
    writer._PASSAGES_PER_BATCH = _PER_BATCH
    with qa.open(path, encoder=HashEncoder(), reader=None) as library:
        original, made = Connection.call, 0

        def call(self: Connection, method: str, **arguments: Any) -> Any:
            nonlocal made
            made += 1
            if when == "before" and made == number:
                os._exit(_KILLED)
            result = original(self, method, **arguments)
            if made == number:
                os._exit(_KILLED)
            return result

        Connection.call = call  # type: ignore[method-assign]
        library.rebuild(texts("blue"))


def _is_whole(path: Path, server: LiteServer) -> bool:
    """Whether a library holds one state or the other, can be changed, and keeps nothing that it does not need."""
    with qa.open(path, encoder=HashEncoder(), reader=None) as library:
        if _words(library) not in ({"red"}, {"blue"}):
            return False
        library.rebuild(texts("blue"))
        changes.clear_leftovers(LibraryDirectory(path))
        named = {remote.collection: remote.library for remote in remotes_of(path / GENERATIONS)}
        marks = set(named.values())
        there = {n for n in Connection(Server(server.uri)).call("list_collections") if n.split("_")[1] in marks}
        return _words(library) == {"blue"} and there == named.keys() and bool(library.verify())


def _words(library: qa.Library) -> set[str]:
    """The last word of each text; one alone, unless generations are mixed or passages are missing."""
    quotes = library.search("Text number says", k=2 * _TEXTS, repeats=True)
    return {quote.text.split()[-1] for quote in quotes} if len(quotes) == _TEXTS else {f"{len(quotes)} texts"}


def _without_server(path: Path, server: LiteServer) -> str:
    """The server goes in the middle of a build and does not come back in time; the next build goes on."""
    before = writer.SECONDS_TO_WRITE
    writer.SECONDS_TO_WRITE = _SECONDS_TO_GIVE_UP
    try:
        with _AtRequest("upsert", 3, server.kill):
            _build(path, server, "red")
        wrong = "it did not fail"
    except LibraryNotWritable:
        wrong = ""
    finally:
        writer.SECONDS_TO_WRITE = before
        server.start()
    with _AtRequest("upsert", _MOST_REQUESTS, server.kill) as counted:
        library = _build(path, server, "red")
    if _words(library) != {"red"}:
        wrong = "texts are missing"
    batches = _TEXTS // _PER_BATCH
    return (
        f"server gone, build ends by itself; the next one wrote {counted.made} of {batches} batches: {_verdict(wrong)}"
    )


def _server_killed(path: Path, server: LiteServer) -> str:
    """The server is killed in the middle of a build, and started again two seconds later."""

    def restart() -> None:
        server.kill()
        threading.Timer(_SECONDS_WITHOUT_SERVER, server.start).start()

    with _AtRequest("upsert", 3, restart):
        library = _build(path, server, "red")
    return f"server killed and started again in the middle of a build: {_verdict(_words(library) != {'red'})}"


def _two_writers(path: Path, server: LiteServer) -> str:
    library = _build(path, server, "red")
    with LibraryDirectory(path).writing():
        try:
            qa.open(path, encoder=HashEncoder(), reader=None).rebuild(texts("blue"))
        except LibraryBusy:
            return f"two writers, the second gets an error: {_verdict(_words(library) != {'red'})}"
    return f"two writers: {_verdict('the second was not told')}"


def _eight_readers(path: Path, server: LiteServer) -> str:
    words = ("red", "blue", "green")
    library = _build(path, server, words[0])
    is_over = threading.Event()
    asked, wrong = [0] * _READERS, [0] * _READERS

    def read(number: int) -> None:
        with qa.open(path, encoder=HashEncoder(), reader=None) as reader:
            while not is_over.is_set():
                try:
                    reader.refresh()
                    wrong[number] += len(_words(reader)) != 1 or not _words(reader) <= set(words)
                except LibraryError:
                    wrong[number] += 1
                asked[number] += 2

    readers = [threading.Thread(target=read, args=(number,)) for number in range(_READERS)]
    for reader in readers:
        reader.start()
    for number in range(_CHANGES):
        library.rebuild(texts(words[(number + 1) % len(words)]))
    is_over.set()
    for reader in readers:
        reader.join()
    return f"{_CHANGES} changes under {_READERS} readers, who asked {sum(asked):,} questions: {_verdict(sum(wrong))}"


class _AtRequest:
    """Does something just before a request of a kind, counted from 1."""

    def __init__(self, method: str, number: int, action: Callable[[], None]) -> None:
        self._method, self._number, self._action = method, number, action
        self.made = 0

    def __enter__(self) -> _AtRequest:
        self._original = original = Connection.call
        watched = self

        def call(self: Connection, method: str, **arguments: Any) -> Any:
            if method == watched._method:
                watched.made += 1
                if watched.made == watched._number:
                    watched._action()
            return original(self, method, **arguments)

        Connection.call = call  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        Connection.call = self._original  # type: ignore[method-assign]


def _process(function: Callable[..., None], *arguments: object) -> Any:
    """A process that has imported what it needs, but no connection of this one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "pymilvus", "tantivy", "faiss"])
    process = context.Process(target=function, args=arguments)
    process.start()
    return process


def _verdict(wrong: object) -> str:
    return f"FAILED ({wrong})" if wrong else "nothing lost, nothing half seen"
