"""The engine on Milvus: what is its own, and what must not go wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from conftest import FakeEncoder
from engines import Place, collections, remotes

import qa
from qa.cli.main import main
from qa.evaluation import evaluate
from qa.library import changes
from qa.library.directory import LibraryDirectory
from qa.library.pack import pack
from qa.search import hybrid
from qa.search.engine import Hits
from qa.search.milvus.connection import Connection
from qa.search.milvus.expression import in_a_row
from qa.search.query import EncodedQuery
from qa.search.remote import TOKEN_VARIABLE, URI_VARIABLE, Remote, Server, chosen_engine, token_for
from qa.search.subset import Subset

REMOTE = Remote.new(Server("/somewhere/vectors.db"), "0123456789abcdef")


def threads(count: int = 7) -> list[qa.Thread]:
    return [qa.Thread.from_text(f"Lens number {number} is red.", title=f"Lens {number}") for number in range(count)]


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv(URI_VARIABLE, raising=False)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(str(tmp_path / "vectors.db"))


@pytest.fixture
def milvus(tmp_path: Path, encoder: FakeEncoder, place: Place) -> qa.Library:
    return qa.build(threads(), tmp_path / "library", encoder=encoder, **place.arguments)


Calls = list[str]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], Calls]:
    """Notes what is asked of Milvus from now on, and cuts the connection at a call."""
    original = Connection.call

    def cut_at(number: int | None) -> Calls:
        noted: Calls = []

        def call(self: Connection, method: str, **arguments: Any) -> Any:
            noted.append(method)
            if number is not None and len(noted) > number:
                raise qa.LibraryNotReadable("the connection is cut")
            return original(self, method, **arguments)

        monkeypatch.setattr(Connection, "call", call)
        return noted

    return cut_at


def test_a_build_that_fails_at_any_step_leaves_the_library_as_it_was(
    tmp_path: Path,
    milvus: qa.Library,
    encoder: FakeEncoder,
    place: Place,
    calls: Callable[[int | None], Calls],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("qa.search.milvus.writer._PASSAGES_PER_BATCH", 2)
    before = milvus.status()
    more = [qa.Thread.from_text("A lens from Wetzlar.", title="New")]
    step = 0
    while True:
        noted = calls(step)
        try:
            milvus.add(more)
        except qa.LibraryError:
            assert len(noted) == step + 1
            calls(None)
            assert qa.open(milvus.path, encoder=encoder).status() == before
        else:
            break
        step += 1
    assert step > 10 and len(milvus.sources) == 8
    calls(None)
    changes.clear_leftovers(LibraryDirectory(milvus.path))
    assert collections(place, milvus) == {remote.collection for remote in remotes(milvus)}
    assert milvus.ask("Which lens is from Wetzlar?").quotes[0].text == "A lens from Wetzlar."


def test_a_build_goes_on_where_it_was_interrupted(
    tmp_path: Path,
    encoder: FakeEncoder,
    place: Place,
    calls: Callable[[int | None], Calls],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("qa.search.milvus.writer._PASSAGES_PER_BATCH", 2)
    path = tmp_path / "library"
    calls(5)  # its version, a look for the collection, its making, and two batches
    with pytest.raises(qa.LibraryNotWritable, match="the connection is cut; .* goes on from here"):
        qa.build(threads(), path, encoder=encoder, **place.arguments)
    with pytest.raises(qa.LibraryMissing):
        qa.open(path, encoder=encoder)
    noted = calls(None)
    library = qa.build(threads(), path, encoder=encoder, **place.arguments)
    assert noted.count("create_collection") == 0 and noted.count("upsert") == 2
    assert len(library.sources) == 7 and len(collections(place, library)) == 1
    assert len(library.search("Lens", 10)) == 7


def test_an_interrupted_build_of_other_texts_is_not_gone_on_with(
    tmp_path: Path, encoder: FakeEncoder, place: Place, calls: Callable[[int | None], Calls]
) -> None:
    path = tmp_path / "library"
    calls(4)
    with pytest.raises(qa.LibraryNotWritable):
        qa.build(threads(), path, encoder=encoder, **place.arguments)
    noted = calls(None)
    library = qa.build(threads(3), path, encoder=encoder, **place.arguments)
    assert noted.count("create_collection") == 1
    assert len(library.sources) == 3 and len(collections(place, library)) == 1


def test_verify_drops_what_an_interrupted_build_left(
    milvus: qa.Library, place: Place, calls: Callable[[int | None], Calls]
) -> None:
    calls(9)
    with pytest.raises(qa.LibraryNotWritable):
        milvus.add([qa.Thread.from_text("A lens from Wetzlar.")])
    calls(None)
    assert len(collections(place, milvus)) == 2
    with LibraryDirectory(milvus.path).writing():
        assert changes.clear_leftovers(LibraryDirectory(milvus.path)) == 0  # somebody writes: it may be theirs
    assert changes.clear_leftovers(LibraryDirectory(milvus.path)) == 1
    assert len(collections(place, milvus)) == 1 and milvus.verify()


def test_no_reader_meets_a_half_written_generation(milvus: qa.Library, encoder: FakeEncoder) -> None:
    problems: list[object] = []
    is_over = False

    def read() -> None:
        with qa.open(milvus.path, encoder=encoder) as reader:
            while not is_over:
                reader.refresh()
                answer = reader.ask("Which lens is red?", k=10)
                counts = {quote.text.split()[-1] for quote in answer.quotes}
                if len(counts) != 1 or len(answer.quotes) != 7:  # each generation says another last word
                    problems.append(answer.quotes)

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for colour in ("blue.", "green.", "grey."):
        milvus.rebuild(
            [qa.Thread.from_text(f"Lens number {n} is red, and {colour}", title=f"Lens {n}") for n in range(7)]
        )
    is_over = True
    for reader in readers:
        reader.join()
    assert problems == []


def test_what_milvus_lost_is_noticed(milvus: qa.Library, encoder: FakeEncoder, place: Place) -> None:
    (remote,) = remotes(milvus)
    connection = Connection(Server.named(str(place.uri)))
    connection.call(
        "upsert", collection_name=remote.collection, data=[_row(connection, remote, 3) | {"dense": [1.0] * 256}]
    )
    with pytest.raises(qa.LibraryDamaged, match="vectors that are not of length one"):
        milvus.ask("Lens number 3")
    connection.call("delete", collection_name=remote.collection, ids=[3])
    with pytest.raises(qa.LibraryDamaged, match="holds 6 passages, not 7"):
        qa.open(milvus.path, encoder=encoder)
    with pytest.raises(qa.LibraryDamaged, match="holds 6 passages, not 7"):
        milvus.verify()
    connection.call("drop_collection", collection_name=remote.collection)
    with pytest.raises(qa.LibraryDamaged, match="is gone"):
        qa.open(milvus.path, encoder=encoder)
    assert len(qa.build(None, milvus.path, encoder=encoder).search("Lens", 10)) == 7  # the texts are in the folder


def _row(connection: Connection, remote: Remote, number: int) -> dict[str, Any]:
    rows = connection.call("query", collection_name=remote.collection, filter=f"id == {number}", output_fields=["*"])
    return dict(rows[0])


def test_a_file_is_free_for_others_once_the_library_is_closed(milvus: qa.Library, place: Place) -> None:
    code = f"""
