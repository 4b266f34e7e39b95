"""The context of a passage: the title of its text and the headings above it."""

from __future__ import annotations

import pytest

from qa.search.passage_context import section_context
from qa.text.outline import Heading, Outline

INNER = "How to keep the glass clean"  # six words


@pytest.mark.parametrize(("words", "is_kept"), [(17, True), (18, True), (19, False)])
def test_outer_headings_are_kept_up_to_twenty_four_words_in_all(words: int, is_kept: bool) -> None:
    outer = " ".join(f"w{number}" for number in range(words))
    context = section_context("Lenses", Outline([Heading(0, outer, 1), Heading(50, INNER, 2)]), place=90)
    assert context == (f"Lenses. {outer}. {INNER}." if is_kept else f"Lenses. {INNER}.")


def test_an_innermost_heading_that_is_longer_is_cut() -> None:
    words = [f"w{number}" for number in range(30)]
    assert section_context("", Outline([Heading(0, " ".join(words), 1)]), place=200) == f"{' '.join(words[:24])}."
