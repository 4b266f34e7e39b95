"""`qa doctor` says what is wrong, and what to do about it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

import qa
from qa.cli import doctor
from qa.cli.main import main


def findings(text: str) -> dict[str, tuple[str, str]]:
    """By check: "ok" or "PROBLEM", and what is said."""
    return {words[1]: (words[0], words[2]) for words in (line.split(maxsplit=2) for line in text.splitlines())}


def test_all_is_well(library: qa.Library, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert main(["doctor", "--library", str(library.path), "--port", str(port)]) == 0
    said = findings(capsys.readouterr().out)
    assert list(said) == ["versions", "model", "processor", "library", "disk", "temporary", "port"]
    assert {state for state, _ in said.values()} == {"ok"}
    assert "2 sources" in said["library"][1] and "all-MiniLM-L6-v2" in said["model"][1]


def test_each_problem_is_named_with_the_way_out(
    library: qa.Library, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_FREE_BYTES", 10**18)
    monkeypatch.setattr(doctor, "_PACKAGES", ("verbatim-qa", "no-such-package"))
    monkeypatch.setenv("VERBATIM_PRECISION", "f99")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    (library.path / "current").write_text("elsewhere")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["doctor", "--library", str(library.path), "--port", port]) == 2
    said = findings(capsys.readouterr().out)
    assert {name for name, (state, _) in said.items() if state == "PROBLEM"} == set(said) - {"model"}
    for name, advice in (
        ("versions", "pip install"),
        ("processor", "f99"),
        ("disk", "free some"),
        ("temporary", "TMPDIR"),
        ("port", "--port N"),
    ):
        assert advice in said[name][1], said[name]


def test_a_library_that_is_not_there_is_a_problem_only_if_it_was_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERBATIM_LIBRARY", str(tmp_path / "default"))
    main(["doctor", "--port", "0"])
    assert findings(capsys.readouterr().out)["library"][0] == "ok"
    assert main(["doctor", "--port", "0", "--library", str(tmp_path / "named")]) == 2
    state, text = findings(capsys.readouterr().out)["library"]
    assert state == "PROBLEM" and "qa build" in text
