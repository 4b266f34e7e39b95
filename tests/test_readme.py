"""The README is short, and what it says happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documents import README, ROOT, blocks, checkout_in, qa_commands

from qa.cli.main import main

TEXT = README.read_text(encoding="utf-8")
MOST_WORDS = 600


def test_the_readme_is_short() -> None:
    assert len(TEXT.split()) <= MOST_WORDS
    (python,) = blocks(README, "python")
    assert len([line for line in python.splitlines() if line]) <= 10
    assert len(qa_commands(README)) == 3
    assert len(re.findall(r"^\| ---", TEXT, re.MULTILINE)) == 1


def test_the_python_of_the_readme_runs(tmp_path: Path) -> None:
    (code,) = blocks(README, "python")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=checkout_in(tmp_path),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "Solms" in lines[0]
    assert lines[1].startswith("article None None leica-manufacturing-process.txt 0.")


def test_the_commands_of_the_readme_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(checkout_in(tmp_path))
    for command in qa_commands(README):
        assert main(command) == 0, command
    assert "£799" in capsys.readouterr().out


def test_two_commands_do_everything_on_a_fresh_machine() -> None:
    install, test = (block.strip() for block in blocks(README, "sh") if not block.startswith("qa "))
    assert install == "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/python app.py"
    assert test == "bash tests/run --install-chromium" and (ROOT / "tests" / "run").is_file()


def test_the_results_are_those_that_were_measured() -> None:
    measured = (ROOT / "benchmarks" / "results" / "quality.md").read_text(encoding="utf-8")
    rows = {row[0]: row[1:5] for row in re.findall(r"^\| `(\S+)` \|" + r" ([^|]+) \|" * 4, measured, re.MULTILINE)}
    assert {row[0]: row[1:] for row in re.findall(r"^\| `(\S+)` \|" + r" ([^|]+) \|" * 4, TEXT, re.MULTILINE)} == {
        name: rows[name] for name in rows if rows[name][3].startswith("**")
    }


def test_the_picture_is_small() -> None:
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)
    assert (ROOT / picture).stat().st_size < 150_000
