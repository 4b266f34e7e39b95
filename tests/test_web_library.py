"""What the page says about the library's texts, about files that are read, and about a running rebuild."""

from __future__ import annotations

import time
from pathlib import Path

import gradio as gr
import pytest
from conftest import FakeEncoder

import qa
from qa.library.store import SourceInfo
from qa.sources.detect import FORMATS
from qa.sources.read import FileReport
from qa.web import file_reports, library_view, panel
from qa.web.actions import UNCHANGED, Actions, PageUpdate, Shown
from qa.web.eta import Eta
from qa.web.rebuild import Mode, PastedText, Phase, Rebuild, State
from qa.web.words import words

COPIED = "Mars is red.\n\n2 comments\n\nJane says:\nRust makes it so.\n\nJohn says:\nIt is cold.\n"
HOSTILE = "<img src=x onerror=alert(1)>.txt"


def row(number: int) -> SourceInfo:
    return SourceInfo(f"{number}.txt", None, "article", posts=1, comments=0, passages=2, date=None)


def ended(rebuild: Rebuild) -> State:
    until = time.monotonic() + 60
    while rebuild.state.phase is Phase.RUNNING and time.monotonic() < until:
        time.sleep(0.01)
    return rebuild.state


def test_the_table_lists_200_texts_and_counts_the_rest() -> None:
    rows = [row(number) for number in range(5_000)]
    table = library_view.source_table(rows, words())
    assert table.count("<tr>") == 1 + 200
    assert "5,000 texts in the library" in table
    assert "and 4,800 more" in table
    assert "more" not in library_view.source_table(rows[:200], words())


def test_names_and_reasons_are_escaped() -> None:
    reports = [
        FileReport(HOSTILE, "failed", f"{HOSTILE!r} is bad & <b>"),
        FileReport(HOSTILE, "read", None, "<i>", 1, 1),
    ]
    shown = file_reports.report_list(reports, words()) + library_view.source_table(
        [SourceInfo(HOSTILE, "<b>", "thread", 2, 1, 3, "<u>")], words()
    )
    for part in ("<img", "<b>", "<i>", "<u>"):
        assert part not in shown
    assert "</strong> <bdi>is bad &amp; &lt;b&gt;</bdi>" in shown, "the name is not repeated"


def test_files_with_problems_come_first() -> None:
    reports = [
        FileReport("a.txt", "read", None, "text", 1, 1),
        FileReport("b.pdf", "skipped", "'b.pdf' is a PDF"),
        FileReport("c.jsonl", "read", "1 of the 3 lines is bad", "threads as JSON", 2, 7),
    ]
    shown = file_reports.report_list(reports, words())
    assert shown.index("b.pdf") < shown.index("c.jsonl") < shown.index("a.txt")
    assert "7 posts in 2 threads" in shown and "In part" in shown
    assert file_reports.report_counts(reports, words()) == "2 read, 1 skipped"
    assert file_reports.report_list((), words()) == ""


def test_the_remaining_time_follows_the_pace_so_far() -> None:
    now = 0.0
    paced = Eta(lambda: now)
    assert paced.remaining("encoding", 100, 500) is None
    now = 10.0
    assert paced.remaining("encoding", 200, 500) == 30.0
    assert paced.remaining("writing", 0, 1) is None, "each stage has its own pace"


def test_the_meter_shows_counts_and_time_left() -> None:
    running = State(Phase.RUNNING, "encoding", 1_200, 4_800, 185.0)
    assert "1,200 of 4,800 (25%), about 3 minutes left for this step" in panel.meter(running, words())
    assert "left" not in panel.status(running, words()), "a changing number is not announced"
    assert panel.meter(State(Phase.DONE), words()) == ""


