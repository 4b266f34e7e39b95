"""A list that was split into several passages is quoted whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.answering.reader import ScoredSpan

pytestmark = pytest.mark.usefixtures("calibrated")
ITEMS = [f"- {number} spoons of the finest flour that the mill has, kind {number}" for number in range(1, 31)]


class ItemReader:
    """Points at one item, surely."""

    def __init__(self, item: str) -> None:
        self.item = item

    def read(self, _question: str, passages: Sequence[str]) -> list[ScoredSpan]:
        starts = [passage.find(self.item) for passage in passages]
        return [ScoredSpan(at, at + len(self.item), 9.0) if at >= 0 else ScoredSpan(0, 1, -9.0) for at in starts]


def ask(
    tmp_path: Path, text: str, item: str, question: str = "What are the ingredients?"
) -> tuple[qa.Library, qa.Answer]:
    library = qa.build(
        [qa.Thread.from_text(text, title="Bread")], tmp_path / "library", encoder=FakeEncoder(), reader=ItemReader(item)
    )
    return library, library.ask(question, k=20, min_confidence=0)


@pytest.mark.parametrize("before", ["Our bread is good.\n\nThe ingredients are:\n\n", ""])
@pytest.mark.parametrize("item", ["kind 1", "kind 9", "kind 17", "kind 30"])
def test_all_items_are_quoted_wherever_the_reader_points(tmp_path: Path, before: str, item: str) -> None:
    text = before + "\n".join(ITEMS) + "\n\nBake it for an hour."
    library, answer = ask(tmp_path, text, f"{item}\n" if item != "kind 30" else item)
    assert answer.text == "\n".join(ITEMS)
    first, *others = answer.quotes
    assert library.text(first.source)[first.start : first.end] == first.text
    assert first.marked() == [answer.text]
    assert all(other.end <= first.start or first.end <= other.start for other in others)
    places = [(quote.start, quote.end) for quote in answer.quotes]
    assert len(places) == len(set(places)) and library.verify()


def test_a_list_in_one_passage_and_a_question_for_a_fact_are_as_they_were(tmp_path: Path) -> None:
    text = "The ingredients are:\n\n" + "\n".join(ITEMS)
    _, fact = ask(tmp_path, text, "17 spoons", "Who has how many spoons?")
    assert fact.text == "17 spoons" and len(fact.quotes[0].text) < len(text) / 3
    _, short = ask(tmp_path, "The ingredients are:\n\n- flour\n- salt", "salt")
    assert short.text == "- flour\n- salt" or short.text == "flour\n- salt"


def test_without_passages_no_list_is_looked_for(tmp_path: Path) -> None:
    _, answer = ask(tmp_path, "The ingredients are:\n\n- flour\n- salt", "salt", "What are the ingredients? author:Eve")
    assert answer.quotes == () and answer.text is None


def test_a_list_without_end_stops_and_one_stops_at_what_is_left_out(tmp_path: Path) -> None:
    endless = [f"- {number} spoons of flour of the kind {number}" for number in range(1, 401)]
    library, answer = ask(tmp_path, "The ingredients are:\n\n" + "\n".join(endless), "kind 20\n")
    assert (
        answer.text
        and 2_000 < len(answer.text) < 6_000
        and answer.text.split("\n") == endless[: answer.text.count("\n") + 1]
    )
    quote = answer.quotes[0]
    assert library.text(quote.source)[quote.start : quote.end] == quote.text
    mail = "\n".join(ITEMS[:15]) + "\n\n> Somebody else wrote this.\n> It is quoted.\n\n" + "\n".join(ITEMS[15:])
    library, answer = ask(tmp_path, "The ingredients are:\n\n" + mail, "kind 3\n")
    assert answer.text and "Somebody else" not in answer.text.split("> ")[0]
