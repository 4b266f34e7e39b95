"""Language: a warning where texts are in one that the default model was not trained for."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any

from qa.encoding import minilm_files
from qa.errors import LanguageWarning
from qa.sources.thread import Thread

_SAMPLE = 2_000
_FEWEST_LETTERS = 100
_SURE = 0.99
_LAST_LATIN_LETTER = "\u024f"
_NAMED = 3


def warn_of_others(threads: Sequence[Thread], model: str) -> None:
    """Warn once, with LanguageWarning, of what `others` tells."""
    if told := others(threads, model):
        warnings.warn(told, LanguageWarning, stacklevel=2)


def others(threads: Sequence[Thread], model: str) -> str | None:
    """Which texts the default model will find badly, and the way out; None where there are none.

    Other models are taken to be chosen for their language. Short texts are not judged.
    """
    if model != minilm_files.NAME:
        return None
    spoken = [(thread.source, language_of(thread.text)) for thread in threads]
    foreign = [(source, code) for source, code in spoken if code not in (None, minilm_files.LANGUAGE)]
    if not foreign:
        return None
    named = ", ".join(f"{source!r} ({code})" for source, code in foreign[:_NAMED])
    more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
    return (
        f"{named}{more}: not in English, for which {minilm_files.NAME} was made; "
        "name a multilingual model: --model paraphrase-multilingual-MiniLM-L12-v2"
    )


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
