"""Whatever is typed is kept: while an answer is pending, and after a reload, Back, and a restart of the server."""

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect

import qa
from qa.encoding.minilm import MiniLMEncoder
from qa.web import launch

from .conftest import OpenPage
from .pages import ask, read_card, served

QUESTION = "Where are Leica lenses made?"
PRICE = "How much does a Digilux 3 sell for?"


class Slow(qa.Library):
    """A library that answers once its gate is open."""

    gate: threading.Event

    def ask(self, question: str, k: int = 5, **only: Any) -> qa.Answer:
        assert self.gate.wait(30)
        return super().ask(question, k, **only)


@pytest.fixture
def slow(leica: qa.Library, real_encoder: MiniLMEncoder) -> Iterator[Slow]:
    library = cast(Slow, Slow.open(leica.path, encoder=real_encoder))
    library.gate = threading.Event()
    yield library
    library.gate.set()


def send(page: Page, question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")


def answers(page: Page) -> list[str]:
    return page.locator(".answer mark").all_text_contents()


def test_a_draft_outlives_a_pending_answer_and_a_second_question_waits_its_turn(
    slow: Slow, open_page: OpenPage
) -> None:
    with served(slow) as url:
        page = open_page(url)
        box = page.get_by_label("Your question")
        send(page, QUESTION)
        expect(box).to_have_value("")
        expect(page.locator(".turn").first).to_contain_text("Looking in the text")
        send(page, PRICE)
        expect(page.locator(".turn").nth(1)).to_contain_text("Waits for the answer above")
        box.press_sequentially("A draft that")
        slow.gate.set()
        expect(page.locator(".turn .answer")).to_have_count(2)
        expect(box).to_have_value("A draft that")
        box.press_sequentially(" goes on")
        expect(box).to_have_value("A draft that goes on")
        assert "Solms" in answers(page)[0] and "£799" in answers(page)[1]


def test_the_conversation_and_the_draft_come_back_after_a_reload_and_after_back(
    open_page: OpenPage, leica_page: str
) -> None:
    page = open_page(leica_page)
    ask(page, QUESTION)
    ask(page, PRICE)
    page.get_by_label("Your question").fill("a draft")
    before = answers(page)
    page.reload()
    expect(page.locator(".turn .answer")).to_have_count(2)
    assert answers(page) == before
    expect(page.get_by_label("Your question")).to_have_value("a draft")
    expect(page.locator(".welcome")).to_be_hidden()
    page.goto("about:blank")
    page.go_back()
    expect(page.locator(".turn .answer")).to_have_count(2)
    assert page.locator(".turn .question").all_text_contents() == [QUESTION, PRICE]


def test_a_restarted_server_finds_the_conversation_where_it_was(
    open_page: OpenPage, leica: qa.Library, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = launch(leica, port=port)
    page = open_page(server.url)
    ask(page, QUESTION)
    server.close()
    send(page, PRICE)
    expect(page.locator(".turn").nth(1)).to_contain_text("The server cannot be reached. Your question is kept.")
    expect(page.locator(".turn").nth(1).locator(".question")).to_have_text(PRICE)
    with launch(leica, port=port):
        expect(page.locator(".turn .answer")).to_have_count(2)
        assert "Solms" in answers(page)[0] and "£799" in answers(page)[1]
        read_card(page.locator(".card").first)
        expect(page.locator("#source #passage")).to_contain_text("Solms")


def test_a_restored_answer_says_what_it_was_if_the_library_has_changed(
    open_page: OpenPage, leica: qa.Library, real_encoder: MiniLMEncoder, tmp_path: Path
) -> None:
    library = qa.build([leica.thread(leica.sources[0].name)], tmp_path / "library", encoder=real_encoder)
    with served(library) as url:
        page = open_page(url)
        text = ask(page, QUESTION).locator(".answer mark").text_content()
        library.rebuild(qa.Thread.from_text("The Moon is made of basalt <b>and</b> anorthosite.", title="Moon"))
        page.reload()
        expect(page.locator(".since")).to_have_text(
            f"The library has changed since this was first answered. The answer then: {text}"
        )
        expect(page.locator(".turn .not-found")).to_be_visible()


def test_remembered_words_are_shown_and_never_run(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    evil = "<img src=x onerror=alert(1)>"
    page.evaluate(
        """evil => sessionStorage.setItem("verbatim:turns:" + JSON.parse(
            document.getElementById("verbatim-data").textContent).library,
            JSON.stringify([{question: evil, generation: evil, answered: {text: evil}}, {question: 1}, null]))""",
        evil,
    )
    page.reload()
    expect(page.locator(".turn .question")).to_have_text(evil)
    expect(page.locator(".turn .since")).to_contain_text(evil)
    assert page.locator("#conversation img").count() == 0


def test_an_empty_question_does_nothing(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    for nothing in ("", "   ", "\n"):
        send(page, nothing)
        page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".welcome")).to_be_visible()


def test_back_closes_the_source_and_stays_on_the_page(open_page: OpenPage, leica_page: str) -> None:
    for width in (390, 1440):
        page = open_page(leica_page, width=width)
        turn = ask(page, QUESTION)
        read_card(turn.locator(".card").first)
        expect(page.get_by_role("dialog")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.locator(".turn .answer")).to_be_visible()
        page.go_forward()
        expect(page.locator("#source #passage")).to_be_in_viewport()
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
        assert page.url == leica_page


def test_copying_a_card_takes_only_what_is_seen(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    card = ask(page, QUESTION).locator(".card").first
    copied = card.evaluate("card => (getSelection().selectAllChildren(card), getSelection().toString())")
    assert "Every Leica lens is hand-crafted" in copied
    for unseen in ("passage 1", "Read in the thread", "Copy", "Rank by meaning", "—"):
        assert unseen not in copied


def test_the_page_names_no_other_product(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    assert page.title() == "Verbatim"
    head = page.evaluate("document.head.innerHTML")
    assert not re.search(r'property="og:|name="twitter:', head)
    page.get_by_role("button", name="Library").click()
    expect(page.get_by_label("Paste a text")).to_be_visible()
    assert "common." not in page.locator("body").inner_text()
    assert page.locator("[aria-label^='common.']").count() == 0


def test_a_pasted_text_without_a_title_goes_by_its_first_words(
    open_page: OpenPage, real_encoder: MiniLMEncoder, tmp_path: Path
) -> None:
    library = qa.build(
        qa.Thread.from_text("mars is red because of the dust on it, and cold."), tmp_path / "l", encoder=real_encoder
    )
    assert re.search(r" · [0-9a-f]{8}$", library.sources[0].name)
    with served(library) as url:
        page = open_page(url)
        for place in ("#library-name", "#library-line strong"):
            expect(page.locator(place)).to_have_text("mars is red because of the")


def test_a_question_that_is_sent_before_the_scripts_run_is_asked(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    page.route("**/page/scripts/main.js", lambda route: route.abort())
    page.reload()
    send(page, QUESTION)
    page.wait_for_url("**/?q=*")
    page.unroute("**/page/scripts/main.js")
    page.reload()
    expect(page.locator(".turn .question")).to_have_text(QUESTION)
    expect(page.locator(".turn .answer")).to_be_visible()
    assert page.url == leica_page
