"""How much the reader's evidence counts in the ranking: the setting by which questions find their documents best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qa.answering.calibration import Calibration
from qa.answering.select import rerank
from qa.evaluation.question_runs import EvaluationSet
from qa.evaluation.ranking import ranking_figures

WEIGHTS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
SCALES = (2.0, 4.0)
OFFSETS = (0.0, 2.0, 4.0)
SHARES = (0.0, 0.2, 0.4)
MOST_LOST = 0.004  # nDCG@10 that a set may lose through the evidence
LEAST_DIFFERENCE = 0.003  # a share of all questions; in samples of this size chance makes larger differences


def ranking_quality(collection: EvaluationSet, by: Calibration) -> tuple[float, float]:
    """nDCG@10 and recall@1 with the reader's evidence."""
    run = {}
    for item in collection.answerable:
        order = rerank(item.question.text, item.read, by)
        behind = [candidate.place.source for candidate in item.candidates[len(item.read) :]]
        sources = dict.fromkeys([*(read.candidate.place.source for read in order), *behind])
        run[item.query] = [(source, -float(place)) for place, source in enumerate(sources)]
    measured = ranking_figures(run, collection.judgements)
    return measured.ndcg_at_10, measured.recall_at_1


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """nDCG@10 of each set, by setting: an array of shape (settings, sets). The first setting is no evidence."""

    settings: Sequence[Calibration]
    ndcg: NDArray[np.float64]

    @classmethod
    def of(cls, collections: Sequence[EvaluationSet], by: Calibration) -> EvidenceTable:
        """Measure every setting on every set; the other numbers are those of `by`."""
        settings = [
            replace(by, evidence_weight=w, evidence_scale=s, evidence_offset=o, non_fact_share=e)
            for w in WEIGHTS
            for s in SCALES
            for o in OFFSETS
            for e in SHARES
            if w or (s, o, e) == (SCALES[0], OFFSETS[0], SHARES[0])
        ]
        return cls(settings, np.array([[ranking_quality(data, of)[0] for data in collections] for of in settings]))

    def best(self, sets: Sequence[int] | None = None) -> int:
        """The index of the setting with the best mean among those through which no set loses more than `MOST_LOST`.

        Args:
            sets: The indices of the sets that count; None for all.
        """
        gains = self.ndcg - self.ndcg[0]
        gains = gains if sets is None else gains[:, list(sets)]
        return int(np.where(gains.min(axis=1) >= -MOST_LOST, gains.mean(axis=1), -np.inf).argmax())
