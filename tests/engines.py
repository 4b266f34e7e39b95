"""The places that a library's indexes can be in, for the tests that every engine must pass."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qa
from qa.library.remote_indexes import remotes_of
from qa.search.milvus.connection import Connection
from qa.search.remote import URI_VARIABLE, Remote, Server

ENGINES = ("embedded", "file", "server", *(("cluster",) if URI_VARIABLE in os.environ else ()))
_SECONDS_TO_START = 60


@dataclass(frozen=True)
class Place:
    """Where indexes go: a Milvus, or the library's folder if `uri` is None."""

    uri: str | None

    @property
    def arguments(self) -> dict[str, Any]:
        """What `qa.build` takes."""
        return {"engine": "embedded"} if self.uri is None else {"engine": "milvus", "uri": self.uri}


@contextmanager
def lite_server(folder: Path, port: int | None = None) -> Iterator[Place]:
    """A server of Milvus Lite, a process of its own, on this machine alone."""
    port = port or free_port()
    command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(folder), "--host", "127.0.0.1"]
    with subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait(port)
            yield Place(f"http://127.0.0.1:{port}")
        finally:
            server.kill()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(_SECONDS_TO_START * 10):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server of Milvus Lite did not start")


def collections(place: Place, library: qa.Library) -> set[str]:
    """The collections of a library that there are."""
    marks = {remote.library for remote in remotes(library)}
    connection = Connection(Server.named(str(place.uri)))
    return {name for name in connection.call("list_collections") if name.split("_")[1] in marks}


def remotes(library: qa.Library) -> list[Remote]:
    """The collections that a library's generations name."""
    return remotes_of(library.path / "generations")
