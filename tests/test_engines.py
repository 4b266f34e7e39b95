"""What every engine must do: the embedded one, and Milvus as a file, as a server and, if one is named, as a cluster."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FakeEncoder
from engines import ENGINES, Place, collections, lite_server, remotes

import qa
from qa.library import remote_indexes
from qa.search.query import EncodedQuery
from qa.search.remote import URI_VARIABLE
from qa.sources.thread import Post

WORDS = "red lens lenses glass hand made handmade camera cameras price solms old the of is 12500 12 500 e1043 e".split()
TYPOS = "camerx sensro glas hand-made-lens 1250000 Ann".split()


@pytest.fixture(scope="module", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with lite_server(tmp_path_factory.mktemp("milvus") / "data") as place:
        yield place


@pytest.fixture(scope="module", params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where the indexes of a library go."""
    match request.param:
        case "embedded":
            return Place(None)
        case "file":
            return Place(str(tmp_path_factory.mktemp("file") / "vectors.db"))
        case "server":
            return Place(request.getfixturevalue("server").uri)
        case _:
            return Place(os.environ[URI_VARIABLE])


def post(kind: Any, text: str, start: int, author: str | None = None, date: str | None = None) -> Post:
    return Post(kind, text, start, start + len(text), author, date)


def discussion() -> qa.Thread:
    """An article and comments with authors and dates of every precision."""
    parts = [
        ("article", "Lenses are ground by hand in Solms. A lens costs 12,500 dollars.", "Jane Doe", "2012-03-04"),
        ("comment", "My hand-made lens broke; the E-1043 says nothing.", "Ann Lee", "2012-03"),
        ("comment", "Who grinds a lens at night?", "Bob", "2013"),
        ("comment", "Ann Lee grinds every lens at night.", None, None),
        ("comment", "The café in Solms sells old glass and a lense.", "ann", "2011-12-31"),
    ]
    text, posts = "", []
    for kind, words, author, date in parts:
        posts.append(post(kind, words, len(text), author, date))
        text += f"{words}\n\n"
    return qa.Thread("talk.txt", text, tuple(posts), "Old lenses")


def texts() -> list[qa.Thread]:
    bread = qa.Thread.from_text(
        "Bread is baked at night.\n\nTwo comments\n\nI like bread.\n\nOld bread.", title="Bread"
    )
    return [discussion(), bread]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, place: Place) -> tuple[qa.Library, qa.Library]:
    """The same texts as the embedded engine has them, and where the test puts them; tests only read them."""
    folder, encoder = tmp_path_factory.mktemp("pair"), FakeEncoder()
    embedded = qa.build(texts(), folder / "embedded", encoder=encoder)
    return embedded, qa.build(texts(), folder / "library", encoder=encoder, **place.arguments)


@pytest.mark.parametrize(
    "question",
    [
        "Who grinds a lens at night?", "lens", "What does the E1043 say?", "handmade lenses", "12500 dollars",
        "cafe glas", "sensro", "by Ann", '"grinds every lens"', '"lens"', '"hand made" lens', "lens -lenses",
        'lens -"at night"', "author:ann lens", 'author:"Ann Lee"', "author:nobody lens", "source:talk.txt night",
        "in:comments lens", "in:article", "before:2012-03-15", "before:2012 lens", "after:2012",
        "after:2012-03-03 lens",
        "in:comments author:bob -nothing", "bread at night", "source:bread old", "_ % \\ ' \" lens", "zzzzz",
    ],
)  # fmt: skip
def test_every_engine_gives_the_same_answer(pair: tuple[qa.Library, qa.Library], question: str) -> None:
    expected, answer = (library.ask(question) for library in pair)
    assert [quote.text for quote in answer.quotes] == [quote.text for quote in expected.quotes]
    assert [quote.why for quote in answer.quotes] == [quote.why for quote in expected.quotes]
    assert np.allclose([q.score for q in answer.quotes], [q.score for q in expected.quotes], atol=1e-6)
    for name in ("text", "found", "missing_terms", "left_out", "unknown", "matching", "certainty"):
        assert getattr(answer, name) == getattr(expected, name), name


