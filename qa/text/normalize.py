"""Normal forms: text without differences that do not matter in a search.

Case, accents, the letters' strokes, the kinds of quotation marks, dashes and spaces, characters that are not seen, and
how a number is grouped.
"""

from __future__ import annotations

import re
import unicodedata

from qa.text.numbers import NO_BREAK_SPACE, NUMBER_SPACES, join_groups, join_spaced_groups, thousands

CAPITAL = f"[A-ZÀ-ÖØ-Þ{''.join(filter(str.isupper, map(chr, range(0x100, 0x180))))}]"
"""The pattern of a Latin capital letter, also with an accent or a stroke as European languages write them."""
_QUOTES = dict.fromkeys("‘’‚‛‹›`´′ʼ", "'") | dict.fromkeys("“”„‟«»″", '"')
_MINUS = "\u2212"  # to Unicode a symbol, not a dash
_GRAPHEME_JOINER = "\u034f"
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
# By name: "LATIN SMALL LETTER O WITH STROKE", "LATIN SMALL LETTER AE", "LATIN SMALL LETTER DOTLESS I".
_LATIN_LETTER = re.compile(r"LATIN (?:SMALL|CAPITAL) (?:LETTER|LIGATURE) (?:DOTLESS )?([A-Z]{1,2})(?: WITH .*)?")
# The letters whose names do not say what they are written as.
_OTHER_LETTERS = {"ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ŋ": "n", "Ŋ": "n"}
_WORD_SEPARATOR = re.compile(r"([ -]+)")
# Thai, Lao, Burmese, Khmer, Japanese, Chinese and Korean: scripts in which words may follow without a space.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"[{UNSPACED}]")
_BEFORE_DIGITS = re.compile(r"\b([^\W\d_]{3,})[-_.]?\d+\b")
_DOT_OUTSIDE_NUMBER = re.compile(r"\.(?:(?<!\d\.)|(?!\d))")  # begins with what to look for, which is faster


def normalize(text: str) -> str:
    """The text in lower case, without accents and what is not seen, with straight quotes, hyphens and single spaces.

    >>> normalize("“Café”  NOIR – 12,500 har\\u00adbour"), normalize("Łódź, Øresund")
    ('"cafe" noir - 12500 harbour', 'lodz, oresund')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_FOLDED)
    return " ".join(join_groups(text.casefold().replace("`", "'")).split())


def without_invisible(text: str) -> str:
    """The text without format characters: soft hyphens, spaces of no width, marks of direction.

    >>> without_invisible("har\\u00adbour\\u200b")
    'harbour'
    """
    return text if text.isascii() else "".join(char for char in text if unicodedata.category(char) != "Cf")


def words_of(text: str) -> list[str]:
    """The normalized words of the text, for comparing and indexing texts; a number with a dot is one word.

    >>> words_of("Solms, (Germany) made 4.4 hand-made.")
    ['solms', 'germany', 'made', '4.4', 'hand', 'made']
    """
    return _spaced(text).replace("-", " ").split()


def called_by(name: str) -> str:
    """A name with what people call someone of that name, too: what is before the digits of a user's name.

    >>> called_by("marek77"), called_by("Ann Drew")
    ('marek77 marek', 'Ann Drew')
    """
    return " ".join([name, *_BEFORE_DIGITS.findall(name)])


def compounds_of(text: str) -> list[list[str]]:
    """The normalized words of the text, those that dashes join together.

    >>> compounds_of("a hand-made E-1043")
    [['a'], ['hand', 'made'], ['e', '1043']]
    """
    compounds = (compound.split("-") for compound in _spaced(text).split())
    return [words for compound in compounds if (words := [word for word in compound if word])]


def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """A pattern that finds a phrase character for character and only as whole words.

    Args:
        phrase: The phrase, in any form.

    Returns:
        A pattern to search a normalized text with.

    Dashes do not count: one in the phrase may be a space or nothing in the text, one in the text a space or nothing in
    the phrase. A number may be grouped by spaces.

    >>> bool(phrase_pattern("hand-crafted lens").search(normalize("A Handcrafted\\nLens.")))
    True
    >>> bool(phrase_pattern("lens").search("lenses"))
    False
    """
    normal = join_spaced_groups(normalize(phrase)).strip(" -")
    parts = [
        (r"[ -]+" if " " in part else r"[ -]*") if index % 2 else _word_pattern(part)
        for index, part in enumerate(_WORD_SEPARATOR.split(normal))
    ]
    return re.compile(
        _edge(normal[:1], r"(?<!\w)", r"(?<!\d\.)") + "".join(parts) + _edge(normal[-1:], r"(?!\w)", r"(?!\.\d)")
    )


def has_unspaced_script(text: str) -> bool:
    """Whether the text contains a script that puts no spaces between words."""
    return _UNSPACED.search(text) is not None


def _word_pattern(word: str) -> str:
    groups = thousands(word) if word.isdecimal() else [word]
    return "[ -]?".join("-?".join(map(re.escape, group)) for group in groups)


def _edge(char: str, boundary: str, number_boundary: str) -> str:
    """What must not stand beside a word that has this character at its edge."""
    if not char.isalnum() or has_unspaced_script(char):
        return ""
    return boundary + (number_boundary if char.isdecimal() else "")


def _spaced(text: str) -> str:
    """The normalized words of the text with white space or dashes between them."""
    return _DOT_OUTSIDE_NUMBER.sub(" ", normalize(text)).translate(_SPACED)


class _Folded(dict[int, str]):
    """What each character is normalized to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded(chr(code))
        return folded


class _Spaced(dict[int, str]):
    """A space for each character that belongs to no word; dashes, and the dots of numbers, do."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = spaced = char if char in "-." or unicodedata.category(char)[0] in "LMN" else " "
        return spaced


_FOLDED, _SPACED = _Folded(), _Spaced()


def _folded(char: str) -> str:
    category = unicodedata.category(char)
    if char in _QUOTES:
        return _QUOTES[char]
    if char in NUMBER_SPACES:
        return NO_BREAK_SPACE
    if category == "Cf":
        return ""
    if category == "Pd" or char == _MINUS:
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(char))
    parts = "".join(_QUOTES.get(part, part) for part in unicodedata.normalize("NFKD", char) if not _is_accent(part))
    if category[0] == "S" and any(part.isalnum() for part in parts):
        return char  # "™" and "℃" are no letters of the word before them
    return "".join(map(_without_stroke, unicodedata.normalize("NFC", parts)))


def _is_accent(char: str) -> bool:
    """Whether it is a mark that words are found without: an accent or a vowel point, not the vowels of Indian scripts.

    Told apart by the canonical combining class: 1 lies over the letter, 10 to 36 are the points of Hebrew and Arabic,
    from 200 on accents stand above and below.
    """
    if unicodedata.category(char) not in ("Mn", "Me"):
        return False
    order = unicodedata.combining(char)
    is_invisible = char == _GRAPHEME_JOINER or ord(char) in _VARIATION_SELECTORS
    return order == 1 or 10 <= order <= 36 or order >= 200 or is_invisible or unicodedata.category(char) == "Me"


def _without_stroke(char: str) -> str:
    if char.isascii() or char in _OTHER_LETTERS:
        return _OTHER_LETTERS.get(char, char)
    letter = _LATIN_LETTER.fullmatch(unicodedata.name(char, ""))
    return letter[1].lower() if letter else char
