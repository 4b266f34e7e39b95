"""Two rankings into one: what the engines say of a passage becomes one score from 0 to 1."""

from __future__ import annotations

import numpy as np

from qa.index.engine import Engine, Hits, Ids, Scores, ordered
from qa.question import Question

_DENSE_WEIGHT = 0.5
_CANDIDATES = 100


def search(dense: Engine, lexical: Engine, question: Question, k: int) -> Hits:
    """The best `k` passages by both engines together.

    A convex combination of the two scores, each scaled to 0..1 (Bruch, Gai, Ingber: An Analysis of Fusion Functions
    for Hybrid Retrieval, TOIS 2023). Both engines score every candidate of either, so that a passage which one of
    them ranked low is not taken for one that it rejected.
    """
    depth = max(_CANDIDATES, k)
    ids: Ids = np.union1d(dense.search(question, depth).ids, lexical.search(question, depth).ids)
    return ordered(ids, fused(dense.scores(question, ids), lexical.scores(question, ids)), k)


def fused(cosine: Scores, bm25: Scores) -> Scores:
    """One score a passage, 0..1: its cosine, and its share of the best BM25 score that the question reaches."""
    best = float(bm25.max(initial=0.0))
    share = bm25 / best if best > 0 else np.zeros_like(bm25)
    return np.asarray(_DENSE_WEIGHT * cosine.clip(0, 1) + (1 - _DENSE_WEIGHT) * share, dtype=np.float32)
