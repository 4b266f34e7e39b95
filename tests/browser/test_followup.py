"""Follow-up questions on the page: what they were understood as, asking as typed, and new topics."""

import re

from playwright.sync_api import Page, expect

import qa

from .conftest import OpenPage
from .pages import ask

FIRST = "What does the Leica Passport cover?"
UNDERSTOOD = re.compile(r"^Understood as: why\? \(Leica Passport")


def note(page: Page, turn: int) -> str:
    return page.locator(".turn").nth(turn).locator(".understood").inner_text()


def test_the_page_says_what_a_follow_up_was_understood_as_and_asks_as_typed(
    open_page: OpenPage, leica_page: str, leica: qa.Library
) -> None:
    page = open_page(leica_page)
    ask(page, FIRST)
    turn = ask(page, "why?")
    expect(turn.locator(".understood")).to_have_text(UNDERSTOOD)
    expect(turn.locator(".question")).to_have_text("why?")
    understood = note(page, 1).partition(": ")[2].removesuffix("Ask as typed").strip()
    assert leica.ask("why?", history=[leica.ask(FIRST)]).understood_as == understood
    turn.get_by_role("button", name="Ask as typed").click()
    expect(turn.locator(".understood")).to_contain_text("Asked as typed, without what was asked before.")
    page.reload()
    expect(turn.locator(".understood")).to_contain_text("Asked as typed")
    turn.get_by_role("button", name="Ask as a follow-up").click()
    expect(turn.locator(".understood")).to_have_text(UNDERSTOOD)
    assert page.locator(".turn").count() == 2
    page.reload()  # the history comes back with the conversation
    expect(turn.locator(".understood")).to_have_text(UNDERSTOOD)


def test_a_link_to_a_follow_up_asks_what_it_was_understood_as(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    ask(page, FIRST)
    turn = ask(page, "why? in:comments")
    understood = str(turn.get_attribute("data-question"))
    assert re.match(r"why\? in:comments \(Leica Passport", understood)
    before = turn.locator(".card").all_inner_texts()
    other = open_page(leica_page)
    alone = ask(other, understood)
    expect(alone.locator(".understood")).to_have_count(0)
    assert alone.locator(".card").all_inner_texts() == before
    other.goto(f"{leica_page}?q=why%3F&g=000001-00000000")  # a link asks by itself, also in a conversation
    for _ in ("at first", "after a reload"):
        linked = other.locator(".turn").nth(1)
        expect(linked.locator(".card").first).to_be_attached()
        expect(linked.locator(".understood")).to_have_count(0)
        other.reload()


def test_a_new_topic_is_not_dragged_back(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    ask(page, FIRST)
    for question in ("How much does a Digilux 3 sell for?", "Where are Leica lenses made?"):
        turn = ask(page, question)
        expect(turn.locator(".understood")).to_have_count(0)
        assert turn.get_attribute("data-question") == question
