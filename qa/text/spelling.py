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
# The few texts that are read have few words, so there shorter words are corrected too, and long ones with two mistakes
# unless they differ in their endings alone ("buddhists", "buddhism"). These and the rare words below are some thirty of
# 20,001 questions that were written for 2,490 passages, most of them misspelt in the passage ("seratted", "dilemna").
_MIN_CORRECTED = 4
_MOST_EDITS = 2
_MIN_TWICE_MISSPELT = 8
_ENDING = 3
# Of MiniLM's vocabulary, in which a thousand signs come before the words: "hart" is number 7,530, "sent" and "live",
# which are no misspellings where a text has "spent" or "love", are below 3,000.
_COMMON_WORDS = 5_000
_LETTERS = re.compile(r"[^\W\d_]+")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_TYPED_WORD = re.compile(r"[^\W_]+(?:[-.,'][^\W_]+)*")
_SEPARATOR = rf"[ .,'{NUMBER_SPACES}-]?"


def one_edit_apart(first: str, second: str) -> bool:
    """Whether one letter was replaced, left out, added, or swapped with the next, or nothing was.

    >>> one_edit_apart("lens", "lnes"), one_edit_apart("lens", "leans"), one_edit_apart("lens", "glass")
    (True, True, False)
    """
    return _within_edits(first, second, 1)


def _within_edits(first: str, second: str, most: int) -> bool:
    """Whether one text becomes the other by so many edits at most."""
    if abs(len(first) - len(second)) > most:
        return False
    start = _common_start(first, second)
    first, second = first[start:], second[start:]
    if not (first and second):
        return True
    edits = [(1, 1), (1, 0), (0, 1), *([(2, 2)] if first[:2] == second[:2][::-1] else [])]
    return most > 0 and any(_within_edits(first[m:], second[n:], most - 1) for m, n in edits)


def _common_start(first: str, second: str) -> int:
    """The number of letters that both words begin with."""
    return next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def correct_spelling(question: str, texts: Iterable[str], rank: Callable[[str], int | None]) -> str:
    """Replace the misspelt words of a question by those of the texts, and write its numbers and codes as they do.

    A word that the texts do not have is misspelt if they have one that is nearly the same, begins with the same
    letter, and

    - the reader's vocabulary lacks the typed word ("wetzlra"), or
    - the typed word is a rare one, and the texts' stands beside a word that it stands beside in the question: "hart
      disease", where they tell of heart disease.

    Nearly the same are words that are one edit apart, or two if the word is long. If several are, the most frequent
    replaces it.

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
    ranks = {word: rank(word) for word in words_of(question) if len(word) >= _MIN_CORRECTED}
    unsure = {word for word, at in ranks.items() if at is None}
    rare = {word for word, at in ranks.items() if at is not None and at >= _COMMON_WORDS}
    if rare:  # most are in the texts, and it is far faster to look for them there than to count the texts' words
        folded = "\n".join(texts).casefold()
        unsure |= rare - {normalize(typed) for typed in _LETTERS.findall(question) if typed.casefold() in folded}
    if not unsure:
        return question
    in_texts = [words_of(text) for text in texts]
    counts = Counter(chain.from_iterable(in_texts))

    def corrected(match: re.Match[str]) -> str:
        word = normalize(match.group())
        if word not in unsure or word in counts:
            return match.group()
        others = [other for other in counts if other[0] == word[0] and len(other) >= _MIN_CORRECTED]
        if ranks[word] is None:
            similar = _similar_to_unknown(word, others)
        else:
            beside = _words_beside(word, words_of(question))
            similar = [
                other
                for other in others
                if one_edit_apart(word, other)
                and not _differ_at_end(word, other)
                and any(beside & _words_beside(other, text) for text in in_texts)
            ]
        return max(similar, key=counts.__getitem__, default=match.group())

    return _LETTERS.sub(corrected, question)


def _similar_to_unknown(word: str, others: Sequence[str]) -> list[str]:
    """Those of the other words that a word that nobody knows may be a misspelling of."""
    if len(word) < MIN_LETTERS:
        near = [other for other in others if len(other) != len(word) or sorted(other) == sorted(word)]
        return [other for other in near if one_edit_apart(word, other) and not _differ_at_end(word, other)]
    similar = [other for other in others if one_edit_apart(word, other)]
    if similar or len(word) < _MIN_TWICE_MISSPELT:
        return similar
    return [o for o in others if _within_edits(word, o, _MOST_EDITS) and not _differ_at_end(word, o, _ENDING)]


def _differ_at_end(first: str, second: str, ending: int = 0) -> bool:
    """Whether one word begins with all but the last letters of the other, as forms of one word do: "mako", "makos"."""
    return _common_start(first, second) >= min(len(first), len(second)) - ending


def _words_beside(word: str, words: Sequence[str]) -> set[tuple[str, int]]:
    """The longer words right before and right after a word, each with the step to it."""
    return {
        (words[at + step], step)
        for at, other in enumerate(words)
        if other == word
        for step in (-1, 1)
        if 0 <= at + step < len(words) and len(words[at + step]) >= _MIN_CORRECTED
    }


def _as_written(word: str, texts: Sequence[str]) -> str:
    """A number or a code as the texts first write it, if none writes it in the same way: "E-1043" for "E1043"."""
    normal = normalize(word)
    if "." in normal or not any(char.isdecimal() for char in normal):
        return word
    parts = [group for piece in _LETTERS_OR_DIGITS.findall(normal) for group in thousands(piece)]
    pattern = re.compile(rf"(?<!\w){_SEPARATOR.join(map(re.escape, parts))}(?!\w)", re.IGNORECASE)
    written = [found[0] for text in texts for found in pattern.finditer(text)]
    return word if word in written or not written else written[0]
