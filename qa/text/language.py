"""Language identification."""

from __future__ import annotations

from functools import cache
from typing import Any

# Of 80 long English texts of public sets, the first 2,000 characters identify all, the first 1,000 all but one.
_SAMPLE = 2_000
# With 50 characters 16 % of 842 passages of public sets reach the probability below, with 100 half of them.
_MIN_LETTERS = 100
# None of these passages is taken for another language, by 50 to 400 characters; at 0.9 three are.
_MIN_PROBABILITY = 0.99
_LAST_LATIN_LETTER = "\u024f"


def is_foreign_script(text: str) -> bool:
    """Whether most of the text's letters are not Latin ones.

    >>> is_foreign_script("Leica 相机"), is_foreign_script("咖啡馆"), is_foreign_script("1987")
    (False, True, False)
    """
    letters = [char for char in text if char.isalpha()]
    return 2 * sum(char > _LAST_LATIN_LETTER for char in letters) > len(letters)


def language_of(text: str) -> str | None:
    """The language of a text, judged by its beginning.

    By py3langid's classifier (Lui and Baldwin: langid.py: An Off-the-shelf Language Identification Tool, ACL 2012).

    Args:
        text: The text.

    Returns:
        The ISO 639-1 code; None if the beginning is too short or mixed.
    """
    sample = text[:_SAMPLE]
    is_foreign = is_foreign_script(sample)
    if sum(map(str.isalpha, sample)) < (_MIN_LETTERS // 4 if is_foreign else _MIN_LETTERS):
        return None
    code, probability = _identifier().classify(sample)
    # Related languages share the probability, but a text in another script is certainly not in one with Latin letters.
    return str(code) if probability >= _MIN_PROBABILITY or is_foreign else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
