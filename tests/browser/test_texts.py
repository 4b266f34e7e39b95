"""Changing the texts, in the browser."""

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

import qa
from qa.encoding.encoder import Vectors
from qa.encoding.minilm import MiniLMEncoder
from qa.types import Progress, no_progress

from .conftest import OpenPage
from .pages import ask, cut_words, read_card, served

MOON = "The Moon is made of basalt and anorthosite.\n\nIt has hardly any atmosphere at all.\n"
LEICA = "How much does a Digilux 3 sell for?"
GERMAN = (
    "Die Linsen werden in Solms von Hand geschliffen und poliert, und das dauert bei jedem einzelnen Element mehr als "
    "vierzig Minuten, wie der Verfasser des Artikels über das Werk schreibt. Danach werden sie geprüft."
)
PAGE = (
    b"<!doctype html><title>Basalt</title><article><h1>Basalt</h1><p>Basalt is what the Moon is made of, mostly, and "
    b"it is old. The rest is anorthosite, brought home by astronauts.</p></article>"
)
THREAD: dict[str, Any] = {
    "title": "The harbour",
    "posts": [
        {"kind": "article", "text": "The harbour was dredged in 1931 by hand.", "date": "2012-03-04"},
        {"kind": "comment", "text": "My grandfather was one of the dredgers.", "date": "2012-03-05"},
    ],
}
HARBOUR = json.dumps(THREAD).encode() + b'\n{"posts": [{"te'


class Gated:
    """An encoder that makes only a rebuild wait, while its gate is shut."""

    def __init__(self, inner: MiniLMEncoder) -> None:
        self._inner = inner
        self.gate = threading.Event()
        self.gate.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        while threading.current_thread().name == "verbatim-rebuild" and not self.gate.wait(0.05):
            progress("embedding", 1, 4)
        return self._inner.encode(texts, progress=progress)


@pytest.fixture
def gated(real_encoder: MiniLMEncoder) -> Iterator[Gated]:
    gated = Gated(real_encoder)
    yield gated
    gated.gate.set()


@pytest.fixture
def library(gated: Gated, leica: qa.Library, tmp_path: Path) -> qa.Library:
    """The shipped corpus again, to be written."""
    return qa.build([leica.thread(source.name) for source in leica.sources], tmp_path / "library", encoder=gated)


@pytest.fixture
def url(library: qa.Library) -> Iterator[str]:
    with served(library) as url:
        yield url


def panel(page: Page) -> Page:
    page.get_by_role("button", name="Library").click()
    expect(page.get_by_role("button", name="Library")).to_have_attribute("aria-expanded", "true")
    return page


def upload(page: Page, files: Mapping[str, bytes]) -> None:
    page.get_by_label("File upload").set_input_files(
        [FilePayload(name=name, mimeType="application/octet-stream", buffer=data) for name, data in files.items()]
    )
    expect(page.locator("#uploads .file")).to_have_count(len(files))


def add(page: Page) -> None:
    page.get_by_role("button", name="Add", exact=True).click()


def replace(page: Page, label: str = "Replace the text") -> None:
    page.get_by_role("button", name=label, exact=True).click()
    page.get_by_role("button", name="Replace them", exact=True).click()


def test_pasted_text_is_read_while_the_earlier_texts_still_answer(
    url: str, open_page: OpenPage, library: qa.Library, gated: Gated
) -> None:
    page = panel(open_page(url))
    page.get_by_label("Paste a text").fill(MOON)
    page.get_by_label("Its title (optional)").fill("Moon rocks")
    gated.gate.clear()

    replace(page)

    expect(page.get_by_role("progressbar")).to_have_attribute("value", "1")
    expect(page.locator("#meter")).to_contain_text("1 of 4 (25%)")
    expect(ask(page, LEICA).locator(".card").first).to_contain_text("£799")

    late = panel(open_page(url))  # a page that is opened meanwhile sees it too
    expect(late.get_by_role("progressbar")).to_be_visible()

    gated.gate.set()
    expect(page.locator("#status")).to_contain_text("Done")
    expect(page.locator("#library-name")).to_have_text("Moon rocks")
    expect(late.locator("#library-line")).to_contain_text("Moon rocks")
    expect(page.get_by_label("Paste a text")).to_have_value("")
    assert [source.title for source in library.sources] == ["Moon rocks"]
    turn = ask(page, "What is the Moon made of?")
    expect(turn.locator(".answer mark")).to_have_text("basalt and anorthosite")

    # The card of the answer before the rebuild does not show other words under its name.
    read_card(page.locator(".turn").first.locator(".card").first)
    expect(page.locator("#source")).to_contain_text("This text has been replaced since.")
    expect(page.locator("dialog[open] #passage")).to_contain_text("£799")


