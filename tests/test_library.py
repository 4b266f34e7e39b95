"""Library: build, open, ask, rebuild; generations on disk."""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import BinaryIO

import portalocker
import pytest
from conftest import FakeEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qa
from qa.encoding import minilm_files
from qa.library import language_check, new_source
from qa.library.directory import LibraryDirectory
from qa.text.language import language_of


def generations(path: Path) -> list[Path]:
    return sorted((path / "generations").iterdir())


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


def test_rebuild_replaces_add_adds_remove_removes(library: qa.Library) -> None:
    library.rebuild([text("apples")])
    assert [row.name for row in library.sources] == ["apples"]
    library.add([text("pears"), qa.Thread.from_text("Other apples.", title="apples")])
    assert [row.name for row in library.sources] == ["apples", "pears"]
    assert library.text("apples") == "Other apples."
    library.remove(["apples"])
    assert [row.name for row in library.sources] == ["pears"]
    library.rebuild()
    assert library.text("pears") == text("pears").text


def test_other_objects_keep_the_generation_that_they_opened(library: qa.Library, encoder: FakeEncoder) -> None:
    old = qa.open(library.path, encoder=encoder)
    for word in ("one", "two", "three", "four"):
        library.rebuild([text(word)])
    assert old.ask("bread").quotes[0].source == "Bread"
    assert old.thread(old.ask("bread").quotes[0]).title == "Bread"
    assert qa.open(library.path, encoder=encoder).sources[0].name == "four"
    old.verify()


def test_two_generations_are_kept_and_older_ones_while_they_are_open(library: qa.Library, encoder: FakeEncoder) -> None:
    for word in ("one", "two", "three"):
        library.rebuild([text(word)])
    assert len(generations(library.path)) == 2
    opened = qa.open(library.path, encoder=encoder)
    for word in ("four", "five"):
        library.rebuild([text(word)])
    assert len(generations(library.path)) == 3
    del opened
    library.rebuild([text("six")])
    assert len(generations(library.path)) == 2


def test_questions_are_answered_during_a_rebuild(library: qa.Library) -> None:
    failures: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                answer = library.ask("bread", k=3)
                assert all(library.text(q.source)[q.start : q.end] == q.text for q in answer.quotes)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        library.add([qa.Thread.from_text("More bread is baked.", title="More")])
    done.set()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_failed_rebuild_leaves_everything_as_it_was(library: qa.Library, tmp_path: Path) -> None:
    before = generations(library.path), library.ask("bread").to_dict()

    def fail(stage: str, done: int, total: int) -> None:
        if stage == "writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.rebuild([text("new")], progress=fail)
    with pytest.raises(qa.SourceError):
        library.rebuild(tmp_path / "missing.txt")
    assert (generations(library.path), library.ask("bread").to_dict()) == before


def test_a_failed_first_build_leaves_nothing(tmp_path: Path, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.SourceError):
        qa.build(tmp_path / "missing.txt", tmp_path / "new", encoder=encoder)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_first_build_leaves_the_library_that_another_built_next_to_it(
    tmp_path: Path, encoder: FakeEncoder
) -> None:
    def build_another(stage: str, done: int, total: int) -> None:
        if stage == "writing":
            qa.build([text("bread")], tmp_path / "libraries" / "b", encoder=FakeEncoder())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        qa.build([text("lens")], tmp_path / "libraries" / "a", encoder=encoder, progress=build_another)
    assert [folder.name for folder in (tmp_path / "libraries").iterdir()] == ["b"]
    assert qa.open(tmp_path / "libraries" / "b", encoder=encoder).verify().sources == 1


def test_a_failed_first_build_leaves_the_files_that_it_did_not_make(tmp_path: Path, encoder: FakeEncoder) -> None:
    folder = tmp_path / "new" / "library"

    def save_a_note(stage: str, done: int, total: int) -> None:
        (folder / "generations" / "note.txt").write_text("mine")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        qa.build([text("lens")], folder, encoder=encoder, progress=save_a_note)
    assert (folder / "generations" / "note.txt").read_text() == "mine"


