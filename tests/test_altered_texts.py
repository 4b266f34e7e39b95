"""A text that was altered on disk is refused by name wherever it is read back, and the others can be saved."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.cli.main import main
from qa.library import changes
from qa.library.directory import LibraryDirectory
from qa.library.store import Store
from qa.library.texts import Texts
from qa.types import no_progress

pytestmark = pytest.mark.reliability

ALTERATIONS = {
    "a letter of the text": "UPDATE source SET text = replace(text, 'Solms', 'Sglms') WHERE name = 'Lenses'",
    "the title": "UPDATE source SET title = 'Lensez' WHERE name = 'Lenses'",
    "an author": "UPDATE post SET author = 'Eve' WHERE source = 0",
    "a date": "UPDATE post SET date = '1999-01-01' WHERE source = 0",
    "where a post ends": 'UPDATE post SET "end" = "end" - 1 WHERE source = 0',
    "its address": "UPDATE source SET url = 'https://example.org/' WHERE name = 'Lenses'",
}


def alter(library: qa.Library, statement: str, rows: int = 1) -> LibraryDirectory:
    """The library's directory, once its texts were altered behind its back."""
    directory = LibraryDirectory(library.path)
    with closing(sqlite3.connect(directory.current() / "texts.sqlite")) as connection, connection:
        assert connection.execute(statement).rowcount == rows
    return directory


@pytest.fixture(params=ALTERATIONS)
def altered(library: qa.Library, request: pytest.FixtureRequest) -> LibraryDirectory:
    return alter(library, ALTERATIONS[request.param])


CHANGES: list[Callable[[LibraryDirectory], object]] = [
    lambda directory: qa.build(None, directory.path, encoder=FakeEncoder()),
    lambda directory: changes.add(directory, rain(), FakeEncoder(), no_progress, None),
    lambda directory: changes.remove(directory, ["Bread"], FakeEncoder(), no_progress),
    lambda directory: Store.open(directory.current()).thread("Lenses"),
]


def rain(title: str = "Rain") -> qa.Thread:
    return qa.Thread.from_text("It rains.", title=title)


@pytest.mark.parametrize("change", CHANGES)
def test_an_altered_text_is_refused_by_name(
    altered: LibraryDirectory, change: Callable[[LibraryDirectory], object]
) -> None:
    before = altered.current()
    with pytest.raises(qa.LibraryDamaged, match="'Lenses' .*altered"):
        change(altered)
    assert altered.current() == before


def test_an_altered_library_does_not_open(altered: LibraryDirectory) -> None:
    with pytest.raises(qa.LibraryDamaged, match=r"texts\.sqlite was altered"):
        qa.open(altered.path, encoder=FakeEncoder())


def test_an_altered_reading_text_is_refused(library: qa.Library) -> None:
    directory = alter(library, ALTERATIONS["a letter of the text"])
    store = Store.open(directory.current())
    with pytest.raises(qa.LibraryDamaged, match="'Lenses' .*altered"):
        store.text("Lenses")
    assert store.text("Bread").startswith("Bread is baked")


def test_the_others_can_be_exported(
    altered: LibraryDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "rest.jsonl"
    assert main(["export", "--library", str(altered.path), "-o", str(target)]) == 2
    assert "'Lenses' was altered since it was written and is not in" in capsys.readouterr().err
    assert [json.loads(line)["id"] for line in target.read_text().splitlines()] == ["Bread"]


def test_an_export_without_any_whole_text_leaves_the_file_as_it_was(library: qa.Library, tmp_path: Path) -> None:
    directory = alter(library, "UPDATE source SET text = text || '!'", rows=2)
    (tmp_path / "out.jsonl").write_text("before")
    with pytest.raises(qa.LibraryDamaged):
        Texts.current(directory).export(tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == "before"


@pytest.mark.parametrize("whole", ["removed", "given again"])
def test_the_others_stay_when_the_altered_text_is_removed_or_given_again(altered: LibraryDirectory, whole: str) -> None:
    if whole == "removed":
        changes.remove(altered, ["Lenses"], FakeEncoder(), no_progress)
    else:
        changes.add(altered, rain("Lenses"), FakeEncoder(), no_progress, None)
    library = qa.open(altered.path, encoder=FakeEncoder())
    assert [row.name for row in library.sources] == (["Bread"] if whole == "removed" else ["Lenses", "Bread"])
    library.verify()


def test_every_altered_text_is_named_at_once(library: qa.Library, encoder: FakeEncoder) -> None:
    alter(library, "UPDATE source SET text = text || '!'", rows=2)
    with pytest.raises(qa.LibraryDamaged, match="'Lenses', 'Bread' in .* were altered"):
        qa.build(None, library.path, encoder=encoder)
