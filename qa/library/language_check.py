"""A warning where texts are in a language that the default model was not trained for."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from qa.encoding import minilm_files
from qa.errors import LanguageWarning
from qa.sources.thread import Thread
from qa.text.language import language_of

_NAMED = 3


def warn_of_foreign_texts(threads: Sequence[Thread], model: str) -> None:
    """Warn once, with LanguageWarning, of what `foreign_texts_message` tells."""
    if told := foreign_texts_message(threads, model):
        warnings.warn(told, LanguageWarning, stacklevel=2)


def foreign_texts_message(threads: Sequence[Thread], model: str) -> str | None:
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
