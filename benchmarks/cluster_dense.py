"""The dense half on a true Milvus server: `python -m benchmarks.cluster_dense DIR --server PATH [--set NAME]`.

PATH is the program `milvus-server` of the package milvus 2.3.5, in an environment of its own (`pip install
milvus==2.3.5`): the newest true server that comes as a package. It knows neither sparse vectors nor patterns with a
wildcard in front, so words cannot be tried on it. Kills the server in the middle of writing and counts what it still
has, then compares the ten best passages by meaning and the fetched vectors with the embedded index.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import qa
from benchmarks import options as settings
from qa.encoding.encoder import Vectors
from qa.errors import LibraryNotReadable
from qa.evaluation.dataset import Dataset
from qa.search.engine import DenseEngine
from qa.search.milvus.collection import Collection
from qa.search.milvus.connection import Connection
from qa.search.milvus.dense import MilvusDense
from qa.search.milvus.schema import DENSE, ID
from qa.search.query import EncodedQuery
from qa.search.remote import Server

_SET = "stackfaq"
_TOP = 10
_TOLERANCE = 1e-6
_PER_BATCH = 100
_NAME = "verbatim_0123456789abcdef_00000000"
_SECONDS_TO_START = 120
_KILLED_AFTER = 5  # batches


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the status is 1 if anything differs or is lost."""
    parser = settings.parser(__doc__, [_SET])
    parser.add_argument("--server", type=Path, required=True, metavar="PATH", help="the program milvus-server")
    options = parser.parse_args(arguments)
    encoder = settings.encoder(options)
    name = (options.sets or [_SET])[0]
    data = Dataset.read(options.folder / name)
    with tempfile.TemporaryDirectory(prefix="verbatim-cluster-", ignore_cleanup_errors=True) as folder:
        library = qa.build(data.documents, Path(folder) / "library", encoder=encoder, reader=None)
        embedded = library._opened.generation.dense
        vectors = embedded.vectors(np.arange(len(embedded)))
        questions = [EncodedQuery.of(text, encoder) for text in data.queries.values()]
        with _server(options.server, Path(folder) / "data", _free_port()) as connection:
            acknowledged = _write(connection, vectors[: _KILLED_AFTER * _PER_BATCH])
            port = int(connection.server.uri.rpartition(":")[2])
        with _server(options.server, Path(folder) / "data", port) as connection:
            collection = Collection(connection, _NAME, len(vectors))
            connection.call("load_collection", collection_name=_NAME)
            found = collection.count(strongly=True)
            _write(connection, vectors)
            connection.call("flush", collection_name=_NAME)
            dense = MilvusDense(collection, vectors.shape[1])
            whole = collection.count(strongly=True)
            other = sum(not _same(embedded, dense, question) for question in questions)
            equal = bool(np.array_equal(dense.vectors(np.arange(len(vectors))), vectors))
            version = connection.call("get_server_version")
    print(
        f"Milvus {version}, {name}: of {len(questions):,} questions, {other} have another ten best passages by meaning;"
    )
    print(
        f"fetched vectors are {'equal bit for bit' if equal else 'NOT equal'}; killed after {acknowledged:,} confirmed"
    )
    print(f"passages and started again it had {found:,}; after writing all again {whole:,} of {len(vectors):,}")
    return int(other > 0 or not equal or found != acknowledged or whole != len(vectors))


def _same(embedded: DenseEngine, dense: DenseEngine, question: EncodedQuery) -> bool:
    """Whether the ten best are the same, but for the order of equal cosines."""
    expected, hits = embedded.search(question, _TOP), dense.search(question, _TOP)
    above = expected.scores > expected.scores.min() + _TOLERANCE
    close = np.allclose(hits.scores, expected.scores, atol=_TOLERANCE)
    return close and set(expected.ids[above].tolist()) <= set(hits.ids.tolist())


def _write(connection: Connection, vectors: Vectors) -> int:
    """Write vectors, batch after batch; returns how many the server has confirmed."""
    from pymilvus import DataType

    if not connection.call("has_collection", collection_name=_NAME):
        schema = connection.client.create_schema(auto_id=False)
        schema.add_field(ID, DataType.INT64, is_primary=True)
        schema.add_field(DENSE, DataType.FLOAT_VECTOR, dim=vectors.shape[1])
        indexes = connection.client.prepare_index_params()
        indexes.add_index(DENSE, index_type="FLAT", metric_type="IP")
        connection.call("create_collection", collection_name=_NAME, schema=schema, index_params=indexes)
    for start in range(0, len(vectors), _PER_BATCH):
        rows = [{ID: start + at, DENSE: vector} for at, vector in enumerate(vectors[start : start + _PER_BATCH])]
        connection.call("upsert", collection_name=_NAME, data=rows)
    return len(vectors)


@contextmanager
def _server(program: Path, data: Path, port: int) -> Iterator[Connection]:
    """A server with a group of its own, which is killed at the end."""
    process = subprocess.Popen(  # noqa: S603 (named by the user)
        [str(program), "--data", str(data), "--proxy-port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield _connected(port)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _connected(port: int) -> Connection:
    end = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            return Connection(Server(f"http://127.0.0.1:{port}"), seconds=_SECONDS_TO_START)
        except LibraryNotReadable:
            if time.monotonic() > end:
                raise
            time.sleep(1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
