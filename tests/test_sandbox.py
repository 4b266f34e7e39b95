"""The child process that reads files: limited, and replaced after a file has ended it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qa
from qa.sources.names import distinct_names
from qa.sources.protocol import ReadRequest
from qa.sources.read import FileReport, read_all, read_text
from qa.sources.sandbox import Limits, Sandbox

ROOT = Path(qa.__file__).parent.parent


def text(folder: Path, name: str, content: str = "It rains.") -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def child(code: str) -> tuple[str, str]:
    return "-c", f"import sys, os, time, json\n{code}"


def test_one_child_reads_many_files(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        contents = [sandbox.read_file(text(tmp_path, f"{n}.txt", f"Rain {n}."), f"{n}.txt") for n in range(3)]
        assert [content.threads[0].text for content in contents] == ["Rain 0.", "Rain 1.", "Rain 2."]
        assert sandbox._process is not None
        process = sandbox._process
        sandbox.read_file(tmp_path / "0.txt", "0.txt")
        assert sandbox._process is process
    assert process.poll() is not None


def test_a_child_that_was_ended_is_replaced(tmp_path: Path) -> None:
    file = text(tmp_path, "a.txt")
    with Sandbox() as sandbox:
        sandbox.read_file(file, "a.txt")
        assert sandbox._process is not None
        sandbox._process.kill()
        sandbox._process.wait()
        assert sandbox.read_file(file, "a.txt").threads[0].text == "It rains."


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("sys.stdin.readline(); time.sleep(60)", "took longer than 0 seconds"),
        ("sys.stdin.readline(); os.abort()", "crashed the process that reads it"),
        ("sys.stdin.readline(); os._exit(99)", "needs more than 3.0 GiB of memory"),
        (
            "sys.stdin.readline(); print(json.dumps({'format': 'x'})[:5], end='', flush=True)",
            "crashed the process that reads it",
        ),
        ("sys.stdin.readline(); print('[1]'); print('{}', flush=True); time.sleep(60)", "invalid answer"),
        ("sys.stdin.readline(); print('garbage', flush=True); time.sleep(60)", "invalid answer"),
    ],
)
def test_the_reason_why_a_child_ended_is_reported_in_one_line(tmp_path: Path, code: str, message: str) -> None:
    with (
        Sandbox(Limits(seconds=0.3 if "longer" in message else 30), program=child(code)) as sandbox,
        pytest.raises(qa.SourceError, match=message) as caught,
    ):
        sandbox.read_file(text(tmp_path, "bad.txt"), "bad.txt")
    assert "'bad.txt'" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("posts", "message"),
    [
        ("[['article', 0, 99, None, None, None, [], []]]", "post 0 of 'bad.txt' is not the text from 0 to 99"),
        ("[['article', 0, 2, None, None, 7, [], []]]", "replies to post 7, which does not exist"),
        ("[['page', 0, 2, None, None, None, [], []]]", "an article or a comment, not 'page'"),
        ("[['article', 0, 2, None, None, None, [[1, 9]], []]]", "omits spans that are not inside it"),
        ("[['article', 0, 2, None, None, None, [['a', 2]], []]]", "invalid answer"),
        ("[['article', 0.5, 2, None, None, None, [], []]]", "invalid answer"),
        ("[['article', 0, 2]]", "invalid answer"),
    ],
)
def test_an_inconsistent_thread_from_the_child_is_refused(tmp_path: Path, posts: str, message: str) -> None:
    about = "'source': 'bad.txt', 'text': 'It rains.', 'title': None, 'url': None, 'original': None"
    about += ", 'tags': [], 'left_out': None"
    code = f"sys.stdin.readline(); print(json.dumps({{'thread': {{{about}, 'posts': {posts}}}}}))"
    with Sandbox(program=child(code)) as sandbox, pytest.raises(qa.SourceError, match=message):
        sandbox.read_file(text(tmp_path, "bad.txt"), "bad.txt")


def test_a_child_that_cannot_start_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "missing"))
    with Sandbox() as sandbox, pytest.raises(qa.SourceError, match="cannot start a process"):
        sandbox.read_file(text(tmp_path, "a.txt"), "a.txt")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not enforce the memory limit")
def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    big = text(tmp_path, "big.txt", "It rains. " * 6_000_000)
    small = text(tmp_path, "small.txt")
    with Sandbox(Limits(memory=256 << 20)) as sandbox:
        with pytest.raises(qa.SourceError, match=r"'big.txt' needs more than 0\.2 GiB of memory"):
            sandbox.read_file(big, "big.txt")
        assert sandbox.read_file(small, "small.txt").threads[0].text == "It rains."


def test_ctrl_c_in_the_middle_of_a_file_leaves_no_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox()
    sandbox.read_file(text(tmp_path, "a.txt"), "a.txt")
    process = sandbox._process
    assert process is not None

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("qa.sources.sandbox.thread_from_message", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sandbox.read_file(tmp_path / "a.txt", "a.txt")
    assert process.poll() is not None
    assert sandbox.read_file(tmp_path / "a.txt", "a.txt").threads[0].text == "It rains."
    sandbox.close()


def test_the_child_imports_nothing_heavy() -> None:
    heavy = ("torch", "gradio", "faiss", "tantivy", "sentence_transformers", "numpy", "sqlite3")
    code = f"import sys, qa.sources.worker; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("source", ["stdin", "script", "-c"])
def test_reading_works_from_standard_input_and_unguarded_scripts(tmp_path: Path, source: str) -> None:
    text(tmp_path, "a.txt")
    code = f"import qa\nprint([thread.text for thread in qa.read({str(tmp_path / 'a.txt')!r})])\n"
    text(tmp_path, "script.py", code)
    command = {"stdin": ["-"], "script": [str(tmp_path / "script.py")], "-c": ["-c", code]}[source]
    done = subprocess.run(
        [sys.executable, *command],
        input=code,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == "['It rains.']"


def test_a_module_in_the_working_folder_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json", "gzip", "email", "lxml", "qa"):
        text(tmp_path, f"{name}.py", "open('ran', 'w').close()")
    monkeypatch.chdir(tmp_path)
    assert [thread.text for thread in qa.read(text(tmp_path, "a.txt"))] == ["It rains."]
    assert not (tmp_path / "ran").exists()


def test_each_file_of_a_folder_is_reported_as_soon_as_it_is_read(tmp_path: Path) -> None:
    text(tmp_path, "a.txt")
    text(tmp_path, "b.txt", "")
    text(tmp_path, "c.json", '{"name": "package"}')
    text(tmp_path, "d.png", "x")
    text(tmp_path, "e.jsonl", json.dumps({"posts": [{"text": "One."}, {"text": "Two."}]}) + "\n{cut off")
    seen: list[FileReport] = []
    _, reports = read_all(tmp_path, on_file=seen.append)
    assert seen == reports
    assert [
        (report.source, report.outcome, report.format, report.threads, report.posts, report.passed_over)
        for report in reports
    ] == [
        ("a.txt", "read", "text", 1, 1, False),
        ("b.txt", "failed", None, 0, 0, False),
        ("c.json", "skipped", None, 0, 0, False),
        ("d.png", "skipped", None, 0, 0, True),
        ("e.jsonl", "read", "threads as JSON", 1, 2, False),
    ]
    assert reports[0].reason is None
    assert all(report.reason and report.source in report.reason for report in reports[1:])
    with pytest.warns(qa.SourceWarning, match=r"1 of the 2 lines of 'e\.jsonl'"):
        assert len(list(qa.read(tmp_path / "e.jsonl"))) == 1


def test_bad_files_that_are_named_are_reported_if_not_strict(tmp_path: Path) -> None:
    files = [text(tmp_path, "good.txt"), text(tmp_path, "bad.json", "{"), text(tmp_path, "empty.txt", "")]
    with pytest.raises(qa.SourceError, match=r"bad\.json"):
        read_all(files)
    threads, reports = read_all(files, strict=False)
    assert [thread.source for thread in threads] == ["good.txt"]
    assert [(report.source, report.outcome) for report in reports] == [
        ("good.txt", "read"),
        ("bad.json", "skipped"),
        ("empty.txt", "failed"),
    ]


def test_many_threads_of_one_name_get_distinct_names() -> None:
    same = [qa.Thread.from_text("It rains.", title="Rain")] * 30_000
    names = [thread.source for thread in distinct_names(same)]
    assert len(set(names)) == 30_000 and names[:3] == ["Rain", "Rain (2)", "Rain (3)"]


def test_a_large_folder_is_read_by_one_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(200):
        text(tmp_path, f"{number}.txt", f"Rain {number}.\n\n2 comments\n\nAnn says:\nYes.\n\nBob says:\nNo.\n")
    started: list[Sandbox] = []
    start = Sandbox._start

    def counted(sandbox: Sandbox) -> subprocess.Popen[bytes]:
        started.append(sandbox)
        return start(sandbox)

    monkeypatch.setattr(Sandbox, "_start", counted)
    threads, _ = read_all(tmp_path)
    assert [len(thread.posts) for thread in threads] == [3] * 200
    assert len(started) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_child_ends_after_its_parent_has_gone(tmp_path: Path) -> None:
    hang = "import qa.sources.worker as c; c._GRACE_SECONDS = 0.2; c.open_text = lambda *_: max(iter(int, 1)); c.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", hang, "4000000000", "1000"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(ReadRequest(str(text(tmp_path, "a.txt")), "a.txt", 0.1, is_text=True).to_line())
    process.stdin.flush()
    assert process.wait(20) != 0
    process.communicate()


TEXTS = {
    "comments": "Lenses\n\nGround in Solms.\n\n2 comments\n\nAnn says:\nMay 2, 2015\nWhy?\n\nBob says:\nTradition.\n",
    "line breaks and other planes": "It rains.\r\nStill.\r\u2028😀 \x00 \ufeffGrüße",
    "looks like a page": "<!doctype html><html><body><p>It rains.</p></body></html>",
    "looks like JSON": '{"posts": [{"text": "One."}]}',
    "one line": "It rains.",
}


@pytest.mark.parametrize("title", [None, "Rain", "a\nb"])
@pytest.mark.parametrize("content", TEXTS.values(), ids=TEXTS)
def test_a_text_in_memory_is_read_as_thread_from_text_reads_it(content: str, title: str | None) -> None:
    assert read_text(content, title=title) == qa.Thread.from_text(content, title=title)


def test_any_text_is_read_the_same_in_the_child_and_in_this_process() -> None:
    with Sandbox() as sandbox:

        @settings(max_examples=40)
        @given(st.text(max_size=60), st.none() | st.text(max_size=10))
        def compare(content: str, title: str | None) -> None:
            try:
                expected: qa.Thread | str = qa.Thread.from_text(content, title=title)
            except qa.SourceError as error:
                expected = str(error)
            try:
                actual: qa.Thread | str = sandbox.read_text(content, title)
            except qa.SourceError as error:
                actual = str(error)
            assert actual == expected

        compare()


@pytest.mark.parametrize(
    ("content", "title", "message"),
    [
        (" \n", None, "the text is empty; give a text with at least one word"),
        ("a\ud800", None, r"a text holds half a character \(a lone surrogate\) at position 1"),
        ("It rains.", "\udfff", r"a title holds half a character"),
        (b"It rains.", None, "a text is a string, not bytes"),
        ("Leave a Reply", None, "only boilerplate"),
    ],
)
def test_a_text_in_memory_that_cannot_be_read_is_refused(content: str, title: str | None, message: str) -> None:
    with pytest.raises(qa.SourceError, match=message):
        read_text(content, title=title)


def test_a_text_in_memory_is_held_to_the_limits() -> None:
    with pytest.raises(
        qa.SourceError, match=r"^the text has 12 bytes, more than the limit of 11; split it into parts$"
    ):
        read_text("Größe, An.", limits=Limits(expanded=11))
    with (
        Sandbox(Limits(seconds=0.3), program=child("sys.stdin.readline(); time.sleep(60)")) as sandbox,
        pytest.raises(qa.SourceError, match=r"^the text 'Rain' took longer than 0 seconds to read"),
    ):
        sandbox.read_text("It rains.", "Rain")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not enforce the memory limit")
def test_a_text_in_memory_that_needs_too_much_memory_is_refused() -> None:
    with pytest.raises(qa.SourceError, match=r"^the text needs more than 0\.2 GiB of memory"):
        read_text("It rains. " * 6_000_000, limits=Limits(memory=256 << 20))


def test_no_text_stays_behind_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_text("It rains.")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(qa.SourceError, match="cannot store the text in a temporary file: No such file"):
        read_text("It rains.")
