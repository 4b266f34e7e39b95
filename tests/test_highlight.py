"""Highlights: how much of a passage is shown as the answer, and which sentence fits best without a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from conftest import FakeEncoder

from qa.answering.best_sentence import best_sentences
from qa.answering.highlight import extend_span, strip_marks, trim_span
from qa.encoding.encoder import Vectors
from qa.search.query import EncodedQuery
from qa.text.sentences import split_sentences
from qa.types import Progress, no_progress

RECIPE = "You need:\n200 g flour\n2 eggs\na pinch of salt\n\nBeat them."
METHOD = "Bread:\n\n1. Heat the oven.\n2. Bake the dough, with a wet towel under it."
IDEA = "Her idea was to heat it twice."
LIST = "It is made so:\n\n1. Glass is melted. It takes days.\n2. It is ground.\n3. It is polished.\n\nThen it is sold."
KIT = "Each kit has a lid.\n\nIt contains:\n\n- gauze\n- burn ointment\n- a foil blanket, which keeps you warm"
FUSE = "1) Switch it off.\n\n2) Open it.\n   Keep the screws.\n\n3) Swap the fuse.\n\n4) Close it."
ITEMS = LIST[LIST.index("1.") : LIST.index("\n\nThen")]


@pytest.mark.parametrize(
    ("question", "text", "span", "shown"),
    [
        ("Who came?", "It rained. Ann came late.", "Ann", "Ann"),
        ("Why did Ann stay?", "It rained. Ann stayed due to rain. Bob left.", "due to rain", "Ann stayed due to rain."),
        ("Did Ann come?", "It rained. Ann came late.", "Ann", "Ann came late."),
        ("How many came?", "It rained. Then 30 came.", "30", "30"),
        ("How is it made?", LIST, "ground", ITEMS),
        ("How is it made?", LIST, "days", ITEMS),
        ("How is it made?", LIST, "sold", "Then it is sold."),
        ("What should I do?", LIST, "ground", ITEMS),
        ("Why is it ground?", LIST, "ground", "It is ground."),
        (
            "What happens if it drops?",
            "You pay:\n\n- If it drops, half.\n- If it is lost, all.",
            "half",
            "If it drops, half.",
        ),
        ("What are the steps?", LIST, "melted", ITEMS),
        ("What are the steps?", LIST, "sold", "sold"),
        ("Is it ground?", LIST, "ground", "It is ground."),
        ("What is ground?", LIST, "It is ground", "It is ground"),
        ("Why?", "One.\n\n- the only item\n\nAnother.", "only", "the only item"),
        ("List all halls", "It has four halls:\n\n- Fern\n- Moss", "four", "- Fern\n- Moss"),
        ("Which halls are there?", "It has four halls:\n\n- Fern\n- Moss", "four", "- Fern\n- Moss"),
        ("How many halls are there?", "It has four halls:\n\n- Fern\n- Moss", "four", "four"),
        (
            "What are the steps?",
            "1. Wash it.\n   It takes a minute.\n\n2. Fill it:\n   a) plums\n   b) sugar",
            "Wash it",
            "1. Wash it.\n   It takes a minute.\n\n2. Fill it:\n   a) plums\n   b) sugar",
        ),
        ("Which halls does it have?", "It has four halls:\n\n- Fern\n- Moss", "four halls", "- Fern\n- Moss"),
        ("Which hall does it have?", "It has one hall:\n\n- Fern\n- its door", "one hall", "one hall"),
        ("What does the kit contain?", KIT, "gauze", KIT[KIT.index("- ") :]),
        ("What does the blanket do?", KIT, "keeps you warm", "keeps you warm"),
        ("What does the blanket contain?", KIT, "foil", "foil"),
        ("What does the lid do?", KIT, "gauze", "gauze"),
        ("What are the steps?", FUSE, "fuse", FUSE),
        ("What are the steps?", FUSE, "screws", FUSE),
        ("What are the ingredients?", RECIPE, "eggs", "200 g flour\n2 eggs\na pinch of salt"),
        ("What do I need?", RECIPE, "need", "200 g flour\n2 eggs\na pinch of salt"),
        ("What do I need?", RECIPE, "eggs\na pinch", "200 g flour\n2 eggs\na pinch of salt"),
        ("How many eggs?", RECIPE, "2", "2"),
        ("How do I bake it?", METHOD, "oven", "1. Heat the oven.\n2. Bake the dough, with a wet towel under it."),
        ("How does a towel help dough to bake?", METHOD, "wet", "Bake the dough, with a wet towel under it."),
        ("What was her idea for the oven?", "It rained. Her idea was to heat it twice.", "heat", IDEA),
        ("Where is the log?", "It is in /var/log/app/error.log on each machine.", "var", "/var/log/app/error.log"),
        ("What is the address?", "See https://a.example/q?u=1#x, please.", "https", "https://a.example/q?u=1#x"),
        ("What is the ISBN?", "The ISBN is 978-3-16-148410-0.", "978", "978-3-16-148410-0"),
        ("Where is it based?", "It is Berlin-based.", "Berlin", "Berlin"),
        ("How do I reset it?", "A: Press the **red** button.", "red", "Press the **red** button."),
        ("volume", "It rained. The volume is low.", "volume", "The volume is low."),
        ("What do people say about it?", "It rained. It is too quiet.", "quiet", "It is too quiet."),
        ("My power is out, can I get leave?", "Leave is given for:\n\n* Loss of power", "Loss", "Loss of power"),
    ],
)
def test_the_answer_is_as_long_as_the_question_asks(question: str, text: str, span: str, shown: str) -> None:
    start = text.index(span)
    extended = extend_span(question, text, split_sentences(text), (start, start + len(span)))
    assert text[slice(*extended)] == shown


@pytest.mark.parametrize(
    ("span", "trimmed"),
    [
        ("damage) and a [red] dot", "damage"),
        ("pass (it", "pass"),
        ("(it covers", "it covers"),
        ("[red] dot", "[red] dot"),
        ("(a) The pass (it covers damage)", "(a) The pass (it covers damage)"),
        (" covers", "covers"),
        (") and a [red", "and a"),
        ("pass (it covers damage) and a [red", "pass (it covers damage) and a"),
    ],
)
def test_an_answer_keeps_to_one_side_of_a_bracket(span: str, trimmed: str) -> None:
    text = "(a) The pass (it covers damage) and a [red] dot."
    start = text.index(span)
    assert text[slice(*trim_span(text, (start, start + len(span))))] == trimmed


def test_nested_brackets_are_trimmed_from_the_inside() -> None:
    assert trim_span("It is (in [the] end) so.", (7, 23)) == (7, 19)


class CosineEncoder(FakeEncoder):
    """Encodes each text as a unit vector with a given cosine to the first axis."""

    dimension = 2

    def __init__(self, cosines: Mapping[str, float]) -> None:
        self.cosines = cosines

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        cosines = np.array([self.cosines[text] for text in texts], dtype=np.float32)
        return np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1)


class CoverageIndex:
    """Knows the share of the question's words that each text contains."""

    def __init__(self, coverage: Mapping[str, float]) -> None:
        self._coverage = coverage

    def coverage(self, query: EncodedQuery, texts: Sequence[str]) -> np.ndarray[Any, Any]:
        return np.array([self._coverage.get(text, 0.0) for text in texts], dtype=np.float32)