def test_a_rebuild_can_be_cancelled(url: str, open_page: OpenPage, library: qa.Library, gated: Gated) -> None:
    page = panel(open_page(url))
    page.get_by_label("Paste a text").fill(MOON)
    gated.gate.clear()
    add(page)

    page.get_by_role("button", name="Cancel").click()

    expect(page.locator("#status")).to_contain_text("Cancelled")
    expect(page.get_by_label("Paste a text")).to_have_value(MOON)
    assert [source.name for source in library.sources] == ["leica-manufacturing-process.txt"]


def test_uploaded_files_are_added_to_the_library(
    url: str, open_page: OpenPage, library: qa.Library, tmp_path: Path
) -> None:
    moon, mars = tmp_path / "moon.md", tmp_path / "mars.txt"
    moon.write_text(MOON)
    mars.write_text("Mars is red because of iron oxide in its dust.\n")
    page = panel(open_page(url))
    page.get_by_label("File upload").set_input_files([moon, mars])
    expect(page.locator("#uploads")).to_contain_text("mars")

    add(page)

    expect(page.locator("#status")).to_contain_text("Done")
    assert {source.name for source in library.sources} == {
        "leica-manufacturing-process.txt",
        "moon.md",
        "mars.txt",
    }
    turn = ask(page, "Why is Mars red?")
    expect(turn.locator(".card blockquote").first).to_have_text("Mars is red because of iron oxide in its dust.")
    expect(turn.locator(".card").first).to_contain_text("mars.txt")


