"""Library: open, ask, quote; what it refuses, and where it may lie."""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from conftest import FakeEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qa


def text(word: str) -> qa.Thread:
    return qa.Thread.from_text(f"This is about {word}.", title=word)


def test_quotes_are_slices_with_author_and_source(library: qa.Library) -> None:
    answer = qa.open(library.path, encoder=FakeEncoder(), reader=None).ask("bread is old")
    best = answer.quotes[0]
    assert (best.text, best.kind, best.post, best.source, best.title) == (
        "Bread is old.",
        "comment",
        2,
        "Bread",
        "Bread",
    )
    for quote in answer.quotes:
        whole = library.text(quote.source)
        assert whole[quote.start : quote.end] == quote.text
        assert library.thread(quote).posts[quote.post].kind == quote.kind
        for start, end in quote.highlights:
            assert quote.start <= start < end <= quote.end
    assert answer.found and answer.confidence is None
    assert answer.text == library.text("Bread")[slice(*best.highlights[0])]
    assert [q.score for q in answer.quotes] == sorted((q.score for q in answer.quotes), reverse=True)


def test_without_a_reader_the_answer_is_the_sentence_that_fits_best(library: qa.Library) -> None:
    unread = qa.open(library.path, encoder=FakeEncoder(), reader=None)
    assert unread.ask("where are lenses ground in").text == "Lenses are ground in Solms."
    assert unread.ask("is the price high").text == "The price is high."


def test_context_adds_sentences_of_the_same_post(tmp_path: Path, encoder: FakeEncoder) -> None:
    words = [f"Sentence {n} " + "filler " * 20 + "ends." for n in range(6)]
    library = qa.build(qa.Thread.from_text(" ".join(words)), tmp_path / "l", encoder=encoder)
    quote = next(q for q in library.search("sentence", k=10) if q.text.startswith("Sentence 2"))
    assert quote.context(0) == quote.text
    assert quote.context(1) == " ".join(words[1:4])
    assert quote.context(99) == " ".join(words)


def test_search_marks_nothing_and_ask_many_keeps_the_order(library: qa.Library) -> None:
    assert [quote.highlights for quote in library.search("bread", k=2)] == [(), ()]
    answers = library.ask_many(["lenses ground", "bread old"])
    assert [answer.quotes[0].source for answer in answers] == ["Lenses", "Bread"]


@pytest.mark.parametrize("k", [0, -1, 10**9, True, 1.5, "3"])
def test_k_out_of_range_is_refused(library: qa.Library, k: int) -> None:
    for method in (library.ask, library.search):
        with pytest.raises(qa.SettingError, match="from 1 to 10000"):
            method("bread", k)


def test_k_above_the_number_of_passages_returns_all(library: qa.Library) -> None:
    assert len(library.ask("bread", k=10_000).quotes) == library.status().passages == 4


@pytest.mark.parametrize("name", ["missing", "", "\ud800", "lenses", 7, None])
def test_an_unknown_source_is_an_error_that_names_it(library: qa.Library, name: str) -> None:
    for call in (library.text, library.thread, lambda name: library.remove([name])):
        with pytest.raises(qa.SourceError) as raised:
            call(name)
        assert str(raised.value) == f"there is no source {name!r} in the library; it holds Lenses, Bread"


def test_a_text_is_found_by_one_lookup_of_its_name(library: qa.Library) -> None:
    queries: list[str] = []
    library._opened.generation.store._database._connection.set_trace_callback(queries.append)
    library.text("Bread")
    assert len(queries) == 2 and all("WHERE name = " in query for query in queries)


def test_a_replaced_generation_is_closed_at_once(library: qa.Library) -> None:
    library.ask("bread in:comments")
    library.text("Bread")
    opened = weakref.ref(library._opened.generation), weakref.ref(library._opened.generation.store)
    gc.disable()
    try:
        library.rebuild([text("new")])
        assert [reference() for reference in opened] == [None, None]
    finally:
        gc.enable()


def test_the_store_keeps_no_text(library: qa.Library) -> None:
    assert library.text("Bread") is not library.text("Bread")


def test_a_comment_has_a_place_among_its_threads_comments(library: qa.Library) -> None:
    places = {quote.text: library.comment_place(quote) for quote in library.search("bread", k=10)}
    assert places == {
        "I like bread.": (1, 2),
        "Bread is old.": (2, 2),
        "Bread is baked at night.": None,
        "Lenses are ground in Solms. The price is high.": None,
    }


def test_the_place_of_a_comment_is_counted_without_reading_its_thread(library: qa.Library) -> None:
    (quote,) = library.search("bread is old", k=1)
    queries: list[str] = []
    library._opened.generation.store._database._connection.set_trace_callback(queries.append)
    assert library.comment_place(quote) == (2, 2)
    assert len(queries) == 1 and queries[0].startswith("SELECT (SELECT count(*)")


def test_a_comment_that_was_replaced_has_no_place(library: qa.Library) -> None:
    (quote,) = library.search("bread is old", k=1)
    library.rebuild([qa.Thread.from_text("Other.\n\n2 comments\n\nLike bread.\n\nBread is new.", title="Bread")])
    assert library.comment_place(quote) is None


def test_a_library_opened_again_answers_the_same(library: qa.Library, encoder: FakeEncoder) -> None:
    again = qa.open(library.path, encoder=encoder)
    assert again.ask("bread").to_dict() == library.ask("bread").to_dict()
    assert again.verify() == library.status()
    assert [(row.name, row.kind, row.posts) for row in again.sources] == [
        ("Lenses", "article", 1),
        ("Bread", "thread", 3),
    ]


