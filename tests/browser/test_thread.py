"""A passage in its thread, in the browser."""

from playwright.sync_api import Page, expect

import qa

from .conftest import OpenPage
from .pages import ask

QUESTION = "What does the Leica Passport protect against?"


def assert_open_at(page: Page, quote: qa.Quote) -> None:
    """The dialog is open, and the passage in it is marked and in view."""
    passage = page.locator("dialog[open] #passage")
    expect(passage).to_be_in_viewport()
    assert passage.text_content() == quote.text
    assert passage.evaluate("passage => passage.tagName") == "MARK"


def test_a_click_opens_the_whole_thread_at_the_passage(open_page: OpenPage, leica: qa.Library, leica_page: str) -> None:
    page = open_page(leica_page)
    turn = ask(page, QUESTION)
    quote = leica.ask(QUESTION).quotes[0]

    turn.locator(".card blockquote").first.click()

    assert_open_at(page, quote)
    thread = leica.thread(quote)
    dialog = page.get_by_role("dialog", name=thread.title)
    assert "".join(dialog.locator(".source-text").all_text_contents()) == thread.text
    assert dialog.locator("h3").all_text_contents() == [
        "Article",
        "Comment 1 of 3",
        "Comment 2 of 3",
        "Comment 3 of 3",
    ]
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_the_keyboard_opens_and_closes_the_thread_and_keeps_its_place(
    open_page: OpenPage, leica: qa.Library, leica_page: str
) -> None:
    page = open_page(leica_page)
    turn = ask(page, QUESTION)
    turn.locator(".card summary").nth(2).click()  # the second card's; the first has one more inside
    button = turn.locator(".card").nth(1).get_by_role("button", name="Read in the thread")

    for _ in range(2):  # the same passage a second time, too
        button.focus()
        page.keyboard.press("Enter")
        assert_open_at(page, leica.ask(QUESTION).quotes[1])
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(button).to_be_focused()


def test_selecting_text_on_a_card_does_not_open_it(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    ask(page, QUESTION)

    page.locator(".card blockquote").first.click(click_count=2)

    assert page.evaluate("getSelection().toString()") != ""
    expect(page.get_by_role("dialog")).to_be_hidden()
