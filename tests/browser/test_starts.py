"""Questions to start from, and what people say, in the browser."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import qa
from qa.encoding.minilm import MiniLMEncoder
from qa.web.starts import StartingQuestions, about_headings, questions_of
from qa.web.voices import voices

from .conftest import OpenPage
from .pages import ask, served

THREAD: dict[str, Any] = {
    "title": "Aurora kettle review",
    "posts": [
        {
            "kind": "article",
            "text": "Opening hours\n\nThe kettle boils a litre in three minutes. The Aurora kettle is too loud.",
        },
        {
            "kind": "comment",
            "author": "Ann",
            "text": "How long does the kettle take to boil a litre? I like the Aurora kettle, it is quiet enough.",
        },
        {"kind": "comment", "author": "Bo", "text": "I hate the Aurora kettle. The lid of the kettle broke."},
        {"kind": "comment", "author": "Ann", "text": "I still like the Aurora kettle after a year. Why is that?"},
        {"kind": "comment", "text": "Which kettle has a lid made of <b>steel</b>? The Aurora kettle is fine, I think."},
    ],
}


@pytest.fixture(scope="module")
def kettle(real_encoder: MiniLMEncoder, tmp_path_factory: pytest.TempPathFactory) -> qa.Library:
    folder = tmp_path_factory.mktemp("kettle")
    (folder / "kettle.jsonl").write_text(json.dumps(THREAD))
    return qa.build(folder / "kettle.jsonl", folder / "library", encoder=real_encoder)


@pytest.fixture(scope="module")
def kettle_page(kettle: qa.Library) -> Iterator[str]:
    with served(kettle) as url:
        yield url


def test_the_questions_are_those_of_the_commenters_word_for_word(kettle: qa.Library) -> None:
    (row,) = kettle.sources
    assert list(questions_of(kettle.thread(row.name))) == [
        "How long does the kettle take to boil a litre?",
        "Which kettle has a lid made of <b>steel</b>?",
    ], "a question that leans on what was said before it is left out"
    found = StartingQuestions(kettle).find()
    for question in found.answered:
        assert kettle.ask(question, search_syntax=False).certainty == "sure"
    assert {"How long does the kettle take to boil a litre?", "Which kettle has a lid made of <b>steel</b>?"} <= {
        *found.asked,
        *found.answered,
    }


def test_the_examples_of_the_shipped_text_stay_when_others_are_added(
    kettle: qa.Library, leica: qa.Library, real_encoder: MiniLMEncoder, tmp_path: Path
) -> None:
    threads = [library.thread(library.sources[0].name) for library in (leica, kettle)]
    found = StartingQuestions(qa.build(threads, tmp_path / "library", encoder=real_encoder)).find()
    assert "What does the Leica Passport cover?" in found.answered
    assert "Which kettle has a lid made of <b>steel</b>?" in {*found.asked, *found.answered}


@pytest.mark.parametrize(
    "said",
    ["Fifty dollars for a lid?", "See also https://lids.example/what/is/new?", "Where do we find two of the lids?"],
)
def test_what_only_its_thread_explains_is_no_question_to_start_from(tmp_path: Path, said: str) -> None:
    (tmp_path / "lids.jsonl").write_text(json.dumps({"posts": [{"kind": "comment", "text": f"Nice. {said} Bye."}]}))
    (thread,) = qa.read(tmp_path / "lids.jsonl")
    assert list(questions_of(thread)) == []


def test_the_signature_of_a_comment_is_no_heading_to_ask_about(tmp_path: Path) -> None:
    posts = [
        {"kind": "article", "text": "Opening hours\n\nThe shop is open from nine to six, every day."},
        {"kind": "comment", "text": "Regards, Phill\n\nI like the shop, and its lids are made of steel."},
    ]
    (tmp_path / "lids.jsonl").write_text(json.dumps({"posts": posts}))
    (thread,) = qa.read(tmp_path / "lids.jsonl")
    assert list(about_headings(thread)) == ["What is Opening hours?"]


def test_a_library_of_ones_own_starts_with_its_own_questions_and_texts(open_page: OpenPage, kettle_page: str) -> None:
    page = open_page(kettle_page, width=390, height=844)
    question = page.get_by_role("button", name="Which kettle has a lid made of <b>steel</b>?")
    expect(question).to_be_visible()
    page.get_by_role("button", name="Aurora kettle review").click()
    expect(page.get_by_role("dialog", name="Aurora kettle review")).to_be_visible()
    page.go_back()
    question.click()
    expect(page.locator(".turn .question")).to_have_text("Which kettle has a lid made of <b>steel</b>?")


def test_what_people_say_is_grouped_by_person_beside_what_the_article_says(
    open_page: OpenPage, kettle_page: str
) -> None:
    turn = ask(open_page(kettle_page), "What do commenters think of the Aurora kettle?")
    voices = turn.locator(".voices")
    expect(voices.locator("h3").first).to_have_text("The article says")
    expect(voices.locator("ol").first).to_contain_text("too loud")
    expect(voices.locator("h3").nth(1)).to_have_text("What people say: 3 people in 4 comments")
    names = voices.locator(".voice h4").all_text_contents()
    assert sorted(names) == ["Ann", "Bo", "without a name"]
    ann = voices.locator(".voice").filter(has=turn.page.locator("h4", has_text="Ann"))
    expect(ann.locator(".card")).to_have_count(2)
    voices.locator(".voice .card summary").first.click()
    voices.locator(".voice").first.get_by_role("button", name="Read in the thread").first.click()
    expect(turn.page.locator("#source #passage")).to_be_in_viewport()


def test_the_article_is_that_of_the_texts_where_people_say_it(
    kettle: qa.Library, real_encoder: MiniLMEncoder, tmp_path: Path
) -> None:
    question = "What do people think of the Aurora kettle?"
    (row,) = kettle.sources
    boiler = qa.Thread.from_text("People think that the Aurora kettle is a great kettle.", title="Boilers")
    library = qa.build([kettle.thread(row.name), boiler], tmp_path / "library", encoder=real_encoder)
    assert library.search(question, 1, kind="article")[0].source == "Boilers"
    found = voices(library, question)
    assert found is not None
    assert found.article is not None
    assert found.article.source == row.name


def test_an_article_that_is_about_something_else_says_nothing_beside_its_comments(
    real_encoder: MiniLMEncoder, tmp_path: Path
) -> None:
    article = {"kind": "article", "text": "The shop is open from nine to six."}
    thread = {"title": "Notes", "posts": [article, *THREAD["posts"][1:]]}
    (tmp_path / "kettle.jsonl").write_text(json.dumps(thread))
    found = voices(
        qa.build(tmp_path / "kettle.jsonl", tmp_path / "library", encoder=real_encoder),
        "What do people think of the Aurora kettle?",
    )
    assert found is not None
    assert found.article is None
