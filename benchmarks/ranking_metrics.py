"""nDCG@10 by question, and the p-value of the difference between two rankings."""

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
    """Measure nDCG@10 with trec_eval.

    Args:
        run: The documents of each question, best first.
        judgements: Grade by document, by question.

    Returns:
        One figure for each judged question, in the order of `judgements`; 0 for a question without a ranking.
    """
    from pytrec_eval import RelevanceEvaluator

    judged = {query: dict(grades) for query, grades in judgements.items()}
    # trec_eval sorts by score, so the ranks become scores.
    scored = {
        query: {document: float(len(ranking) - rank) for rank, document in enumerate(ranking)}
        for query, ranking in run.items()
        if ranking
    }
    measured = RelevanceEvaluator(judged, {"ndcg_cut.10"}).evaluate(scored)
    return np.array([measured[query]["ndcg_cut_10"] if query in measured else 0.0 for query in judgements])


def p_value(ours: Gains, theirs: Gains, flips: int = FLIPS) -> float:
    """The two-sided p-value of the difference between two systems, by a paired randomisation test.

    If neither system is better, each question's difference could as well have the other sign (Smucker, Allan,
    Carterette: A Comparison of Statistical Significance Tests for Information Retrieval Evaluation, CIKM 2007).

    Args:
        ours: One figure per question.
        theirs: The other system's, in the same order.
        flips: The number of random sign assignments, drawn with a fixed seed; the observed one is added to them.
    """
    differences = ours - theirs
    differences = differences[differences != 0]
    random = np.random.default_rng(_SEED)
    observed = abs(differences.sum()) - _EPSILON
    as_large = 0
    for start in range(0, flips, _BLOCK):
        signs = random.choice([-1.0, 1.0], (min(_BLOCK, flips - start), len(differences)))
        as_large += int((np.abs(signs @ differences) >= observed).sum())
    return (as_large + 1) / (flips + 1)
