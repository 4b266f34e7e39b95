"""Reading files, folders and threads."""

from __future__ import annotations

from pathlib import Path

import pytest

import qa
from qa.sources.bounds import MOST_BYTES
from qa.sources.read import read_all


def test_a_folder_is_read_recursively_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "note.md").write_text("Below.")
    (tmp_path / "a.txt").write_text("Above.")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / ".hidden.txt").write_text("Hidden.")
    assert [thread.source for thread in qa.read(tmp_path)] == ["a.txt", "note.md"]


def test_a_linked_folder_is_entered_once(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "note.txt").write_text("In other.")
    for name in ("a", "b"):
        (tmp_path / "own" / name).symlink_to(tmp_path / "other", target_is_directory=True)
    (tmp_path / "other" / "circle").symlink_to(tmp_path / "own", target_is_directory=True)
    assert [thread.text for thread in qa.read(tmp_path / "own")] == ["In other."]


def test_names_are_made_distinct_and_a_file_is_read_once(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.txt").write_text(f"In {folder}.")
    threads, _ = read_all([tmp_path, tmp_path / "x" / "same.txt"])
    assert [(thread.source, thread.text) for thread in threads] == [
        ("x/same.txt", "In x."),
        ("y/same.txt", "In y."),
    ]


def test_a_bad_file_in_a_folder_is_reported_and_the_rest_are_read(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Good.")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    threads, reports = read_all(tmp_path)
    assert [thread.source for thread in threads] == ["good.txt"]
    assert [(report.source, report.outcome) for report in reports] == [
        ("binary.txt", "failed"),
        ("empty.txt", "failed"),
        ("good.txt", "read"),
        ("picture.png", "skipped"),
    ]
    with pytest.raises(qa.SourceError, match=r"empty\.txt is empty"):
        read_all(tmp_path / "empty.txt")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "missing.txt", "there is no file or folder"),
        (lambda folder: folder, "has no file that can be read"),
        (lambda folder: "a\x00b", "usable path|no file"),
        (lambda folder: "x" * 5000, "usable path|no file"),
        (lambda folder: [], "nothing to read"),
        (lambda folder: [3], "a source is a path or a Thread"),
    ],
)
def test_sources_that_cannot_be_read_are_named(tmp_path: Path, make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(qa.SourceError, match=message):
        read_all(make(tmp_path))


def test_a_file_over_the_size_limit_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(qa.SourceError, match="split it into parts"):
        list(qa.read(tmp_path / "huge.txt"))


@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "\ufeff"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(qa.SourceError, match="is empty"):
        qa.Thread.from_text(text)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(qa.SourceError, match="position 3"):
        qa.Thread.from_text("abc\ud800def")
