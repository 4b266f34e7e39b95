"""Calibration: turns the reader's margins into evidence for the ranking and into the probability of a right answer.

`python -m benchmarks.calibrate` fits the numbers of the models that come with this package on open sets; they are
stored next to the reader's weights. `qa calibrate` fits those of other models on questions of the user's own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.answering import question_type

if TYPE_CHECKING:
    from qa.answering.answer import Certainty
    from qa.answering.options import OptionFeatures

UNKNOWN_NAME = math.log((2 / 1459) / (18 / 1727))
"""What a name in the question that no text mentions changes in the log-odds: of squad2's questions, 2 of the 1,459
answerable ones have one, and 18 of the 1,727 others. They are too few for the fit to see."""
FILE, CLOSE_FILE = (
    Path(__file__).parents[1] / "weights" / name for name in ("calibration.json", "close_calibration.json")
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted numbers.

    Attributes:
        models: The identities of the encoder, the reader and the re-ranker that they were fitted to, and of the deeper
            reader if it takes part; see `identity`.
        evidence_weight: The weight of the reader's evidence, relative to a passage's fit, which has weight 1.
        evidence_offset: The margin at which the evidence is one half.
        evidence_scale: The margin over which the evidence grows by a factor of e in odds.
        non_fact_share: The share of the evidence that counts if the question asks for more than a fact; the reader
            was trained to point at a few words.
        choice: The coefficients of `OptionFeatures.terms`, by which one option is chosen.
        constant: The intercept of the log-odds of a right answer.
        weights: The coefficients of `confidence_terms`; empty if nothing was fitted to the models.
        sure: The probability from which an answer is sure.
        likely: The probability from which it is likely, and counts as found.
        perhaps: The probability from which it is shown as the closest.
    """

    models: Sequence[str]
    evidence_weight: float
    evidence_offset: float
    evidence_scale: float
    non_fact_share: float
    choice: Sequence[float]
    constant: float
    weights: Sequence[float]
    sure: float
    likely: float
    perhaps: float

    def evidence(self, question: str, margin: float) -> float:
        """How strongly a margin speaks for its passage, 0..1."""
        share = 1.0 if question_type.asks_fact(question) else self.non_fact_share
        return share * _logistic((margin - self.evidence_offset) / self.evidence_scale)

    def score(self, fit: float, evidence: float) -> float:
        """A passage's score in the ranking, 0..1: its fit and the reader's evidence for it, weighted."""
        return (fit + self.evidence_weight * evidence) / (1 + self.evidence_weight)

    def option_score(self, features: OptionFeatures) -> float:
        """How well a sentence answers; the one with the highest score is chosen."""
        return features.score(self.choice)

    def confidence(self, features: OptionFeatures, *, unknown_name: bool = False) -> float | None:
        """The probability that the chosen option is right; None if nothing was fitted to the models.

        Args:
            features: Those of the chosen option.
            unknown_name: Whether the question names something that no text of the library mentions.
        """
        if not self.weights:
            return None
        terms = confidence_terms(features)
        odds = self.constant + sum(w * term for w, term in zip(self.weights, terms, strict=True))
        return _logistic(odds + UNKNOWN_NAME if unknown_name else odds)

    def certainty(self, confidence: float | None) -> Certainty:
        """The confidence in words."""
        if confidence is None:
            return "none"
        bands: tuple[tuple[Certainty, float], ...] = (
            ("sure", self.sure),
            ("likely", self.likely),
            ("perhaps", self.perhaps),
        )
        return next((name for name, least in bands if confidence >= least), "none")


def confidence_terms(features: OptionFeatures) -> tuple[float, ...]:
    """The numbers whose weighted sum is the log-odds that a chosen option is right.

    They are those of the answer itself, so that it is the same whatever else lies in the library. There are few: with
    the kind of question and the sentence's own evidence among them, answers of threads that the fit had not seen were
    judged worse.
    """
    return (features.margin, features.answers, features.coverage + features.coverage_before, features.behind)


@cache
def load_calibration() -> Calibration:
    """The calibration that comes with the reader."""
    return Calibration(**json.loads(FILE.read_text(encoding="utf-8")))


@cache
def load_close_calibration() -> Calibration:
    """The calibration of the answers that were read closely; its bands are for every answer while that is on."""
    return Calibration(**json.loads(CLOSE_FILE.read_text(encoding="utf-8")))


def not_calibrated(models: Sequence[str]) -> Calibration:
    """For other models: ranking and choice as with the reader of this package, and no confidence."""
    return replace(load_calibration(), models=models, weights=())


def identity(model: Any) -> str:
    """What a model is known by: its `fingerprint`, or the name of its class if it has none; "" for None."""
    if model is None:
        return ""
    return str(getattr(model, "fingerprint", "") or f"{type(model).__module__}.{type(model).__qualname__}")


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
