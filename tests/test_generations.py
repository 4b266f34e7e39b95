"""Changing a library: each change is a whole new generation, what fails leaves nothing, one writer at a time."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import BinaryIO

import portalocker
import pytest
from conftest import FakeEncoder

import qa
from qa.library.directory import LibraryDirectory

pytestmark = pytest.mark.reliability


def generations(path: Path) -> list[Path]:
    return sorted((path / "generations").iterdir())


def text(word: str) -> qa.Thread:
    return qa.Thread.from_text(f"This is about {word}.", title=word)


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


def test_a_generation_that_cannot_be_opened_never_becomes_current(library: qa.Library) -> None:
    class Nameless(FakeEncoder):
        name = None  # type: ignore[assignment]

    before = LibraryDirectory(library.path).current()
    with pytest.raises(qa.ModelError, match="must be non-empty strings"):
        library.rebuild([text("new")], encoder=Nameless())
    assert LibraryDirectory(library.path).current() == before


def test_a_failed_first_build_removes_the_folders_it_made(tmp_path: Path, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.SourceError):
        qa.build(tmp_path / "missing.txt", tmp_path / "new" / "deep" / "library", encoder=encoder)
    assert list(tmp_path.iterdir()) == []


def test_the_last_text_cannot_be_removed(library: qa.Library) -> None:
    library.remove("Bread")
    with pytest.raises(qa.SourceError, match="holds at least one text"):
        library.remove(["Lenses"])
