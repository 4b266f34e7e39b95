"""Asking, in the browser."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import qa
from qa.encoding.minilm import MiniLMEncoder

from .conftest import OpenPage, Scheme
from .pages import ask, read_card, served

QUESTION = "Where are Leica lenses made?"


def test_the_page_shows_the_librarys_answer_with_its_span_marked(
    open_page: OpenPage, leica: qa.Library, leica_page: str
) -> None:
    page = open_page(leica_page)

    turn = ask(page, QUESTION)

    answer = leica.ask(QUESTION)
    assert turn.locator(".question").text_content() == QUESTION
    assert turn.locator(".answer mark").text_content() == answer.text
    assert turn.locator(".card blockquote").all_text_contents() == [quote.text for quote in answer.quotes]
    expect(turn.locator(".answer mark")).to_have_text("production facilities of Leica Camera AG in Solms")
    for card, quote in zip(turn.locator(".card").all(), answer.quotes, strict=True):
        text = leica.text(quote.source)
        assert card.locator("blockquote mark").all_text_contents() == [
            text[start:end] for start, end in quote.highlights
        ]


def test_a_question_the_text_does_not_answer_is_declined(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    turn = ask(page, "What is the capital of France?")
    expect(turn.locator(".not-found")).to_have_text("The text does not answer this.")
    expect(turn.locator(".missing-terms")).to_have_text("Not mentioned in any text: capital, France.")
    expect(turn.locator(".others > summary")).to_have_text("The closest passages")
    assert turn.locator(".card").count() == 5 and turn.locator("mark").count() == 0


def test_the_certainty_is_one_word_and_its_figure_stands_under_why(
    open_page: OpenPage, leica: qa.Library, leica_page: str
) -> None:
    question = "How long does it take to make a lens?"
    turn = ask(open_page(leica_page), question)
    answer = leica.ask(question)
    assert answer.confidence is not None and answer.certainty in ("sure", "likely")
    expect(turn.locator("figcaption .certainty")).to_have_text(answer.certainty.capitalize())
    expect(turn.locator("figcaption")).not_to_contain_text("%")
    turn.locator(".why summary").first.click()
    expect(turn.locator(".why dd").first).to_have_text(f"{answer.confidence:.0%}")
    assert "Match" not in turn.locator(".card > details > summary").first.inner_text()


def test_the_first_card_says_which_comment_it_is(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    for question, label, words in (
        ("How long is each lens element ground and polished?", "comment 3 of 3", "40 minutes"),
        ("How much does a Digilux 3 sell for?", "comment 3 of 3", "£799"),
        ("What does the Leica Passport protect against?", "comment 3 of 3", "accidental damage"),
        ("Why is the 1979 Summicron better than new lenses?", "comment 1 of 3", "1979"),
    ):
        turn = ask(page, question)

        first = turn.locator(".card").first
        expect(turn.locator("figcaption .post-label")).to_have_text(label)
        expect(first.locator(".post-label")).to_have_text(label)
        expect(first.locator("blockquote")).to_contain_text(words)


def test_the_headline_is_the_sentence_and_the_other_passages_are_folded_to_two_lines(
    open_page: OpenPage, leica_page: str
) -> None:
    page = open_page(leica_page)
    turn = ask(page, QUESTION)
    expect(turn.locator(".answer blockquote")).to_have_text(
        "In the “Leica Lenses” video, you can get a rare behind-the-scenes look at the craftsmanship and making of "
        "Leica lenses in the production facilities of Leica Camera AG in Solms."
    )
    cards = turn.locator(".card > details")
    assert [card.evaluate("card => card.open") for card in cards.all()] == [True, False, False, False, False]
    for card in cards.all()[1:]:
        lines = card.locator("> summary .excerpt").evaluate(
            "s => s.clientHeight / parseFloat(getComputedStyle(s).lineHeight)"
        )
        assert lines <= 2.1
        expect(card.locator("> summary .excerpt")).to_be_visible()


def test_ten_questions_fit_five_screens(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page, width=1440)
    for number in range(10):
        ask(page, QUESTION if number % 2 else "How much does a Digilux 3 sell for?")
    height = page.locator("#conversation").evaluate("log => log.scrollHeight")
    assert height <= 5.4 * 900, f"{height / 900:.1f} screens"


def test_a_click_asks_an_example_question(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)

    page.get_by_role("button", name=QUESTION).click()

    expect(page.locator(".turn .question")).to_have_text(QUESTION)
    expect(page.locator(".answer")).to_be_visible()
    expect(page.locator(".welcome")).to_be_hidden()
    expect(page.get_by_label("Your question")).to_be_focused()


def test_an_invalid_question_shows_the_librarys_error(open_page: OpenPage, leica: qa.Library, leica_page: str) -> None:
    page = open_page(leica_page)
    for question in ("???", "x" * 100_000):
        turn = ask(page, question)

        with pytest.raises(qa.QuestionError) as refused:
            leica.ask(question)
        expect(turn.get_by_role("alert")).to_have_text(str(refused.value))
        assert len(turn.inner_text()) < 2_000, "a long question is not repeated whole"
    expect(ask(page, QUESTION).locator(".answer")).to_be_visible()


class Doubting(qa.Library):
    """A library whose reader finds that no passage answers."""

    def ask(self, question: str, k: int = 5, **only: Any) -> qa.Answer:
        return qa.Answer(question, False, None, 0.02, self.search(question, k, **only))


def test_without_an_answer_the_page_says_so_and_marks_nothing(
    leica: qa.Library, real_encoder: MiniLMEncoder, open_page: OpenPage
) -> None:
    with served(Doubting.open(leica.path, encoder=real_encoder)) as url:
        turn = ask(open_page(url), "What is the weather on Mars?")

        expect(turn.locator(".not-found")).to_have_text("The text does not answer this.")
        expect(turn.locator(".others > summary")).to_have_text("The closest passages")
        expect(turn.locator(".card")).to_have_count(5)
        expect(turn.locator("mark")).to_have_count(0)


def test_each_visitor_has_their_own_conversation(open_page: OpenPage, leica_page: str) -> None:
    one, other = open_page(leica_page), open_page(leica_page)

    ask(one, QUESTION)
    ask(other, "What does the Leica Passport protect against?")
    ask(one, "How much does a Digilux 3 sell for?")

    assert one.locator(".turn .question").all_text_contents() == [QUESTION, "How much does a Digilux 3 sell for?"]
    assert other.locator(".turn .question").all_text_contents() == ["What does the Leica Passport protect against?"]


def test_nothing_overflows_on_a_phone(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page, width=390, height=844)

    turn = ask(page, QUESTION)
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(sideways) == 0
    read_card(turn.locator(".card").first)
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("(d => d.scrollWidth - d.clientWidth)(document.querySelector('#source .pages'))") == 0
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Library").click()
    expect(page.get_by_role("table")).to_be_visible()
    expect(page.get_by_label("Paste a text")).to_be_visible()
    assert page.evaluate(sideways) == 0


@pytest.mark.parametrize(("scheme", "brighter"), [("light", "paper"), ("dark", "ink")])
def test_the_page_follows_the_colour_scheme(
    open_page: OpenPage, leica_page: str, scheme: Scheme, brighter: str
) -> None:
    page = open_page(leica_page, scheme=scheme)

    ask(page, QUESTION)

    # The browser's own measure of how bright each colour is, on a mark and on a card.
    for part in (".answer mark", ".card > details"):
        ink, paper = page.evaluate(
            """part => {
                const style = getComputedStyle(document.querySelector(part));
                return [style.color, style.backgroundColor].map(
                    color => color.match(/[\\d.]+/g).slice(0, 3).reduce((sum, value) => sum + +value, 0));
            }""",
            part,
        )
        assert (paper > ink) == (brighter == "paper"), (part, ink, paper)
        assert abs(paper - ink) > 300, "words stand out from what they stand on"


def test_the_keyboard_reaches_everything_in_order_with_a_visible_focus(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    expect(page.get_by_label("Your question")).to_be_focused()

    page.keyboard.press("Shift+Tab")  # from the box backwards, to the last example
    reached: list[str] = []
    while "Skip to the question" not in reached and len(reached) < 20:
        name, ringed = page.evaluate(
            """() => {
                const at = document.activeElement, style = getComputedStyle(at);
                const ringed = style.outlineStyle !== "none" || style.boxShadow !== "none";
                return [at.ariaLabel || at.innerText.split("\\n")[0], ringed];
            }"""
        )
        assert ringed, f"no ring around {name!r}"
        reached.append(name)
        page.keyboard.press("Shift+Tab")

    assert reached[::-1] == [
        "Skip to the question",
        "Library",
        "Conversation",
        "Language",
        "Light or dark",
        "Keys",
        *page.locator("[data-example], .welcome [data-read]").all_text_contents(),
    ]


def test_a_card_explains_on_demand_how_it_was_found(open_page: OpenPage, leica: qa.Library, leica_page: str) -> None:
    page = open_page(leica_page)
    question = "Leica <b>lenses</b> in:comments"
    turn = ask(page, question)
    quotes = leica.ask(question).quotes
    assert turn.locator(".card blockquote").all_text_contents() == [quote.text for quote in quotes]
    assert quotes[0].why is not None and quotes[0].why.dense_rank is not None

    why = turn.locator(".card .why").first
    expect(why.locator("dl")).to_be_hidden()
    why.locator("summary").click()

    confidence = leica.ask(question).confidence
    found = why.locator("dd").all_text_contents()
    assert found[-5:] == [
        f"{round(100 * quotes[0].score)} of 100",
        str(quotes[0].why.dense_rank),
        str(quotes[0].why.lexical_rank),
        "1",
        ", ".join(quotes[0].why.terms),
    ]
    assert found[:-5] in ([], [f"{confidence:.0%}"])
    page.wait_for_timeout(400)  # as long as a click on a card may take to open the thread
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_filters_alone_list_the_matching_passages_and_more_on_demand(
    open_page: OpenPage, leica: qa.Library, leica_page: str
) -> None:
    page = open_page(leica_page)
    listed = ask(page, "in:comments")
    count = leica.ask("in:comments").matching
    assert count is not None and count > 5
    expect(listed.locator("h3")).to_have_text(f"{count} passages match the filters, in reading order")
    expect(listed.locator(".card .post-label").first).to_have_text("comment 1 of 3")
    expect(listed.locator(".card")).to_have_count(5)
    expect(listed.locator(".more")).to_contain_text(f"5 of {count} shown")
    listed.get_by_role("button", name="Show more").click()
    expect(listed.locator(".card")).to_have_count(min(20, count))
    expect(ask(page, "Leica before:yesterday").get_by_role("alert")).to_contain_text("'before:yesterday'")


def test_an_author_or_a_text_that_does_not_exist_is_named_with_those_that_do(
    open_page: OpenPage, real_encoder: MiniLMEncoder, tmp_path: Path
) -> None:
    file = tmp_path / "harbour.jsonl"
    file.write_text(
        '{"title": "Harbour", "posts": [{"kind": "article", "text": "It was dredged in 1931."},'
        ' {"kind": "comment", "text": "By hand, in fact.", "author": "Ann <b>Lee</b>"}]}'
    )
    with served(qa.build(file, tmp_path / "library", encoder=real_encoder)) as url:
        page = open_page(url)
        turn = ask(page, 'dredged author:"no body"')
        expect(turn.locator(".not-found")).to_be_visible()
        expect(turn.locator(".unknown")).to_have_text("No author is called no body. Authors here: Ann <b>Lee</b>.")
        expect(ask(page, "source:nothing").locator(".unknown")).to_have_text(
            "No text is called nothing. Texts here: Harbour."
        )


def test_near_duplicates_share_one_card(open_page: OpenPage, real_encoder: MiniLMEncoder, tmp_path: Path) -> None:
    text = "Lenses are ground by hand in <i>Solms</i>."
    texts = [qa.Thread.from_text(text, title=title) for title in ("Hall", "Yard <b>x</b>")]
    with served(qa.build(texts, tmp_path / "library", encoder=real_encoder)) as url:
        turn = ask(open_page(url), "Where are lenses ground?")
        expect(turn.locator(".card")).to_have_count(1)
        expect(turn.locator(".also")).to_have_text(re.compile("Also found in.*article.*(Hall|Yard <b>x</b>)"))
