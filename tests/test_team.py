"""The page "For a team" and SECURITY.md: their commands are ours, their figures the code's, their tests there."""

from __future__ import annotations

import ast
import configparser
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FakeEncoder
from documents import ROOT, blocks

import qa
from qa.cli.main import parser
from qa.web import gate, page, rates, server, settings, stopping, uploads
from qa.web.users import Users

TEAM = ROOT / "docs" / "team.md"
TEXT = TEAM.read_text(encoding="utf-8")


def arguments(command: str) -> list[str]:
    """The arguments of a `qa` command line."""
    words = shlex.split(command)
    return words[next(number for number, word in enumerate(words) if Path(word).name == "qa") + 1 :]


@pytest.mark.parametrize(
    ("command", "asks", "changes"), re.findall(r"^\| `(qa serve.*?)` \| (.*?) \| (.*?) \|", TEXT, re.M)
)
def test_the_table_of_who_can_do_what_is_right(command: str, asks: str, changes: str) -> None:
    options = parser().parse_args(arguments(command))
    chosen = settings.ServerSettings(
        host=options.host,
        read_only=options.read_only,
        allow_changes=options.allow_changes,
        users=Users(Path("users"), {}) if options.auth else None,
    )
    assert chosen.reachable == (asks != "this machine")
    assert (chosen.users is not None) == ("`users`" in asks)
    assert chosen.changes == (changes != "nobody")
    assert not chosen.changes or changes == asks


def test_the_service_starts_what_there_is() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(blocks(TEAM, "ini")[0])
    options = parser().parse_args(arguments(unit["Service"]["ExecStart"]))
    assert options.allowed_host == ["chat.example.org"] and str(options.auth) == "%d/users"
    assert unit["Service"]["LoadCredential"].startswith("users:")  # what systemd puts where %d names
    assert int(unit["Service"]["TimeoutStopSec"]) > stopping.LONGEST_STOP + 5


def test_the_container_starts_what_there_is() -> None:
    (file,) = blocks(TEAM, "dockerfile")
    lines = dict(line.split(" ", 1) for line in file.splitlines())
    assert json.loads(lines["ENTRYPOINT"]) == ["qa"]
    options = parser().parse_args(json.loads(lines["CMD"]))
    assert options.host == "0.0.0.0" and str(options.port) == lines["EXPOSE"]
    health = json.loads(lines["HEALTHCHECK"].removeprefix("CMD "))
    ast.parse(health[2])
    assert f":7860{stopping.HEALTH}" in health[2]
    for command in re.findall(r"`(docker run .*?IMAGE build.*?)`", TEXT.replace("\n", " ")):
        parser().parse_args(shlex.split(command.partition("IMAGE ")[2]))


def test_the_proxy_passes_on_what_the_server_needs() -> None:
    (config,) = blocks(TEAM, "nginx")
    (command,) = re.findall(r"with `(qa serve --root-path.*?)`", TEXT)
    options = parser().parse_args(arguments(command))
    assert f"location {options.root_path}/" in config
    for header in ("Host $http_host", "X-Forwarded-For", "X-Forwarded-Proto"):
        assert f"proxy_set_header {header}" in config
    assert int(re.findall(r"client_max_body_size (\d+)g", config)[0]) * 10**9 >= uploads.MOST_BYTES


def test_a_packed_library_is_a_backup(library: qa.Library, tmp_path: Path) -> None:
    (commands,) = blocks(TEAM, "bash")
    script = f'qa() {{ "{sys.executable}" -m qa "$@"; }}\nset -e\n{commands}'
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "restored: intact" in done.stdout
    restored = qa.open(tmp_path / "restored", encoder=FakeEncoder())
    assert [source.name for source in restored.sources] == [source.name for source in library.sources]


def test_the_limits_are_those_of_the_code() -> None:
    figures = dict(re.findall(r"^\| ([^|]*?) \| ([^|]*?) \| (?:\d|the)", TEXT, re.M))
    assert figures == {
        "questions from one address that is not this machine's": (
            f"{settings.QUESTIONS_PER_MINUTE} a minute (`--questions-per-minute`)"
        ),
        "events of the page from such an address": f"{rates.REQUESTS_PER_MINUTE} a minute",
        "wrong passwords from one address": f"{rates.LOGINS_PER_MINUTE} a minute",
        "questions that are answered at once; that wait": f"{page.CONCURRENT_QUESTIONS}; {page.MOST_WAITING}",
        "a request": (
            f"{gate.QUESTION_BYTES // 10**6} MB; {gate.PASTE_BYTES // 10**6} MB where the library can be changed"
        ),
        "uploads on the disk at once, for each library": (
            f"{uploads.MOST_FILES} files, {uploads.MOST_BYTES // 10**9} GB; each 200 MB"
        ),
        "open pages that are known": str(page.MOST_SESSIONS),
        "connections": str(server.MOST_CONNECTIONS),
    }
    assert parser().parse_args(["serve"]).questions_per_minute == settings.QUESTIONS_PER_MINUTE


def test_each_claim_about_security_names_a_test_that_is_there() -> None:
    rows = re.findall(r"^\| (.*?) \| (.*?) \|$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.M)
    claims = [(claim, names) for claim, names in rows if claim not in ("claim", "---")]
    assert len(claims) > 10
    for claim, names in claims:
        tests, file = re.findall(r"`([^`:]*)(?:::(\w+))?`", names), ""
        assert tests, claim
        for named, function in tests:
            file = named.replace("B/", "browser/") or file
            source = (ROOT / "tests" / file).read_text(encoding="utf-8")
            functions = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
            assert not function or function in functions, (claim, file, function)
