"""Tables: a row is a sentence, and a cell is read under the head of its column."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.search.chunker import split_passages
from qa.text.sentences import split_sentences
from qa.text.tables import find_tables, name_columns

PLAIN = "Boat | Fee | Deposit\nDinghy | 10 euros | 5 euros\nYacht | 40 euros | 25 euros\nCanoe | 7 euros | 3 euros"
MARKDOWN = "| Day | Opens | Closes |\n| --- | ---: | :---: |\n| Monday | 9:00 | 17:30 |\n| Saturday | 10:15 | 13:00 |"


def named(text: str) -> list[str]:
    return name_columns(text, split_sentences(text))


def test_each_cell_is_named_by_its_column() -> None:
    assert named(f"The boats.\n\n{PLAIN}\n\nMore. Of it.")[1:4] == [
        "Boat | Fee | Deposit",
        "Boat Dinghy, Fee 10 euros, Deposit 5 euros",
        "Boat Yacht, Fee 40 euros, Deposit 25 euros",
    ]
    assert named(MARKDOWN)[2:] == ["Day Monday, Opens 9:00, Closes 17:30", "Day Saturday, Opens 10:15, Closes 13:00"]
    assert named("Boat | Fee\nYacht | \nCanoe | 7 euros. A day.")[1:] == [
        "Boat Yacht, Fee",
        "Boat Canoe, Fee 7 euros. A day.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Home | About | Contact",  # one row
        "Canoe | 7 euros\nYacht | 40 euros",  # no head
        "Boat | Fee\nCanoe | 7 euros | by day",  # another number of cells
        "Boat | Fee\n\nCanoe | 7 euros",  # two paragraphs
        "a|b\nc|d",
        "|",
        "| |\n| |",
        "",
    ],
)
def test_what_has_no_head_row_is_read_as_it_stands(text: str) -> None:
    sentences = split_sentences(text)
    assert not find_tables(text, sentences)
    assert named(text) == [text[sentence.start : sentence.end] for sentence in sentences]


@pytest.mark.parametrize(
    ("table", "question", "answer"),
    [
        (PLAIN, "What does a canoe cost?", "7 euros"),
        (PLAIN, "What is the deposit for a yacht?", "25 euros"),
        (PLAIN, "What is the fee for a dinghy?", "10 euros"),
        (PLAIN, "how much deposit do i pay for the dinghy", "5 euros"),
        (PLAIN, "what boat has the deposit of 3 euros", "Canoe"),
        (MARKDOWN, "When do you close on Saturday?", "13:00"),
        (MARKDOWN, "When do you open on Monday?", "9:00"),
        ("Lens | Weight\nSummicron | 260 g\nNoctilux | 700 g", "How heavy is the Noctilux?", "700 g"),
    ],
)  # fmt: skip
def test_the_cell_under_the_right_head_answers(table: str, question: str, answer: str, tmp_path: Path) -> None:
    text = f"What we have\n\nAll that we have is at the pier behind the mill, whatever the weather is.\n\n{table}\n"
    found = qa.build([qa.Thread.from_text(text)], tmp_path / "library").ask(question, min_confidence=0)
    assert found.text == answer
    quote = found.quotes[0]
    assert quote.text == text[quote.start : quote.end] and quote.marked() == [answer]


def test_a_passage_that_begins_inside_a_table_knows_its_columns() -> None:
    rows = "\n".join(f"Boat{letter} | {number} euros" for number, letter in enumerate("abcdefghijklmnopqrst"))
    passages = split_passages(qa.Thread.from_text(f"Boats\n\nWe hire them out.\n\nBoat | Fee\n{rows}"), FakeEncoder())
    inside = [passage for passage in passages if passage.text.startswith("Boat") and "Fee" not in passage.text]
    assert inside and all(passage.context.endswith("Boat | Fee.") for passage in inside)


def test_a_bar_that_is_part_of_a_cell_does_not_end_the_row(tmp_path: Path) -> None:
    table = "| a \\|\n| b \\|"
    assert find_tables(table, split_sentences(table))[0].rows
    qa.build(qa.Thread.from_text(table, title="Bars"), tmp_path / "library", encoder=FakeEncoder()).ask("What is b?")
