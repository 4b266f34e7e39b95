"""Spelling: words that differ by one edit, and the correction of misspelt words from a text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from qa.text.normalize import normalize, words_of
from qa.text.numbers import NUMBER_SPACES, thousands

# Too many shorter words are one edit apart: in 17,310 words of public sets a word of four letters has 5.7 such
# neighbours, one of five 2.4.
MIN_LETTERS = 5
# What follows is for the few texts that are read. It changes 13 of 20,001 questions that were written for 2,490
# passages, most of them misspelt in the passage ("seratted", "dilemna").
_MIN_CORRECTED = 4
_VOWELS = "aeiouy"  # what may be left out of so short a word: with another letter it is another word ("chia", "china")
_MIN_DOUBTED = 8  # letters of a word in which doubled letters may be wrong, too
_MAX_LETTERS = 40  # longer ones are not words, and slow to compare
# Of MiniLM's vocabulary, in which a thousand symbols come before the words, the most common first: "hart" is number
# 7,530. "sent" and "live", which are right where a text has "spent" or "love", are below the first number, "with" and
# "does", beside which anything stands, below the second.
_COMMON_WORDS, _FUNCTION_WORDS = 5_000, 3_000
_LETTERS = re.compile(r"[^\W\d_]+")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_TYPED_WORD = re.compile(r"[^\W_]+(?:[-.,'][^\W_]+)*")
_DOUBLED = re.compile(r"(.)\1+")
_SEPARATOR = rf"[ .,'{NUMBER_SPACES}-]?"


def one_edit_apart(first: str, second: str) -> bool:
    """Whether one letter was replaced, left out, added, or swapped with the next, or nothing was.

    >>> one_edit_apart("lens", "lnes"), one_edit_apart("lens", "leans"), one_edit_apart("lens", "glass")
    (True, True, False)
    """
    if abs(len(first) - len(second)) > 1:
        return False
    i = _common_start(first, second)
    swapped = first[i : i + 2] == second[i : i + 2][::-1] and first[i + 2 :] == second[i + 2 :]
    return swapped or any(first[i + m :] == second[i + n :] for m, n in ((1, 1), (1, 0), (0, 1)))


def _common_start(first: str, second: str) -> int:
    """The number of letters that both words begin with."""
    return next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def correct_spelling(question: str, texts: Iterable[str], rank: Callable[[str], int | None]) -> str:
    """Replace the misspelt words of a question by those of the texts, and write its numbers and codes as they do.

    A word that the texts do not have is misspelt if they have one that is nearly the same and begins with the same
    letter. If they have several, the most frequent replaces it.

    - If the reader's vocabulary lacks the typed word, that is a word one edit apart; in a long one doubled letters do
      not count ("dissapointd"). One of four letters only lacks a vowel ("albm").
    - A rare word is replaced by a more common one that is one edit apart, if both stand beside the same word: "hart
      disease", where the texts tell of heart disease.

    Of words of four letters and rare ones, those with a capital letter are names, and stay.

    Args:
        question: The question.
        texts: The texts that should answer it.
        rank: The number of a normalized word in the reader's vocabulary, where common words come first; None for a word
            that is not in it.

    Returns:
        The question with the words replaced; itself if none is misspelt.

    >>> vocabulary = ["who", "sold", "the", "dollars"]
    >>> rank = lambda word: vocabulary.index(word) if word in vocabulary else None
    >>> correct_spelling("Who sold the cannnon?", ["The cannon was Ann's."], rank)
    'Who sold the cannon?'
    >>> correct_spelling("Is E1043 1250 dollars?", ["E-1043 means: pay 1,250 dollars."], rank)
    'Is E-1043 1,250 dollars?'
    """
    texts = list(texts)
    question = _TYPED_WORD.sub(lambda word: _as_written(word[0], texts), question)
    words = words_of(question)
    ranks = {word: rank(word) for word in words if _MIN_CORRECTED <= len(word) <= _MAX_LETTERS}
    unknown = {word for word, at in ranks.items() if at is None and not any(map(str.isdecimal, word))}
    neighbours = {
        word: {place for place in _beside(word, words) if (rank(place[0]) or 0) >= _FUNCTION_WORDS}
        for word, at in ranks.items()
        if at is not None and at >= _COMMON_WORDS
    }
    folded = "\n".join(texts).casefold() if any(neighbours.values()) else ""
    # Most rare words are in the texts, and it is far faster to look for them there than to count the texts' words.
    rare = {
        word
        for word, beside in neighbours.items()
        if beside and not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded)
    }
    if not unknown and not rare:
        return question
    in_texts = [words_of(text) for text in texts]
    counts = Counter(chain.from_iterable(in_texts))

    def corrected(match: re.Match[str]) -> str:
        typed, word = match[0], normalize(match[0])
        is_name = any(letter.isupper() for letter in (typed[1:] if match.start() == 0 else typed))
        is_rare = word in rare and not is_name
        if word in counts or not (is_rare or word in unknown):
            return typed
        others = [other for other in counts if other[0] == word[0] and len(other) >= _MIN_CORRECTED]
        if is_rare:
            at = ranks[word] or 0
            similar = [
                other
                for other in others
                if one_edit_apart(word, other)
                and not _is_form(word, other)
                and (rank(other) or 0) < at  # one that the vocabulary lacks is misspelt in the texts
                and any(neighbours[word] & _beside(other, text) for text in in_texts)
            ]
        else:
            similar = _similar_to_unknown(word, others, is_name=is_name)
        return max(similar, key=counts.__getitem__, default=typed)

    return _LETTERS.sub(corrected, question)


def _similar_to_unknown(word: str, others: Sequence[str], *, is_name: bool) -> list[str]:
    """Those of the other words that a word which the reader's vocabulary lacks may be a misspelling of."""
    similar = [other for other in others if one_edit_apart(word, other)]
    if len(word) < MIN_LETTERS:
        longer = [other for other in similar if len(other) > len(word) and not is_name and not _is_form(word, other)]
        return [other for other in longer if other[_common_start(word, other)] in _VOWELS]
    if similar or len(word) < _MIN_DOUBTED:
        return similar
    single = _DOUBLED.sub(r"\1", word)
    return [
        other for other in others if one_edit_apart(single, _DOUBLED.sub(r"\1", other)) and not _is_form(word, other)
    ]


def _is_form(word: str, other: str) -> bool:
    """Whether one word is the other with an ending, and so may be a form of it: "mako", "makos"."""
    return word.startswith(other) or other.startswith(word)


def _beside(word: str, words: Sequence[str]) -> set[tuple[str, int]]:
    """The words right before and right after a word, each with the step to it."""
    return {
        (words[at + step], step)
        for at, other in enumerate(words)
        if other == word
        for step in (-1, 1)
        if 0 <= at + step < len(words)
    }


def _as_written(word: str, texts: Sequence[str]) -> str:
    """A number or a code as the texts first write it, if none writes it in the same way: "E-1043" for "E1043"."""
    normal = normalize(word)
    if "." in normal or not any(char.isdecimal() for char in normal):
        return word
    pieces = _LETTERS_OR_DIGITS.findall(normal)
    parts = [group for piece in pieces for group in (thousands(piece) if piece.isdecimal() else [piece])]
    pattern = re.compile(rf"(?<!\w){_SEPARATOR.join(map(re.escape, parts))}(?!\w)", re.IGNORECASE)
    written = [found[0] for text in texts for found in pattern.finditer(text)]
    return word if word in written or not written else written[0]
