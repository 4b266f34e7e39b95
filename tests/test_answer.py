"""Answers and quotes as objects: what they say of themselves. No model is loaded."""

from __future__ import annotations

import pytest

from qa.answering.answer import Answer, Quote, Why
from qa.answering.names import names_author
from qa.sources.thread import Thread

TEXT = "It rains. Lenses are ground in Solms. It snows."
PASSAGE = "Lenses are ground in Solms."


def quote() -> Quote:
    start = TEXT.index(PASSAGE)
    thread = Thread.from_text(TEXT, title="Lenses")
    why = Why(1, None, 1, ("lenses",))
    return Quote(
        PASSAGE, start, start + len(PASSAGE), (), "article", None, None, 0, "Lenses", None, 0.5, lambda _: thread, why
    )


@pytest.mark.parametrize(("count", "context"), [(-3, PASSAGE), (0, PASSAGE), (1, TEXT), (9, TEXT)])
def test_a_quotes_context_has_so_many_sentences_on_each_side(count: int, context: str) -> None:
    assert quote().context(count) == context


def test_more_sentences_than_there_are_give_the_whole_post() -> None:
    text = "One here. Two here. Three here. Four here. Lenses are ground in Solms."
    thread = Thread.from_text(text, title="Lenses")
    place = text.index(PASSAGE), len(text)
    found = Quote(PASSAGE, *place, (), "article", None, None, 0, "Lenses", None, 0.5, lambda _: thread)
    assert [found.context(count) for count in (1, 4, 5)] == ["Four here. Lenses are ground in Solms.", text, text]


def test_why_a_quote_was_found_is_in_the_object_only_if_wanted() -> None:
    answer = Answer("Where?", False, None, 0.1, (quote(),))
    assert "why" not in answer.to_dict()["quotes"][0] and "why" not in quote().to_dict()
    assert answer.to_dict(why=True)["quotes"][0]["why"]["terms"] == ("lenses",)


def test_an_object_names_only_what_there_is_to_say() -> None:
    always = {"question", "found", "text", "confidence", "certainty", "quotes"}
    assert Answer("Where?", False, None, 0.1, ()).to_dict().keys() == always
    full = Answer("Why?", False, None, 0.1, (), ("x",), ("-x",), ("author:x",), 0, "perhaps", "here", "Why? (x)")
    assert full.to_dict() == {
        "question": "Why?",
        "understood_as": "Why? (x)",
        "found": False,
        "text": None,
        "confidence": 0.1,
        "certainty": "perhaps",
        "closest": "here",
        "quotes": [],
        "missing_terms": ["x"],
        "left_out": ["-x"],
        "unknown": ["author:x"],
        "matching": 0,
    }


@pytest.mark.parametrize(
    ("question", "author", "named"),
    [
        ("What did Ralf say?", "Ralf Meier", True),
        ("What is Ralf's view?", "ralf", True),
        ("What did J say?", "J", False),
        ("What did Ralf say?", "Ulla", False),
        ("What did Ralf say?", "", False),
        ("What did Ralf say?", None, False),
        ("How will it end, and for whom?", "Will van der Berg", False),
        ("And what does Will think of it?", "Will van der Berg", True),
        ("what did berg say about the lens", "Will van der Berg", True),
        ("can I rent the boat?", "The Can Man", False),
        ("What does it cost?", "John Doe", False),
        ("What did you get from the shop?", "The Can Man", False),
        ("Which lens is best?", "Len Smith", False),
        ("what is ralfs view", "Ralf", True),
        ("what happened to Neds saw", "Ned", True),
        ("What is Doe's view?", "John Doe", True),
        ("WHAT WILL IT COST?", "Will Drew", False),
        ("what does will say about the hinge", "Will Drew", True),
        ("Will's opinion of the hinge?", "Will Drew", True),
    ],
)
def test_a_question_names_an_author_by_part_of_the_name(question: str, author: str | None, named: bool) -> None:
    assert names_author(question, author) is named
