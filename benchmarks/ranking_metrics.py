"""How good a ranking is, and whether one is better than another by more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float64]
FLIPS = 10_000
_SEED = 7
_BLOCK = 500
_EPSILON = 1e-12


def ndcg(run: Mapping[str, Sequence[str]], judgements: Mapping[str, Mapping[str, int]]) -> Gains:
    """The nDCG@10 of each judged question, in their order, as trec_eval has it.

    `run` holds a question's documents, best first. trec_eval sorts by score, so each gets one of its own.
    """
    from pytrec_eval import RelevanceEvaluator

    judged = {query: dict(grades) for query, grades in judgements.items()}
    scored = {
        query: {document: float(len(ranking) - rank) for rank, document in enumerate(ranking)}
        for query, ranking in run.items()
        if ranking
    }
    measured = RelevanceEvaluator(judged, {"ndcg_cut.10"}).evaluate(scored)
    return np.array([measured[query]["ndcg_cut_10"] if query in measured else 0.0 for query in judgements])


def p_value(ours: Gains, theirs: Gains, flips: int = FLIPS) -> float:
    """How probable a difference of the means at least as large is, either way, if neither system were better.

    A paired randomisation test: if neither were better, each question's difference could as well have had the other
    sign (Smucker, Allan, Carterette: A Comparison of Statistical Significance Tests for Information Retrieval
    Evaluation, CIKM 2007). The flips are seeded; the arrangement that was seen counts as one of them.
    """
    differences = ours - theirs
    differences = differences[differences != 0]
    random = np.random.default_rng(_SEED)
    seen = abs(differences.sum()) - _EPSILON
    as_large = 0
    for start in range(0, flips, _BLOCK):
        confidence_features = random.choice([-1.0, 1.0], (min(_BLOCK, flips - start), len(differences)))
        as_large += int((np.abs(confidence_features @ differences) >= seen).sum())
    return (as_large + 1) / (flips + 1)