def test_a_writer_that_locked_a_file_since_removed_locks_the_new_one(tmp_path: Path, encoder: FakeEncoder) -> None:
    """A failed first build removes its lock file, which the next writer may have opened already."""
    directory = LibraryDirectory(tmp_path / "library")
    locked: list[Path] = []
    lock = portalocker.lock

    def remove_then_lock(stream: BinaryIO, flags: portalocker.LockFlags) -> None:
        if not locked:
            locked.append(Path(stream.name))
            locked[0].unlink()
        lock(stream, flags)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portalocker, "lock", remove_then_lock)
        with directory.writing():
            patch.undo()
            with pytest.raises(qa.LibraryBusy), directory.writing():
                pass


def test_a_second_writer_gets_library_busy_and_readers_go_on(library: qa.Library) -> None:
    with LibraryDirectory(library.path).writing():
        with pytest.raises(qa.LibraryBusy, match="is busy"):
            library.rebuild([text("new")])
        assert library.ask("bread").quotes


def test_the_unfinished_generation_of_a_killed_writer_is_removed(library: qa.Library) -> None:
    (library.path / "generations" / ".unfinished-0123abcd").mkdir()
    library.rebuild([text("new")])
    assert not list((library.path / "generations").glob(".unfinished*"))


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


GERMAN = qa.Thread.from_text(
    "Die Objektive werden in Solms von Hand gefertigt, geschliffen und geprüft. " * 3, title="D"
)
ENGLISH = qa.Thread.from_text("Lenses are made by hand in a small town in Germany. " * 3, title="E")


def test_only_the_default_model_warns_about_texts_in_another_language() -> None:
    assert language_of(GERMAN.text) == "de"
    with pytest.warns(
        qa.LanguageWarning, match=r"'b' \(de\): not in English.*--model paraphrase-multilingual"
    ) as warned:
        message = language_check.warn_of_foreign_texts({"a": "en", "b": "de"}, minilm_files.NAME)
    assert [str(warning.message) for warning in warned] == [message]
    assert language_check.warn_of_foreign_texts({"b": "de"}, "another-model") is None
    assert language_check.warn_of_foreign_texts({"a": "en", "c": None}, minilm_files.NAME) is None


def test_the_language_of_a_text_is_identified_once_per_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Default(FakeEncoder):
        name = minilm_files.NAME

    identified: list[str] = []

    def recording_language_of(text: str) -> str | None:
        identified.append(text)
        return language_of(text)

    monkeypatch.setattr(new_source, "language_of", recording_language_of)
    with pytest.warns(qa.LanguageWarning) as warned:
        library = qa.build([ENGLISH, GERMAN], tmp_path / "l", encoder=Default())
    assert library.language_warning == str(warned[0].message)
    with pytest.warns(qa.LanguageWarning):
        library.add([GERMAN])
    library.add([ENGLISH])
    assert library.language_warning is None
    assert identified == [ENGLISH.text, GERMAN.text, GERMAN.text, ENGLISH.text]


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


def test_a_generation_that_cannot_be_opened_never_becomes_current(library: qa.Library) -> None:
    class Nameless(FakeEncoder):
        name = None  # type: ignore[assignment]

    before = LibraryDirectory(library.path).current()
    with pytest.raises(qa.ModelError, match="must be non-empty strings"):
        library.rebuild([text("new")], encoder=Nameless())
    assert LibraryDirectory(library.path).current() == before


@pytest.mark.parametrize("path", ["x" * 5000, "a\x00b", 5, None])
def test_an_unusable_path_is_refused(path: object, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.LibraryError, match="is not a usable path"):
        qa.open(path, encoder=encoder)  # type: ignore[arg-type]
    with pytest.raises(qa.LibraryError, match="is not a usable path"):
        qa.build([text("new")], path, encoder=encoder)  # type: ignore[arg-type]


def test_a_failed_first_build_removes_the_folders_it_made(tmp_path: Path, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.SourceError):
        qa.build(tmp_path / "missing.txt", tmp_path / "new" / "deep" / "library", encoder=encoder)
    assert list(tmp_path.iterdir()) == []


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


def test_the_last_text_cannot_be_removed(library: qa.Library) -> None:
    library.remove("Bread")
    with pytest.raises(qa.SourceError, match="holds at least one text"):
        library.remove(["Lenses"])


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