@pytest.mark.parametrize(
    ("name", "data", "outcome"),
    [
        ("empty.txt", b"", "Failed"),
        ("picture.txt", b"\x00\x01\x02\x03" * 300, "Failed"),
        ("paper.pdf", b"%PDF-1.7", "Failed"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_library_stays(
    url: str, open_page: OpenPage, uploads: Path, name: str, data: bytes, outcome: str
) -> None:
    page = panel(open_page(url))
    upload(page, {name: data})

    add(page)

    error = page.locator("#status").get_by_role("alert")
    expect(error).to_contain_text(name)
    expect(error).not_to_contain_text(str(uploads))
    report = page.locator("#reports li")
    expect(report).to_contain_text(outcome)
    expect(report).to_contain_text(name)
    expect(ask(page, LEICA).locator(".card").first).to_contain_text("£799")


def test_each_file_is_reported_and_a_bad_one_is_skipped(url: str, open_page: OpenPage, library: qa.Library) -> None:
    page = panel(open_page(url))
    upload(page, {"harbour.jsonl": HARBOUR, "moon.html": PAGE, "paper.pdf": b"%PDF-1.7", "empty.txt": b""})
    page.get_by_label("Paste a text").fill("Mars is red because of iron oxide in its dust.")
    page.get_by_label("Its title (optional)").fill("Mars <b>")

    add(page)

    expect(page.locator("#status")).to_contain_text("Done: 3 read, 2 failed.")
    expect(page.locator("#reports li")).to_have_text(
        [
            re.compile(r"In part\s*harbour.jsonl threads as JSON, 2 posts: 1 of the 2 lines"),
            re.compile(r"Failed\s*paper.pdf is damaged, or no PDF"),
            re.compile(r"Failed\s*empty.txt is empty"),
            re.compile(r"Read\s*Mars <b> pasted text, 1 post"),
            re.compile(r"Read\s*moon.html web page, 1 post"),
        ]
    )
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(4)
    cells = rows.filter(has_text="The harbour").get_by_role("cell")
    expect(cells).to_have_text(["1", "2", "4 March 2012"])
    assert rows.filter(has_text="Mars <b>").locator("td").first.text_content() == "Article"
    expect(ask(page, "Who was one of the dredgers?").locator(".card").first).to_contain_text("My grandfather")
    assert page.locator("#reports :is(b, script, img), #texts :is(b, script, img)").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_table_and_the_reports_scroll_by_keyboard(url: str, open_page: OpenPage) -> None:
    page = panel(open_page(url, width=390, height=844))
    region = page.get_by_role("region", name="1 text in the library")
    expect(region).to_be_visible()
    region.focus()
    expect(region).to_be_focused()
    assert region.evaluate("box => box.scrollWidth <= box.clientWidth"), "a phone shows all of it"


def test_open_pages_announce_an_updated_library(
    url: str, open_page: OpenPage, library: qa.Library, gated: Gated
) -> None:
    page, other, fresh = panel(open_page(url)), open_page(url), open_page(url)
    ask(page, LEICA)
    ask(other, LEICA)
    page.get_by_label("Paste a text").fill(MOON)
    replace(page)

    for chat in (page, other):
        expect(chat.locator("#news")).to_contain_text("The library was updated.")
        expect(chat.locator("#news")).to_be_in_viewport()
        expect(chat.locator("#library-name")).to_contain_text("The Moon is made")
        expect(chat.locator(".turn")).to_have_count(1)
    expect(fresh.locator("#library-line")).to_contain_text("The Moon is made")
    expect(fresh.locator("[data-example]")).to_have_count(0)
    expect(fresh.locator("#news")).to_be_hidden()

    turn = ask(other, "What is the Moon made of?")
    expect(turn.locator(".answer mark")).to_have_text("basalt and anorthosite")
    expect(other.locator("#conversation .updated")).to_have_text(re.compile("^The library was updated here"))
    expect(other.locator("#news")).to_be_hidden()
    ask(other, "Has it an atmosphere?")
    expect(other.locator("#conversation .updated")).to_have_count(1)


@pytest.mark.filterwarnings("ignore::qa.LanguageWarning")
def test_the_page_warns_about_a_text_in_another_language(url: str, open_page: OpenPage) -> None:
    page = panel(open_page(url))
    page.get_by_label("Paste a text").fill(GERMAN)
    page.get_by_label("Its title (optional)").fill("Werk")

    replace(page)

    expect(page.locator("#status .warning")).to_contain_text("'Werk' (de): not in English")


def test_the_default_is_to_add_and_to_replace_all_asks_once(url: str, open_page: OpenPage, library: qa.Library) -> None:
    page = panel(open_page(url))
    page.get_by_label("Paste a text").fill(MOON)
    page.get_by_label("Its title (optional)").fill("Moon")
    add(page)
    expect(page.locator("#status")).to_contain_text("2 texts now (was 1).")

    page.get_by_label("Paste a text").fill("Mars is red because of iron oxide in its dust.")
    page.get_by_role("button", name="Replace all 2 texts", exact=True).click()
    expect(page.locator("#replacing")).to_contain_text("The 2 texts are removed from the library")
    page.get_by_role("button", name="Keep them", exact=True).click()
    expect(page.locator("#replacing")).to_be_hidden()
    assert len(library.sources) == 2

    replace(page, "Replace all 2 texts")

    expect(page.locator("#status")).to_contain_text("1 text now (was 2).")
    expect(page.locator("#replacing")).to_be_hidden()
    expect(page.get_by_role("button", name="Replace the text", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_no_word_of_the_table_is_cut_and_nothing_overflows(
    open_page: OpenPage, url: str, library: qa.Library, tmp_path: Path, width: int
) -> None:
    (tmp_path / "dated.jsonl").write_text(
        json.dumps({**THREAD, "posts": [{**THREAD["posts"][0], "date": "2012-09-14"}]})
    )
    library.add(tmp_path / "dated.jsonl")
    page = panel(open_page(url, width=width))
    expect(page.locator("#texts tbody")).to_contain_text("14 September 2012")
    assert cut_words(page.locator("#texts table")) == []
    assert page.locator("#texts .scroll").evaluate("box => box.scrollWidth - box.clientWidth") == 0


def test_each_text_can_be_read_and_removed(url: str, open_page: OpenPage, library: qa.Library) -> None:
    library.add([qa.Thread.from_text(MOON, title="Moon <b>"), qa.Thread.from_text("Mars is red.", title="Mars")])
    page, other = panel(open_page(url)), panel(open_page(url))
    row = page.get_by_role("table").locator("tbody tr").filter(has_text="Moon <b>")

    row.get_by_role("button", name="Read Moon <b>").click()
    dialog = page.locator("dialog[open]")
    expect(dialog.get_by_role("heading").first).to_have_text("Moon <b>")
    assert "".join(dialog.locator(".source-text").all_text_contents()) == library.text("Moon <b>")
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()

    button = row.get_by_role("button", name="Remove Moon <b>")
    button.click()
    asked = row.get_by_role("button", name="Really remove Moon <b>")
    expect(asked).to_be_visible()
    page.get_by_label("Paste a text").focus()
    expect(asked).to_have_count(0)
    button.click()
    asked.click()

    for chat in (page, other):
        expect(chat.locator("#status")).to_contain_text("2 texts now (was 3).")
        expect(chat.get_by_role("table").locator("tbody tr")).to_have_count(2)
    assert "Moon <b>" not in [source.name for source in library.sources]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_second_tab_sees_the_same_progress_and_can_cancel(
    url: str, open_page: OpenPage, library: qa.Library, gated: Gated
) -> None:
    page, other = panel(open_page(url)), panel(open_page(url))
    page.get_by_label("Paste a text").fill(MOON)
    other.get_by_label("Paste a text").fill("A draft.")
    gated.gate.clear()
    add(page)

    expect(other.locator("#meter")).to_contain_text("1 of 4 (25%)")
    add(other)
    expect(other.locator("#status")).to_contain_text("being changed already")
    other.get_by_role("button", name="Cancel").click()

    for tab in (page, other):
        expect(tab.locator("#status")).to_contain_text("Cancelled")
        expect(tab.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(other.get_by_label("Paste a text")).to_have_value("A draft.")
    assert len(library.sources) == 1


def test_a_page_for_reading_only_shows_the_texts_and_no_way_to_change_them(
    leica: qa.Library, open_page: OpenPage
) -> None:
    with served(leica, read_only=True) as address:
        page = panel(open_page(address))
        expect(page.get_by_role("table")).to_be_visible()
        for name in ("Add", "Replace", "Remove", "Cancel"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        expect(page.get_by_label("Paste a text")).to_have_count(0)
        expect(ask(page, LEICA).locator(".card").first).to_contain_text("£799")
        page.locator("#texts").get_by_role("button", name="Read").first.click()
        expect(page.locator("dialog[open] #passage")).to_be_visible()


def test_an_empty_panel_is_refused(url: str, open_page: OpenPage) -> None:
    page = panel(open_page(url))

    add(page)

    error = page.locator("#status").get_by_role("alert")
    expect(error).to_contain_text("paste a text or choose a file")
    page.get_by_label("Paste a text").press_sequentially("M")
    expect(error).to_have_count(0)
    page.get_by_label("Paste a text").fill("")
    add(page)
    expect(error).to_be_visible()


def test_a_change_is_undone_by_its_button(url: str, open_page: OpenPage, library: qa.Library) -> None:
    page = panel(open_page(url))
    undo = page.get_by_role("button", name="Undo", exact=True)
    expect(undo).not_to_be_visible()
    page.get_by_label("Paste a text").fill(MOON)
    replace(page)
    expect(page.locator("#status")).to_contain_text("1 text now (was 1).")
    assert "Moon" in library.text(library.sources[0].name)
    undo.click()
    expect(page.locator("#status")).to_contain_text("Done. 1 text now (was 1).")
    assert [source.name for source in library.sources] == ["leica-manufacturing-process.txt"]
    undo.click()
    expect(page.locator("#texts")).to_contain_text("The Moon is made of basalt")
