"""Which lines are headings, and what a place in a text stands under."""

from __future__ import annotations

import pytest

from qa.text.outline import Heading, Outline, find_headings
from qa.text.sentences import split_sentences


def outline(text: str, *, marked_only: bool = False) -> list[tuple[str, int]]:
    found = find_headings(text, split_sentences(text), marked_only=marked_only)
    return [(heading.words, heading.level) for heading in found]


def above(text: str, words: str) -> list[str]:
    return [*Outline(find_headings(text, split_sentences(text))).above(text.index(words))][::-1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# One\n\nText.\n\n### Two ###\n\nMore.", [("One", 1), ("Two", 3)]),
        ("# One\nText on the next line.", [("One", 1)]),
        ("# Learn C#\n\nText.", [("Learn C#", 1)]),
        ("# The __init__ method #\n\nText.", [("The __init__ method", 1)]),
        ("## __Fees__ ##\n\nText.", [("Fees", 2)]),
        ("Text before\n## Two\nand after it.", [("Two", 2)]),
        ("One\n===\n\nText.\n\nTwo\n---\n\nMore.", [("One", 1), ("Two", 2)]),
        ("Opening hours\n\nNine to six, every day.", [("Opening hours", 7)]),
        ("How is it stored?\n\nIn a cool place.", [("How is it stored?", 7)]),
        ("**Opening hours**\n\nNine to six, every day.", [("Opening hours", 7)]),
        ("Boats\n\nFees\n\nA canoe costs 7 euros.", [("Boats", 7), ("Fees", 8)]),
        ("A sentence that ends.\n\nAnother one.", []),
        ("Text.\n\nBob Smith", []),  # nothing stands under the last line
        ("* a list item\n\nText.", []),
        ("https://example.org/boats\n\nText.", []),
        ("Text.\n\n-----\n\nText.", []),
        ("Run this:\n\n```\n# install it\nmake\n```\n\nThat is all.", []),
        ("```make``` builds it.\n\n# Usage\n\nText.", [("Usage", 1)]),
    ],
)
def test_headings_are_marked_or_stand_alone_above_a_paragraph(text: str, found: list[tuple[str, int]]) -> None:
    assert outline(text) == found


def test_a_heading_with_a_run_of_white_space_is_found_in_time_that_grows_with_its_length() -> None:
    assert outline(f"# One{' ' * 100_000}two\n\nText.") == [(f"One{' ' * 100_000}two", 1)]
    assert outline(f"One{' ' * 400_000}\nand three four.") == []  # 1,000 seconds if in its square


def test_a_message_has_only_the_headings_that_it_marks() -> None:
    assert outline("Dear all\n\nText.\n\n# Plan\n\nText.", marked_only=True) == [("Plan", 1)]


def test_a_place_stands_under_the_last_heading_of_each_outer_level() -> None:
    text = "# Shops\n\n## Berlin\n\nNine.\n\n### Office\n\nTen.\n\n## Paris\n\nEleven."
    assert above(text, "Nine") == ["Shops", "Berlin"]
    assert above(text, "Ten") == ["Shops", "Berlin", "Office"]
    assert above(text, "Eleven") == ["Shops", "Paris"]
    assert above(text, "## Paris") == ["Shops", "Berlin", "Office"]


def test_a_lone_line_replaces_the_one_before_it_and_stands_under_marked_ones() -> None:
    text = "# Boats\n\nFees\n\nA canoe costs 7 euros.\n\nHours\n\nFrom nine to six."
    assert above(text, "A canoe") == ["Boats", "Fees"]
    assert above(text, "From nine") == ["Boats", "Hours"]


def test_what_a_place_stands_under_is_found_in_time_that_does_not_grow_with_the_headings_before() -> None:
    many = Outline([Heading(0, "All", 1), *(Heading(n, f"Part {n}", 2) for n in range(1, 100_000))])
    assert all([*many.above(n)] == [f"Part {n - 1}", "All"] for n in range(2, 100_001))  # each by itself: minutes
