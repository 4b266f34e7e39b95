"""The shipped article and its comments, asked with the real model."""

from __future__ import annotations

import pytest

import qa


def test_where_are_leica_lenses_made(leica: qa.Library) -> None:
    answer = leica.ask("Where are Leica lenses made?")
    assert answer.text is not None and "Solms" in answer.text
    assert answer.quotes[0].kind == "article"


@pytest.mark.parametrize(
    ("question", "post", "text"),
    [
        ("How long does it take to grind and polish each lens element?", 3, "40 minutes"),
        ("What is the forty minutes of grinding about?", 3, "40 minutes"),
        ("What is the resale price of a Digilux 3?", 3, "£799"),
        ("What did a mint Digilux 3 go for on eBay?", 3, "£799"),
        ("What does the Leica Passport cover?", 3, "accidental damage"),
        ("Tell me about the Leica Passport", 3, "Leica Passport"),
        ("Why is the 1979 Summicron so good?", 1, "Summicron from 1979"),
        ("Does the V-Lux 2 have hand-polished lenses?", 2, "V-Lux 2"),
    ],
)
def test_the_right_comment_comes_first(leica: qa.Library, question: str, post: int, text: str) -> None:
    best = leica.ask(question).quotes[0]
    assert (best.kind, best.post) == ("comment", post)
    assert text in best.text


def test_every_quote_is_in_the_source_byte_for_byte(leica: qa.Library) -> None:
    from conftest import LEICA

    text = LEICA.read_bytes().decode("utf-8")
    for quote in leica.search("Leica", k=100):
        assert text[quote.start : quote.end] == quote.text
    leica.verify()
