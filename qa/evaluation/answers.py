"""How good answers are, and how well their confidence tells the right ones from the wrong."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.evaluation.dataset import Answers

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_BINS = 15
_ACCURATE = 0.9
_RIGHT = 0.5


def normalised(text: str) -> str:
    """SQuAD's normal form (Rajpurkar et al. 2016).

    >>> normalised("The  Rankine cycle.")
    'rankine cycle'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact(given: str, answers: Sequence[str]) -> float:
    """1 where the given text is one of the answers, else 0."""
    return float(normalised(given) in {normalised(answer) for answer in answers})


def f1(given: str, answers: Sequence[str]) -> float:
    """The best word overlap with an answer.

    >>> f1("the solar power", ["solar", "wind"])
    0.6666666666666666
    """
    return max((_overlap(normalised(given).split(), normalised(answer).split()) for answer in answers), default=0.0)


def is_right(given: str, answers: Answers) -> bool:
    """Whether a text answers: F1 of 0.5 or more; of a set that knows whole sentences only, a part of one does too."""
    if answers.whole_sentences and normalised(given):
        return any(normalised(given) in normalised(text) for text in answers.texts)
    return f1(given, answers.texts) >= _RIGHT


def _overlap(given: list[str], answer: list[str]) -> float:
    if not given or not answer:
        return float(given == answer)
    common = sum((Counter(given) & Counter(answer)).values())
    return 2 * common / (len(given) + len(answer))


@dataclass(frozen=True, slots=True)
class ConfidenceFigures:
    """How far confidence can be trusted; `auroc` and `average_precision` are None where every question is answerable.

    `calibration_error` is the expected one over 15 bins of equal mass (Guo et al.: On Calibration of Modern Neural
    Networks, 2017), `coverage` the greatest share of the questions whose answers are right nine times in ten.
    """

    auroc: float | None
    average_precision: float | None
    calibration_error: float
    coverage: float


def confidence_figures(
    confidences: Sequence[float], right: Sequence[bool], answerable: Sequence[bool]
) -> ConfidenceFigures:
    """Figures of one confidence a question."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    told = len(set(answerable)) > 1
    return ConfidenceFigures(
        float(roc_auc_score(answerable, confidences)) if told else None,
        float(average_precision_score(answerable, confidences)) if told else None,
        calibration_error(confidences, right),
        coverage(confidences, right),
    )


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """The mean distance of confidence and share of right answers, over 15 bins of as many questions.

    >>> calibration_error([0.25] * 60, [True, False, False, False] * 15)
    0.0
    """
    order = np.argsort(confidences, kind="stable")
    told, was = np.asarray(confidences, dtype=float)[order], np.asarray(right, dtype=float)[order]
    bins = [part for part in np.array_split(np.arange(len(order)), _BINS) if len(part)]
    return float(sum(abs(told[part].mean() - was[part].mean()) * len(part) for part in bins) / max(1, len(order)))


def coverage(confidences: Sequence[float], right: Sequence[bool], accuracy: float = _ACCURATE) -> float:
    """The greatest share of the questions, the most confident first, of whose answers so many are right.

    >>> coverage([0.9, 0.8, 0.7, 0.1], [True, True, False, False])
    0.5
    """
    order = np.argsort(-np.asarray(confidences, dtype=float), kind="stable")
    accuracies = np.cumsum(np.asarray(right, dtype=float)[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(accuracies >= accuracy)
    return float(enough[-1] + 1) / len(order) if len(enough) else 0.0
