"""Calibration: turns the reader's margins into evidence for the ranking and into the probability of a right answer.

`python -m benchmarks.calibrate` fits the numbers on open sets; they are stored next to the reader's weights.
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
# Margins are clipped to ± this value: see benchmarks/results/constants.md.
_MARGIN_LIMIT = 12.0


@dataclass(frozen=True, slots=True)
class ConfidenceFeatures:
    """What an answer's probability of being right is computed from.

    Attributes:
        margins: The reader's margins of the passages it read, the answer's first.
        fit: How well the answer's passage fitted the question before it was read, 0..1.
        fits: The fit of every candidate, read or not.
        rival: The highest margin of a passage with a different answer.
        support: The number of other passages with the same answer.
        likeness: The cosine of the question and the answer's sentence.
    """

    margins: Sequence[float]
    fit: float
    fits: Sequence[float]
    rival: float
    support: int
    likeness: float

    def terms(self) -> tuple[float, ...]:
        """The numbers whose weighted sum is the log-odds of the answer.

        The level of the fits depends on the collection, so only differences of fits count.
        """
        margins, best_fit = [*map(_clip, self.margins)], max(self.fits)
        behind, ahead = best_fit - self.fit, best_fit - fmean(self.fits)
        return margins[0], _clip(self.rival), fmean(margins), math.log1p(self.support), self.likeness, behind, ahead


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted numbers.

    Attributes:
        reader: The SHA-256 of the weights that they were fitted to.
        evidence_weight: The weight of the reader's evidence, relative to a passage's fit, which has weight 1.
        evidence_offset: The margin at which the evidence is one half.
        evidence_scale: The margin over which the evidence grows by a factor of e in odds.
        non_fact_share: The share of the evidence that counts if the question asks for more than a fact; the reader
            was trained to point at a few words.
        fit_in_margins: The margin that outweighs a difference of 1 in fit when one answer is chosen.
        constant: The intercept of the log-odds of a right answer.
        weights: The coefficients of `ConfidenceFeatures.terms`.
        threshold: The probability from which an answer counts as found.
    """

    reader: str
    evidence_weight: float
    evidence_offset: float
    evidence_scale: float
    non_fact_share: float
    fit_in_margins: float
    constant: float
    weights: Sequence[float]
    threshold: float

    def evidence(self, question: str, margin: float) -> float:
        """How strongly a margin speaks for its passage, 0..1."""
        share = 1.0 if question_type.asks_fact(question) else self.non_fact_share
        return share * _logistic((margin - self.evidence_offset) / self.evidence_scale)

    def score(self, fit: float, evidence: float) -> float:
        """A passage's score in the ranking, 0..1: its fit and the reader's evidence for it, weighted."""
        return (fit + self.evidence_weight * evidence) / (1 + self.evidence_weight)

    def answer_score(self, margin: float, fit: float) -> float:
        """How well a span answers, in units of the margin; the span with the highest score is chosen."""
        return _clip(margin) + self.fit_in_margins * fit

    def confidence(self, features: ConfidenceFeatures) -> float:
        """The probability that the answer is right."""
        return _logistic(self.constant + sum(w * term for w, term in zip(self.weights, features.terms(), strict=True)))


@cache
def load_calibration() -> Calibration:
    """The calibration that comes with the reader."""
    return Calibration(**json.loads(FILE.read_text(encoding="utf-8")))


def _clip(margin: float) -> float:
    return max(-_MARGIN_LIMIT, min(margin, _MARGIN_LIMIT))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