from qa.search import hybrid
from qa.search.engine import Hits, Ids
from qa.search.milvus.connection import Connection
from qa.search.query import EncodedQuery
from qa.search.remote import Server
print(len(Connection(Server({place.uri!r})).call("list_collections")))
"""

    def other() -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "open in another process; several processes need milvus-lite server" in other().stderr
    milvus.close()
    assert other().stdout == "1\n"


def test_more_hits_than_milvus_gives_have_their_whole_score(
    milvus: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.search.milvus.collection.MOST_HITS", 4)
    monkeypatch.setattr("qa.search.milvus.lexical.MilvusLexical.most_hits", 2)
    generation, question = milvus._opened.generation, EncodedQuery.of("red number 5 lens", encoder)
    monkeypatch.setattr(generation.lexical, "search", partial(_at_most_two, generation.lexical.search))
    hits = generation.search(question, 7)
    ids = np.sort(hits.ids)
    words, vectors = generation.lexical.scores(question, ids), generation.dense.vectors(ids)
    fused = hybrid.fuse(vectors @ question.vector, words, vectors)
    highest = 1 + generation.lexical.query_terms(question).max_score
    np.testing.assert_allclose(np.sort(hits.scores), np.sort(fused / highest), atol=1e-6)
    assert 2 <= len(ids) <= 4


def _at_most_two(search: Callable[..., Hits], question: EncodedQuery, k: int, among: Subset | None = None) -> Hits:
    return search(question, min(k, 2), among)


def test_a_packed_library_has_its_indexes_with_it(tmp_path: Path, milvus: qa.Library) -> None:
    with pytest.raises(qa.LibraryError, match="are in Milvus, not in its folder; save its texts with qa export"):
        pack(LibraryDirectory(milvus.path), tmp_path / "packed")
    assert milvus.export(tmp_path / "texts.jsonl") == 7


def test_a_set_is_evaluated_there_and_nothing_stays(tmp_path: Path, encoder: FakeEncoder, place: Place) -> None:
    lines = {
        "corpus.jsonl": [{"_id": str(n), "text": f"Lens number {n} is red."} for n in range(5)],
        "queries.jsonl": [{"_id": "q", "text": "Which is lens number 3?"}],
    }
    for name, rows in lines.items():
        (tmp_path / name).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\t3\t1\n", encoding="utf-8")
    report = evaluate(tmp_path, encoder=encoder, reader=None, **place.arguments)
    assert report == evaluate(tmp_path, encoder=encoder, reader=None) and report.ranking.ndcg_at_10 == 1
    assert Connection(Server.named(str(place.uri))).call("list_collections") == []


def test_the_command_line_takes_an_address_and_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("qa.cli.change.load_encoder", lambda *_: FakeEncoder())
    monkeypatch.setattr("qa.library.library.load_encoder", lambda *_: FakeEncoder())
    (tmp_path / "rain.txt").write_text("It rains in Wetzlar.")
    (tmp_path / "snow.txt").write_text("It snows in Solms.")
    (tmp_path / "token").write_text("secret\n")
    engine = ["--engine", "milvus", "--uri", "v.db"]
    assert main(["build", "rain.txt", "--library", "l", *engine, "--token-file", "missing"]) == 2
    assert "the token in 'missing' cannot be read" in capsys.readouterr().err
    assert main(["build", "rain.txt", "--library", "l", *engine, "--token-file", "token"]) == 0
    assert token_for(Server(str(tmp_path / "v.db"))) == "secret"
    assert main(["add", "snow.txt", "--library", "l"]) == main(["remove", "rain.txt", "--library", "l"]) == 0
    assert main(["undo", "--library", "l"]) == main(["verify", "--library", "l"]) == 0
    assert main(["status", "--library", "l"]) == 0
    assert re.search(r"milvus +\S+/v.db, collection verbatim_\w+", capsys.readouterr().out)
    written = [file.read_bytes() for file in (tmp_path / "l").rglob("*") if file.is_file()]
    assert not any(b"secret" in content for content in written)


def test_without_the_extra_the_message_names_it(
    milvus: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(qa.SettingError, match=r"pip install '\.\[cluster\]'"):
        qa.open(milvus.path, encoder=encoder)


def test_a_server_that_only_a_folder_names_gets_nothing(
    milvus: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    generation = milvus._opened.generation
    for stranger in (Server("https://203.0.113.7:19530"), Server("http://127.0.0.1:1"), Server(str(tmp_path / "x.db"))):
        replace(generation.manifest, remote=Remote.new(stranger, "0123456789abcdef")).write(generation.folder)
        with pytest.raises(qa.LibraryNotReadable, match=f"set {URI_VARIABLE}={stranger.uri}"):
            qa.open(milvus.path, encoder=encoder)
    stranger = Server("https://203.0.113.7:19530")
    monkeypatch.setenv(TOKEN_VARIABLE, "secret")
    assert token_for(stranger) == ""
    monkeypatch.setenv(URI_VARIABLE, "https://203.0.113.7:19530/")
    assert token_for(stranger) == "secret" and token_for(Server("http://127.0.0.1:19530")) == ""
    mine = chosen_engine("milvus", "http://localhost:7", token="mine")
    assert isinstance(mine, Server) and token_for(mine) == "mine"


def test_a_server_is_known_to_later_processes_once_it_was_named(
    milvus: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("qa.search.remote._tokens", {})  # as in another process
    assert qa.open(milvus.path, encoder=encoder).status()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "other"))
    with pytest.raises(qa.LibraryNotReadable, match="nobody has named"):
        qa.open(milvus.path, encoder=encoder)
    monkeypatch.setenv(URI_VARIABLE, str(tmp_path / "vectors.db"))
    assert qa.open(milvus.path, encoder=encoder).status()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"engine": "faiss"}, "'embedded' or 'milvus'"), ({"engine": "milvus"}, "needs an address"),
        ({"uri": "x.db"}, "choose that engine too"), ({"engine": "milvus", "uri": "x.sqlite"}, "ends in '.db'"),
        ({"engine": "milvus", "uri": "http://user:pass@host:1"}, "only a host and a port"),
        ({"engine": "milvus", "uri": "ftp://host:1"}, "write http"),
        ({"engine": "milvus", "uri": "http://h:x"}, "read as"),
        ({"engine": "milvus", "uri": "http://h:0"}, "write http"),
        ({"engine": "milvus", "uri": "http://[::1]:1953"}, "IPv4"),
        ({"engine": "milvus", "uri": "http://ü:1"}, "in ASCII"),
        ({"engine": "milvus", "uri": "http://h:1", "database": "a-b"}, "name of a database"),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused(
    tmp_path: Path, encoder: FakeEncoder, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(qa.SettingError, match=message) as error:
        qa.build(threads(), tmp_path / "library", encoder=encoder, **arguments)
    assert "pass@" not in str(error.value)


@pytest.mark.parametrize(
    "change",
    [
        {"uri": "vectors.db"}, {"uri": "http://a/b"}, {"database": "x y"}, {"library": "0"}, {"collection": "other"},
        {"collection": "verbatim_ffffffffffffffff_00000000"}, {"engine": "other"}, {"uri": 5}, {"more": "1"},
    ],
)  # fmt: skip
def test_what_a_manifest_says_of_a_server_is_checked(change: dict[str, Any]) -> None:
    assert Remote.from_dict(json.loads(json.dumps(REMOTE.to_dict()))) == REMOTE
    with pytest.raises((ValueError, KeyError)):
        Remote.from_dict(REMOTE.to_dict() | change)


def test_no_value_ends_the_string_that_it_is_in(milvus: qa.Library, place: Place) -> None:
    (remote,) = remotes(milvus)
    connection = Connection(Server.named(str(place.uri)))
    words = [
        "4.4",
        "é",
        '"',
        "\\",
        "%",
        "_",
        "a_b",
        'x" or id >= 0 or terms like "x',
        'x\\" or id >= 0 or terms like "x',
    ]
    for number, word in enumerate(words):
        row = _row(connection, remote, 0) | {"id": number, "terms": f" {word} ", "dense": np.ones(256).tolist()}
        connection.call("upsert", collection_name=remote.collection, data=[row])
    for number, word in enumerate(words):
        rows = connection.call(
            "query", collection_name=remote.collection, filter=in_a_row([word], "terms"), output_fields=["id"]
        )
        # A term has letters, digits and dots; Milvus Lite finds no backslash at all.
        assert [row["id"] for row in rows] == ([] if "\\" in word else [number]), word
