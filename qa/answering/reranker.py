"""Re-rankers: they judge question and passage together, which is slower than comparing vectors, and often better.

None comes with this package; `qa.answering.cross_encoder` runs those of sentence-transformers. The idea is Nogueira and
Cho's (Passage Re-ranking with BERT, 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from qa.answering.candidate import Candidate
from qa.errors import ModelError

# As deep as sentence-transformers' own examples for the cheaper of its cross-encoders; each passage costs a reading.
RERANKED = 32


class Reranker(Protocol):
    """What a library needs from a re-ranker; it must be thread-safe."""

    def score(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        """How well each passage fits the question, 0..1."""


def check_reranker(reranker: Any) -> Reranker | None:
    """Return the object if it is a re-ranker or None.

    Raises:
        ModelError: It has no method `score`.
    """
    if reranker is None or callable(getattr(reranker, "score", None)):
        return reranker  # type: ignore[no-any-return]
    raise ModelError(f"a re-ranker has a method score(question, passages); {type(reranker).__name__!r} has none")


def rerank_candidates(reranker: Reranker, question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Give the first candidates the fit that a re-ranker sees, and sort them by it.

    Args:
        reranker: The re-ranker; it is given each passage under its title and headings.
        question: The question, without search syntax.
        candidates: The retrieved passages, best first.

    Returns:
        The candidates that were scored, best first, then the others in their order, with a fit no better.

    Raises:
        ModelError: It did not give a number from 0 to 1 for each passage.
    """
    scored = candidates[:RERANKED]
    passages = [f"{candidate.context}\n{candidate.text}".lstrip("\n") for candidate in scored]
    scores = np.asarray(reranker.score(question, passages) if passages else [], dtype=float)
    if scores.shape != (len(passages),) or not np.all((scores >= 0) & (scores <= 1)):
        raise ModelError(
            f"the re-ranker {type(reranker).__name__!r} gave no number from 0 to 1 for each of "
            f"the {len(passages)} passages"
        )
    refitted = [replace(candidate, fit=float(score)) for candidate, score in zip(scored, scores, strict=True)]
    least = float(scores.min(initial=1.0))
    behind = (replace(candidate, fit=min(candidate.fit, least)) for candidate in candidates[RERANKED:])
    return [*sorted(refitted, key=lambda candidate: -candidate.fit), *behind]
