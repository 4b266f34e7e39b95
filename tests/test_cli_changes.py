"""The commands that change a library, and those that list what it holds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.cli.main import main
from qa.library.directory import LibraryDirectory

Output = pytest.CaptureFixture[str]


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands load the fake encoder, so that they are fast."""
    monkeypatch.setattr("qa.cli.change.load_encoder", lambda *_: FakeEncoder())
    monkeypatch.setattr("qa.library.library.load_encoder", lambda *_: FakeEncoder())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_model: None) -> Path:
    """A working folder with two texts, and a library "l" of the first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rain.txt").write_text("It rains in Wetzlar.")
    (tmp_path / "snow.txt").write_text("It snows in Solms.\n\nOne comment\n\nIt is cold.")
    assert main(["build", "rain.txt", "--library", "l"]) == 0
    return tmp_path


def names(folder: Path) -> list[str]:
    return [source.name for source in qa.open(folder / "l", encoder=FakeEncoder()).sources]


def test_add_remove_and_undo_say_what_they_did(folder: Path, capsys: Output) -> None:
    assert main(["build", "--library", "l"]) == 0
    assert capsys.readouterr().out == f"{folder / 'l'}: 1 source, 1 post, 1 passage\n"
    assert main(["add", "snow.txt", "rain.txt", "--library", "l"]) == 0
    out = capsys.readouterr().out
    assert out == f"{folder / 'l'}: 2 texts now (was 1): 1 added, 1 unchanged\nadded: snow.txt\n"
    assert main(["remove", "rain.txt", "--library", "l"]) == 0
    assert "1 text now (was 2): 1 removed, 1 unchanged\nremoved: rain.txt\n" in capsys.readouterr().out
    assert main(["undo", "--library", "l"]) == 0
    assert "2 texts now (was 1): 1 added, 1 unchanged\nadded: rain.txt\n" in capsys.readouterr().out
    assert names(folder) == ["rain.txt", "snow.txt"]
    assert main(["undo", "--library", "l"]) == 0
    assert names(folder) == ["snow.txt"]


def test_build_refuses_to_remove_texts_unless_told(folder: Path, capsys: Output) -> None:
    assert main(["build", "snow.txt", "--library", "l"]) == 2
    assert "holds 1 text, and 1 of them would be removed: rain.txt; keep them with qa add" in capsys.readouterr().err
    assert names(folder) == ["rain.txt"]
    assert main(["build", "rain.txt", "snow.txt", "--library", "l"]) == 0
    (folder / "snow.txt").write_text("It thaws.")
    assert main(["build", ".", "--library", "l"]) == 0  # the same files, changed
    assert main(["build", "snow.txt", "--library", "l", "--replace"]) == 0
    assert names(folder) == ["snow.txt"]
    assert main(["build", "--library", "l"]) == 0  # its own texts again


@pytest.mark.parametrize("command", [["add", "rain.txt"], ["remove", "x"], ["undo"], ["list"], ["generations"]])
def test_there_has_to_be_a_library(folder: Path, capsys: Output, command: list[str]) -> None:
    assert main([*command, "--library", "nowhere"]) == 2
    assert "there is no library at" in capsys.readouterr().err
    assert not (folder / "nowhere").exists()


def test_remove_heals_a_library_whose_text_is_damaged(folder: Path, capsys: Output) -> None:
    assert main(["add", "snow.txt", "--library", "l"]) == 0
    store = LibraryDirectory(folder / "l").current() / "texts.sqlite"
    store.write_bytes(store.read_bytes().replace(b"in Wetzlar", b"in Wexxlar"))
    assert main(["verify", "--library", "l"]) == 2
    assert main(["remove", "rain.txt", "--library", "l"]) == 0
    assert main(["verify", "--library", "l"]) == 0
    assert names(folder) == ["snow.txt"]


def test_add_keeps_the_model_of_the_library(folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    other = FakeEncoder()
    other.fingerprint = "fake-2"
    monkeypatch.setattr("qa.cli.change.load_encoder", lambda *_: other)
    for command in (["add", "snow.txt"], ["remove", "rain.txt"]):
        assert main([*command, "--library", "l"]) == 2
        assert "was built with the model 'fake'" in capsys.readouterr().err
    assert names(folder) == ["rain.txt"]


def test_list_shows_each_text(folder: Path, capsys: Output) -> None:
    page = (
        "<html><head><title>Fog</title><link rel=canonical href='https://fog.example/a'>"
        "<meta property='article:published_time' content='2012-03-04T05:06:07Z'></head><body><article><h1>Fog</h1>"
        f"<p>{'The fog is thick in the valley this morning. ' * 8}</p></article></body></html>"
    )
    (folder / "fog.html").write_text(page)
    assert main(["add", "snow.txt", "fog.html", "--library", "l"]) == 0
    capsys.readouterr()
    assert main(["list", "--library", "l"]) == 0
    heading, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert heading == ["NAME", "KIND", "POSTS", "PASSAGES", "DAY", "ADDRESS"]
    assert rows[:2] == [["rain.txt", "article", "1", "1", "–", "–"], ["snow.txt", "thread", "2", "2", "–", "–"]]
    assert rows[2][0] == "fog.html" and rows[2][-2:] == ["2012-03-04", "https://fog.example/a"]
    assert main(["list", "--json", "--library", "l"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [text["name"] for text in listed] == ["rain.txt", "snow.txt", "fog.html"]
    assert listed[2]["url"] == "https://fog.example/a"


def test_a_name_cannot_forge_a_row_or_reach_the_terminal(library: qa.Library, capsys: Output) -> None:
    library.rebuild([qa.Thread.from_text("It rains.", title="a\nb\033[2J c")])
    assert main(["list", "--library", str(library.path)]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 2 and "\033" not in out


def test_generations_are_listed(folder: Path, capsys: Output) -> None:
    assert main(["add", "snow.txt", "--library", "l"]) == 0
    capsys.readouterr()
    assert main(["generations", "--library", "l"]) == 0
    current, kept = capsys.readouterr().out.splitlines()
    assert current.startswith("current  000002-") and "2 sources, 3 posts, 3 passages, fake" in current
    assert kept.startswith("kept     000001-") and "1 source, 1 post, 1 passage, fake" in kept
    before = LibraryDirectory(folder / "l").kept()
    assert before is not None
    (before / "manifest.json").unlink()
    assert main(["generations", "--library", "l"]) == 0
    assert "cannot be read: " in capsys.readouterr().out.splitlines()[1]


def test_export_to_standard_output_is_the_file(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (folder / "snow.txt").write_text("Es schneit in Łódź — leise.", encoding="utf-8")
    assert main(["add", "snow.txt", "--library", "l"]) == 0
    assert main(["export", "-o", "out.jsonl", "--library", "l"]) == 0
    done = subprocess.run(
        [sys.executable, "-m", "qa", "export", "-o", "-", "--library", "l"], capture_output=True, check=True
    )
    assert done.stdout == (folder / "out.jsonl").read_bytes() and done.stderr == b""
    assert not (folder / "-").exists()


def test_export_to_standard_output_names_what_was_altered(folder: Path, capsys: Output) -> None:
    assert main(["add", "snow.txt", "--library", "l"]) == 0
    store = LibraryDirectory(folder / "l").current() / "texts.sqlite"
    store.write_bytes(store.read_bytes().replace(b"in Wetzlar", b"in Wexxlar"))
    capsys.readouterr()
    assert main(["export", "-o", "-", "--library", "l"]) == 2
    assert "'rain.txt' was altered since it was written and is not in the output; the other 1 of 2" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("late", [False, True])
def test_ctrl_c_says_whether_the_change_was_complete(
    folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    from qa.library.generation_writer import GenerationWriter

    point_to = GenerationWriter.point_to

    def interrupted(self: GenerationWriter, generation: Path) -> None:
        if late:
            point_to(self, generation)
        raise KeyboardInterrupt

    monkeypatch.setattr(GenerationWriter, "point_to", interrupted)
    assert main(["add", "snow.txt", "--library", "l"]) == 128 + signal.SIGINT
    says = "the change was already complete" if late else "the library is as it was"
    assert says in capsys.readouterr().err
    assert names(folder) == (["rain.txt", "snow.txt"] if late else ["rain.txt"])
