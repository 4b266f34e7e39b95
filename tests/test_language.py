"""Language identification: which texts are long and plain enough, in Latin script and in others."""

from __future__ import annotations

import pytest

from qa.text.language import language_of

ENGLISH = (
    "The lenses are ground and polished by hand in the old town, where the people have worked with glass for a "
    "hundred years and more."
)
GREEK = "Οι φακοί κατασκευάζονται με το χέρι στην παλιά πόλη"


def first_letters(text: str, count: int) -> str:
    """The text up to this many letters."""
    ends = [place for place, char in enumerate(text, 1) if char.isalpha()]
    return text[: ends[count - 1]]


@pytest.mark.parametrize(
    ("text", "letters", "language"),
    [(ENGLISH, 100, "en"), (ENGLISH, 99, None), (GREEK, 25, "el"), (GREEK, 24, None)],
)
def test_a_text_in_latin_script_needs_100_letters_and_one_in_another_25(
    text: str, letters: int, language: str | None
) -> None:
    assert language_of(first_letters(text, letters)) == language


@pytest.mark.parametrize(("latin", "greek", "language"), [(12, 13, "el"), (13, 13, None), (13, 12, None)])
def test_a_script_is_that_of_more_than_half_of_the_letters(latin: int, greek: int, language: str | None) -> None:
    assert language_of(f"{'abcdefghijklm'[:latin]} {first_letters(GREEK, greek)}") == language


def test_the_last_letter_of_latin_script_is_latin() -> None:
    assert [language_of("\u024f" * 25) is None, language_of("\u0250" * 25) is None] == [True, False]


def test_a_text_in_two_related_languages_is_in_neither() -> None:
    dutch, german = "De lenzen worden met de hand geslepen. ", "Die Linsen werden von Hand geschliffen. "
    assert [language_of(text) for text in (dutch * 4, dutch * 2 + german * 2)] == ["nl", None]


def test_only_the_beginning_counts() -> None:
    assert language_of(f"{ENGLISH} " * 20 + f"{GREEK} " * 200) == "en"
