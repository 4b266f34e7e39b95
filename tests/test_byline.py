"""Questions that a byline answers: who wrote an article, and when it was published."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.answering.byline import CONFIDENCE, asks_byline
from qa.sources.thread import Post, Thread

pytestmark = pytest.mark.usefixtures("calibrated")


def article(title: str, author: str | None, date: str | None) -> Thread:
    texts = [f"{title} is a long subject; you know it can please.", "Bo wrote this article, I think, on 1 May 1999."]
    whole = "\n\n".join(texts)
    posts = (
        Post("article", texts[0], 0, len(texts[0]), author, date),
        Post("comment", texts[1], len(texts[0]) + 2, len(whole), "Cy", "2021-02-03"),
    )
    return Thread(f"{title}.txt", whole, posts, title=title)


@pytest.fixture
def one(tmp_path: Path) -> qa.Library:
    return qa.build([article("Rye", "Ann Drew", "2020-04-12")], tmp_path / "one", encoder=FakeEncoder())


@pytest.fixture
def several(tmp_path: Path) -> qa.Library:
    threads = [article("Rye", "Ann Drew", "2020-04-12"), article("Oats", "Bill Hook", "2018-01-02")]
    return qa.build([*threads, article("Barley", None, None)], tmp_path / "several", encoder=FakeEncoder())


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who wrote this?", "Ann Drew"),
        ("who is the author of the article", "Ann Drew"),
        ("Who's the author?", "Ann Drew"),
        ("who started this thread?", "Ann Drew"),
        ("When was it published?", "2020-04-12"),
        ("when was this blog post written", "2020-04-12"),
        ("What is the date of the article?", "2020-04-12"),
    ],
)
def test_the_byline_of_the_article_answers(question: str, answer: str, one: qa.Library) -> None:
    found = one.ask(question)
    assert (found.text, found.confidence, found.certainty) == (answer, CONFIDENCE, "sure")
    quote = found.quotes[0]
    assert (quote.kind, quote.author, quote.date) == ("article", "Ann Drew", "2020-04-12")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who wrote the article about oats?", "Bill Hook"),
        ("When was the post about rye published?", "2020-04-12"),
        ("Who wrote the article?", None),
        ("Can you tell me who wrote this article?", None),
        ("Do you know who wrote this post, please?", None),
        ("When was this published?", None),
    ],
)
def test_of_several_articles_the_one_that_is_named_is_meant(
    question: str, answer: str | None, several: qa.Library
) -> None:
    found = several.ask(question)
    assert found.text == answer
    assert answer or (found.confidence == 0 and found.quotes)


def test_what_the_byline_does_not_say_is_looked_for_in_the_article(several: qa.Library) -> None:
    assert several.ask("Who wrote the article about barley?").text not in ("Ann Drew", "Bill Hook", "Cy")


def test_scores_fall_behind_what_the_byline_answers(several: qa.Library) -> None:
    scores = [quote.score for quote in several.ask("Who wrote the article about oats?").quotes]
    assert scores == sorted(scores, reverse=True)


def test_filters_hold(one: qa.Library) -> None:
    assert {quote.kind for quote in one.ask("Who wrote this? in:comment").quotes} == {"comment"}


@pytest.mark.parametrize(
    "question",
    [
        *("Who wrote Hamlet?", "When was the mill built?", "Who posted the parcel?", "Who wrote about rye?"),
        *("What did the guy who opened this install?", "phone of the person who wrote it"),
        *("What does the author of this article think of rye?", "Does the writer of this post bake?"),
        *("Who started this fire?", "Who opened this museum?", "Who wrote this song?", "Who wrote the letter?"),
        *("Who wrote the report on the dam?", "When was the report published?", "When was this book published?"),
        *(
            "What is the date of this event?",
            "Who started it?",
            "Who opened the ticket office?",
            "Who posted this parcel?",
        ),
        *("What does Ann, who wrote this article, think of rye?", "what do people say about the author of this post"),
    ],
)
def test_other_questions_are_not_about_the_byline(question: str) -> None:
    assert not asks_byline(question)


@pytest.mark.parametrize(
    "question",
    [
        *("Who's the author of this article?", "name of the author of the post", "the author of this review"),
        *("Do you know who wrote this?", "By the way, who wrote it?", "and who is the author?"),
        *("Hi, who is the author of the article about rye?", "Do you know who the author of this article is?"),
        *(
            "Who wrote this tutorial?",
            "who wrote this very long report",
            "Who started this?",
            "Who opened this issue?",
            "When was this one posted?",
        ),
        *("Who wrote this report?", "who wrote this and when", "When was this published?", "Who started this thread?"),
        *("when was this originally posted", "Who wrote that blog post?", "when was it last published"),
        *("Who wrote this article, and when?", "name of the person who wrote this article"),
    ],
)
def test_the_byline_is_asked_for_in_other_words(question: str) -> None:
    assert asks_byline(question)
