"""Letters: a text as a reader takes it, whatever its case, accents, typographic quotes and white space."""

from __future__ import annotations

import re
import unicodedata

_QUOTES = str.maketrans(
    dict.fromkeys("‘’‚‛‹›`´′", "'") | dict.fromkeys("“”„‟«»″", '"')
)  # fmt: skip
_WORD = re.compile(r"\w+")
# Scripts that put no space between words: there a word ends wherever one says it does.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def normalize(text: str) -> str:
    """The text in plain letters.

    >>> normalize("“Café”  NOIR")
    '"cafe" noir'
    """
    if not text.isascii():
        text = text.translate(_QUOTES)  # before NFKD, which makes a space and a mark of an accent that stands alone
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M"))
    return " ".join(text.casefold().replace("`", "'").split())


def words_of(text: str) -> list[str]:
    """The text's words in plain letters, to see whether two texts say the same.

    >>> words_of("Solms, (Germany)")
    ['solms', 'germany']
    """
    return _WORD.findall(normalize(text))


def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """What finds the words of `phrase` in a plain text, character for character and as whole words.

    >>> bool(phrase_pattern("hand-crafted lens").search(normalize("A Hand-Crafted\\nLens.")))
    True
    >>> bool(phrase_pattern("lens").search("lenses"))
    False
    """
    words = normalize(phrase)
    return re.compile(_edge(words[:1], r"(?<!\w)") + re.escape(words) + _edge(words[-1:], r"(?!\w)"))


def has_unspaced_script(text: str) -> bool:
    """Whether the text is in a script that puts no space between words."""
    return _UNSPACED.search(text) is not None


def _edge(char: str, boundary: str) -> str:
    return boundary if char.isalnum() and not has_unspaced_script(char) else ""