def best_of(question: str, cosines: Mapping[str, float], coverage: Mapping[str, float]) -> str:
    text = "\n\n".join(cosines)
    query = EncodedQuery(question, np.array([1, 0], dtype=np.float32))
    (span,) = best_sentences(
        query,
        [text],
        [split_sentences(text)],
        CosineEncoder(cosines),
        CoverageIndex(coverage),  # type: ignore[arg-type]
    )
    return text[slice(*span)]


def test_the_questions_words_count_half_as_much_as_meaning() -> None:
    cosines = {"Ann came.": 0.6, "Bob left.": 0.2}
    assert best_of("what happened", cosines, {"Bob left.": 0.82}) == "Bob left."
    assert best_of("what happened", cosines, {"Bob left.": 0.78}) == "Ann came."


def test_the_kind_of_thing_that_is_asked_for_counts_a_fifth_of_meaning() -> None:
    for cosine, expected in ((0.41, "Bob left for Bonn, in May."), (0.39, "Ann came.")):
        assert best_of("where?", {"Ann came.": 0.6, "Bob left for Bonn, in May.": cosine}, {}) == expected


def test_a_heading_is_chosen_only_if_there_is_nothing_else() -> None:
    assert best_of("who came?", {"Ann came": 0.9, "Bob left early.": 0.1}, {}) == "Bob left early."
    assert best_of("who came?", {"Ann came": 0.9, "Bob left": 0.1}, {}) == "Ann came"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It was written by J. K. Rowling in 1997.", "J. K. Rowling"),
        ("E. Leitz made lenses.", "E. Leitz"),
        ("Delete *.tmp first.", "*.tmp"),
        ("*.tmp files go.", "*.tmp files"),
        ("Take > 5 kg of it.", "> 5 kg"),
        ("It is from c. 1900.", "c. 1900"),
        ("Vitamin A) is fat-soluble.", "A) is"),
    ],
)
def test_what_only_looks_like_a_mark_stays(text: str, words: str) -> None:
    start = text.index(words)
    assert text[slice(*strip_marks(text, (start, start + len(words))))] == words


@pytest.mark.parametrize("text", ["1. Sit. 2. Bring water.", "So: *Bring water.", "Tip - Bring water."])
def test_a_mark_in_a_line_goes(text: str) -> None:
    start = text.index("Bring") - len({"1": "2. ", "S": "*", "T": "- "}[text[0]])
    assert text[slice(*strip_marks(text, (start, len(text))))] == "Bring water."


@pytest.mark.parametrize("text", ["a) Bring water.", "- Bring water.", "A) Bring water.", "Why? A: Bring water."])
def test_the_mark_of_an_item_and_the_label_of_an_answer_go(text: str) -> None:
    start = text.index("A:") if "A:" in text else 0
    assert text[slice(*strip_marks(text, (start, len(text))))] == "Bring water."


def test_what_is_nothing_but_a_mark_stays() -> None:
    assert strip_marks("• ", (0, 2)) == (0, 2)
