"""A warning about texts in a language that the default model was not trained for."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from qa.encoding import minilm_files
from qa.errors import LanguageWarning

_NAMED = 3  # texts named in the message; the others are counted


def warn_of_foreign_texts(languages: Mapping[str, str | None], model: str) -> str | None:
    """Warn once, with LanguageWarning, about texts that `model` cannot search well; return the warning's message.

    Only the default model is checked: any other is assumed to be chosen for the language of the texts.

    Args:
        languages: The ISO 639-1 code of each text by its name, None if it could not be identified.
        model: The name of the encoder that they are indexed with.

    Returns:
        The message, which names the texts and suggests a model; None if there was nothing to warn about.
    """
    if model != minilm_files.NAME:
        return None
    foreign = [(source, code) for source, code in languages.items() if code not in (None, minilm_files.LANGUAGE)]
    if not foreign:
        return None
    named = ", ".join(f"{source!r} ({code})" for source, code in foreign[:_NAMED])
    more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
    message = (
        f"{named}{more}: not in English, for which {minilm_files.NAME} was made; "
        "name a multilingual model: --model paraphrase-multilingual-MiniLM-L12-v2"
    )
    warnings.warn(message, LanguageWarning, stacklevel=2)
    return message
