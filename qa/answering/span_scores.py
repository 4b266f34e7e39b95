"""Which span of a window of tokens answers best, by the network's scores of where an answer starts and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.answering.passage_tokens import PassageTokens
from qa.answering.series import Series, cut_series
from qa.types import Span

# The following are compared with other values in benchmarks/results/constants.md.
_ANSWER_TOKENS = 40  # the longest span
_LENGTH_PENALTY = np.float32(0.06)  # in margin, for each token of a span after the first
_WRONG_KIND_PENALTY = np.float32(4.0)  # in margin, for a span without anything of the kind that the question asks for
IMPOSSIBLE = np.float32(-1e9)
"""The score of a span that there is not."""


@dataclass(frozen=True, slots=True)
class SpanScores:
    """How well the spans of a window answer.

    Attributes:
        offsets: Where each token is in the passage.
        series: The series of the passage that no answer cuts.
        starts: How well a span begins at each token, shape (tokens,); impossible where none may.
        stops: How well a span ends at each token, shape (tokens,).
        scores: The score of the span from each token to each, shape (tokens, tokens); impossible where there is none.
        preferred: The scores less the penalty for a span's length, by which one is chosen.
        no_answer: The score of no answer.
    """

    offsets: Sequence[Span]
    series: Sequence[Series]
    starts: NDArray[np.float32]
    stops: NDArray[np.float32]
    scores: NDArray[np.float32]
    preferred: NDArray[np.float32]
    no_answer: float

    @classmethod
    def of(
        cls, passage: PassageTokens, tokens: Sequence[int], scores: NDArray[np.float32], no_answer: float
    ) -> SpanScores:
        """Score the spans.

        Args:
            passage: The passage.
            tokens: Those of its tokens that the window holds.
            scores: The network's scores of these, shape (tokens, 3).
            no_answer: Its score of no answer.
        """
        length = len(tokens)
        words = np.array([-1 if (word := passage.words[token]) is None else word for token in tokens])
        changes = np.diff(words) != 0
        divides = np.array([passage.divides[token] for token in tokens])
        # No answer spans what was left out, nor two cells of a table.
        gaps = np.cumsum((np.diff(tokens, prepend=tokens[0]) > 1) | divides | np.r_[False, divides[:-1]])
        begins, ends = np.r_[True, changes], np.r_[changes, True]  # no answer cuts a word
        may_answer = np.array([passage.may_answer[token] for token in tokens])
        starts = np.where(begins & may_answer, scores[:, 0], IMPOSSIBLE)
        stops = np.where(ends, scores[:, 1], IMPOSSIBLE)
        matches = np.concatenate(([0], np.cumsum([passage.matches_kind[token] for token in tokens])))
        of_spans = starts[:, None] + stops[None, :] - _WRONG_KIND_PENALTY * (matches[None, 1:] == matches[:-1, None])
        more = np.arange(length, dtype=np.float32) - np.arange(length, dtype=np.float32)[:, None]  # after the first
        of_spans[(more < 0) | (more >= _ANSWER_TOKENS) | (gaps[:, None] != gaps)] = IMPOSSIBLE
        offsets = [passage.offsets[token] for token in tokens]
        preferred = of_spans - _LENGTH_PENALTY * more
        return cls(offsets, passage.series, starts, stops, of_spans, preferred, no_answer)

    def best(self, first: int, last: int) -> tuple[int, int, float]:
        """The best span between two tokens, as offsets in the passage, and its margin.

        A span that cuts a series is extended to hold all of it.
        """
        start, end = divmod(int(self.preferred[first:last, first:last].argmax()), last - first)
        start, end = first + start, first + end
        margin = float(self.scores[start, end]) - self.no_answer
        start, end = self._around_series(start, end, first, last)
        return self.offsets[start][0], self.offsets[end][1], margin

    def _around_series(self, start: int, end: int, first: int, last: int) -> tuple[int, int]:
        """A span between two tokens, extended to the whole of a series that it cuts: that this answers is as likely."""
        series = cut_series((self.offsets[start][0], self.offsets[end][1]), self.series)
        if series is None:
            return start, end
        first_mark, last_mark = series.marks[0], series.marks[-1]
        left = min(series.around[0], self.offsets[start][0])
        right = max(series.around[1], self.offsets[end][1])
        begins = [token for token in range(first, start + 1) if left <= self.offsets[token][0] < first_mark[0]]
        ends = [token for token in range(end, last) if last_mark[1] < self.offsets[token][1] <= right]
        if not begins or not ends:
            return start, end
        return max(begins, key=self.starts.__getitem__), max(ends, key=self.stops.__getitem__)
