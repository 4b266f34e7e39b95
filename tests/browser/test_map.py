"""The map of the library, and what has been asked in vain, in the browser."""

from pathlib import Path

from playwright.sync_api import expect

import qa
from qa.encoding.minilm import MiniLMEncoder

from .conftest import OpenPage
from .pages import ask, served

QUESTION = "Where are Leica lenses made?"


def test_the_map_shows_every_passage_and_marks_the_last_question_and_its_quotes(
    open_page: OpenPage, leica: qa.Library, leica_page: str
) -> None:
    page = open_page(leica_page, width=1440)
    page.get_by_role("button", name="Library").click()
    page.locator("#map summary").click()
    dots = page.locator("#map circle")
    expect(dots).to_have_count(leica.status().passages)
    expect(page.locator("#map circle.quoted, #map .asked")).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator("#map .asked")).to_have_count(1)
    quotes = leica.ask(QUESTION).quotes
    expect(page.locator("#map circle.quoted")).to_have_count(len(quotes))
    page.locator(f"#map circle[data-at='{quotes[0].start}-{quotes[0].end}']").click()
    expect(page.locator("#source #passage")).to_have_text(quotes[0].text)


def test_what_was_asked_in_vain_is_listed_until_it_is_answered(
    open_page: OpenPage, real_encoder: MiniLMEncoder, tmp_path: Path
) -> None:
    library = qa.build(qa.Thread.from_text("Mars is red.", title="Mars"), tmp_path / "library", encoder=real_encoder)
    question = "What is the <b>Moon</b> made of?"
    with served(library) as url:
        page = open_page(url, width=1440)
        page.get_by_role("button", name="Library").click()
        page.locator("#coverage summary").click()
        expect(page.locator("#coverage")).to_contain_text("So far, every question was answered.")
        ask(page, question)
        expect(page.locator("#coverage li")).to_have_text([f"{question} once"])
        library.add(qa.Thread.from_text("The Moon is made of basalt and anorthosite.", title="Moon"))
        library.min_confidence = 0.0  # whether the reader is sure of it is not what counts here
        ask(page, question)
        expect(page.locator("#coverage")).to_contain_text("So far, every question was answered.")


def test_a_map_can_be_drawn_of_any_library(library: qa.Library, tmp_path: Path) -> None:
    for count in (1, 2, 3):
        drawn = library.passage_map("Where are lenses ground?", most=count)
        assert len(drawn.passages) == len(drawn.points) == count
        assert all(0 <= value <= 1 for point in drawn.points for value in (point.x, point.y))
        assert drawn.question is not None
    assert library.passage_map() == library.passage_map()
    one = qa.build(qa.Thread.from_text("One."), tmp_path / "one", encoder=library._opened.encoder)
    assert len(one.passage_map().points) == 1
