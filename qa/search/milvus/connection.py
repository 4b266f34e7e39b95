"""Connection: a way to a Milvus, with errors in this package's words, retries that end, and a token that stays safe."""

from __future__ import annotations

import logging
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qa.errors import LibraryNotReadable, SettingError
from qa.search.remote import Server, token_for

SECONDS_TO_ASK = 30
"""How long a question waits for a server; pymilvus tries again, at growing intervals, until then."""
SECONDS_TO_WRITE = 300
"""The same for a batch of a build: a server that is started again needs a minute or two."""
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
            LibraryNotReadable: The server cannot be reached, or is not one that the user has named.
        """
        self.server, self._seconds = server, seconds
        client = _client_class()
        token = token_for(server)
        if server.is_file and not may_create and not Path(server.uri).is_dir():
            raise LibraryNotReadable(
                f"there is no Milvus at {server.uri!r}; put the file back there, or build the library again"
            )
        with self._reporting("connect"):
            self.client = client(uri=server.uri, token=token, db_name=server.database, timeout=seconds)
        if server.is_file:
            with _lock:
                _users_of_files[server.uri] += 1
        self._finalizer = weakref.finalize(self, _let_go, self.client, server)

    def call(self, method: str, **arguments: Any) -> Any:
        """Call a method of pymilvus's MilvusClient.

        Args:
            method: Its name.
            **arguments: Its arguments.

        Raises:
            LibraryNotReadable: The server cannot be reached in time, or refuses.
        """
        with self._reporting(method.replace("_", " ")):
            return getattr(self.client, method)(timeout=self._seconds, **arguments)

    def close(self) -> None:
        """Let go of the server, which also happens automatically once nothing refers to the connection."""
        self._finalizer()

    @contextmanager
    def _reporting(self, action: str) -> Iterator[None]:
        """Turn what pymilvus raises into LibraryNotReadable."""
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, grpc.RpcError, OSError) as error:
            raise LibraryNotReadable(f"Milvus at {self.server.uri!r} failed ({action}): {_reason(error)}") from error


def _let_go(client: Any, server: Server) -> None:
    """Close a client; with the last one of this process a file of Milvus Lite too, so that others can open it."""
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