def test_a_bad_file_is_skipped_and_the_rest_are_read(library: qa.Library, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.pdf"
    good.write_text("The moon is made of basalt.")
    bad.write_bytes(b"%PDF-1.7")
    rebuild = Rebuild(library)

    rebuild.start([good, bad, PastedText("Mars is red.", "Mars")], Mode.ADD)

    state = ended(rebuild)
    assert state.phase is Phase.DONE, state.message
    assert {(report.source, report.outcome) for report in state.reports} == {
        ("good.txt", "read"),
        ("bad.pdf", "failed"),
        ("Mars", "read"),
    }
    assert {source.name for source in library.sources} == {"Lenses", "Bread", "good.txt", "Mars"}


def test_a_pasted_text_is_parsed_in_the_sandbox_only(library: qa.Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def parse_here(*_: object, **__: object) -> None:
        raise AssertionError("the server's own process parses the text")

    expected = qa.Thread.from_text(COPIED, title="Mars")
    monkeypatch.setattr("qa.sources.plaintext.comments.split_comments", parse_here)
    sources = panel.chosen_sources(COPIED, " Mars ", None)
    assert sources == [PastedText(COPIED, "Mars")]

    rebuild = Rebuild(library)
    rebuild.start(sources, Mode.REPLACE)

    state = ended(rebuild)
    assert state.phase is Phase.DONE, state.message
    assert [(report.source, report.posts) for report in state.reports] == [("Mars", 3)]
    assert library.thread("Mars") == expected


def test_if_nothing_can_be_read_the_library_stays_and_no_folder_is_named(library: qa.Library, tmp_path: Path) -> None:
    files = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for file in files:
        file.write_bytes(b"%PDF-1.7")
    before = library.sources
    for sources, message in ((files, "none of the 2 files can be read"), (files[:1], "'a.pdf' is damaged, or no PDF")):
        rebuild = Rebuild(library)
        rebuild.start(sources, Mode.REPLACE)
        state = ended(rebuild)
        assert state.phase is Phase.FAILED
        assert message in state.message and str(tmp_path) not in state.message
        assert len(state.reports) == len(sources)
    assert library.sources == before


def test_chosen_sources_are_checked_before_anything_is_read(tmp_path: Path) -> None:
    for pasted, files, message in (
        ("", None, "nothing to read yet"),
        ("", [str(tmp_path / "gone.txt")], r"^gone\.txt is no longer on the server"),
        ("", ["x.txt"] * 201, "at most 200"),
        ("x" * 5_000_001, None, "5,000,001 characters"),
    ):
        with pytest.raises(qa.SourceError, match=message):
            panel.chosen_sources(pasted, "", files)


def test_a_page_announces_once_that_the_library_has_changed(library: qa.Library) -> None:
    actions = Actions(library)
    shown = actions.greet().shown
    assert actions.watch(shown) == PageUpdate()
    assert actions.watch(Shown()) == PageUpdate(), "after a restart of the server a page keeps what it shows"

    library.add(qa.Thread.from_text("Mars is red.", title="Mars"))

    update = actions.watch(shown)
    assert update.generation == library.status().generation != shown.generation
    assert "3 texts" in update.table and update.replace == "Replace all 3 texts"
    assert actions.watch(update.shown) == PageUpdate()


def test_a_change_is_shown_on_every_page_and_empties_only_the_fields_of_its_own(library: qa.Library) -> None:
    actions = Actions(library)
    other = actions.greet().shown
    started = actions.add("Mars is red.", "Mars", None, actions.greet().shown)
    own = started.shown
    assert own.own == 1
    ended(actions._rebuild)

    mine, theirs = actions.watch(own), actions.watch(other)

    for update in (mine, theirs):
        assert "3 texts now (was 2)." in update.status and "Mars" in update.reports
    assert (mine.pasted, mine.title, mine.files) == ("", "", None)
    assert (theirs.pasted, theirs.title, theirs.files) == (UNCHANGED, UNCHANGED, UNCHANGED)
    assert actions.watch(mine.shown) == actions.watch(theirs.shown) == PageUpdate()
    assert actions.greet().status is UNCHANGED, "a page that is opened later does not show it"


def test_a_row_is_that_of_the_table_that_was_clicked(library: qa.Library) -> None:
    actions = Actions(library)
    shown = actions.greet().shown
    click = gr.EventData(None, {"row": "0", "generation": shown.generation})
    library.add(qa.Thread.from_text("Mars is red.", title="Mars"))
    assert "the library has changed since" in actions.remove_text(shown, click).status
    assert len(library.sources) == 3
    now = library.status().generation
    for row in ("3", "-1", "x", ""):
        assert "changed" in actions.remove_text(shown, gr.EventData(None, {"row": row, "generation": now})).status
    actions.remove_text(shown, gr.EventData(None, {"row": "2", "generation": now}))
    ended(actions._rebuild)
    assert [source.name for source in library.sources] == ["Lenses", "Bread"]


def texts_of(library: qa.Library) -> list[str]:
    return [source.name for source in library.sources]


@pytest.mark.parametrize("change", ["add", "replace", "remove"])
def test_a_change_can_be_undone_and_the_undoing_too(library: qa.Library, change: str) -> None:
    actions = Actions(library)
    shown = actions.greet().shown
    if change == "remove":
        click = gr.EventData(None, {"row": "1", "generation": shown.generation})
        started = actions.remove_text(shown, click)
    else:
        started = getattr(actions, change)("Mars is red.", "Mars", None, shown)
    assert not started.undo["visible"]
    ended(actions._rebuild)
    done = actions.watch(started.shown)
    changed = {"add": ["Lenses", "Bread", "Mars"], "replace": ["Mars"], "remove": ["Lenses"]}[change]
    assert texts_of(library) == changed and done.undo["visible"]

    undoing = actions.undo(done.shown)
    ended(actions._rebuild)
    undone = actions.watch(undoing.shown)
    assert texts_of(library) == ["Lenses", "Bread"]
    assert f"2 texts now (was {len(changed)})" in undone.status and undone.undo["visible"]
    assert undone.pasted is UNCHANGED, "what has been typed meanwhile stays"

    actions.undo(undone.shown)
    ended(actions._rebuild)
    assert texts_of(library) == changed


def test_a_page_undoes_only_the_change_that_it_shows(library: qa.Library) -> None:
    actions = Actions(library)
    first = actions.add("Mars is red.", "Mars", None, actions.greet().shown)
    ended(actions._rebuild)
    shown = actions.watch(first.shown).shown
    actions.add("Venus is hot.", "Venus", None, actions.greet().shown)
    ended(actions._rebuild)
    refused = actions.undo(shown)
    assert "the library has changed since" in refused.status and not refused.undo["visible"]
    assert texts_of(library) == ["Lenses", "Bread", "Mars", "Venus"]


@pytest.mark.parametrize("seen", [False, True])
def test_what_another_program_changed_is_not_undone_from_the_page(library: qa.Library, seen: bool) -> None:
    actions = Actions(library)
    started = actions.add("Mars is red.", "Mars", None, actions.greet().shown)
    ended(actions._rebuild)
    qa.open(library.path, encoder=FakeEncoder()).remove("Lenses")
    if seen:
        library.refresh()
    actions.undo(actions.watch(started.shown).shown)
    state = ended(actions._rebuild)
    assert state.phase is Phase.FAILED and "changed by another program" in state.message


def test_a_log_that_was_not_asked_for_questions_has_none(library: qa.Library, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    Actions(library).endpoint("Where are lenses ground?")
    assert caplog.records[-1].message == "question" and "lenses" not in str(vars(caplog.records[-1]))
    Actions(library, log_questions=True).endpoint("Where are lenses ground?")
    assert "lenses" in str(vars(caplog.records[-1]))


def test_the_table_counts_comments_and_shows_the_earliest_date(tmp_path: Path, library: qa.Library) -> None:
    bread = next(source for source in library.sources if source.name == "Bread")
    assert (bread.kind, bread.posts, bread.comments, bread.date) == ("thread", 3, 2, None)
    file = tmp_path / "t.jsonl"
    file.write_text(
        '{"title": "T", "posts": [{"kind": "article", "text": "One is here.", "date": "2012-03-04"},'
        ' {"kind": "comment", "text": "Two is here.", "date": "2011-01-02"}]}'
    )
    library.rebuild(file)
    assert [source.date for source in library.sources] == ["2011-01-02"]


def test_the_panel_names_every_format_that_is_read() -> None:
    for name in ("PDF", "EPUB", "WhatsApp chat", "Stack Exchange", "web page", "e-mail", "subtitles", "archive"):
        assert name in panel.limits(words())
    assert f"{len(FORMATS)} formats are read" in panel.limits(words())
    assert {each.name for each in FORMATS} >= {"text", "threads as JSON"}