def test_building_into_a_file_or_a_foreign_folder_is_refused(tmp_path: Path, encoder: FakeEncoder) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(qa.LibraryError, match="contains files but no library"):
        qa.build([text("new")], tmp_path / "folder", encoder=encoder)
    with pytest.raises(qa.LibraryError, match="is a file"):
        qa.build([text("new")], tmp_path / "file", encoder=encoder)
    with pytest.raises(qa.LibraryError, match="is a file"):
        qa.open(tmp_path / "file", encoder=encoder)
    assert [p.name for p in (tmp_path / "folder").iterdir()] == ["letter.txt"]


def test_opening_a_missing_library_names_the_command_that_builds_it(tmp_path: Path, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.LibraryMissing, match="build it with: qa build PATH… --library .*nowhere"):
        qa.open(tmp_path / "nowhere", encoder=encoder)


def test_another_model_is_refused_with_the_command_that_rebuilds(library: qa.Library) -> None:
    class Other(FakeEncoder):
        name, fingerprint = "other", "other-1"

    with pytest.raises(
        qa.LibraryMismatch, match=r"built with the model 'fake' .*, not with 'other' .*qa build --library"
    ):
        qa.open(library.path, encoder=Other())
    library.rebuild(encoder=Other())
    assert qa.open(library.path, encoder=Other()).ask("bread").quotes


def test_model_and_encoder_exclude_each_other(library: qa.Library) -> None:
    with pytest.raises(qa.SettingError, match="not both"):
        qa.open(library.path, model="x", encoder=FakeEncoder())


def test_a_library_can_be_moved(library: qa.Library, tmp_path: Path) -> None:
    shutil.copytree(library.path, tmp_path / "elsewhere")
    assert (
        qa.open(tmp_path / "elsewhere", encoder=FakeEncoder()).ask("bread").to_dict() == library.ask("bread").to_dict()
    )


def test_a_read_only_mount_can_be_read_but_not_written(library: qa.Library, tmp_path: Path) -> None:
    """In a separate mount namespace."""
    script = f"""
import qa, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from conftest import FakeEncoder
library = qa.open({str(library.path)!r}, encoder=FakeEncoder())
assert library.ask("bread").quotes
library.verify()
try:
    library.rebuild()
except qa.LibraryNotWritable as error:
    print("refused:", error)
"""
    mount = f"mount --bind -o ro {library.path} {library.path} && mount -o remount,bind,ro {library.path}"
    command = [
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-ec",
        f'{mount}; exec "$0" -c "$1"',
        sys.executable,
        script,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "refused: cannot write to" in done.stdout, done.stderr
    assert "Read-only file system" in done.stdout


_STORED = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_STORED, min_size=1, max_size=3))
def test_threads_are_read_back_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    threads = []
    for number, content in enumerate(texts):
        try:
            threads.append(qa.Thread.from_text(content, title=f"t{number}"))
        except qa.SourceError:
            continue
    if not threads:
        return
    path = tmp_path_factory.mktemp("round") / "library"
    try:
        library = qa.build(threads, path, encoder=FakeEncoder())
    except qa.SourceError:
        return
    assert [library.thread(thread.source) for thread in threads] == threads
    library.verify()


@pytest.mark.parametrize("path", ["x" * 5000, "a\x00b", 5, None])
def test_an_unusable_path_is_refused(path: object, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.LibraryError, match="is not a usable path"):
        qa.open(path, encoder=encoder)  # type: ignore[arg-type]
    with pytest.raises(qa.LibraryError, match="is not a usable path"):
        qa.build([text("new")], path, encoder=encoder)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("posts", "message"),
    [
        ([qa.Post("article", "zzzz", 0, 4)], "post 0 of 'mine' is not the text from 0 to 4"),
        ([qa.Post("article", "text", 0, 400)], "is not the text from 0 to 400"),
        ([qa.Post("weird", "text", 0, 4)], "not 'weird'"),  # type: ignore[arg-type]
        ([qa.Post("comment", "text", 0, 4, parent=7)], "replies to post 7, which does not exist"),
    ],
)
def test_a_thread_made_by_hand_must_be_consistent(library: qa.Library, posts: list[qa.Post], message: str) -> None:
    with pytest.raises(qa.SourceError, match=message):
        library.add(qa.Thread("mine", "text", tuple(posts)))
    with pytest.raises(qa.SourceError, match="cannot be stored as UTF-8"):
        library.add(qa.Thread("mine", "\ud800", ()))


def test_quotes_can_be_copied_and_pickled(library: qa.Library) -> None:
    import copy
    import dataclasses
    import pickle

    quote = library.ask("bread").quotes[0]
    again = pickle.loads(pickle.dumps(quote))
    assert again == quote == copy.deepcopy(quote)
    assert again.context(1) == quote.context(1)
    assert dataclasses.asdict(quote)["text"] == quote.text


def test_a_quote_opens_the_thread_that_it_was_quoted_from(library: qa.Library) -> None:
    quote = library.ask("bread").quotes[0]
    library.rebuild([qa.Thread.from_text("Other.", title="Bread")])
    assert library.thread(quote).text[quote.start : quote.end] == quote.text
    assert library.thread("Bread").text == "Other."
