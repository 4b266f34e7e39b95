"""Spelling: words that differ by one edit, and the correction of misspelt words from a text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from qa.text.normalize import normalize, words_of
from qa.text.numbers import NUMBER_SPACES, thousands

# Too many shorter words are one edit apart: in 17,310 words of public sets a word of four letters has 5.7 such
# neighbours, one of five 2.4.
MIN_LETTERS = 5
_LETTERS = re.compile(r"[^\W\d_]+")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_TYPED_WORD = re.compile(r"[^\W_]+(?:[-.,'][^\W_]+)*")
_SEPARATOR = rf"[ .,'{NUMBER_SPACES}-]?"


def one_edit_apart(first: str, second: str) -> bool:
    """Whether one letter was replaced, left out, added, or swapped with the next, or nothing was.

    >>> one_edit_apart("lens", "lnes"), one_edit_apart("lens", "leans"), one_edit_apart("lens", "glass")
    (True, True, False)
    """
    if abs(len(first) - len(second)) > 1:
        return False
    shorter = min(len(first), len(second))
    i = next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), shorter)
    swapped = first[i : i + 2] == second[i : i + 2][::-1] and first[i + 2 :] == second[i + 2 :]
    return swapped or any(first[i + m :] == second[i + n :] for m, n in ((1, 1), (1, 0), (0, 1)))


def correct_spelling(question: str, texts: Iterable[str], is_known: Callable[[str], bool]) -> str:
    """Replace the misspelt words of a question by those of the texts, and write its numbers and codes as they do.

    A word is misspelt if it neither is known nor occurs in the texts, while a word one edit away does that has the same
    first letter; if several do, the most frequent replaces it.

    Args:
        question: The question.
        texts: The texts that should answer it.
        is_known: Whether a normalized word is in the reader's vocabulary.

    Returns:
        The question with the words replaced; itself if none is misspelt.

    >>> correct_spelling("Who sold the cannnon?", ["The cannon was Ann's."], {"who", "sold", "the"}.__contains__)
    'Who sold the cannon?'
    >>> correct_spelling("Is E1043 1250 dollars?", ["E-1043 means: pay 1,250 dollars."], {"dollars"}.__contains__)
    'Is E-1043 1,250 dollars?'
    """
    texts = list(texts)
    question = _TYPED_WORD.sub(lambda word: _as_written(word[0], texts), question)
    unknown = {
        word
        for match in _LETTERS.findall(question)
        if len(word := normalize(match)) >= MIN_LETTERS and not is_known(word)
    }
    if not unknown:
        return question
    counts = Counter(word for text in texts for word in words_of(text))

    def corrected(match: re.Match[str]) -> str:
        word = normalize(match.group())
        if word not in unknown or word in counts:
            return match.group()
        similar = [other for other in counts if other[0] == word[0] and one_edit_apart(word, other)]
        return max(similar, key=counts.__getitem__, default=match.group())

    return _LETTERS.sub(corrected, question)


def _as_written(word: str, texts: Sequence[str]) -> str:
    """A number or a code as the texts first write it, if none writes it in the same way: "E-1043" for "E1043"."""
    normal = normalize(word)
    if "." in normal or not any(char.isdecimal() for char in normal):
        return word
    parts = [group for piece in _LETTERS_OR_DIGITS.findall(normal) for group in thousands(piece)]
    pattern = re.compile(rf"(?<!\w){_SEPARATOR.join(map(re.escape, parts))}(?!\w)", re.IGNORECASE)
    written = [found[0] for text in texts for found in pattern.finditer(text)]
    return word if word in written or not written else written[0]
