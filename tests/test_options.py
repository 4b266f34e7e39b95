"""Options: the sentences that may answer, what speaks for each, and how much of the passage an answer shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.answering.author import author_answers
from qa.answering.identifiers import contradicts, identifiers, required_identifiers
from qa.answering.reader import ScoredSpan

pytestmark = pytest.mark.usefixtures("calibrated")


class HopelessReader:
    """Finds nothing: points at the first word with a hopeless margin, so that everything else decides."""

    def read(self, question: str, passages: Sequence[str]) -> list[ScoredSpan]:
        return [ScoredSpan(0, len(passage.split()[0]), -12.0) for passage in passages]


def ask(tmp_path: Path, text: str, question: str) -> qa.Answer:
    thread = qa.Thread.from_text(text, title="Text")
    library = qa.build([thread], tmp_path / "library", encoder=FakeEncoder(), reader=HopelessReader())
    return library.ask(question, min_confidence=0)


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        ("Q: Can I bring my dog?\nA: Only guide dogs come in.", "Can I bring my dog?", "Only guide dogs come in."),
        ("It rained. Trams stop at noon. Dogs ride free.", "Do trams stop at noon?", "Trams stop at noon."),
        ("Version 4.2 was big. Version 4.3 removed Flash.", "Is Flash in 4.3?", "Version 4.3 removed Flash."),
    ],
)  # fmt: skip
def test_the_sentence_that_answers_is_chosen(text: str, question: str, answer: str, tmp_path: Path) -> None:
    assert ask(tmp_path, text, question).text == answer


@pytest.mark.parametrize(
    "question", ["What did version 4.4 add?", "What did version 4.4.1 add?", "When was the X100S sold?"]
)
def test_an_answer_about_another_version_or_model_is_declined(question: str, tmp_path: Path) -> None:
    text = "Version 4.2 added dark mode. Version 4.3 removed Flash. The X100F was sold from 2017."
    assert ask(tmp_path, text, question).confidence == 0


@pytest.mark.parametrize(
    ("question", "required"),
    [
        ("What did firmware 2.3.2 add?", {"2.3.2"}),
        ("Is the 3080 faster than a 2080 ti?", {"3080", "2080"}),
        ("Which shop lists 3090s?", {"3090"}),
        ("What does E-1043 mean?", {"e1043"}),
        ("What costs 1,250,000 dollars?", {"1250000"}),
        ("Who sleeps in room 7?", {"7"}),
        ("What are the 4 halls?", set()),
        ("Is the 30-day trial free?", set()),
        ("Who came 2nd?", set()),
    ],
)
def test_names_with_digits_are_required_and_quantities_are_not(question: str, required: set[str]) -> None:
    assert required_identifiers(question) == required


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("e1043", "Error E-1043 means no paper."),
        ("E-1043", "Error E 1043 means no paper."),
        ("3080ti", "The 3080 Ti is sold out."),
        ("1250000", "It cost 1 250 000 euros."),
        ("12500", "It cost 12.500 euros."),
        ("X\u00ad100S", "The X100S has a viewfinder."),
        ("version 4.2", "Since 4.2."),
    ],
)
def test_an_identifier_is_found_in_another_spelling(question: str, text: str) -> None:
    assert required_identifiers(question) <= identifiers(text)
    assert not contradicts(required_identifiers(question), text)


@pytest.mark.parametrize(
    ("question", "sentence", "margin", "is_author"),
    [
        ("Who had four flats?", "I had four flats near the bridge.", 3.0, True),
        ("Who visited Milwaukee?", "We were visiting Milwaukee in May.", 3.0, True),
        ("Who asked for a German forum?", "Any plans for a German one?", -5.0, True),
        ("Who recommends touring tyres?", "Touring tyres are the best.", 5.0, True),
        ("Who saw Heart live?", "My sister and I were there when they played live.", -2.0, True),
        ("Who laid the pipes?", "I think Emil laid the pipes.", 5.0, False),
        ("Who designed the house?", "It was designed by Clara Voss.", 6.0, False),
        ("When did you ride?", "I rode in May.", 6.0, False),
    ],
)
def test_the_author_answers_who_did_what_the_post_says(
    question: str, sentence: str, margin: float, *, is_author: bool
) -> None:
    assert author_answers(question, sentence, margin) is is_author


def test_an_author_who_answers_is_named_and_the_sentence_is_highlighted(tmp_path: Path) -> None:
    text = "Tour\n\nBy Lena Vogt\n\nWe rode far.\n\n1 comment\n\nRalf says:\nI had four flats on the way."
    answer = ask(tmp_path, text, "Who had four flats?")
    assert answer.text == "Ralf" == answer.quotes[0].author
    assert answer.quotes[0].marked() == ["I had four flats on the way."]
