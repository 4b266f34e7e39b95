"""The torture in small: a few trials of each kind, and that what is broken is noticed."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import qa
from benchmarks.torture import bits, child, mutants
from benchmarks.torture.parts import PARTS, Setting
from benchmarks.torture.report import Record, Tally, table
from benchmarks.torture.specimen import build, folder, litter, opened, state
from qa.errors import LibraryError, VerbatimError
from qa.library.manifest import Manifest

ROOT = Path(__file__).parents[1]
QUICK = (
    "build, killed at each", "rebuild, killed at each", "unpack, killed at each", "add, an I/O error",
    "remove, an I/O error", "undo, an I/O error", "random time", "full disk", "manifest", "another file",
    "two processes",
)  # fmt: skip

pytestmark = [
    pytest.mark.reliability,
    pytest.mark.skipif(sys.platform != "linux" or not shutil.which("cc"), reason="needs Linux and a C compiler"),
]


@pytest.fixture(scope="module")
def tallies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a short run of the quick parts wrote."""
    out, work = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("work")
    words = [part for word in QUICK for part in ("--part", word)]
    command = [sys.executable, "-m", "benchmarks.torture", "--share", "0.003", "--jobs", "1", *words]
    done = subprocess.run(
        [*command, "--work", str(work), "--out", str(out)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(work.iterdir()) == [work / "disk.so"], "nothing else lies about"
    assert "| in all |" in (out / "torture.md").read_text()
    parts: dict[str, Any] = json.loads((out / "torture.json").read_text())["parts"]
    return parts


@pytest.mark.parametrize("word", QUICK)
def test_nothing_is_lost(tallies: dict[str, Any], word: str) -> None:
    parts = [tally for name, tally in tallies.items() if word in name]
    assert parts and all(tally["tried"] for tally in parts)
    assert [tally["told"] for tally in parts if tally["losses"] or tally["errors"]] == []


def test_forged_libraries_neither_harm_nor_hang_nor_take_much_memory(tmp_path: Path) -> None:
    specimens = Setting(tmp_path, 5, 1.0, ()).specimens()
    tally = Tally("forged")
    mutants.forged(specimens, tally, 5, 100)
    assert (tally.tried, tally.told) == (100, [])


def test_a_mutant_that_takes_too_much_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hoard(library: qa.Library) -> None:
        assert len(b"x" * (100 << 20))

    def fail(library: qa.Library) -> None:
        raise ZeroDivisionError

    def die(library: qa.Library) -> None:
        os.kill(os.getpid(), 15)

    build(tmp_path / "library")
    for use in (hoard, fail, die):
        with monkeypatch.context() as patch:
            patch.setattr(mutants, "USES", {"use": use})
            patch.setattr(mutants, "opened", lambda *_: None)
            tally = Tally("forged")
            mutants.forged([tmp_path / "library"], tally, 5, 1)
            shutil.rmtree(tmp_path / "library-whole")
        assert (tally.tried, tally.errors) == (1, 1), tally


def test_every_part_of_the_torture_has_a_name_that_tells_what_is_done() -> None:
    assert len(PARTS) >= 6 * 4 + 8
    for operation in ("build", "add", "remove", "rebuild", "undo", "unpack"):
        assert f"{operation}, killed at each call" in PARTS


def test_a_flipped_bit_that_nobody_notices_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path / "library")
    file = folder(tmp_path / "library") / "texts.sqlite"
    bits_of_a_word = [8 * match.start() for match in re.finditer(b"Solms", file.read_bytes())]
    for noticed in (True, False):
        if not noticed:
            monkeypatch.setattr("qa.library.manifest.check_hash", lambda *_: None)
            monkeypatch.setattr(bits, "state", lambda _: None)
        tally = Tally("bits")
        bits._flip(tmp_path / "library", ((file, bit) for bit in bits_of_a_word), tally, large=False)
        assert tally.tried == len(bits_of_a_word) and bool(tally.errors) is not noticed
    assert state(tmp_path / "library"), "every bit is set back"


def test_a_mutant_has_true_hashes_and_another_file(tmp_path: Path) -> None:
    build(tmp_path / "library")
    shutil.copytree(tmp_path / "library", tmp_path / "whole")
    for number in range(12):
        mutants.mutate(tmp_path / "library", tmp_path / "whole", random.Random(number))
        inner = folder(tmp_path / "library")
        Manifest.read(inner).check_hashes(inner)
    with pytest.raises(VerbatimError):
        for number in range(100):
            mutants.mutate(tmp_path / "library", tmp_path / "whole", random.Random(number))
            opened(tmp_path / "library").verify()


def test_a_child_that_dies_or_hangs_is_told_apart_from_one_that_says_something() -> None:
    assert child.run(lambda: {"said": 1}).said == {"said": 1}
    assert "ZeroDivisionError" in child.run(lambda: 1 // 0).error
    assert child.run(lambda: os.kill(os.getpid(), 15)).killed == 15
    assert child.run(lambda: lambda: None).error, "what cannot be pickled"
    assert child.run(lambda: __import__("time").sleep(60), kill_after=0.1).killed == 9


def test_a_run_goes_on_after_the_parts_that_are_finished(tmp_path: Path) -> None:
    record = Record(tmp_path / "torture.json", 1, resume=False)
    finished = Tally("one", tried=3)
    finished.lost("what was lost")
    record.add(finished)
    assert Record(tmp_path / "torture.json", 1, resume=True).tallies == {"one": finished}
    assert Record(tmp_path / "torture.json", 2, resume=True).tallies == {}, "another seed tries other things"
    assert Record(tmp_path / "torture.json", 1, resume=False).tallies == {}


def test_the_table_says_what_was_lost() -> None:
    tallies = [Tally("one", tried=1_200), Tally("two", tried=3, note="and more")]
    tallies[1].wrong("a raw error")
    text = table(tallies, "python -m benchmarks.torture", 18)
    assert "| one | 100% | 1,200 | 0 | 0 |  |" in text and "| in all |  | 1,203 | 0 | 1 |  |" in text
    assert "- two: a raw error" in text


def test_what_a_killed_writer_left_is_litter(tmp_path: Path) -> None:
    build(tmp_path / "library")
    assert litter(tmp_path / "library") == []
    (tmp_path / "library" / ".current-0123abcd").touch()
    (tmp_path / "library" / "generations" / ".unfinished-0123abcd").mkdir()
    assert sorted(litter(tmp_path / "library")) == [".current-0123abcd", ".unfinished-0123abcd"]
    (folder(tmp_path / "library") / "texts.sqlite").write_bytes(b"x")
    with pytest.raises(LibraryError):
        state(tmp_path / "library")
