"""What is lost when a build into Milvus is killed, cut off or disturbed: nothing may be, and nothing half be seen."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import qa
from benchmarks.cluster_server import LiteServer
from benchmarks.small_disk import leave_room, mounted
from qa.encoding.encoder import Vectors
from qa.errors import LibraryBusy, LibraryError, LibraryMissing, LibraryNotWritable
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
_ROOM_STEP = 4_096  # a block of a small disk
_MOST_TRIALS = 100  # with ever more room; a change of so few texts needs less than thirty such steps
_ROOM_ENOUGH = 16_000_000
_FULL = re.compile(r"(?:No space left on device|disk is full).*(?:make room|untouched)")


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
        yield _restarted_in_a_question(work / "question", server)
        yield _two_writers(work / "two", server)
        yield _eight_readers(work / "readers", server)
    for whose in ("server", "library"):
        yield _full_disk(work / f"full-{whose}", whose)


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


def _restarted_in_a_question(path: Path, server: LiteServer) -> str:
    """The server is killed and started again before each request of a question."""

    def restart() -> None:
        server.kill()
        server.start()

    library = _build(path, server, "red")
    expected = _words(library)
    trials = wrong = 0
    while True:
        with _AtRequest("search", trials + 1, restart) as watched:
            wrong += _words(library) != expected
        if watched.made <= trials:
            return f"server started again before each of {trials} searches of a question: {_verdict(wrong)}"
        trials += 1


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


def _full_disk(work: Path, whose: str) -> str:
    """The disk of the server, or that of the library, is full in the middle of first builds and of changes."""
    (disk := work / "disk").mkdir(parents=True)
    (other := work / "other").mkdir()
    with mounted(disk) as is_mounted:
        if not is_mounted:
            return f"disk of the {whose} full: not tried, only root can mount a small one"
        data, libraries = (disk, other) if whose == "server" else (other, disk)
        with LiteServer(data / "data") as server:
            firsts, wrong = _with_ever_more_room(
                disk, server, lambda n: _Change(libraries / f"{n}", server, None, "red")
            )
            _build(libraries / "changed", server, "red").close()
            colours = ("red", "blue")
            changes_, wrong_ = _with_ever_more_room(
                disk, server, lambda n: _Change(libraries / "changed", server, colours[n % 2], colours[(n + 1) % 2])
            )
    return (
        f"disk of the {whose} full in {firsts} first builds and {changes_} changes, each repeated once there was room: "
        f"{_verdict([*wrong, *wrong_])}"
    )


@dataclass(frozen=True)
class _Change:
    """A first build, or a change of a library whose texts all end with a word."""

    path: Path
    server: LiteServer
    before: str | None
    after: str

    def make(self) -> str | None:
        """Make it. Returns what it raised, if that is an error of ours; None if nothing."""
        try:
            _build(self.path, self.server, self.after).close()
        except LibraryError as error:
            return str(error)
        return None

    def holds(self, word: str | None) -> bool:
        """Whether the library now holds texts that all end with this word; for None, whether there is none."""
        try:
            with qa.open(self.path, encoder=HashEncoder(), reader=None) as library:
                return _words(library) == {word}
        except LibraryMissing:
            return word is None


def _with_ever_more_room(
    disk: Path, server: LiteServer, change_of: Callable[[int], _Change]
) -> tuple[int, Sequence[str]]:
    """Make changes on a disk that has ever more room, until one succeeds at once.

    After a failure the library must be as it was, also once the server was started again, and the same change must
    succeed as soon as there is room.

    Args:
        disk: Where the disk is mounted.
        server: The server.
        change_of: The change of each trial, by its number.

    Returns:
        How many changes have failed at first, and what was wrong.
    """
    wrong: list[str] = []
    for number in range(_MOST_TRIALS):
        change = change_of(number)
        leave_room(disk, number * _ROOM_STEP)
        raised = change.make()
        if raised is None:
            leave_room(disk, _ROOM_ENOUGH)
            return number, wrong if change.holds(change.after) else [*wrong, "a change that succeeded is not there"]
        if not _FULL.search(raised):
            wrong.append(f"an unclear error: {raised}")
        if not change.holds(change.before):
            wrong.append("the library is not as it was")
        leave_room(disk, _ROOM_ENOUGH)
        if number % 2:
            server.kill()
            server.start()
            if not change.holds(change.before):
                wrong.append("the library is not as it was once the server was started again")
        if (again := change.make()) is not None or not change.holds(change.after):
            wrong.append(f"not made once there was room: {again}")
    return _MOST_TRIALS, [*wrong, "there was never room enough"]


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
