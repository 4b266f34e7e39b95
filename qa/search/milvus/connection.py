"""Connection: a way to a Milvus, with errors in this package's words, retries that end, and a token that stays safe."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from qa.errors import LibraryNotReadable, SettingError
from qa.search.remote import Server, token_for

SECONDS_TO_ASK = 20.0
"""How long a question waits for a server that does not answer; it is asked again, at growing intervals, until then."""
_PAUSE, _LONGEST_PAUSE = 0.5, 8.0  # seconds between two attempts: a server that comes back is not run over
_SECONDS_TO_CONNECT = 5.0  # of one attempt
_lock = threading.Lock()
_users_of_files: Counter[str] = Counter()
"""How many connections of this process use each file of Milvus Lite."""
_INSTALL = "it needs pymilvus: pip install 'verbatim-qa[cluster]'"


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
        if server.is_file and not may_create and not Path(server.uri).is_dir():
            raise LibraryNotReadable(
                f"there is no Milvus at {server.uri!r}; put the file back there, or build the library again"
            )
        with self._reporting("connect"):
            # Of its own: those that pymilvus shares go on trying an address that was given up.
            self._new = partial(client, uri=server.uri, token=token, db_name=server.database, dedicated=True)
            self._clients = [self._new(timeout=seconds)]
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
            kind = _Unreachable if code in away else LibraryNotReadable
            raise kind(f"Milvus at {self.server.uri!r} failed ({action}): {_reason(error)}") from error


class _Unreachable(LibraryNotReadable):
    """The server does not answer now."""


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
    # It writes every error, with its traceback, to standard error; here each is raised and reported once.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    return MilvusClient


def _reason(error: Exception) -> str:
    """What went wrong, in a line."""
    text = str(getattr(error, "message", "") or error)
    line = " ".join(text.split())
    if "open local milvus failed" in line.lower():
        return "the file is damaged, or open in another process; several processes need milvus-lite server"
    return f"{line[:300]}; see that it runs, and that its address, database and token are right"
