"""Near-duplicates: passages with nearly the same words, such as a comment that was posted twice or quoted in another.

Two passages are near-duplicates if nine tenths of their shingles (runs of three words) are the same, by Jaccard's
measure (Broder: On the resemblance and containment of documents, 1997), and no number or negation is in only one of
them: then they mean different things in nearly the same words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.text.normalize import words_of
from qa.text.question_words import NEGATED_VERBS

_SIMILARITY = 0.9  # passages of 100 words may differ in one place, by up to three words
_SHINGLE_WORDS = 3  # Broder takes ten words of a web page, but a comment may have only four or five
_NEGATIONS = (
    "no not non never none nor neither nobody nothing nowhere hardly barely without t cannot cant dont wont".split()
)
_DISTINGUISHING = re.compile(rf"\d|^(?:{'|'.join([*_NEGATIONS, *sorted(NEGATED_VERBS)])})$")

_Shingle = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shingles:
    """The normalized words of a passage and its shingles."""

    words: tuple[str, ...]
    shingles: frozenset[_Shingle]

    @classmethod
    def of(cls, text: str) -> _Shingles:
        words = tuple(words_of(text))
        shingles = zip(*(words[start:] for start in range(_SHINGLE_WORDS)), strict=False)
        return cls(words, frozenset(shingles) or frozenset([words]))

    def prefix(self) -> list[_Shingle]:
        """The first shingles in a fixed order, as many as are needed for near-duplicates to share at least one
        (Chaudhuri, Ganti, Kaushik: A Primitive Operator for Similarity Joins, ICDE 2006)."""
        count = len(self.shingles)
        return sorted(self.shingles)[: count - math.ceil(_SIMILARITY * count) + 1]

    def is_near_duplicate(self, other: _Shingles) -> bool:
        shared = len(self.shingles & other.shingles)
        is_similar = shared >= _SIMILARITY * (len(self.shingles) + len(other.shingles) - shared)
        return is_similar and not any(map(_DISTINGUISHING.search, set(self.words) ^ set(other.words)))


def group_near_duplicates(texts: Sequence[str], max_groups: int) -> list[list[int]]:
    """Group texts with their near-duplicates.

    Args:
        texts: The texts, best first.
        max_groups: How many groups to make; further texts can only join one of them.

    Returns:
        The groups in the order of their first texts, each with the indexes of its texts in ascending order.

    >>> group_near_duplicates(["Made in Solms.", "Made in Wetzlar.", "“Made in Solms”"], 5)
    [[0, 2], [1]]
    """
    groups: list[list[int]] = []
    leaders: list[_Shingles] = []
    groups_by_shingle: dict[_Shingle, list[int]] = {}
    for index, text in enumerate(texts):
        shingles = _Shingles.of(text)
        prefix = shingles.prefix()
        candidates = sorted({group for shingle in prefix for group in groups_by_shingle.get(shingle, ())})
        match = next(
            (group for group in candidates if shingles.words and shingles.is_near_duplicate(leaders[group])), None
        )
        if match is not None:
            groups[match].append(index)
        elif len(groups) < max_groups:
            for shingle in prefix:
                groups_by_shingle.setdefault(shingle, []).append(len(groups))
            groups.append([index])
            leaders.append(shingles)
    return groups
