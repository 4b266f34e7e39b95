"""What is left out of a file, and where that is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import FakeEncoder
from test_formats import read_threads
from test_pdf import drawn

import qa
from qa.cli.main import main
from qa.cli.output import print_reports
from qa.sources.left_out import LeftOut
from qa.sources.read import FileReport, read_all
from qa.web.file_reports import report_list
from qa.web.words import words

ARTICLE = " ".join(["Lenses are ground in Solms, which is a small town.", "The glass is melted in Mainz."] * 4)
PAGE = """<html><head><title>Lenses</title></head><body>
<nav><ul><li><a href="/">Home</a><li><a href="/a">About the authors</a></ul></nav>
<article><h1>Lenses</h1><p>{article}</p></article>
<ol class="commentlist"><li class="comment" id="comment-1"><cite class="fn">Ann</cite>
<time datetime="2012-03-04">4 March 2012</time><div class="comment-body"><p>I sold mine yesterday.</p></div>
<a class="comment-reply-link" href="#">Reply</a></li></ol>
<footer>All rights reserved</footer></body></html>""".replace("{article}", ARTICLE)
COPIED = "Mars is red.\n\nShare this:\n\n1 comment\n\nJane says:\n3 May 2012\n\nRust makes it so.\n"


def left_out(data: str | bytes, name: str) -> LeftOut | None:
    (thread,) = read_threads(data.encode() if isinstance(data, str) else data, name)
    return thread.left_out


def test_a_page_without_its_menus_and_buttons() -> None:
    assert left_out(PAGE, "a.html") == LeftOut(4, ("Home", "About the authors", "Reply", "All rights reserved"))


def test_a_copied_page_without_its_counters_but_not_without_its_bylines() -> None:
    assert left_out(COPIED, "a.txt") == LeftOut(2, ("Share this:", "1 comment"))
    assert left_out("It rains.", "a.txt") == LeftOut()


def test_a_pdf_without_its_running_heads() -> None:
    words = enumerate(("Lenses", "Mirrors", "Prisms"), 1)
    pages = [
        [
            (50, 780, f"The book of lenses {number}"),
            (50, 700, f"{word} are ground in Solms."),
            (50, 688, "It is small."),
        ]
        for number, word in words
    ]
    found = left_out(drawn(*pages), "a.pdf")
    assert found == LeftOut(3, ("The book of lenses 1", "The book of lenses 2", "The book of lenses 3"))


def test_a_format_that_leaves_out_nothing() -> None:
    assert left_out('{"posts": [{"text": "It rains."}]}', "a.jsonl") is None


def test_the_longest_lines_are_kept_in_their_order() -> None:
    found = LeftOut.of(f"{'x' * (n % 50)}{n}" for n in range(1_000))
    assert found.lines == 1_000 and len(found.longest) == 20
    both = found + LeftOut.of(["a" * 400, "b"])
    assert both.lines == 1_002 and both.longest[-1] == "a" * 300
    assert str(both).endswith(f"“{'a' * 60}…”")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "page.html").write_text(PAGE)
    (tmp_path / "texts" / "copied.txt").write_text(COPIED)
    return tmp_path / "texts"


def test_the_report_of_a_file_and_of_a_build(folder: Path, tmp_path: Path, encoder: FakeEncoder) -> None:
    _, reports = read_all(folder)
    assert [str(report.left_out) for report in reports] == [
        "left out: 2 lines, among them “Share this:”, “1 comment”",
        "left out: 4 lines, among them “About the authors”, “Reply”, “All rights reserved”",
    ]
    assert qa.build([folder], tmp_path / "library", encoder=encoder).reports == reports


def test_the_command_line_says_what_was_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, reports = read_all(folder)
    print_reports(reports)
    assert capsys.readouterr().err == (
        "qa: left out: 6 lines of 2 files, among them “Share this:”, “About the authors”, “All rights reserved” "
        "(qa read FILE shows more)\n"
    )


def test_the_web_page_says_what_was_left_out(folder: Path) -> None:
    _, reports = read_all(folder)
    assert "Left out: 2 lines, among them “Share this:”, “1 comment”" in report_list(reports, words())
    assert "Left out" not in report_list([FileReport("a.txt", "read", None, "text", 1, 1, left_out=LeftOut())], words())


def test_the_command_read_shows_posts_and_what_is_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mail = "From: Bob <b@x.example>\nSubject: Rain\nDate: Sat, 03 Mar 2012 10:00:00 +0000\n\n> It rains.\n\nNo.\n"
    (folder / "rain.eml").write_text(mail)
    assert main(["read", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert (
        out
        == f"""\
copied.txt

[0] article
    Mars is red.

[1] comment · Jane · 2012-05-03
    Rust makes it so.

left out: 2 lines
    Share this:
    1 comment

page.html
    Lenses

[0] article
    Lenses

    {ARTICLE}

[1] comment · Ann · 2012-03-04
    I sold mine yesterday.

left out: 4 lines
    Home
    About the authors
    Reply
    All rights reserved

rain.eml
    Rain

[0] article · Bob · 2012-03-03
    ⟦> It rains.⟧

    No.
"""
    )


def test_the_command_read_writes_threads_that_can_be_read_again(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", "--json", str(folder)]) == 0
    out, err = capsys.readouterr()
    (tmp_path / "threads.jsonl").write_text(out)
    threads = [replace(thread, original=None) for thread in qa.read(tmp_path / "threads.jsonl")]
    assert threads == [replace(thread, original=None) for thread in read_all(folder)[0]]
    assert err.startswith("qa: left out: 6 lines of 2 files")