@pytest.mark.parametrize("common", [15_000, 3])
def test_every_engine_gives_the_same_scores(
    tmp_path: Path, place: Place, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch, common: int
) -> None:
    monkeypatch.setattr("qa.search.terms._COMMON_FREQUENCY", common)
    monkeypatch.setattr("qa.search.terms._MIN_GAIN", 0)
    chance = random.Random(common)

    def words(most: int) -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(1, most)))

    threads = [
        qa.Thread.from_text(f"{words(60)}. {words(9)}.", title=words(4)) for _ in range(24)
    ]  # up to 60 words: tantivy rounds lengths from 41 on
    embedded = qa.build(threads, tmp_path / "embedded", encoder=encoder)._opened.generation
    other = qa.build(threads, tmp_path / "library", encoder=encoder, **place.arguments)._opened.generation
    everything = np.arange(len(embedded.lexical))
    for _ in range(25):
        text = f"{words(6)} {chance.choice(['', *TYPOS])} {chance.choice(['', *TYPOS])}"
        question = EncodedQuery.of(text, encoder, tuple(words(4) for _ in range(chance.randint(0, 2))))
        assert other.lexical.query_terms(question) == embedded.lexical.query_terms(question)
        for scores in ("scores", "common_phrase_scores"):
            expected = getattr(embedded.lexical, scores)(question, everything)
            np.testing.assert_allclose(getattr(other.lexical, scores)(question, everything), expected, atol=1e-6)
        best, found = embedded.lexical.search(question, 10), other.lexical.search(question, 10)
        np.testing.assert_allclose(found.scores, best.scores, atol=1e-6)
        some = np.sort(np.array(chance.sample(everything.tolist(), 12)))
        expected_hits, hits = embedded.search(question, 5, some), other.search(question, 5, some)
        np.testing.assert_allclose(hits.scores, expected_hits.scores, atol=1e-6)
        assert set(hits.ids.tolist()) <= set(some.tolist())
        np.testing.assert_allclose(other.dense.scores(question, some), embedded.dense.scores(question, some), atol=1e-6)


def test_a_library_changes_and_goes_back(tmp_path: Path, place: Place, encoder: FakeEncoder) -> None:
    library = qa.build(texts(), tmp_path / "library", encoder=encoder, **place.arguments)
    assert len(library.add([qa.Thread.from_text("A lens from Wetzlar.", title="New")]).added) == 1
    assert library.ask("lens from Wetzlar").quotes[0].text == "A lens from Wetzlar."
    library.remove("Bread")
    assert [source.name for source in library.sources] == ["talk.txt", "New"]
    library.undo()
    assert len(library.sources) == 3 and library.verify().passages == library.status().passages
    assert [quote.text for quote in library.search("bread baked", 1)] == ["Bread is baked at night."]
    library.close()
    with qa.open(library.path, encoder=encoder) as again:
        assert again.ask("Wetzlar").quotes[0].source == "New"
        assert len(remotes(again)) == (0 if place.uri is None else 3)
    back = qa.build(None, library.path, encoder=encoder, engine="embedded")
    assert back.ask("Wetzlar").quotes[0].source == "New" and back._opened.generation.manifest.remote is None


def test_nothing_that_did_not_change_is_encoded_again(tmp_path: Path, place: Place, encoder: FakeEncoder) -> None:
    library = qa.build(texts(), tmp_path / "library", encoder=encoder, **place.arguments)
    encoded: list[str] = []

    class Noting(FakeEncoder):
        def encode(self, texts: Any, **arguments: Any) -> Any:
            encoded.extend(texts)
            return super().encode(texts, **arguments)

    with qa.open(library.path, encoder=Noting()) as again:
        again.add([qa.Thread.from_text("A lens from Wetzlar.")])
    assert encoded == ["A lens from Wetzlar."]


def test_collections_go_with_their_generations_after_a_grace(
    tmp_path: Path, server: Place, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = qa.build(texts(), tmp_path / "library", encoder=encoder, **server.arguments)
    for number in range(3):
        library.add([qa.Thread.from_text(f"Text number {number}.", title=str(number))])
    assert len(collections(server, library)) == 4  # readers of other machines may use any of them
    monkeypatch.setattr(remote_indexes, "GRACE_SECONDS", 0)
    library.add([qa.Thread.from_text("The last text.", title="last")])
    assert collections(server, library) == {remote.collection for remote in remotes(library)}
    assert len(library.generations) == 2 and len(remotes(library)) == 2


def test_a_copy_of_a_library_drops_nothing_of_the_original(
    tmp_path: Path, server: Place, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_indexes, "GRACE_SECONDS", 0)
    library = qa.build(texts(), tmp_path / "library", encoder=encoder, **server.arguments)
    shutil.copytree(library.path, tmp_path / "copy")
    with qa.open(tmp_path / "copy", encoder=encoder) as copy:
        for number in range(3):
            copy.add([qa.Thread.from_text(f"Text number {number}.", title=str(number))])
    assert library.ask("Who grinds a lens at night?").quotes and library.verify()
