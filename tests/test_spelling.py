"""Misspelt words of a question are corrected from the text."""

from __future__ import annotations

import pytest

from qa.text.spelling import correct_spelling

KNOWN = {"where", "which", "lens", "made", "factory", "asynchronously"}.__contains__


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Where is the factoyr?", "The Factory is in Wetzlar.", "Where is the factory?"),
        ("Where is Wetzlra?", "WETZLAR lies on the Lahn.", "Where is wetzlar?"),
        ("Where is Schrodinger?", "Schrödinger was here.", "Where is Schrodinger?"),
        ("Where is Portar?", "Porter met Porta and Porter.", "Where is porter?"),
        ("Which lens?", "The lent one.", "Which lens?"),  # a word that is known
        (
            "Was it synchronously?",
            "It went asynchronously.",
            "Was it synchronously?",
        ),  # differs in its first letter
        ("Who is Anne?", "Anna is.", "Who is Anne?"),  # too short
        ("Who is Robert?", "Robert met Roberta and Roberta.", "Who is Robert?"),  # the text contains it
        ("", "Nothing.", ""),
    ],
)
def test_only_an_unknown_word_is_corrected(question: str, text: str, expected: str) -> None:
    assert correct_spelling(question, [text], KNOWN) == expected
