"""What can be taken away from the page: links, quotes, the conversation, paper, judgements."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

import qa
from qa.cli.main import main
from qa.encoding.minilm import MiniLMEncoder
from qa.evaluation.dataset import Dataset

from .conftest import OpenPage
from .pages import ask, read_card, served

QUESTION = "Where are Leica lenses made?"


def choose(page: Page, button: str, item: str) -> None:
    page.get_by_role("button", name=button, exact=True).first.click()
    page.get_by_role("menuitem", name=item).click()


def copied(page: Page, item: str) -> str:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(page, "Copy", item)
    expect(page.locator("#said")).to_have_text("Copied")
    return str(page.evaluate("navigator.clipboard.readText()"))


def saved(page: Page, item: str) -> str:
    with page.expect_download() as download:
        choose(page, "Conversation", item)
    return Path(download.value.path()).read_text("utf-8")


def test_a_link_asks_on_opening_and_says_if_the_library_has_changed(
    open_page: OpenPage, leica: qa.Library, real_encoder: MiniLMEncoder, tmp_path: Path
) -> None:
    library = qa.build([leica.thread(leica.sources[0].name)], tmp_path / "library", encoder=real_encoder)
    question = "What's made & sold: <b>lenses</b> #1?"
    with served(library) as url:
        page = open_page(url)
        turn = ask(page, question)
        if turn.locator(".card > details[open]").count() == 0:
            turn.locator(".card summary").first.click()
        link = copied(page, "Copy a link")
        assert parse_qs(urlsplit(link).query) == {"q": [question], "g": [library.status().generation]}
        other = open_page(link)
        expect(other.locator(".turn .question")).to_have_text(question)
        other.locator(".card").first.wait_for()
        expect(other.locator(".turn")).not_to_contain_text("has changed")
        assert other.url == url
        library.add(qa.Thread.from_text("The Moon is made of basalt.", title="Moon"))
        expect(open_page(link).locator(".turn")).to_contain_text("The library has changed since this link was made.")


def test_a_link_to_a_passage_opens_its_text_there(open_page: OpenPage, leica: qa.Library, leica_page: str) -> None:
    page = open_page(leica_page, width=1440)
    read_card(ask(page, QUESTION).locator(".card").first)
    address = page.url
    other = open_page(address, width=1440)
    expect(other.locator("#source #passage")).to_be_in_viewport()
    assert other.locator("#source #passage").text_content() == leica.ask(QUESTION).quotes[0].text


def test_a_link_to_a_text_that_is_not_there_says_so(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(f"{leica_page}?text=<b>elsewhere</b>.html&at=3-9")
    expect(page.locator("#source")).to_contain_text("No text is called <b>elsewhere</b>.html.")
    expect(page.locator("#source #passage")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()


def test_a_quote_is_copied_as_text_as_markdown_and_as_a_citation(
    open_page: OpenPage, real_encoder: MiniLMEncoder, tmp_path: Path
) -> None:
    file = tmp_path / "harbour.jsonl"
    file.write_text(
        '{"title": "Harbour", "posts": [{"kind": "comment", "author": "Ann", "date": "2012-03-04",'
        ' "text": "The *harbour* was dredged by hand."}]}'
    )
    with served(qa.build(file, tmp_path / "library", encoder=real_encoder)) as url:
        page = open_page(url)
        turn = ask(page, "How was the harbour dredged?")
        if turn.locator(".card > details[open]").count() == 0:
            turn.locator(".card summary").first.click()
        text = "The *harbour* was dredged by hand."
        assert copied(page, "Copy as text") == f"{text}\n— Ann, 2012-03-04, Harbour"
        assert copied(page, "Copy as Markdown") == (
            "> The \\*harbour\\* was dredged by hand.\n>\n> — Ann, 2012-03-04, Harbour"
        )
        assert copied(page, "Copy as citation") == f"“{text}” (Ann, 2012-03-04, Harbour)"


def test_the_conversation_is_saved_whole_after_a_reload_too(
    open_page: OpenPage, leica: qa.Library, leica_page: str
) -> None:
    page = open_page(leica_page)
    ask(page, QUESTION)
    ask(page, "What is the capital of France?")
    page.reload()
    turns = json.loads(saved(page, "Save as JSON"))["turns"]
    assert [turn["answer"] for turn in turns] == [
        leica.ask(question).to_dict() for question in (QUESTION, "What is the capital of France?")
    ]
    markdown = saved(page, "Save as Markdown")
    assert f"## {QUESTION}" in markdown and "Every Leica lens is hand-crafted" in markdown
    assert "The text does not answer this." in markdown
    choose(page, "Conversation", "Start over")
    expect(page.locator(".turn")).to_have_count(0)
    page.reload()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)


def test_on_paper_nothing_covers_the_answers_and_every_passage_is_whole(open_page: OpenPage, leica_page: str) -> None:
    page = open_page(leica_page)
    turn = ask(page, QUESTION)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for hidden in ("#top", "#question", ".acts", ".judge"):
        expect(page.locator(hidden).first).to_be_hidden()
    for mark in turn.locator("mark:visible").all():  # printers leave out what is behind the words
        expect(mark).to_have_css("text-decoration-line", "underline")
    for passage in turn.locator(".card blockquote").all():
        expect(passage).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(turn.locator(".card blockquote").nth(1)).to_be_hidden()


def test_a_judgement_is_kept_in_the_librarys_own_file_and_exported_as_a_set(
    open_page: OpenPage, leica: qa.Library, real_encoder: MiniLMEncoder, tmp_path: Path
) -> None:
    library = qa.build([leica.thread(leica.sources[0].name)], tmp_path / "library", encoder=real_encoder)
    with served(library) as url:
        page = open_page(url)
        for question, button in ((QUESTION, "Answers"), ("How much does a Digilux 3 sell for?", "Does not answer")):
            judge = ask(page, question).get_by_role("button", name=button, exact=True)
            judge.click()
            expect(judge).to_have_attribute("aria-pressed", "true")
    assert main(["feedback", "--library", str(library.path), "-o", str(tmp_path / "set")]) == 0
    judged = Dataset.read(tmp_path / "set")
    assert list(judged.queries.values()) == [QUESTION, "How much does a Digilux 3 sell for?"]
    source = leica.sources[0].name
    assert [dict(grades) for grades in judged.judgements.values()] == [{f"{source}#0": 1}, {f"{source}#3": 0}]
    assert [answers.texts for answers in judged.answers.values()] == [[leica.ask(QUESTION).text]]
    library.verify()


def test_who_may_not_change_the_library_may_not_judge_its_answers(open_page: OpenPage, leica: qa.Library) -> None:
    with served(leica, read_only=True) as url:
        page = open_page(url)
        expect(ask(page, QUESTION).locator(".judge")).to_have_count(0)
        assert page.request.post(f"{url}page/feedback", data={"question": QUESTION, "answers": True}).status == 404
    assert not (leica.path / "feedback.jsonl").exists()
