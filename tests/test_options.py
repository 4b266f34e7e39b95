"""Options: the sentences that may answer, what speaks for each, and how much of the passage an answer shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import FakeEncoder, PointingReader
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.answering.calibration import load_calibration
from qa.answering.extent import answer_span
from qa.answering.identifiers import contradicts, identifiers, required_identifiers
from qa.answering.options import Option, OptionFeatures, _measure_contenders
from qa.answering.reader import ScoredSpan
from qa.answering.select import choose_option
from qa.text.sentences import split_sentences

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
        ("*Why is it so slow?!*\nIt is slow when it is full.", "Why is it so slow?", "It is slow when it is full."),
        ("Why is it so slow?!\nIt is slow when it is full.", "Why is it so slow?", "It is slow when it is full."),
        ("Can I use yogurt for cream.\nYogurt is like cream.", "Can I use yogurt?", "Yogurt is like cream."),
        ("It rained. Trams stop at noon. Dogs ride free.", "Do trams stop at noon?", "Trams stop at noon."),
        ("Version 4.2 was big. Version 4.3 removed Flash.", "Is Flash in 4.3?", "Version 4.3 removed Flash."),
    ],
)  # fmt: skip
def test_the_sentence_that_answers_is_chosen(text: str, question: str, answer: str, tmp_path: Path) -> None:
    assert ask(tmp_path, text, question).text == answer


def test_only_a_comment_answers_what_commenters_say(tmp_path: Path) -> None:
    text = "The hinge\n\nThe hinge is strong.\n\n1 comment\n\nAnn says:\n\nMine broke in May."
    library = qa.build(
        [qa.Thread.from_text(text)], tmp_path / "library", encoder=FakeEncoder(), reader=HopelessReader()
    )
    assert library.ask("Is the hinge strong?", min_confidence=0).text == "The hinge is strong."
    assert library.ask("What do commenters say about the hinge?", min_confidence=0).text == "Mine broke in May."


@pytest.mark.parametrize(
    ("post", "question", "answer"),
    [
        ("Where do you get spare poles? I looked in Soho.", "Where do I get spare poles?", "the shop in Leeds"),
        ("I looked in Soho. Where do you get spare poles?", "where can I get spare poles", "the shop in Leeds"),
        ("Where do you get spare poles? I get spare poles in Soho.", "Where do I get spare poles?", "Soho"),
        ("Where do you eat? I looked in Soho.", "Where do I get spare poles?", "Soho"),
        ("Where do you get spare poles? In Soho.", "Where do I get spare poles?", "Soho"),
        ("Where do you get spare poles? I bought mine in Soho.", "Where do I get spare poles?", "Soho"),
        ("Where do you get spare poles? EDIT: I found them in Soho.", "Where do I get spare poles?", "Soho"),
        ("Where do you get spare poles? I asked, and they told me Soho.", "Where do I get spare poles?", "Soho"),
    ],
)
def test_what_else_they_say_who_ask_the_same_does_not_answer(
    post: str, question: str, answer: str, tmp_path: Path
) -> None:
    texts = ["My new tent is green.", post, "Write to the shop in Leeds."]
    starts = [0, len(texts[0]) + 2, len(texts[0]) + len(texts[1]) + 4]
    posts = (
        qa.Post("article", texts[0], starts[0], starts[1] - 2),
        qa.Post("comment", texts[1], starts[1], starts[2] - 2, parent=0),
        qa.Post("comment", texts[2], starts[2], starts[2] + len(texts[2]), parent=1),
    )
    reader = PointingReader({"Soho": 8.0, "the shop in Leeds": 4.0})
    thread = qa.Thread("tent", "\n\n".join(texts), posts)
    library = qa.build([thread], tmp_path / "library", encoder=FakeEncoder(), reader=reader)
    assert library.ask(question, min_confidence=0).text == answer


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
        ("Is the casino 5 minutes away?", set()),
        ("Can a 12-year-old play?", set()),
        ("Is it enough for 2-3 people?", set()),
        ("Is a 2nd-hand lens from the 20th-century poets here?", set()),
        ("Is 1.5 litres enough?", set()),
        ("Is it open 24/7?", set()),
        ("Is 1.5 faster?", {"1.5"}),
        ("How fast is the 2.0 litre engine?", {"2.0"}),
        ("How many goals in 20/21?", {"20/21"}),
        ("Is the 24-70 heavy?", {"24-70"}),
        ("Does the 2nd-gen phone have a socket?", {"2nd-gen"}),
        ("Is 3/4 cup enough?", set()),
        ("Is it more than 1.5 km?", set()),
        ("What is in paragraph 2-3?", {"2-3"}),
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
    ("question", "margins", "declined", "shown"),
    [
        ("Why did it stop?", (2.0, -2.9, -2.9), None, "Ann was slow. It had a leak."),  # of which "it" says more
        ("Why did it stop?", (2.0, -3.1, 1.0), None, "Ann was slow."),
        ("Why did it stop?", (-2.9, 2.0, -2.9), None, "Ann was slow. It had a leak."),
        ("Why did it stop?", (-3.1, 2.0, 0.0), None, "It had a leak. Bob sold it."),
        ("Why did it stop?", (2.0, -2.9, 1.0), 1, "Ann was slow."),  # which is not admissible
        ("When did it stop?", (2.0, 2.0, 2.0), None, "An"),
    ],
)
def test_an_explanation_goes_on_with_sentences_that_may_answer(
    question: str, margins: Sequence[float], declined: int | None, shown: str
) -> None:
    sentences = ["Ann was slow.", "It had a leak.", "Bob sold it."]
    text = " ".join(sentences)
    starts = [text.index(sentence) for sentence in sentences]
    read: Any = SimpleNamespace(candidate=SimpleNamespace(text=text, context=""), sentences=split_sentences(text))
    options = [
        Option(read, index, ScoredSpan(start, start + 2, margin), OptionFeatures(*[0.0] * 14), index != declined)
        for index, (margin, start) in enumerate(zip(margins, starts, strict=True))
    ]
    best = max(options, key=lambda option: option.span.margin)
    assert text[slice(*answer_span(question, best, options))] == shown


def unmeasured(margin: float, admissible: bool) -> Option:
    features = OptionFeatures(*[0.0] * 14)
    span = ScoredSpan(0, 1, margin)
    return Option(None, 0, span, replace(features, margin=margin), admissible)  # type: ignore[arg-type]


def measured(options: list[Option], cosines: Sequence[tuple[float, float]], numbers: Sequence[int]) -> None:
    """Note the likeness of some options, of which that of the sentence before is the second."""
    for number in numbers:
        own, before = cosines[number]
        features = replace(options[number].features, likeness=own, likeness_before=max(0.0, before - own))
        options[number] = replace(options[number], features=features)


COSINES = st.floats(-1, 1)


@given(
    st.lists(st.tuples(st.floats(-12, 12), st.booleans(), st.tuples(COSINES, COSINES)), min_size=1, max_size=20),
    st.sampled_from([(3.8, 2.0), (1.0, 3.0), (-1.0, 0.0), (0.0, -2.0)]),
)
def test_sentences_that_are_not_compared_with_the_question_would_not_be_chosen(
    drawn: list[tuple[float, bool, tuple[float, float]]], weights: tuple[float, float]
) -> None:
    choice = [*load_calibration().choice]
    choice[3], choice[12] = weights
    calibration = replace(load_calibration(), choice=choice)
    cosines = [of_one for *_, of_one in drawn]
    some, every = ([unmeasured(margin, admissible) for margin, admissible, _ in drawn] for _ in range(2))
    _measure_contenders(some, choice, lambda numbers: measured(some, cosines, numbers))
    measured(every, cosines, range(len(every)))
    scores = [calibration.option_score(choose_option(options, calibration).features) for options in (some, every)]
    assert scores[0] == scores[1]


def test_hopeless_sentences_are_not_compared_with_the_question() -> None:
    options = [unmeasured(margin, admissible=True) for margin in (9.0, *[-12.0] * 30)]
    seen: list[int] = []
    _measure_contenders(options, load_calibration().choice, seen.extend)
    assert seen == [0, 1, 2, 3]
