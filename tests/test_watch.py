"""A library kept in step with a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.cli.watch import bursts_of_changes, follow, heeding_signals
from qa.encoding.encoder import Vectors
from qa.library.directory import LibraryDirectory
from qa.library.mirror import FolderMirror
from qa.types import Progress, no_progress


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "texts" / "sub").mkdir(parents=True)
    (tmp_path / "texts" / "rain.txt").write_text("It rains in Wetzlar.")
    (tmp_path / "texts" / "sub" / "snow.txt").write_text("It snows in Solms.")
    return tmp_path / "texts"


@pytest.fixture
def directory(tmp_path: Path) -> LibraryDirectory:
    return LibraryDirectory(tmp_path / "library")


@pytest.fixture
def mirror(directory: LibraryDirectory, folder: Path) -> FolderMirror:
    mirror = FolderMirror(directory, folder, FakeEncoder())
    change = mirror.sync()
    assert change is not None and change.report.added == ("rain.txt", "snow.txt")
    return mirror


def opened(directory: LibraryDirectory) -> qa.Library:
    return qa.open(directory.path, encoder=FakeEncoder())


def names(directory: LibraryDirectory) -> list[str]:
    return [source.name for source in opened(directory).sources]


def test_one_burst_of_changed_new_and_deleted_files_is_one_generation(
    mirror: FolderMirror, directory: LibraryDirectory, folder: Path
) -> None:
    (folder / "rain.txt").write_text("It pours in Wetzlar.")
    (folder / "sub" / "snow.txt").unlink()
    (folder / "fog.txt").write_text("It is foggy.")
    change = mirror.sync()
    assert change is not None
    report = change.report
    assert (report.added, report.replaced, report.removed) == (("fog.txt",), ("rain.txt",), ("snow.txt",))
    assert report.generation.startswith("000002-")
    assert opened(directory).text("rain.txt") == "It pours in Wetzlar."
    fresh = qa.build(folder, directory.path.with_name("fresh"), encoder=FakeEncoder())
    for question in ("Where does it pour?", "Is it foggy?", "snow"):
        assert {q.text for q in opened(directory).search(question)} == {q.text for q in fresh.search(question)}


def test_nothing_is_written_where_nothing_changed(
    mirror: FolderMirror, directory: LibraryDirectory, folder: Path
) -> None:
    before = directory.current()
    os.utime(folder / "rain.txt")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    assert mirror.sync() is None
    (folder / "rain.txt").write_text("It rains in Wetzlar.")
    assert mirror.sync() is None
    assert FolderMirror(directory, folder, FakeEncoder()).sync() is None, "nor by one that is started again"
    assert directory.current() == before


def test_a_renamed_folder_and_a_file_of_many_threads_are_followed(
    mirror: FolderMirror, directory: LibraryDirectory, folder: Path
) -> None:
    row = '{{"id": "{0}", "title": "{0}", "posts": [{{"text": "This is about {0}."}}]}}\n'
    (folder / "many.jsonl").write_text("".join(row.format(name) for name in ("one", "two", "three")))
    (folder / "sub").rename(folder / "other")
    change = mirror.sync()
    assert change is not None and change.report.after == 5 and change.report.removed == ("snow.txt",)
    (folder / "many.jsonl").write_text("".join(row.format(name) for name in ("one", "three", "four")))
    change = mirror.sync()
    assert change is not None
    assert (change.report.added, change.report.removed) == (("four",), ("two",))
    (folder / "many.jsonl").unlink()
    change = mirror.sync()
    assert change is not None and set(change.report.removed) == {"one", "three", "four"}


def test_a_file_that_cannot_be_read_now_keeps_its_texts(
    mirror: FolderMirror, directory: LibraryDirectory, folder: Path
) -> None:
    (folder / "rain.txt").write_bytes(bytes(range(256)))
    (folder / "fog.txt").write_text("It is foggy.")
    change = mirror.sync()
    assert change is not None and change.report.removed == ()
    assert [report.outcome for report in change.reports if report.source == "rain.txt"] == ["failed"]
    assert opened(directory).text("rain.txt") == "It rains in Wetzlar."
    (folder / "rain.txt").unlink()
    change = mirror.sync()
    assert change is not None and change.report.removed == ("rain.txt",)


def test_the_last_text_stays(mirror: FolderMirror, directory: LibraryDirectory, folder: Path) -> None:
    (folder / "rain.txt").unlink()
    (folder / "sub" / "snow.txt").unlink()
    with pytest.raises(qa.SourceError):
        mirror.sync()
    assert names(directory) == ["rain.txt", "snow.txt"]


def test_texts_from_elsewhere_are_removed_only_when_told(library: qa.Library, folder: Path) -> None:
    directory = LibraryDirectory(library.path)
    with pytest.raises(qa.LibraryError, match="holds 2 texts, and 2 of them would be removed: Lenses, Bread"):
        FolderMirror(directory, folder, FakeEncoder()).sync()
    assert names(directory) == ["Lenses", "Bread"]
    FolderMirror(directory, folder, FakeEncoder(), replace=True).sync()
    assert names(directory) == ["rain.txt", "snow.txt"]


def test_a_file_deleted_while_nobody_watched_is_removed_only_when_told(
    mirror: FolderMirror, directory: LibraryDirectory, folder: Path
) -> None:
    (folder / "rain.txt").unlink()
    with pytest.raises(qa.LibraryError, match="1 of them would be removed: rain.txt"):
        FolderMirror(directory, folder, FakeEncoder()).sync()
    FolderMirror(directory, folder, FakeEncoder(), replace=True).sync()
    assert names(directory) == ["snow.txt"]


def test_the_library_cannot_be_in_the_folder(folder: Path) -> None:
    with pytest.raises(qa.SettingError, match="is in the folder that is watched"):
        FolderMirror(LibraryDirectory(folder / "sub" / "library"), folder, FakeEncoder())
    with pytest.raises(qa.SettingError, match="there is no folder"):
        FolderMirror(LibraryDirectory(folder), folder / "rain.txt", FakeEncoder())


def test_a_busy_library_is_tried_again_and_a_failure_is_said(
    mirror: FolderMirror, directory: LibraryDirectory, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def bursts() -> Iterator[bool]:
        (folder / "fog.txt").write_text("It is foggy.")
        with directory.writing():
            yield False
        assert names(directory) == ["rain.txt", "snow.txt"]
        yield False
        assert names(directory) == ["rain.txt", "snow.txt", "fog.txt"]
        for file in ("rain.txt", "sub/snow.txt", "fog.txt"):
            (folder / file).rename(folder / f"{file}.away")
        yield True
        assert "has no file that can be read" in capsys.readouterr().err
        (folder / "rain.txt.away").rename(folder / "rain.txt")
        yield True
        assert names(directory) == ["rain.txt"]

    follow(mirror, directory, bursts(), threading.Event())


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM])
def test_the_first_order_to_end_raises_nothing_and_the_second_does(folder: Path, ends: signal.Signals) -> None:
    before = signal.getsignal(ends)
    with heeding_signals() as stopped:
        looks = bursts_of_changes(folder, stopped)
        assert not next(looks)
        signal.raise_signal(ends)  # an exception would be dropped if a finalizer happened to run
        assert list(looks) == []
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(ends)
    assert signal.getsignal(ends) is before


def test_an_order_to_end_cancels_a_change_that_is_being_made(
    mirror: FolderMirror, directory: LibraryDirectory, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()

    def encode(self: FakeEncoder, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        stopped.set()
        progress("encoding", 0, len(texts))
        raise AssertionError("it goes on")

    monkeypatch.setattr(FakeEncoder, "encode", encode)
    (folder / "fog.txt").write_text("It is foggy.")
    before = directory.current()
    follow(mirror, directory, iter([True, True]), stopped)
    assert directory.current() == before and names(directory) == ["rain.txt", "snow.txt"]


def test_ctrl_c_stays_ignored_for_what_a_shell_runs_in_the_background() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with heeding_signals() as stopped:
            signal.raise_signal(signal.SIGINT)
            assert not stopped.is_set()
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM])
def test_the_command_follows_a_folder_until_told_to_end(
    folder: Path, directory: LibraryDirectory, ends: signal.Signals
) -> None:
    command = [sys.executable, "-m", "qa", "watch", str(folder), "--library", str(directory.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        try:
            assert watching.stdout is not None and watching.stderr is not None
            assert "2 texts now (was 0)" in watching.stdout.readline()
            assert "added: rain.txt, snow.txt" in watching.stdout.readline()
            for number in range(20):
                (folder / f"{number}.txt").write_text(f"Text number {number} is here.")
                time.sleep(0.01)
            (folder / "rain.txt").unlink()
            # One burst, unless the machine is so busy that half a second passes between two files.
            assert any("21 texts now" in line for line in watching.stdout)
            watching.send_signal(ends)
            assert watching.wait(60) == 0 and watching.stderr.read() == ""
        finally:
            watching.kill()
