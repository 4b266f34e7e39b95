"""Hostile text is shown character for character and has no other effect."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, Page, expect

import qa
from qa.answering.escape import marked
from qa.encoding.minilm import MiniLMEncoder

from .conftest import OpenPage
from .pages import ask, read_card, served

HOSTILE = "\n".join(
    [
        "Zebra crossings were painted on hostile roads by <script>alert('script')</script> in 1951.",
        "",
        "    An indented line, *stars*, _lines_, `ticks`, $$x^2$$, \\(y\\), # hash, [link](javascript:alert(1)).",
        "\ttab, two  spaces, {{handlebars}}, ${alert('template')}, `${alert(2)}`, &amp; &lt; &#0; <!-- comment -->",
        '<img src=x onerror="alert(3)"><svg onload=alert(4)></svg></blockquote></li></dialog><style>*{display:none}',
        "right\u202eto left\u202c, isolate \u2066open, marks \u200f\u200e, e\u0301, 👩\u200d👩\u200d👧",
        "NUL [\x00], CR [\r], NEL [\x85], line separator [\u2028]",
        "long" * 500,
        "",
        "",
        "The end of zebra crossings.",
    ]
)
QUESTION = "Who painted zebra crossings?"


@pytest.fixture(scope="module")
def hostile(real_encoder: MiniLMEncoder, tmp_path_factory: pytest.TempPathFactory) -> qa.Library:
    folder = tmp_path_factory.mktemp("hostile")
    named = folder / "<img src=x onerror=alert(5)> $$ *.txt"
    named.write_bytes(HOSTILE.encode())
    pasted = qa.Thread.from_text(HOSTILE, title="<b onclick=alert(6)>Zebra</b> \u202e ${alert(7)}")
    library = qa.build([named, pasted], folder / "library", encoder=real_encoder)
    library.min_confidence = 0.0  # what is shown counts here, not whether the reader is sure of it
    return library


def test_hostile_text_is_shown_exactly_and_stays_inert(open_page: OpenPage, hostile: qa.Library) -> None:
    with served(hostile) as url:
        page = open_page(url)
        expect(page.locator("#library-line")).to_contain_text("<b onclick=alert(6)>Zebra</b>")

        turn = ask(page, QUESTION)

        answer = hostile.ask(QUESTION)
        assert "".join(turn.locator(".answer mark").all_text_contents()) == answer.text
        assert turn.locator(".card blockquote").all_text_contents() == [quote.text for quote in answer.quotes]
        assert any("\x00" in quote.text and "\r" in quote.text for quote in answer.quotes)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for number, quote in enumerate(answer.quotes):
            read_card(turn.locator(".card").nth(number))
            passage = page.locator("dialog[open] #passage")
            expect(passage).to_be_in_viewport()
            assert passage.text_content() == quote.text
            shown = page.locator("#source .source-text").all_text_contents()
            assert "".join(shown) == hostile.text(quote.source)
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_be_hidden()
        assert page.locator("#chat :is(script, img, style), .turn svg, #source :is(script, img, svg)").count() == 0


def test_a_hostile_question_is_repeated_exactly(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    for question in (
        "<script>alert(1)</script> zebra <img src=x onerror=alert(2)>",
        "**zebra** $$x$$ {{zebra}} ${alert(3)} `${alert(4)}` \u202e?",
        "  zebra\n\n   </h2></section><style>*{display:none}</style>",
    ):
        turn = ask(page, question)

        assert turn.locator(".question").text_content() == question
        assert turn.locator(".question *").count() == 0
        expect(turn.locator(".answer, .not-found")).to_be_visible()


@pytest.fixture(scope="module")
def blank(chromium: BrowserContext) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


@settings(max_examples=150)
@given(
    # NUL is left out: HTML cannot hold it, and the page's script puts it in (shown above).
    text=st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]) | st.sampled_from("<>&\"'\r\n \t")),
    spans=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4),
    start=st.integers(0, 10),
)
def test_chromium_reads_any_text_back_from_the_markup(
    blank: Page, text: str, spans: list[tuple[int, int]], start: int
) -> None:
    shown, kinds, lit = blank.evaluate(
        """html => {
            const box = document.createElement("div");
            box.innerHTML = html;
            const marks = [...box.querySelectorAll("mark")];
            return [box.textContent, [...box.children].map(e => e.tagName), marks.map(m => m.textContent).join("")];
        }""",
        marked(text, start, spans),
    )

    covered = {place - start for first, last in spans for place in range(first, last)}
    assert shown == text
    assert set(kinds) <= {"MARK"}
    assert lit == "".join(char for place, char in enumerate(text) if place in covered)
