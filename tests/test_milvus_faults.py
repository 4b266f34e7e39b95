"""What becomes of a library in Milvus when its server, or somebody else there, does what it should not."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import FakeEncoder
from engines import Place, collections, remotes

import qa
from qa.library import changes, remote_indexes
from qa.library.archive import archive_blocks
from qa.library.directory import LibraryDirectory
from qa.library.manifest import Manifest
from qa.library.pack import unpack
from qa.search.milvus import connection as connections
from qa.search.milvus.connection import Connection
from qa.search.remote import URI_VARIABLE, Remote, Server

COUNT = 7
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def threads(word: str = "red") -> list[qa.Thread]:
    return [qa.Thread.from_text(f"Lens number {number} is {word}.", title=f"Lens {number}") for number in range(COUNT)]


@pytest.fixture(autouse=True)
def small_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv(URI_VARIABLE, raising=False)
    monkeypatch.setattr("qa.search.milvus.writer._PASSAGES_PER_BATCH", 2)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(str(tmp_path / "vectors.db"))


@pytest.fixture
def library(tmp_path: Path, encoder: FakeEncoder, place: Place) -> qa.Library:
    return qa.build(threads(), tmp_path / "library", encoder=encoder, **place.arguments)


@pytest.fixture
def other(library: qa.Library, place: Place) -> Iterator[Any]:
    """Another program's client of the same Milvus."""
    with closing(Connection(Server.named(str(place.uri)))) as connection:
        yield connection.client


def test_a_collection_that_is_no_longer_loaded_is_loaded_again(library: qa.Library, other: Any) -> None:
    (remote,) = remotes(library)
    for question in ("Lens number 3", "source:lens number 3", '"number 3"'):
        other.release_collection(remote.collection)  # as a server of Milvus Lite does that was started again
        assert library.ask(question).quotes[0].text == "Lens number 3 is red."


def test_a_collection_that_was_dropped_is_named_and_built_again(
    library: qa.Library, other: Any, encoder: FakeEncoder
) -> None:
    (remote,) = remotes(library)
    other.drop_collection(remote.collection)
    with pytest.raises(
        qa.LibraryDamaged, match=f"{remote.collection}' in Milvus at .* is gone; .* qa build without a path"
    ):
        library.ask("Which lens is red?")
    assert library.add([qa.Thread.from_text("A lens from Wetzlar.", title="New")]).added == ("New",)
    assert len(library.search("Lens", 10)) == COUNT + 1


def test_a_collection_of_the_same_name_by_another_program_is_not_used(
    library: qa.Library, other: Any, encoder: FakeEncoder
) -> None:
    (remote,) = remotes(library)
    other.drop_collection(remote.collection)
    other.create_collection(remote.collection, dimension=256)
    other.insert(remote.collection, [{"id": number, "vector": [1.0] * 256} for number in range(COUNT)])
    with pytest.raises(qa.LibraryDamaged, match="has other fields than a library's; drop it there"):
        qa.open(library.path, encoder=encoder)
    assert len(qa.build(None, library.path, encoder=encoder).search("Lens", 10)) == COUNT


def test_vectors_that_another_program_altered_are_computed_again(
    library: qa.Library, other: Any, encoder: FakeEncoder
) -> None:
    (remote,) = remotes(library)
    expected = [quote.score for quote in library.search("Lens number 3", 10)]
    (row,) = other.query(remote.collection, filter="id == 3", output_fields=["*"])
    other.upsert(remote.collection, [row | {"dense": [1.0] * 256}])
    with pytest.raises(qa.LibraryDamaged, match="vectors that are not of length one"):
        library.search("Lens number 3", 10)
    again = qa.build(None, library.path, encoder=encoder)
    assert [quote.score for quote in again.search("Lens number 3", 10)] == expected


@pytest.fixture
def interrupted(
    tmp_path: Path, encoder: FakeEncoder, place: Place, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], qa.Library]:
    """A first build that ended after three of four batches; the same build again."""
    original, written = Connection.call, 0

    def call(self: Connection, method: str, **arguments: Any) -> Any:
        nonlocal written
        written += method == "upsert"
        if method == "upsert" and written == 4:
            raise qa.LibraryNotReadable("the connection is cut")
        return original(self, method, **arguments)

    def build() -> qa.Library:
        return qa.build(threads(), tmp_path / "library", encoder=encoder, **place.arguments)

    monkeypatch.setattr(Connection, "call", call)
    with pytest.raises(qa.LibraryNotWritable, match="the connection is cut"):
        build()
    return build


def _written(tmp_path: Path) -> str:
    return str(json.loads((tmp_path / "library/generations/collections.json").read_text())["unfinished"]["collection"])


@pytest.mark.parametrize("lost", [[0], [2, 3], [1, 4]])
def test_what_a_server_lost_of_an_interrupted_build_is_written_again(
    tmp_path: Path, place: Place, interrupted: Callable[[], qa.Library], lost: list[int]
) -> None:
    with closing(Connection(Server.named(str(place.uri)))) as other:
        other.client.load_collection(_written(tmp_path))
        other.client.delete(_written(tmp_path), ids=lost)
    assert len(interrupted().search("Lens", 10)) == COUNT


