"""Library: build, open, ask, rebuild; generations on disk."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import FakeEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qa
from qa.library.directory import LibraryDirectory


def generations(path: Path) -> list[Path]:
    return sorted((path / "generations").iterdir())


def text(word: str) -> qa.Thread:
    return qa.Thread.from_text(f"This is about {word}.", title=word)


def test_quotes_are_slices_with_who_said_it_and_where(library: qa.Library) -> None:
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


def test_k_beyond_the_passages_gives_them_all(library: qa.Library) -> None:
    assert len(library.ask("bread", k=10_000).quotes) == library.status().passages == 4


def test_an_unknown_source_is_named(library: qa.Library) -> None:
    for call in (library.text, library.thread, lambda name: library.remove([name])):
        with pytest.raises(qa.SourceError, match="no source 'nobody'.*Lenses, Bread"):
            call("nobody")


def test_opened_again_it_answers_the_same(library: qa.Library, encoder: FakeEncoder) -> None:
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


def test_others_keep_the_generation_that_they_opened(library: qa.Library, encoder: FakeEncoder) -> None:
    old = qa.open(library.path, encoder=encoder)
    for word in ("one", "two", "three", "four"):
        library.rebuild([text(word)])
    assert old.ask("bread").quotes[0].source == "Bread"
    assert old.thread(old.ask("bread").quotes[0]).title == "Bread"
    assert qa.open(library.path, encoder=encoder).sources[0].name == "four"
    old.verify()


def test_two_generations_are_kept_and_older_ones_when_read(library: qa.Library, encoder: FakeEncoder) -> None:
    for word in ("one", "two", "three"):
        library.rebuild([text(word)])
    assert len(generations(library.path)) == 2
    held = qa.open(library.path, encoder=encoder)
    for word in ("four", "five"):
        library.rebuild([text(word)])
    assert len(generations(library.path)) == 3
    del held
    library.rebuild([text("six")])
    assert len(generations(library.path)) == 2


def test_questions_are_answered_while_it_rebuilds(library: qa.Library) -> None:
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


def test_a_second_writer_is_told_busy_and_readers_read_on(library: qa.Library) -> None:
    with LibraryDirectory(library.path).writing():
        with pytest.raises(qa.LibraryBusy, match="is busy"):
            library.rebuild([text("new")])
        assert library.ask("bread").quotes


def test_what_a_killed_writer_left_is_removed(library: qa.Library) -> None:
    (library.path / "generations" / ".unfinished-0123abcd").mkdir()
    library.rebuild([text("new")])
    assert not list((library.path / "generations").glob(".unfinished*"))


def test_building_refuses_what_is_not_a_library(tmp_path: Path, encoder: FakeEncoder) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(qa.LibraryError, match="holds other things and no library"):
        qa.build([text("new")], tmp_path / "folder", encoder=encoder)
    with pytest.raises(qa.LibraryError, match="is a file"):
        qa.build([text("new")], tmp_path / "file", encoder=encoder)
    with pytest.raises(qa.LibraryError, match="is a file"):
        qa.open(tmp_path / "file", encoder=encoder)
    assert [p.name for p in (tmp_path / "folder").iterdir()] == ["letter.txt"]


def test_opening_what_is_not_there_names_the_command(tmp_path: Path, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.LibraryMissing, match="build it with: qa build PATH… --library .*nowhere"):
        qa.open(tmp_path / "nowhere", encoder=encoder)


def test_another_model_is_refused_with_the_command_that_helps(library: qa.Library) -> None:
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


def test_a_read_only_mount_is_read_and_not_written(library: qa.Library, tmp_path: Path) -> None:
    """In a mount namespace of its own, where this user may have one."""
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


def test_texts_in_another_language_are_told_once(tmp_path: Path) -> None:
    from qa.library.language_check import warn_of_foreign_texts
    from qa.text.language import language_of

    german = qa.Thread.from_text(
        "Die Objektive werden in Solms von Hand gefertigt, geschliffen und geprüft. " * 3, title="D"
    )
    assert language_of(german.text) == "de"
    with pytest.warns(qa.LanguageWarning, match=r"'D' \(de\): not in English.*--model paraphrase-multilingual"):
        warn_of_foreign_texts([german], "all-MiniLM-L6-v2")
    warn_of_foreign_texts([german], "another-model")
    warn_of_foreign_texts(
        [qa.Thread.from_text("Lenses are made by hand in a small town in Germany. " * 3)], "all-MiniLM-L6-v2"
    )


_STORED = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_STORED, min_size=1, max_size=3))
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
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
    with pytest.raises(qa.ModelError, match="name and fingerprint are strings"):
        library.rebuild([text("new")], encoder=Nameless())
    assert LibraryDirectory(library.path).current() == before


@pytest.mark.parametrize("path", ["x" * 5000, "a\x00b", 5, None])
def test_a_path_that_is_none_is_refused(path: object, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.LibraryError, match="is not a usable path"):
        qa.open(path, encoder=encoder)  # type: ignore[arg-type]
    with pytest.raises(qa.LibraryError, match="is not a usable path"):
        qa.build([text("new")], path, encoder=encoder)  # type: ignore[arg-type]


def test_a_failed_first_build_removes_the_folders_it_made(tmp_path: Path, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.SourceError):
        qa.build(tmp_path / "missing.txt", tmp_path / "new" / "deep" / "library", encoder=encoder)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("posts", "said"),
    [
        ([qa.Post("article", "zzzz", 0, 4)], "post 0 of 'mine' is not the text from 0 to 4"),
        ([qa.Post("article", "text", 0, 400)], "is not the text from 0 to 400"),
        ([qa.Post("weird", "text", 0, 4)], "not 'weird'"),  # type: ignore[arg-type]
        ([qa.Post("comment", "text", 0, 4, parent=7)], "replies to post 7, which is not there"),
    ],
)
def test_a_thread_made_by_hand_must_hold_together(library: qa.Library, posts: list[qa.Post], said: str) -> None:
    with pytest.raises(qa.SourceError, match=said):
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
