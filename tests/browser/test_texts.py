"""Changing the texts, in the browser."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import qa
from qa.encoder import MiniLMEncoder, Vectors
from qa.progress import Progress, silent

from .conftest import OpenPage
from .pages import ask, served

MOON = "The Moon is made of basalt and anorthosite.\n\nIt has hardly any atmosphere at all.\n"
LEICA = "How much does a Digilux 3 sell for?"


class Gated:
    """An encoder that makes a rebuild wait, and nobody else, while its gate is shut."""

    def __init__(self, inner: MiniLMEncoder) -> None:
        self._inner = inner
        self.gate = threading.Event()
        self.gate.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
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
    page.get_by_role("button", name="Change the texts").click()
    expect(page.get_by_role("button", name="Change the texts")).to_have_attribute("aria-expanded", "true")
    return page


def rebuild(page: Page) -> None:
    page.get_by_role("button", name="Rebuild the index").click()


def test_pasted_text_is_read_while_the_old_one_still_answers(
    url: str, open_page: OpenPage, library: qa.Library, gated: Gated
) -> None:
    page = panel(open_page(url))
    page.get_by_label("Paste a text").fill(MOON)
    page.get_by_label("Its title, if it has one").fill("Moon rocks")
    gated.gate.clear()

    rebuild(page)

    expect(page.get_by_role("progressbar")).to_have_attribute("value", "1")
    expect(page.locator("#status")).to_contain_text("25%")
    expect(ask(page, LEICA).locator(".card").first).to_contain_text("£799")

    late = open_page(url)  # a page that is opened meanwhile sees it too
    expect(late.get_by_role("progressbar")).to_be_visible()

    gated.gate.set()
    expect(page.locator("#status")).to_contain_text("Done")
    expect(page.locator("#shelf")).to_contain_text("Moon rocks")
    expect(late.locator("#shelf")).to_contain_text("Moon rocks")
    expect(page.get_by_label("Paste a text")).to_have_value("")
    assert [source.title for source in library.sources] == ["Moon rocks"]
    turn = ask(page, "What is the Moon made of?")
    expect(turn.locator(".answer mark")).to_have_text("basalt and anorthosite")

    # The card of the answer before the rebuild does not show other words under its name.
    page.locator(".turn").first.locator(".card button").first.click()
    expect(page.locator("dialog[open] #passage")).to_contain_text("£799")


def test_a_rebuild_can_be_cancelled(url: str, open_page: OpenPage, library: qa.Library, gated: Gated) -> None:
    page = panel(open_page(url))
    page.get_by_label("Paste a text").fill(MOON)
    gated.gate.clear()
    rebuild(page)

    page.get_by_role("button", name="Cancel").click()

    expect(page.locator("#status")).to_contain_text("Cancelled")
    expect(page.get_by_label("Paste a text")).to_have_value(MOON)
    assert [source.name for source in library.sources] == ["leica-manufacturing-process.txt"]


def test_uploaded_files_are_added_to_what_is_there(
    url: str, open_page: OpenPage, library: qa.Library, tmp_path: Path
) -> None:
    moon, mars = tmp_path / "moon.md", tmp_path / "mars.txt"
    moon.write_text(MOON)
    mars.write_text("Mars is red because of iron oxide in its dust.\n")
    page = panel(open_page(url))
    page.get_by_label("File upload").set_input_files([moon, mars])
    expect(page.locator("#uploads")).to_contain_text("mars")
    page.get_by_label("Keep them and add").check()

    rebuild(page)

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
    ("name", "data", "said"),
    [("empty.txt", b"", "empty.txt"), ("picture.txt", b"\x00\x01\x02\x03" * 300, "picture.txt")],
)
def test_a_file_that_cannot_be_read_is_named_and_the_library_stays(
    url: str, open_page: OpenPage, uploads: Path, name: str, data: bytes, said: str
) -> None:
    page = panel(open_page(url))
    page.get_by_label("File upload").set_input_files({"name": name, "mimeType": "text/plain", "buffer": data})
    expect(page.locator("#uploads")).to_contain_text(Path(name).stem)

    rebuild(page)

    error = page.locator("#status").get_by_role("alert")
    expect(error).to_contain_text(said)
    expect(error).not_to_contain_text(str(uploads))
    expect(ask(page, LEICA).locator(".card").first).to_contain_text("£799")


def test_a_file_of_another_kind_is_refused_by_name(url: str, open_page: OpenPage) -> None:
    page = panel(open_page(url))

    page.get_by_label("File upload").set_input_files(
        {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )

    expect(page.get_by_text("paper.pdf")).to_be_visible()


def test_nothing_to_read_is_said(url: str, open_page: OpenPage) -> None:
    page = panel(open_page(url))

    rebuild(page)

    expect(page.locator("#status").get_by_role("alert")).to_contain_text("paste a text or choose a file")
