"""The pages of `docs/`: their code runs, their links resolve, and they name every module, command and option."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from documents import PAGES, ROOT, blocks, checkout_in, qa_commands
from test_structure import FLOOR

import qa
from qa.cli.main import main, parser

DOCS = ROOT / "docs"


def with_block(language: str) -> pytest.MarkDecorator:
    pages = [page for page in PAGES if page.parent == DOCS and blocks(page, language)]
    return pytest.mark.parametrize("page", pages, ids=lambda page: str(page.stem))


@with_block("python")
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout_in(tmp_path))
    monkeypatch.setenv("VERBATIM_LIBRARY", str(tmp_path / "default"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    exec(compile("\n".join(blocks(page, "python")), page.name, "exec"), {})


@with_block("sh")
def test_the_commands_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout_in(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for command in qa_commands(page):
        assert main(command) == 0, command


def test_the_web_chat_answers_the_program_of_its_page(tmp_path: Path) -> None:
    (code,) = blocks(DOCS / "web.md", "py")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "VERBATIM_LIBRARY": str(tmp_path / "library")}
    command = [sys.executable, "-m", "qa", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as server:
        try:
            assert server.stdout is not None
            (address,) = re.findall(r"http://\S+?(?=/?\s)", server.stdout.readline())
            done = subprocess.run(
                [sys.executable, "-c", code.replace("http://127.0.0.1:7860", address)],
                capture_output=True,
                text=True,
                check=True,
            )
        finally:
            server.terminate()
    assert "Solms" in done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as `make docs` builds them, with every link checked."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return folder


def test_a_page_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert {"index.html", "api.html", "command-line.html"} <= {page.name for page in pages}
    for page in pages:
        assert (
            re.findall(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"?(?:https?:)?//[^\s\">]*", page.read_text())
            == []
        )


def test_the_reference_of_the_command_line_is_whole(site: Path) -> None:
    page = (site / "command-line.html").read_text(encoding="utf-8")
    (commands,) = [a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)]
    for name, command in commands.choices.items():
        assert re.search(rf"<code>qa {name}\b", page), name
        for option in {option for action in command._actions for option in action.option_strings} - {"-h", "--help"}:
            assert re.search(rf"<code>{option}\b", page), (name, option)


def test_the_reference_of_python_is_whole(site: Path) -> None:
    page = (site / "api.html").read_text(encoding="utf-8")
    missing = [name for name in qa.__all__ if not re.search(rf'id="qa\.[\w.]*\b{name}"', page)]
    assert missing == []


def test_links_between_files_lead_to_files() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), (page.name, link)


def test_modules_that_pages_run_are_there() -> None:
    for page in PAGES:
        for module in re.findall(r"python -m ((?:qa|benchmarks|training)[\w.]*)", page.read_text(encoding="utf-8")):
            path = ROOT.joinpath(*module.split("."))
            assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), (page.name, module)


def test_the_table_of_rooms_names_every_module() -> None:
    text = (DOCS / "how-it-works.md").read_text(encoding="utf-8")
    named = {
        f"{room}{module}"
        for room, row in re.findall(r"^\| `(qa/[\w/]*)` \| \d \| (.*) \|$", text, re.MULTILINE)
        for module in re.findall(r"`(\w+)`", row)
    }
    modules = {
        file.relative_to(ROOT).with_suffix("").as_posix()
        for file in (ROOT / "qa").rglob("*.py")
        if not file.stem.startswith("__")
    }
    assert {"not in the table": modules - named, "not there": named - modules} == {
        "not in the table": set(),
        "not there": set(),
    }


def test_the_table_of_rooms_and_the_structure_test_agree() -> None:
    text = (DOCS / "how-it-works.md").read_text(encoding="utf-8")
    for room, floor in re.findall(r"^\| `qa/(\w+)/[\w/]*` \| (\d) \|", text, re.MULTILINE):
        assert FLOOR[f"qa.{room}"] == int(floor), room


def test_the_papers_to_cite_are_those_that_the_code_cites() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    code = "\n".join(file.read_text() for room in ("qa", "training") for file in sorted((ROOT / room).rglob("*.py")))
    words = " ".join(code.split())
    for paper in citation["references"]:
        author = paper["authors"][0]["family-names"]
        assert re.search(rf"{author}[^()\"]{{0,200}}?{paper['year']}", words), (author, paper["year"])


def test_make_has_the_targets_that_pages_name() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`make (\w+)`", page.read_text(encoding="utf-8"))}
    assert named <= targets
    assert {"test", "lint", "types", "docs", "bench"} <= targets


def test_a_missing_chromium_is_named_and_not_installed(tmp_path: Path) -> None:
    script = (
        (ROOT / "tests" / "run").read_text(encoding="utf-8").replace("/usr/bin/chromium", str(tmp_path / "chromium"))
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "run").write_text(script, encoding="utf-8")
    done = subprocess.run(["bash", "tests/run"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert "Chromium is missing" in done.stderr
    assert "sudo apt-get install chromium" in done.stderr
    assert "bash tests/run --install-chromium" in done.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["tests"]


def test_the_tests_run_on_one_worker_more_than_processors_and_keep_compiled_modules(tmp_path: Path) -> None:
    script = (ROOT / "tests" / "run").read_text(encoding="utf-8").replace("/usr/bin/chromium", sys.executable)
    tools = tmp_path / ".venv" / "bin"
    for path, text in (
        (tmp_path / "tests" / "run", script),
        (tools / "pip", "#!/bin/sh\n"),
        (tools / "python", f'#!/bin/sh\n[ "$1" = -m ] || exec {sys.executable} "$@"\necho "$@"; env'),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "VENV"}
    done = subprocess.run(
        ["bash", "tests/run", "-k", "a word"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    command, *variables = done.stdout.splitlines()
    assert command.startswith("-m pytest ") and command.endswith(" -k a word")
    assert f" -n {min(4, (os.cpu_count() or 1) + 1)} " in command
    assert not [each for each in variables if each.startswith("PYTHONDONTWRITEBYTECODE=")]
