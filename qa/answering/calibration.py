"""Calibration: from the reader's margins to evidence for the ranking, and to the chance that the answer is right.

The numbers are fitted by `python -m benchmarks.calibrate` on open sets and lie beside the reader's weights.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean

from qa.answering import question_type

FILE = Path(__file__).parents[1] / "weights" / "calibration.json"
_MOST_MARGIN = 12.0  # beyond all doubt either way


@dataclass(frozen=True, slots=True)
class ConfidenceFeatures:
    """What tells whether an answer is right.

    `margins` are the reader's, of the answer's passage first. `fit` says how well that passage fitted before it was
    read, 0..1, and `fits` how well each did that might have been read. `rival` is the greatest margin of a passage that
    says something else, `support` how many passages more say the same, and `likeness` the cosine of the question and
    the answer's sentence.
    """

    margins: Sequence[float]
    fit: float
    fits: Sequence[float]
    rival: float
    support: int
    likeness: float

    def terms(self) -> tuple[float, ...]:
        """The numbers that the confidence is a weighted sum of.

        How well a passage fits depends on the collection, so only by how much one fits better than another counts.
        """
        margins, best_fit = [*map(_bounded, self.margins)], max(self.fits)
        behind, ahead = best_fit - self.fit, best_fit - fmean(self.fits)
        usual = fmean(margins)
        return margins[0], _bounded(self.rival), usual, math.log1p(self.support), self.likeness, behind, ahead


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted numbers; `reader` is the hash of the weights that they were fitted to.

    `evidence_elsewhere` is the share that the evidence keeps where a question asks for more than a fact: the reader
    was taught to point at a few words. `fit_in_margins` is the margin that outweighs all of a passage's fit where one
    answer has to be chosen.
    """

    reader: str
    evidence_weight: float
    evidence_offset: float
    evidence_scale: float
    evidence_elsewhere: float
    fit_in_margins: float
    constant: float
    weights: Sequence[float]
    threshold: float

    def evidence(self, question: str, margin: float) -> float:
        """How much a margin speaks for its passage, 0..1."""
        share = 1.0 if question_type.asks_fact(question) else self.evidence_elsewhere
        return share * _logistic((margin - self.evidence_offset) / self.evidence_scale)

    def joined(self, score: float, evidence: float) -> float:
        """A passage's score in the ranking, 0..1, with the reader's evidence for it."""
        return (score + self.evidence_weight * evidence) / (1 + self.evidence_weight)

    def worth(self, margin: float, fit: float) -> float:
        """How well a span answers beside those of other passages: its margin, and how well its passage fitted."""
        return _bounded(margin) + self.fit_in_margins * fit

    def confidence(self, features: ConfidenceFeatures) -> float:
        """The probability that the answer is right."""
        return _logistic(self.constant + sum(w * term for w, term in zip(self.weights, features.terms(), strict=True)))


@cache
def load_calibration() -> Calibration:
    """The calibration that comes with the reader."""
    return Calibration(**json.loads(FILE.read_text(encoding="utf-8")))


def _bounded(margin: float) -> float:
    return max(-_MOST_MARGIN, min(margin, _MOST_MARGIN))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
