"""Answers and quotes as text and as HTML."""

from __future__ import annotations

from dataclasses import replace

from qa.answering.answer import Answer, Quote
from qa.answering.printed import missing_message
from qa.sources.thread import Thread


def unread(_: str) -> Thread:
    raise AssertionError("printing reads no thread")


QUOTE = Quote(
    "Made in Solms.\nBy hand.", 10, 33, ((18, 23),), "comment", "Ann", "2012-03-04", 1, "a.html", None, 0.5, unread
)
ANSWER = Answer(
    "capital", True, "Solms", 0.914, (QUOTE, replace(QUOTE, author=None, date=None, kind="article")), certainty="sure"
)


def test_a_quote_prints_its_words_and_who_said_them() -> None:
    assert str(QUOTE) == "Made in Solms.\nBy hand.\n— comment · Ann · 2012-03-04 · a.html"
    assert "Quote(text=" in repr(QUOTE)


def test_an_answer_prints_with_its_confidence_and_quotes() -> None:
    assert str(ANSWER).splitlines() == [
        "Solms",
        "(sure: right with a probability of 91%)",
        "",
        "[1] comment · Ann · 2012-03-04 · a.html",
        "    Made in Solms.",
        "    By hand.",
        "",
        "[2] article · a.html",
        "    Made in Solms.",
        "    By hand.",
    ]


def test_no_answer_says_so_and_which_words_are_missing() -> None:
    none = replace(ANSWER, found=False, text=None, quotes=(), missing_terms=("capital",))
    assert str(none) == (
        "The text does not answer this. Try asking a full question.\nNot mentioned in any text: capital."
    )
    assert none._repr_html_() == (
        '<p dir="auto">The text does not answer this. Try asking a full question.'
        "<br><small>Not mentioned in any text: capital.</small></p><ol></ol>"
    )
    assert str(replace(ANSWER, text=None, quotes=())) == "What passes the filters, in reading order:"
    assert str(replace(ANSWER, confidence=None, quotes=())) == "Solms"


def test_what_may_answer_is_shown_as_that() -> None:
    perhaps = replace(ANSWER, found=False, text=None, closest="Solms", confidence=0.4, certainty="perhaps", quotes=())
    sure = "(perhaps: right with a probability of 40%)"
    assert str(perhaps) == f"Perhaps, the closest in the text:\nSolms\n{sure}"
    assert perhaps._repr_html_() == (
        '<p dir="auto">Perhaps, the closest in the text:<br><strong>Solms</strong>'
        f"<br><small>{sure}</small></p><ol></ol>"
    )


def test_a_notebook_shows_what_answers_marked() -> None:
    page = ANSWER._repr_html_()
    assert page.startswith(
        '<p dir="auto"><strong>Solms</strong><br><small>(sure: right with a probability of 91%)</small></p><ol><li>'
    )
    assert page.count("Made in <mark>Solms</mark>.\nBy hand.") == 2
    assert "<bdi>comment · Ann · 2012-03-04 · a.html</bdi>" in page


def test_nothing_that_a_text_says_is_run() -> None:
    evil = "<script>alert(1)</script>\033[2J\u202e"
    quote = replace(QUOTE, text=evil, start=0, highlights=((0, 8),), author=evil, source=evil)
    answer = replace(ANSWER, text=evil, quotes=(quote,), missing_terms=(evil,))
    for printed in (str(quote), str(answer), str(replace(answer, found=False, text=None))):
        assert "\033" not in printed and "\u202e" not in printed and "<script>" in printed
    for page in (quote._repr_html_(), answer._repr_html_(), replace(answer, text=None, found=False)._repr_html_()):
        assert "<script" not in page and "&lt;script&gt;" in page


def test_at_most_eight_missing_terms_are_shown() -> None:
    words = [f"w{n}" for n in range(10)]
    message = missing_message(words)
    assert message == "Not mentioned in any text: w0, w1, w2, w3, w4, w5, w6, w7 and 2 more."
    assert missing_message(words[:8]).endswith("w6, w7.")
    assert missing_message([]) == ""
