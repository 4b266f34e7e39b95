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
from qa.library.directory import LibraryDirectory

ALTERATIONS = {
    "a letter of the text": "UPDATE source SET text = replace(text, 'Solms', 'Sglms') WHERE name = 'Lenses'",
    "the title": "UPDATE source SET title = 'Lensez' WHERE name = 'Lenses'",
    "an author": "UPDATE post SET author = 'Eve' WHERE source = 0",
    "a date": "UPDATE post SET date = '1999-01-01' WHERE source = 0",
    "where a post ends": 'UPDATE post SET "end" = "end" - 1 WHERE source = 0',
    "its address": "UPDATE source SET url = 'https://example.org/' WHERE name = 'Lenses'",
}


def alter(library: qa.Library, statement: str) -> None:
    with closing(sqlite3.connect(LibraryDirectory(library.path).current() / "texts.sqlite")) as connection, connection:
        assert connection.execute(statement).rowcount == 1


@pytest.fixture(params=ALTERATIONS)
def altered(library: qa.Library, request: pytest.FixtureRequest) -> qa.Library:
    alter(library, ALTERATIONS[request.param])
    return library


READINGS: list[Callable[[qa.Library], object]] = [
    lambda library: library.thread("Lenses"),
    lambda library: library.rebuild(),
    lambda library: library.add(qa.Thread.from_text("It rains.", title="Rain")),
    lambda library: library.remove("Bread"),
    lambda library: library.search("lenses are ground", k=1)[0].context(),
]


@pytest.mark.parametrize("read", READINGS)
def test_an_altered_text_is_refused_by_name(altered: qa.Library, read: Callable[[qa.Library], object]) -> None:
    before = LibraryDirectory(altered.path).current()
    with pytest.raises(qa.LibraryDamaged, match="'Lenses' .*altered"):
        read(altered)
    assert LibraryDirectory(altered.path).current() == before


def test_an_altered_reading_text_is_refused(library: qa.Library) -> None:
    alter(library, ALTERATIONS["a letter of the text"])
    with pytest.raises(qa.LibraryDamaged, match="'Lenses' .*altered"):
        library.text("Lenses")
    assert library.text("Bread").startswith("Bread is baked")


def test_the_others_can_be_exported(altered: qa.Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "rest.jsonl"
    assert main(["export", "--library", str(altered.path), "-o", str(target)]) == 2
    assert "'Lenses' was altered since it was written and is not in" in capsys.readouterr().err
    assert [json.loads(line)["id"] for line in target.read_text().splitlines()] == ["Bread"]


def test_an_export_without_any_whole_text_leaves_the_file_as_it_was(library: qa.Library, tmp_path: Path) -> None:
    for source in (0, 1):
        alter(library, f"UPDATE source SET text = text || '!' WHERE id = {source}")
    (tmp_path / "out.jsonl").write_text("before")
    with pytest.raises(qa.LibraryDamaged):
        library.export(tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == "before"


def test_the_others_stay_when_the_altered_text_is_removed_or_given_again(altered: qa.Library) -> None:
    altered.add(qa.Thread.from_text("Lenses are cast in Wetzlar.", title="Lenses"))
    assert [row.name for row in altered.sources] == ["Lenses", "Bread"]
    assert altered.verify().sources == 2
    alter(altered, "UPDATE source SET text = text || '!' WHERE name = 'Lenses'")
    altered.remove("Lenses")
    assert [row.name for row in altered.sources] == ["Bread"]
    assert altered.verify().sources == 1


def test_every_altered_text_is_named_at_once(library: qa.Library, encoder: FakeEncoder) -> None:
    alter(library, "UPDATE source SET text = text || '!' WHERE id = 0")
    alter(library, "UPDATE source SET text = text || '!' WHERE id = 1")
    with pytest.raises(qa.LibraryDamaged, match="'Lenses', 'Bread' in .* were altered"):
        qa.build(None, library.path, encoder=encoder)
