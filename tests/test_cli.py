"""The command `qa`, as a person or a script runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import CORPUS

import qa
from qa.cli.main import main
from qa.cli.output import print_answer


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qa", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_build_ask_status_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "library")
    assert main(["build", str(CORPUS), "--library", path]) == 0
    assert capsys.readouterr().out == f"{path}: 1 source, 4 posts, 11 passages\n"
    assert main(["status", "--library", path]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert list(lines) == ["library", "generation", "model", "precision", "reading", "contents"]
    assert lines["precision"].endswith("on this processor (set it with VERBATIM_PRECISION: auto, bf16, f16, f32, int8)")
    assert lines["reading"] == "one reader (set it with VERBATIM_CLOSE_READING: on, off)"
    assert lines["contents"].startswith("1 source, 4 posts, 11 passages, ")
    assert main(["verify", "--library", path]) == 0
    assert capsys.readouterr().out == f"{path}: intact; 11 passages of 1 source, each a slice of its text\n"
    assert main(["ask", "Where are Leica lenses made?", "--library", path]) == 0
    assert "Solms" in capsys.readouterr().out.split("\n\n")[0]
    assert main(["build", "--library", path]) == 0
    assert main(["status", "--library", path]) == 0
    assert "000002-" in capsys.readouterr().out


def test_json_is_the_documented_object(leica: qa.Library, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Where are Leica lenses made?", "--library", str(leica.path), "--json", "-k", "2"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    answer = json.loads(out)
    assert list(answer) == ["question", "found", "text", "confidence", "certainty", "quotes"]
    assert (answer["found"], len(answer["quotes"])) == (True, 2)
    assert 0 < answer["confidence"] < 1
    for quote in answer["quotes"]:
        assert list(quote) == [
            "text", "start", "end", "highlights", "kind", "author", "date", "post", "source", "score",
        ]  # fmt: skip
        assert leica.text(quote["source"])[quote["start"] : quote["end"]] == quote["text"]
    start, end = answer["quotes"][0]["highlights"][0]
    assert leica.text(answer["quotes"][0]["source"])[start:end] == answer["text"]


def test_a_filter_that_names_nobody_is_answered_with_the_names_there_are(
    leica: qa.Library, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["ask", "author:Niemand source:nothing.txt Where are lenses made?", "--library", str(leica.path)])
    assert capsys.readouterr().out.splitlines()[1:3] == [
        "No author is called Niemand.",  # nor does this text name any
        f"No source is called nothing.txt. Sources here: {leica.sources[0].name}.",
    ]
    crowd: Any = SimpleNamespace(authors=[(f"A{number}", 1) for number in range(1, 11)])
    print_answer(qa.Answer("q", False, None, None, (), unknown=("author:B",)), crowd)
    assert "Authors here: A1, A2, A3, A4, A5, A6, A7, A8 and 2 more." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", "x", "--library", "nowhere"], "there is no library at "),
        (["ask", "", "--library", "LEICA"], "has no word in it"),
        (["ask", "x", "-k", "0", "--library", "LEICA"], "from 1 to 10000, not 0"),
        (["ask", "x", "-k", "many"], "invalid int value: 'many'"),
        (["build", "missing.txt", "--library", "new"], "there is no file or folder 'missing.txt'"),
        (["serve", "--library", "nowhere"], "there is no library"),
        (["verify", "--library", __file__], "is a file"),
        (["evaluate", "nowhere"], "corpus.jsonl"),
        (["evaluate", "nowhere", "--limit", "0"], "at least 1, not 0"),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        ([], "required: COMMAND"),
    ],
)
def test_an_error_is_one_line_on_standard_error_and_status_2(
    arguments: list[str], message: str, leica: qa.Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    try:
        status = main([str(leica.path) if argument == "LEICA" else argument for argument in arguments])
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    out, err = capsys.readouterr()
    assert status == 2
    assert message in err and err.startswith("qa: ") and err.count("\n") == 1
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_as_a_process(leica: qa.Library) -> None:
    done = run("ask", "How long does it take to make a lens?", "--library", leica.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("40 minutes\n")
    done = run("ask", "What is the capital of France?", "--library", leica.path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("The text does not answer this.\nNot mentioned in any text: capital, France.\n")
    done = run("ask", "What is the capital of France?", "--library", leica.path, "--min-confidence", "0", "-k", "1")
    assert done.returncode == 0
    done = run("ask", "Who grinds for forty minutes?", "--library", leica.path, "--no-reader", "--json")
    assert json.loads(done.stdout)["confidence"] is None
    assert run("ask", "x", "--library", leica.path / "nothing").returncode == 2
    assert run("--version").stdout.startswith("verbatim-qa ")


def test_the_default_library_is_built_on_first_use_in_the_folder_of_the_variable(tmp_path: Path) -> None:
    done = run("ask", "Where are Leica lenses made?", VERBATIM_LIBRARY=str(tmp_path / "mine"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "mine" / "current").is_file()
    code = "import qa; print(qa.ask('What did a mint Digilux 3 sell for?').quotes[0].kind)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "VERBATIM_LIBRARY": str(tmp_path / "mine")},
    )
    assert done.stdout == "comment\n"


def test_unreadable_files_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "good.txt").write_text("Something good to read.")
    (tmp_path / "texts" / "bad.txt").write_bytes(bytes(range(256)))
    assert main(["build", str(tmp_path / "texts"), "--library", str(tmp_path / "library")]) == 0
    assert "failed: 'bad.txt' is not text" in capsys.readouterr().err


def test_a_terminal_shows_counts_rate_and_remaining_time(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from qa.cli.output import progress_bars

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    ticks = count(step=0.2)  # tqdm draws a bar again after a tenth of a second
    monkeypatch.setattr("tqdm.std.time", lambda: next(ticks))
    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr("sys.stderr", stream)
        with progress_bars() as progress:
            for stage in ("reading", "encoding"):
                for done in (0, 5, 10):
                    progress(stage, done, 10)
        drawn = stream.getvalue()
        assert bool(re.search(r"encoding: .*5/10 \[\d\d:\d\d<\d\d:\d\d, +[\d.]+it/s\]", drawn)) == shown
        assert bool(drawn) == shown


def test_files_with_other_extensions_are_reported_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    from qa.cli.output import print_reports
    from qa.sources.read import FileReport

    passed = [FileReport(f"{n}.png", "skipped", f"'{n}.png' was not looked into", passed_over=True) for n in range(30)]
    print_reports([FileReport("a.txt", "read"), FileReport("b.xml", "read", "'b.xml' is cut off"), *passed])
    assert capsys.readouterr().err.splitlines() == [
        "qa: read in part: 'b.xml' is cut off",
        "qa: skipped: 30 files with other extensions (30 .png); to read one, name it itself",
    ]


def test_control_characters_do_not_reach_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    evil = "before \033[2Jafter \u202ebidi"
    quote = qa.Quote(evil, 0, len(evil), ((0, 6),), "comment", evil, None, 1, "a.txt", None, 0.5, lambda _: None)  # type: ignore[arg-type, return-value]
    print_answer(qa.Answer("q", True, evil, None, (quote,)))
    out = capsys.readouterr().out
    assert "\033[2J" not in out and "\u202e" not in out
    assert "\033[1mbefore\033[0m" in out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_is_an_error(leica: qa.Library) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "qa", "status", "--library", leica.path],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "qa: cannot write the output: No space left on device\n")


def test_output_that_no_one_reads_is_not_an_error(leica: qa.Library) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-m", "qa", "status", "--library", leica.path],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("bug", [OSError(5, "bug"), BrokenPipeError("bug")])
def test_another_os_error_is_not_reported_as_an_output_error(
    leica: qa.Library, monkeypatch: pytest.MonkeyPatch, bug: OSError
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise bug

    monkeypatch.setattr("qa.library.generation.Generation.current", fail)
    with pytest.raises(type(bug), match="bug"):
        main(["status", "--library", str(leica.path)])


def test_another_model_from_build_to_ask(tmp_path: Path, other_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "library")
    assert main(["build", str(CORPUS), "--library", path, "--model", str(other_model)]) == 0
    assert main(["ask", "Leica", "--library", path]) == 2
    assert "built with the model 'other-model' (" in capsys.readouterr().err
    assert main(["verify", "--library", path]) == 0
    assert main(["ask", "Leica", "--library", path, "--no-reader", "--model", str(other_model)]) == 0
    assert main(["build", "--library", path]) == 0
    assert main(["ask", "Leica", "--library", path, "--no-reader"]) == 0
