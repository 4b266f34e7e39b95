"""Connection: a way to a Milvus, with errors in this package's words, retries that end, and a token that stays safe."""

from __future__ import annotations

import logging
import re
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from qa.errors import LibraryNotReadable, SettingError
from qa.search.remote import TOKEN_VARIABLE, URI_VARIABLE, Server, token_for

SECONDS_TO_ASK = 20.0
"""How long a question waits for a server that does not answer; it is asked again, at growing intervals, until then."""
_PAUSE, _LONGEST_PAUSE = 0.5, 8.0  # seconds between two attempts: a server that comes back is not run over
_SECONDS_TO_CONNECT = 5.0  # of one attempt
# gRPC would wait for up to two minutes before it looks again for a server that was away.
_SOON_AGAIN = {f"grpc.{end}_reconnect_backoff_ms": 1_000 for end in ("initial", "max")}
_lock = threading.Lock()
_users_of_files: Counter[str] = Counter()
"""How many connections of this process use each file of Milvus Lite."""
_INSTALL = "it needs pymilvus; in Verbatim's checkout: pip install '.[cluster]'"
_COLLECTION_NOT_FOUND, _COLLECTION_NOT_LOADED = 100, 101  # Milvus's codes of these errors
# What a server says, and what to do about it. Milvus Lite passes on what its system says, a cluster sets limits itself.
_WAYS_OUT = (
    (re.compile(r"no space left|quota exceeded", re.IGNORECASE), "make room on its disk, or raise its limits"),
    (
        re.compile(r"unauthenticated|permission.?denied|auth check failure", re.IGNORECASE),
        f"check the token for it: --token-file, or ${TOKEN_VARIABLE} beside ${URI_VARIABLE}",
    ),
    (re.compile(r"database.*not (?:found|exist)", re.IGNORECASE), "make that database there, or name another one"),
)


class Connection:
    """An open connection to a Milvus; thread-safe."""

    def __init__(self, server: Server, *, may_create: bool = False, seconds: float = SECONDS_TO_ASK) -> None:
        """Connect.

        Args:
            server: The Milvus.
            may_create: Whether to make the file of Milvus Lite if it is missing.
            seconds: How long each request may take, with all its retries.

        Raises:
            SettingError: pymilvus is not installed.
            LibraryNotReadable: The server cannot be reached.
        """
        self.server, self._seconds, self._lock = server, seconds, threading.Lock()
        client = _client_class()
        token = token_for(server)
        if server.is_file:
            _check_file(Path(server.uri), may_create=may_create)
        with self._reporting("connect"):
            # Of its own: those that pymilvus shares go on trying an address that was given up.
            self._new = partial(
                client, uri=server.uri, token=token, db_name=server.database, dedicated=True, grpc_options=_SOON_AGAIN
            )
            # A build may wait longer for an answer, but not to learn that the address is wrong.
            self._clients = [self._new(timeout=min(seconds, SECONDS_TO_ASK))]
        if server.is_file:
            with _lock:
                _users_of_files[server.uri] += 1
        self._finalizer = weakref.finalize(self, _let_go, self._clients, server)

    @property
    def client(self) -> Any:
        """pymilvus's MilvusClient, as it is now."""
        return self._clients[-1]

    def call(self, method: str, **arguments: Any) -> Any:
        """Call a method of pymilvus's MilvusClient, again and again while the server cannot be reached.

        Args:
            method: Its name; to call it twice must do no harm.
            **arguments: Its arguments.

        Raises:
            LibraryNotReadable: The server cannot be reached in time, or refuses.
        """
        end, pause = time.monotonic() + self._seconds, _PAUSE
        while True:
            client = self.client
            try:
                with self._reporting(method.replace("_", " ")):
                    left = max(end - time.monotonic(), _PAUSE)
                    return getattr(client, method)(timeout=left, **arguments)
            except _Unreachable:
                if time.monotonic() + pause > end:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            self._connect_again(client)

    def _connect_again(self, lost: Any) -> None:
        """Replace a client that has lost its server, unless another thread has; it stays if that fails."""
        with self._lock, suppress(LibraryNotReadable), self._reporting("connect"):
            if self.client is lost:
                self._clients[:] = [self._new(timeout=_SECONDS_TO_CONNECT)]
                lost.close()

    def close(self) -> None:
        """Let go of the server, which also happens automatically once nothing refers to the connection."""
        self._finalizer()

    @contextmanager
    def _reporting(self, action: str) -> Iterator[None]:
        """Turn what pymilvus raises into LibraryNotReadable, _Unreachable if another attempt may succeed."""
        import grpc
        from pymilvus.client.types import Status
        from pymilvus.exceptions import MilvusException

        away = (Status.CONNECT_FAILED, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
        try:
            yield
        except (MilvusException, grpc.RpcError, OSError) as error:
            code = error.code() if isinstance(error, grpc.RpcError) else getattr(error, "code", None)
            kind = _Unreachable if code in away else _KINDS.get(code, LibraryNotReadable)
            raise kind(f"Milvus at {self.server.uri!r} failed ({action}): {_reason(error)}") from error


class CollectionGone(LibraryNotReadable):
    """The server has no collection of that name."""


class CollectionNotLoaded(LibraryNotReadable):
    """The server has the collection, but must load it first: it was started again, or somebody has released it."""


class _Unreachable(LibraryNotReadable):
    """The server does not answer now."""


def _check_file(path: Path, *, may_create: bool) -> None:
    """Check that a file of Milvus Lite, a folder in fact, is there or can be made there. Raises LibraryNotReadable."""
    if path.is_dir() or (may_create and path.parent.is_dir() and not path.exists()):
        return
    if path.exists():
        problem = "is a file of another program; name another one"
    elif may_create:
        problem = f"cannot be made: there is no folder {str(path.parent)!r}; make it first"
    else:
        problem = "is not there; put it back there, or build the library again"
    raise LibraryNotReadable(f"the Milvus {str(path)!r} {problem}")


_KINDS: Mapping[object, type[LibraryNotReadable]] = {
    _COLLECTION_NOT_FOUND: CollectionGone,
    _COLLECTION_NOT_LOADED: CollectionNotLoaded,
}


def _let_go(clients: Sequence[Any], server: Server) -> None:
    """Close a client; with the last one of this process a file of Milvus Lite too, so that others can open it."""
    for client in clients:
        client.close()
    if not server.is_file:
        return
    with _lock:
        _users_of_files[server.uri] -= 1
        if not _users_of_files[server.uri]:
            from milvus_lite.server_manager import server_manager_instance

            server_manager_instance.release_server(server.uri)


def _client_class() -> Any:
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise SettingError(f"the library is in Milvus; {_INSTALL}") from error
    # They write every error, with its traceback, to standard error; here each is raised and reported once.
    for name in ("pymilvus", "milvus_lite"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return MilvusClient


def _reason(error: Exception) -> str:
    """What went wrong and what to do about it, in a line."""
    line = _line(error)
    if "open local milvus failed" in line.lower():
        return "the file is damaged, or open in another process; several processes need milvus-lite server"
    whole = f"{line} {_line(error.__cause__)}" if error.__cause__ is not None else line  # why it could not connect
    for sign, way_out in _WAYS_OUT:
        if sign.search(whole):
            return f"{line}; {way_out}"
    return f"{line}; see that it runs, and that its address, database and token are right"


def _line(error: BaseException) -> str:
    details = getattr(error, "details", None)  # of gRPC's errors, whose own text has ten lines
    text = str(getattr(error, "message", "") or (details() if callable(details) else "") or error)
    return " ".join(text.split())[:300]
