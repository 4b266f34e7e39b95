"""What the next generation takes over from the one before, and what of it is new."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import FakeEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qa
from qa.encoding.encoder import Vectors
from qa.library.directory import LibraryDirectory
from qa.types import Progress, no_progress

WORDS = "lens glass red blue bread night solms price old new camera film light paper wood stone".split()


class Counting(FakeEncoder):
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        self.asked += texts
        return super().encode(texts, progress=progress)


class Other(Counting):
    fingerprint = "fake-2"


def thread(name: str, *comments: str, author: str = "Jane") -> qa.Thread:
    """An article about its name, with comments."""
    texts = [f"This is about {name}.", *comments]
    posts, at = [], 0
    for number, text in enumerate(texts):
        posts.append(qa.Post("comment" if number else "article", text, at, at + len(text), author, "2020-01-02"))
        at += len(text) + 2
    return qa.Thread(name, "\n\n".join(texts), tuple(posts), f"Title of {name}")


def contents(library: qa.Library) -> list[object]:
    """Everything that can be asked of a library, its place and time of writing left out."""
    threads = [library.thread(row.name) for row in library.sources]
    found = [
        (question, quote.text, quote.source, quote.author, quote.post, quote.score, quote.why)
        for question in ("lens", "stone", "red wood", "old bread in:comments", '"about stone"', "camra")
        for quote in library.search(question, k=50, repeats=True)
    ]
    return [threads, library.sources, found]


@pytest.fixture
def encoder() -> Counting:
    return Counting()


@pytest.fixture
def library(tmp_path: Path, encoder: Counting) -> qa.Library:
    library = qa.build([thread("lens", "old glass"), thread("bread"), thread("film")], tmp_path / "l", encoder=encoder)
    encoder.asked.clear()
    return library


def test_adding_encodes_what_is_new(library: qa.Library, encoder: Counting) -> None:
    library.add([thread("wood"), thread("bread", "at night")])
    assert encoder.asked == ["Title of bread. at night", "Title of wood. This is about wood."]
    assert [row.name for row in library.sources] == ["lens", "bread", "film", "wood"]
    library.verify()


def test_removing_and_rebuilding_the_same_encode_nothing(library: qa.Library, encoder: Counting) -> None:
    library.remove("lens")
    library.rebuild()
    library.rebuild([thread("film", author="Joe"), thread("bread")])
    assert encoder.asked == []
    assert [(row.name, library.thread(row.name).posts[0].author) for row in library.sources] == [
        ("film", "Joe"),
        ("bread", "Jane"),
    ]
    library.verify()


def test_building_again_encodes_what_is_new(library: qa.Library, encoder: Counting) -> None:
    qa.build([thread("film"), thread("stone")], library.path, encoder=encoder)
    assert encoder.asked == ["Title of stone. This is about stone."]


def test_another_title_is_another_context(library: qa.Library, encoder: Counting) -> None:
    film = thread("film")
    library.add(qa.Thread(film.source, film.text, film.posts, "Cinema"))
    assert encoder.asked == ["Cinema. This is about film."]


def test_the_vectors_of_another_model_are_not_taken_over(library: qa.Library) -> None:
    other = Other()
    library.rebuild(encoder=other)
    assert len(other.asked) == 4
    library.verify()


def test_a_library_that_another_model_rewrote_is_encoded_whole(library: qa.Library, encoder: Counting) -> None:
    qa.build(None, library.path, encoder=Other())
    library.add(thread("wood"))
    assert len(encoder.asked) == 5
    assert len(library.sources) == 4


def test_nothing_is_taken_over_from_what_was_altered(library: qa.Library, encoder: Counting) -> None:
    vectors = LibraryDirectory(library.path).current() / "dense.faiss"
    whole = vectors.read_bytes()
    vectors.write_bytes(whole[:-4] + b"\0\0\0\0")
    with pytest.raises(qa.LibraryDamaged, match="was altered"):
        library.add(thread("wood"))
    library.rebuild()
    assert len(encoder.asked) == 4
    library.verify()


def test_the_words_of_before_are_shared_with_the_generation_before(library: qa.Library) -> None:
    before = {path.stat().st_ino for path in (LibraryDirectory(library.path).current() / "lexical").iterdir()}
    library.add(thread("wood"))
    after = {path.stat().st_ino for path in (LibraryDirectory(library.path).current() / "lexical").iterdir()}
    assert len(before & after) >= len(before) - 2  # all but the two lists of files


_TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
_THREADS = st.lists(
    st.builds(thread, st.sampled_from(WORDS), _TEXTS, _TEXTS), min_size=1, max_size=5, unique_by=lambda t: t.source
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    _THREADS, st.lists(st.tuples(st.sampled_from(["add", "remove", "rebuild"]), _THREADS), max_size=5), st.booleans()
)
def test_step_by_step_is_the_same_as_at_once(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    first: list[qa.Thread],
    steps: list[tuple[str, list[qa.Thread]]],
    large: bool,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("qa.search.dense.EXACT_UP_TO", 0 if large else 1_000)
        folder = tmp_path_factory.mktemp("libraries")
        library = qa.build(first, folder / "steps", encoder=FakeEncoder())
        held = {t.source: t for t in first}
        for step, threads in steps:
            names = [t.source for t in threads if t.source in held]
            if step == "add":
                library.add(threads)
                held |= {t.source: t for t in threads}
            elif step == "rebuild":
                library.rebuild(threads)
                held = {t.source: t for t in threads}
            elif len(names) < len(held):
                library.remove(names)
                held = {name: t for name, t in held.items() if name not in names}
        library.verify()
        at_once = qa.build(list(held.values()), folder / "at once", encoder=FakeEncoder())
        assert contents(library) == contents(at_once)
