"""Slips: words with one letter wrong, for what a text spells in another way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from qa.text.normalize import normalize, words_of

MIN_LETTERS = 5  # letters; among shorter words too many differ by one
_LETTERS = re.compile(r"[^\W\d_]+")


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one letter was replaced, left out, added, or swapped with the next."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return swapped or any(one[at + left :] == other[at + right :] for left, right in ((1, 1), (1, 0), (0, 1)))


def correct_spelling(question: str, texts: Iterable[str], known: Callable[[str], bool]) -> str:
    """The question with its slips spelled as the texts do.

    A slip is a word that neither the texts say nor is `known`, and that one letter beyond the first tells from a word
    of theirs; of several the one said most often.

    >>> correct_spelling("Who sold the cannnon?", ["The cannon was Ann's."], {"who", "sold", "the"}.__contains__)
    'Who sold the cannon?'
    """
    doubtful = {
        word for match in _LETTERS.findall(question) if len(word := normalize(match)) >= MIN_LETTERS and not known(word)
    }
    if not doubtful:
        return question
    said = Counter(word for text in texts for word in words_of(text))

    def respelled(match: re.Match[str]) -> str:
        word = normalize(match.group())
        if word not in doubtful or word in said:
            return match.group()
        meant = [other for other in said if other[0] == word[0] and one_edit_apart(word, other)]
        return max(meant, key=said.__getitem__, default=match.group())

    return _LETTERS.sub(respelled, question)
