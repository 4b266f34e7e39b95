"""Phrases are found as whole words, and where scripts have no spaces, anywhere."""

from __future__ import annotations

import pytest

from qa.text.normalize import has_unspaced_script, normalize, phrase_pattern, words_of


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("a lens", "A  lens.", True),
        ("a lens", "fava lens", False),
        ("lens a", "lens at", False),
        ("lens a", "lens a", True),
        ("(lens)", "a(lens)a", True),
        ("c++", "c+++", True),
        ("東京", "東京都", True),
        ("京都", "東京都", True),
        ("東a", "東ab", False),
    ],
)
def test_a_phrase_is_found_as_whole_words(phrase: str, text: str, found: bool) -> None:
    assert bool(phrase_pattern(phrase).search(normalize(text))) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [("´a´ `b` ‹c›", "'a' 'b' 'c'"), ("«É»", '"e"'), ("Straße", "strasse"), ("ﬁ\u00a0x", "fi x"), ("`", "'")],
)
def test_a_normal_form_has_straight_quotes_no_accents_and_small_letters(text: str, expected: str) -> None:
    assert normalize(text) == expected


def test_words_are_letters_and_digits_in_normal_form() -> None:
    assert words_of("“Café”, 2nd—Solms!") == ["cafe", "2nd", "solms"]


@pytest.mark.parametrize(("text", "unspaced"), [("ก", True), ("한", True), ("ひ", True), ("漢", True), ("Ж é", False)])
def test_scripts_without_spaces_are_known(text: str, unspaced: bool) -> None:
    assert has_unspaced_script(text) is unspaced
