"""Normal forms: text without differences of case, accents, typographic quotes and white space."""

from __future__ import annotations

import re
import unicodedata

_QUOTES = str.maketrans(
    dict.fromkeys("‘’‚‛‹›`´′", "'") | dict.fromkeys("“”„‟«»″", '"')
)  # fmt: skip
_WORD = re.compile(r"\w+")
# Thai, Lao, Burmese, Khmer, Japanese, Chinese and Korean: scripts in which words may follow without a space.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def normalize(text: str) -> str:
    """The text in lower case, without accents, with straight quotes and single spaces.

    >>> normalize("“Café”  NOIR")
    '"cafe" noir'
    """
    if not text.isascii():
        text = text.translate(_QUOTES)  # before NFKD, which splits a separate accent into a space and a mark
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M"))
    return " ".join(text.casefold().replace("`", "'").split())


def words_of(text: str) -> list[str]:
    """The normalized words of the text, for comparing texts.

    >>> words_of("Solms, (Germany)")
    ['solms', 'germany']
    """
    return _WORD.findall(normalize(text))


def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """A pattern that finds a phrase character for character and only as whole words.

    Args:
        phrase: The phrase, in any form.

    Returns:
        A pattern to search a normalized text with.

    >>> bool(phrase_pattern("hand-crafted lens").search(normalize("A Hand-Crafted\\nLens.")))
    True
    >>> bool(phrase_pattern("lens").search("lenses"))
    False
    """
    words = normalize(phrase)
    return re.compile(_edge(words[:1], r"(?<!\w)") + re.escape(words) + _edge(words[-1:], r"(?!\w)"))


def has_unspaced_script(text: str) -> bool:
    """Whether the text contains a script that puts no spaces between words."""
    return _UNSPACED.search(text) is not None


def _edge(char: str, boundary: str) -> str:
    return boundary if char.isalnum() and not has_unspaced_script(char) else ""
