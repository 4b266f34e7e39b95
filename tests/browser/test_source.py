"""The source beside the chat, and the library's pane, in the browser."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

import qa
from qa.encoding.minilm import MiniLMEncoder

from .conftest import OpenPage, Scheme
from .pages import ask, read_card, served

ORIGINAL = "https://elbe.example/cycling"
THREAD = {
    "title": "Cycling the Elbe",
    "url": ORIGINAL,
    "posts": [
        {"kind": "article", "text": "The path along the Elbe is 1,270 kilometres long.", "author": "Ida"},
        {"kind": "comment", "text": "How long does the ride take?", "author": "Ralf", "date": "2018-08-13", "id": "r"},
        {"kind": "comment", "text": "The ride took us three weeks.", "author": "Ann Lee", "id": "a", "parent": "r"},
        {"kind": "comment", "text": "Our ride took a month.", "author": "Bo", "date": "2019-01-02", "parent": "a"},
    ],
}


@pytest.fixture(scope="module")
def elbe(real_encoder: MiniLMEncoder, tmp_path_factory: pytest.TempPathFactory) -> qa.Library:
    folder = tmp_path_factory.mktemp("elbe")
    (folder / "elbe.jsonl").write_text(json.dumps(THREAD))
    other = qa.Thread.from_text("The Moon is made of basalt and anorthosite.", title="Moon")
    library = qa.build([folder / "elbe.jsonl", other], folder / "rivers", encoder=real_encoder)
    library.min_confidence = 0.0
    return library


@pytest.fixture(scope="module")
def elbe_page(elbe: qa.Library) -> Iterator[str]:
    with served(elbe) as url:
        yield url


def contrast(page: Page, part: str, behind: str) -> float:
    """The contrast of the backgrounds of two elements, as WCAG defines it."""
    return float(
        page.evaluate(
            """([part, behind]) => {
                const light = selector => {
                    const colour = getComputedStyle(document.querySelector(selector)).backgroundColor;
                    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(value => {
                        const share = value / 255;
                        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
                    });
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                };
                const [low, high] = [light(part), light(behind)].sort((a, b) => a - b);
                return (high + 0.05) / (low + 0.05);
            }""",
            [part, behind],
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_source_stands_beside_the_chat_and_its_passage_is_seen(
    open_page: OpenPage, elbe_page: str, scheme: Scheme
) -> None:
    page = open_page(elbe_page, width=1440, scheme=scheme)
    turn = ask(page, "How long did the ride take?")
    read_card(turn.locator(".card").first)
    source = page.get_by_role("dialog", name="Cycling the Elbe")
    expect(source.locator("#passage")).to_be_in_viewport()
    chat, pane = page.locator("#chat").bounding_box(), source.bounding_box()
    assert chat and pane and chat["x"] + chat["width"] <= pane["x"]
    page.get_by_label("Your question").click()  # the chat is not dimmed: it can be used beside the source
    assert contrast(page, "#source .passage", "#source") >= 1.5
    assert contrast(page, "#source .passage mark", "#source") > contrast(page, "#source .passage", "#source")


@pytest.mark.parametrize("width", [390, 1024])
def test_below_that_width_the_source_is_a_sheet_over_the_chat(open_page: OpenPage, elbe_page: str, width: int) -> None:
    page = open_page(elbe_page, width=width)
    read_card(ask(page, "How long did the ride take?").locator(".card").first)
    expect(page.locator("#source #passage")).to_be_in_viewport()
    sheet = page.locator("#source").bounding_box()
    assert sheet and (sheet["x"], sheet["width"]) == (0, width)
    assert page.evaluate("document.activeElement.closest('#source') !== null")
    page.set_viewport_size({"width": 1440, "height": 900})  # turned, say, or made wider
    expect(page.locator("#source #passage")).to_be_in_viewport()
    assert page.locator("#source").bounding_box()["x"] > 500  # type: ignore[index]


def test_a_thread_is_indented_below_what_it_answers(open_page: OpenPage, elbe_page: str) -> None:
    page = open_page(elbe_page, width=1440)
    read_card(ask(page, "How long did the ride take?").locator(".card").first)
    posts = page.locator("#source .post")
    expect(posts).to_have_count(4)
    lefts = [post.bounding_box()["x"] for post in posts.all()]  # type: ignore[index]
    assert lefts[0] == lefts[1] < lefts[2] < lefts[3]
    heads = [" ".join(post.locator("header").inner_text().split()) for post in posts.all()]
    assert heads == [
        "Article Ida",
        "Comment 1 of 3 Ralf 13 August 2018",
        "Comment 2 of 3 Ann Lee replies to Ralf",
        "Comment 3 of 3 Bo 2 January 2019 replies to Ann Lee",
    ]


def current(page: Page) -> Locator:
    return page.locator("#source .passage.current")


def test_next_and_previous_go_through_the_passages_of_the_answer(open_page: OpenPage, elbe_page: str) -> None:
    page = open_page(elbe_page, width=1440)
    turn = ask(page, "How long did the ride take?")
    cards = turn.locator(".card[data-name='Cycling the Elbe']")
    texts = cards.locator("blockquote").all_text_contents()
    assert len(texts) > 2
    read_card(cards.first)
    expect(page.locator("#source .tick")).to_have_count(len(texts))
    expect(current(page)).to_have_text(texts[0])
    seen = {texts[0]}
    for _ in texts[1:]:
        page.get_by_role("button", name="Next passage").click()
        seen.add(str(current(page).text_content()))
    assert seen == set(texts)
    page.keyboard.press("j")
    expect(current(page)).to_have_text(texts[0])
    page.keyboard.press("k")
    expect(current(page)).not_to_have_text(texts[0])
    page.locator("#source .tick").first.click()
    expect(current(page)).to_be_in_viewport()


def test_the_original_opens_at_the_passage(open_page: OpenPage, elbe_page: str) -> None:
    page = open_page(elbe_page, width=1440)
    turn = ask(page, "How long did the ride take?")
    read_card(turn.locator(".card").first)
    passage = str(page.locator("#source #passage").text_content())
    link = page.get_by_role("link", name="Open the original")
    words = passage.replace(" ", "%20").replace("?", "%3F").replace(",", "%2C")
    assert link.get_attribute("href") == f"{ORIGINAL}#:~:text={words}"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_every_card_names_its_text_where_there_are_several(open_page: OpenPage, elbe_page: str) -> None:
    turn = ask(open_page(elbe_page), "How long did the ride take?")
    expect(turn.locator("figcaption .text-name")).to_have_text("Cycling the Elbe")
    assert turn.locator(".card .text-name").count() == turn.locator(".card").count()


def test_filters_write_the_search_syntax_with_their_counts(open_page: OpenPage, elbe_page: str) -> None:
    page = open_page(elbe_page, width=1440)
    page.get_by_role("button", name="Library").click()
    chips = page.locator("#filters .chip")
    assert [" ".join(chip.split()) for chip in chips.all_inner_texts()] == [
        "articles 2",
        "comments 3",
        "Ann Lee 1",
        "Bo 1",
        "Ida 1",
        "Ralf 1",
        "Cycling the Elbe 4",
        "Moon 1",
        "2018 1",
        "2019 1",
    ]
    box = page.get_by_label("Your question")
    box.fill("ride")
    for name, written in (
        ("comments 3", "ride in:comments "),
        ("Ann Lee 1", 'ride in:comments author:"Ann Lee" '),
        ("comments 3", 'ride author:"Ann Lee"'),
        ("Ann Lee 1", "ride"),
        ("2018 1", "ride after:2017 before:2019 "),
    ):
        page.get_by_role("button", name=name).click()
        expect(box).to_have_value(written)
    expect(page.get_by_role("button", name="2018 1")).to_have_attribute("aria-pressed", "true")
    box.press("Enter")
    expect(page.locator(".turn .card").first).to_contain_text("How long does the ride take?")
    expect(page.get_by_role("button", name="2018 1")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("width", [390, 1024])
def test_on_a_small_window_the_filters_are_above_the_question_box(
    open_page: OpenPage, elbe_page: str, width: int
) -> None:
    page = open_page(elbe_page, width=width)
    box, button = page.get_by_label("Your question"), page.get_by_role("button", name="Filters")
    button.click()
    expect(page.locator("#filter-strip .chip").first).to_be_focused()
    page.get_by_role("button", name="comments 3").click()
    expect(box).to_have_value("in:comments ")
    expect(box).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#filter-strip")).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    box.fill("ride in:comments")
    box.press("Enter")
    expect(page.locator("#filter-strip")).to_be_hidden()
    button.click()
    page.get_by_role("button", name="Library", exact=True).click()
    expect(page.locator("#library-pane .chip")).to_have_count(10)
    expect(page.locator("#filter-strip")).to_be_hidden()


def test_several_libraries_can_be_chosen_and_each_keeps_its_conversation(
    open_page: OpenPage, leica: qa.Library, elbe: qa.Library
) -> None:
    with served([leica, elbe]) as url:
        page = open_page(url)
        ask(page, "Where are Leica lenses made?")
        chooser = page.get_by_role("combobox", name="Library")
        expect(chooser.locator("option")).to_have_text([leica.path.name, "rivers"])
        chooser.select_option("rivers")
        expect(page.locator("#library-name")).to_have_text("rivers")
        assert page.url == f"{url}library/rivers/"
        expect(page.locator(".turn")).to_have_count(0)
        turn = ask(page, "How long did the ride take?")
        expect(turn.locator("figcaption")).to_contain_text("Cycling the Elbe")
        page.get_by_role("button", name="Library", exact=True).click()
        expect(page.locator("#texts")).to_contain_text("Moon")
        page.get_by_role("combobox", name="Library").select_option(leica.path.name)
        expect(page.locator(".turn .question")).to_have_text("Where are Leica lenses made?")


def test_the_theme_can_be_switched_and_stays(open_page: OpenPage, elbe_page: str) -> None:
    page = open_page(elbe_page)
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Light or dark").click()
    dark = page.evaluate(paper)
    assert light != dark
    page.reload()
    page.locator("#library-line p").wait_for()
    assert page.evaluate(paper) == dark
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(paper) == light
    page.evaluate("localStorage.clear()")


def test_the_page_speaks_german(open_page: OpenPage, elbe_page: str, request: pytest.FixtureRequest) -> None:
    page = open_page(elbe_page, width=1440)
    request.addfinalizer(page.context.clear_cookies)
    page.get_by_role("combobox", name="Language").select_option("de")
    expect(page.get_by_role("button", name="Bibliothek")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    box = page.get_by_label("Ihre Frage")
    box.fill("How long did the ride take?")
    box.press("Enter")
    turn = page.locator(".turn")
    expect(turn.locator("figcaption")).to_contain_text("Kommentar")
    turn.get_by_role("button", name="Im Zusammenhang lesen").first.click()
    expect(page.locator("#source")).to_contain_text("13. August 2018")
    page.get_by_role("button", name="Bibliothek").click()
    panel = page.locator("gradio-app")
    expect(panel.get_by_label("Text einfügen")).to_be_visible()
    expect(panel.get_by_role("button", name="Hinzufügen", exact=True)).to_be_visible()
    expect(panel.get_by_role("button", name="Alle 2 Texte ersetzen")).to_be_visible()
    expect(panel.locator("#texts")).to_contain_text("2 Texte in der Bibliothek")
    expect(panel.locator("#limits")).to_contain_text("Höchstens 200 Dateien")
    expect(panel.locator("#uploads")).to_contain_text("Datei")  # Gradio's own words
    panel.get_by_role("button", name="Entfernen").first.click()
    expect(panel.get_by_role("button", name="Wirklich entfernen")).to_be_visible()
    page.get_by_role("combobox", name="Sprache").select_option("en")
    expect(page.get_by_role("button", name="Library")).to_be_visible()