def test_what_another_program_added_to_an_interrupted_build_is_dropped(
    tmp_path: Path, place: Place, interrupted: Callable[[], qa.Library]
) -> None:
    name = _written(tmp_path)
    with closing(Connection(Server.named(str(place.uri)))) as other:
        other.client.load_collection(name)
        (row,) = other.client.query(name, filter="id == 3", output_fields=["*"])
        other.client.upsert(name, [row | {"id": 99}])
    with pytest.raises(qa.LibraryNotWritable, match="holds 8 passages, not 7, though all were confirmed"):
        interrupted()
    library = interrupted()
    assert len(library.search("Lens", 10)) == COUNT and len(collections(place, library)) == 1


@pytest.mark.parametrize("method", ["WAL.write_insert", "Manifest.save"])
def test_a_server_whose_disk_is_full_says_so_and_the_same_build_succeeds_later(
    library: qa.Library, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    module = {"WAL.write_insert": "wal", "Manifest.save": "manifest"}[method]
    before = library.status()
    with monkeypatch.context() as full:

        def fail(*_: Any, **__: Any) -> None:
            raise FULL

        full.setattr(f"milvus_lite.storage.{module}.{method}", fail)
        with pytest.raises(qa.LibraryNotWritable, match="No space left on device; make room on its disk"):
            library.rebuild(threads("blue"))
        assert library.status() == before and library.ask("Which lens is red?").quotes
    library.rebuild(threads("blue"))
    assert {quote.text.split()[-1] for quote in library.search("Lens", 10)} == {"blue."}
    assert library.verify()


@contextmanager
def listening() -> Iterator[tuple[Server, list[object]]]:
    """A server that only notes who connects."""
    visitors: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:

        def accept() -> None:
            while True:
                try:
                    visitor, address = listener.accept()
                except OSError:
                    return
                visitors.append(address)
                visitor.close()

        pool.submit(accept)
        yield Server(f"http://127.0.0.1:{listener.getsockname()[1]}"), visitors
        listener.shutdown(socket.SHUT_RDWR)


def _say_that_it_is_at(library: qa.Library, server: Server) -> None:
    generation = library._opened.generation
    remote = Remote.new(server, remotes(library)[0].library)
    replace(generation.manifest, remote=remote).write(generation.folder)


def test_whoever_wrote_a_folder_gets_none_of_the_texts_that_are_built_into_it(
    library: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SECONDS_TO_ASK", 0.5)
    monkeypatch.setattr("qa.search.milvus.writer.SECONDS_TO_WRITE", 0.5)
    with listening() as (stranger, visitors):
        _say_that_it_is_at(library, stranger)
        for sources in (threads("blue"), None):
            with pytest.raises(qa.LibraryNotReadable, match=f"{stranger.uri}', which nobody has named .* --engine emb"):
                qa.build(sources, library.path, encoder=encoder)
        mine = qa.build(None, library.path, encoder=encoder, engine="embedded")  # it still keeps the stranger's
        mine.add([qa.Thread.from_text("A lens from Wetzlar.", title="New")])
        assert changes.clear_leftovers(LibraryDirectory(library.path)) == 0
        assert len(mine.search("Lens", 10)) == COUNT + 1
    assert visitors == []


def test_a_packed_file_that_names_a_server_is_refused(tmp_path: Path, library: qa.Library) -> None:
    folder = library._opened.generation.folder
    with listening() as (stranger, visitors):
        _say_that_it_is_at(library, stranger)
        (tmp_path / "packed").write_bytes(b"".join(archive_blocks(folder, Manifest.read(folder))))
        with pytest.raises(qa.LibraryDamaged, match="its vectors and words are on a server"):
            unpack(tmp_path / "packed", LibraryDirectory(tmp_path / "unpacked"))
    assert visitors == [] and not (tmp_path / "unpacked").exists()


def test_a_copy_on_a_disk_that_gives_it_the_same_inode_drops_nothing_of_the_original(
    tmp_path: Path, library: qa.Library, place: Place, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_indexes, "GRACE_SECONDS", 0)
    shutil.copytree(library.path, tmp_path / "copy")
    generations = tmp_path / "copy/generations"
    notes = json.loads((generations / "collections.json").read_text())
    inode = str(generations.stat().st_ino)
    notes |= {"folder": "-".join([inode, *str(notes["folder"]).split("-")[1:]])}
    (generations / "collections.json").write_text(json.dumps(notes))
    with qa.open(tmp_path / "copy", encoder=encoder) as copy:
        for number in range(3):
            copy.add([qa.Thread.from_text(f"Text number {number}.", title=str(number))])
    assert {remote.collection for remote in remotes(library)} <= collections(place, library)
    assert library.verify()


def test_a_token_that_is_refused_is_named(tmp_path: Path, encoder: FakeEncoder) -> None:
    import grpc

    class Refusing(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, _: Any) -> Any:
            return grpc.unary_unary_rpc_method_handler(
                lambda _, context: context.abort(grpc.StatusCode.UNAUTHENTICATED, "auth check failure")
            )

    server = grpc.server(ThreadPoolExecutor(1), [Refusing()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with pytest.raises(qa.LibraryNotWritable, match=r"check the token for it: --token-file, or \$VERB") as error:
            qa.build(
                threads(),
                tmp_path / "library",
                encoder=encoder,
                engine="milvus",
                uri=f"http://127.0.0.1:{port}",
                token="a secret",
            )
        assert "a secret" not in str(error.value)
    finally:
        server.stop(None).wait()


def test_the_address_of_the_environment_is_the_default_one(
    tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URI_VARIABLE, str(tmp_path / "vectors.db"))
    library = qa.build(threads(), tmp_path / "library", encoder=encoder, engine="milvus")
    assert [remote.server for remote in remotes(library)] == [Server(str(tmp_path / "vectors.db"))]
