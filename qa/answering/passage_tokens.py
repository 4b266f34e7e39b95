"""TokenText: a passage in the reader's tokens, and what of it to look at again."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.answering import question_type
from qa.text.sentences import headings, split_sentences
from qa.types import Span

if TYPE_CHECKING:
    from tokenizers import Encoding


@dataclass(frozen=True, slots=True)
class TokenText:
    """A passage in tokens: where each stands, which word it is of, and whether it may be what is asked for.

    The first `title` tokens are those of its title, which names what the passage is about and answers nothing.
    `sentences` hold their tokens by number, the title before them. A heading names what the text under it says, so it
    is read only if there is nothing else.
    """

    title: int
    ids: list[int]
    offsets: list[Span]
    words: list[int | None]
    likely: list[bool]
    sentences: list[list[int]]

    @classmethod
    def of(cls, question: str, passage: str, tokens: Encoding, title: Sequence[int]) -> TokenText:
        """`tokens` are the passage's, `title` the ids of its title's."""
        found = split_sentences(passage)
        named = {one.start for one in headings(passage, found)}
        of_sentences: list[list[int]] = [[] for _ in found] or [[]]
        following = [one.start for one in found[1:]]
        for token, (start, _) in enumerate(tokens.offsets, len(title)):
            of_sentences[bisect(following, start)].append(token)
        read = [held for one, held in zip(found, of_sentences, strict=False) if held and one.start not in named]
        read = read or [held for held in of_sentences if held]
        return cls(
            len(title),
            [*title, *tokens.ids],
            [*((0, 0) for _ in title), *tokens.offsets],
            [*(None for _ in title), *tokens.word_ids],
            [*(False for _ in title), *_likely(question, passage, tokens)],
            [[*range(len(title))], *read] if title else read,
        )

    def closer(self, start: int, end: int) -> list[list[int]]:
        """What to look at again where the answer stands at `start` to `end`: its sentences with the one before them.

        Once alone, and once after the title or else the first of the passage, which often names what the others are
        about. Nothing of a passage that is no longer than that.
        """
        holding = [
            number
            for number, held in enumerate(self.sentences)
            if self.offsets[held[0]][0] < end and start < self.offsets[held[-1]][1]
        ]
        first = 1 if self.title else 0
        near = range(max(first, holding[0] - 1), holding[-1] + 1)
        parts = [[*near], [0, *near]] if near[0] > 0 else [[*near]]
        return [
            [token for number in part for token in self.sentences[number]]
            for part in parts
            if len(part) < len(self.sentences)
        ]


def _likely(question: str, passage: str, tokens: Encoding) -> list[bool]:
    """Of each token whether it has a part in something of the kind that is asked for."""
    cues = question_type.answer_pattern(question)
    if cues is None:
        return [True] * len(tokens.ids)
    inside = np.zeros(len(passage) + 1, dtype=bool)
    for cue in cues.finditer(passage):
        inside[cue.start() : cue.end()] = True
    return [bool(inside[start:end].any()) for start, end in tokens.offsets]
