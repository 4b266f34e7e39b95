"""Which language a text is in."""

from __future__ import annotations

from functools import cache
from typing import Any

_SAMPLE = 2_000
_FEWEST_LETTERS = 100
_SURE = 0.99
_LAST_LATIN_LETTER = "\u024f"


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the text's language, None where it is too short or mixed to be sure."""
    letters = [char for char in text[:_SAMPLE] if char.isalpha()]
    foreign_script = 2 * sum(char > _LAST_LATIN_LETTER for char in letters) > len(letters)
    if len(letters) < (_FEWEST_LETTERS // 4 if foreign_script else _FEWEST_LETTERS):
        return None
    code, probability = _identifier().classify(text[:_SAMPLE])
    # Sister languages of one script share the probability; that it is none in Latin letters is sure all the same.
    return str(code) if probability >= _SURE or foreign_script else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
