"""Changing a library: what each change says that it did, and undoing it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.library.changes import undo
from qa.library.directory import LibraryDirectory

pytestmark = pytest.mark.reliability


def names(library: qa.Library) -> list[str]:
    return [source.name for source in library.sources]


def thread(title: str, text: str = "It rains in Wetzlar.") -> qa.Thread:
    return qa.Thread.from_text(text, title=title)


def test_add_says_what_it_added_replaced_and_left(library: qa.Library) -> None:
    report = library.add([thread("News"), thread("Bread", "Bread is new.")])
    assert (report.added, report.replaced, report.removed, report.unchanged) == (("News",), ("Bread",), (), ("Lenses",))
    assert (report.before, report.after, report.generation) == (2, 3, library.status().generation)
    assert str(report) == "3 texts now (was 2): 1 added, 1 replaced, 1 unchanged\nadded: News\nreplaced: Bread"


def test_what_is_added_as_it_was_is_unchanged(library: qa.Library) -> None:
    report = library.add(library.thread("Bread"))
    assert (report.unchanged, report.added, report.replaced) == (("Lenses", "Bread"), (), ())
    assert str(report) == "2 texts now (was 2): 2 unchanged"


@pytest.mark.parametrize("altered", ["title", "author", "text"])
def test_whatever_was_altered_counts_as_replaced(library: qa.Library, altered: str) -> None:
    bread = library.thread("Bread")
    if altered == "title":
        new = replace(bread, title="Rye")
    elif altered == "author":
        new = replace(bread, posts=(*bread.posts[:-1], replace(bread.posts[-1], author="Ann")))
    else:
        new = thread("Bread", "I like rye.")
    assert library.add(new).replaced == ("Bread",)


def test_remove_and_rebuild_say_what_they_removed(library: qa.Library) -> None:
    assert library.remove("Bread").removed == ("Bread",)
    report = library.rebuild([thread("News")])
    assert (report.removed, report.added) == (("Lenses",), ("News",))
    assert str(report) == "1 text now (was 1): 1 added, 1 removed\nadded: News\nremoved: Lenses"
    assert library.rebuild().unchanged == ("News",)


def test_a_long_report_counts_the_names_after_twenty(library: qa.Library) -> None:
    report = library.add([thread(f"text {number}", f"It rains {number} times.") for number in range(23)])
    assert str(report).splitlines()[1].endswith("text 18, text 19 and 3 more")


def test_undo_goes_back_and_can_be_undone(library: qa.Library) -> None:
    library.rebuild([thread("News")])
    report = library.undo()
    assert (report.added, report.removed) == (("Lenses", "Bread"), ("News",))
    assert names(library) == ["Lenses", "Bread"]
    assert library.ask("Where are lenses ground?").quotes[0].source == "Lenses"
    assert names(qa.open(library.path, encoder=FakeEncoder())) == ["Lenses", "Bread"]
    assert library.undo().added == ("News",)
    assert names(library) == ["News"]
    library.verify()


def test_after_an_undo_a_change_goes_on_from_there(library: qa.Library) -> None:
    library.add(thread("News"))
    library.undo()
    assert library.add(thread("Other")).unchanged == ("Lenses", "Bread")
    assert names(library) == ["Lenses", "Bread", "Other"]
    library.undo()
    assert names(library) == ["Lenses", "Bread"]


def test_there_is_nothing_to_undo_in_a_new_library(library: qa.Library) -> None:
    with pytest.raises(qa.LibraryError, match="nothing to undo"):
        library.undo()
    assert names(library) == ["Lenses", "Bread"]


def test_what_another_program_changed_is_not_undone(library: qa.Library) -> None:
    other = qa.open(library.path, encoder=FakeEncoder())
    other.add(thread("News"))
    with pytest.raises(qa.LibraryError, match="changed by another program"):
        library.undo()
    assert names(qa.open(library.path, encoder=FakeEncoder())) == ["Lenses", "Bread", "News"]


def test_a_damaged_generation_is_not_gone_back_to(library: qa.Library) -> None:
    library.add(thread("News"))
    kept = LibraryDirectory(library.path).kept()
    assert kept is not None
    with (kept / "dense.vectors").open("r+b") as stream:
        stream.write(b"\xff\xff")
    with pytest.raises(qa.LibraryDamaged, match="altered"):
        library.undo()
    assert names(qa.open(library.path, encoder=FakeEncoder())) == ["Lenses", "Bread", "News"]


def test_undo_heals_a_library_whose_current_generation_is_damaged(library: qa.Library) -> None:
    library.add(thread("News"))
    (LibraryDirectory(library.path).current() / "texts.sqlite").write_bytes(b"")
    assert undo(LibraryDirectory(library.path)).report.added == ("Lenses", "Bread")
    assert names(qa.open(library.path, encoder=FakeEncoder())) == ["Lenses", "Bread"]


def test_undo_does_not_go_back_to_another_model(library: qa.Library) -> None:
    other = FakeEncoder()
    other.fingerprint = "fake-2"
    library.rebuild(encoder=other)
    with pytest.raises(qa.LibraryMismatch, match="built with the model 'fake'"):
        library.undo()
    assert undo(LibraryDirectory(library.path)).report.unchanged == ("Lenses", "Bread")


def test_the_generations_are_the_current_and_the_kept_one(library: qa.Library) -> None:
    (first,) = library.generations
    assert (first.is_current, first.status) == (True, library.status())
    library.add(thread("News"))
    library.remove("Bread")
    current, kept = library.generations
    assert (current.is_current, current.status) == (True, library.status())
    assert kept.status is not None and (kept.is_current, kept.status.sources, kept.problem) == (False, 3, None)
    folder = LibraryDirectory(library.path).kept()
    assert folder is not None
    (folder / "manifest.json").write_text("{}")
    _, kept = library.generations
    assert kept.status is None and kept.problem is not None and "format" in kept.problem


def test_build_can_be_told_not_to_remove_texts(library: qa.Library) -> None:
    with pytest.raises(qa.LibraryError, match="holds 2 texts, and 1 of them would be removed: Bread"):
        qa.build([library.thread("Lenses"), thread("News")], library.path, encoder=FakeEncoder(), replace=False)
    assert names(qa.open(library.path, encoder=FakeEncoder())) == ["Lenses", "Bread"]
    threads = [library.thread("Lenses"), library.thread("Bread"), thread("News")]
    assert names(qa.build(threads, library.path, encoder=FakeEncoder(), replace=False)) == ["Lenses", "Bread", "News"]
    assert names(qa.build(None, library.path, encoder=FakeEncoder(), replace=False)) == ["Lenses", "Bread", "News"]


def test_a_closed_library_refuses_and_its_quotes_stay(library: qa.Library) -> None:
    with library as same:
        quote = same.ask("Where are lenses ground?").quotes[0]
    assert repr(library) == f"<Library {str(library.path)!r}, closed>"
    assert quote.thread().text[quote.start : quote.end] == quote.text
    calls: list[Callable[[], object]] = [
        lambda: library.ask("bread"),
        lambda: library.search("bread"),
        lambda: library.text("Bread"),
        lambda: library.sources,
        library.status,
        library.verify,
        library.undo,
        library.rebuild,
        lambda: library.rebuild(encoder=FakeEncoder()),
        lambda: library.add(thread("News")),
        lambda: library.remove("Bread"),
    ]
    for call in calls:
        with pytest.raises(qa.LibraryError, match="was closed; open it again"):
            call()
    library.close()


def test_a_library_closed_during_a_change_stays_closed(library: qa.Library) -> None:
    library.add(thread("News"), progress=lambda *_: library.close())
    with pytest.raises(qa.LibraryError, match="closed"):
        library.status()
    assert names(qa.open(library.path, encoder=FakeEncoder())) == ["Lenses", "Bread", "News"]


def test_a_closed_library_lets_go_of_its_files(library: qa.Library, tmp_path: Path) -> None:
    fds = Path("/proc/self/fd")
    if not fds.is_dir():
        pytest.skip("needs the list of open files")

    def opened() -> list[str]:
        links = [link for link in fds.iterdir() if link.is_symlink()]
        return [str(link.readlink()) for link in links if str(library.path) in str(link.readlink())]

    assert opened()
    library.close()
    assert not opened()


def test_questions_are_answered_through_ten_undos(library: qa.Library) -> None:
    library.add(thread("News"))
    done, wrong = threading.Event(), []

    def ask() -> None:
        while not done.is_set():
            quotes = library.ask("Where are lenses ground?").quotes
            if quotes[0].source != "Lenses":
                wrong.append(quotes)

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(10):
        library.undo()
    done.set()
    asking.join()
    assert not wrong


def test_a_library_says_what_it_is(library: qa.Library) -> None:
    generation = library.status().generation
    assert repr(library) == f"<Library {str(library.path)!r}: 2 texts, generation {generation}>"
    library.remove("Bread")
    assert ": 1 text, generation " in repr(library)
