"""What the README says is what happens."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qa.cli.main import main, parser

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_of_the_readme_runs(checkout: Path) -> None:
    (code,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=checkout)
    assert done.returncode == 0, done.stderr
    assert "Solms" in done.stdout.splitlines()[0]
    assert done.stdout.splitlines()[1].startswith("article None None leica-manufacturing-process.txt 0.")


def test_the_commands_of_the_readme_run(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import shlex

    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("qa ")]
    assert len(commands) == 7
    for command in commands:
        assert main(shlex.split(command)[1:]) == 0, command
    assert "£799" in capsys.readouterr().out


def test_every_option_of_the_command_line_is_told() -> None:
    (commands,) = [a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)]
    for name, command in commands.choices.items():
        assert f"`qa {name}" in README
        for action in command._actions:
            for option in action.option_strings[-1:]:
                assert option == "--help" or re.search(rf"{option}[` \]]", README), (name, option)


def test_the_commands_that_install_are_the_two_promised() -> None:
    install, test = (block.strip() for block in blocks("sh") if not block.startswith("qa "))
    assert install == "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/python app.py"
    assert test == "bash tests/run" and (ROOT / "tests" / "run").is_file()
