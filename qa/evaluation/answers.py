"""Measures of answers and of their confidence: exact match, F1, calibration error, coverage."""

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
_ACCURATE = 0.9  # the accuracy that coverage is measured at
_RIGHT_F1 = 0.5


def normalised(text: str) -> str:
    """The text in SQuAD's normal form: lower case, no punctuation, no articles (Rajpurkar et al. 2016).

    >>> normalised("The  Rankine cycle.")
    'rankine cycle'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1.0 if the predicted text is one of the answers in normal form, otherwise 0.0."""
    return float(normalised(prediction) in {normalised(answer) for answer in answers})


def f1(prediction: str, answers: Sequence[str]) -> float:
    """The best F1 of the words of the predicted text and of an answer, 0..1.

    >>> f1("the solar power", ["solar", "wind"])
    0.6666666666666666
    """
    return max(
        (_overlap(normalised(prediction).split(), normalised(answer).split()) for answer in answers), default=0.0
    )


def is_right(prediction: str, answers: Answers) -> bool:
    """Whether a text answers: its F1 is 0.5 or more, or it is part of an answer if answers are whole sentences."""
    if answers.whole_sentences and normalised(prediction):
        return any(normalised(prediction) in normalised(text) for text in answers.texts)
    return f1(prediction, answers.texts) >= _RIGHT_F1


def _overlap(prediction: list[str], answer: list[str]) -> float:
    if not prediction or not answer:
        return float(prediction == answer)
    common = sum((Counter(prediction) & Counter(answer)).values())
    return 2 * common / (len(prediction) + len(answer))


@dataclass(frozen=True, slots=True)
class ConfidenceFigures:
    """How far confidence can be trusted.

    `auroc` and `average_precision` say how well it separates answerable from unanswerable questions; they are None if
    every question is answerable. `calibration_error` is the expected calibration error over 15 bins of equal mass (Guo
    et al.: On Calibration of Modern Neural Networks, 2017). `coverage` is the largest share of questions, most
    confident first, whose answers are right nine times in ten.
    """

    auroc: float | None
    average_precision: float | None
    calibration_error: float
    coverage: float


def confidence_figures(
    confidences: Sequence[float], right: Sequence[bool], answerable: Sequence[bool]
) -> ConfidenceFigures:
    """Measure the confidences of answers.

    Args:
        confidences: One probability per question, 0..1.
        right: Whether each answer is right.
        answerable: Whether each question has an answer.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    both_kinds = len(set(answerable)) > 1
    return ConfidenceFigures(
        float(roc_auc_score(answerable, confidences)) if both_kinds else None,
        float(average_precision_score(answerable, confidences)) if both_kinds else None,
        calibration_error(confidences, right),
        coverage(confidences, right),
    )


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """The mean distance between confidence and accuracy over 15 bins with the same number of questions each.

    >>> calibration_error([0.25] * 60, [True, False, False, False] * 15)
    0.0
    """
    order = np.argsort(confidences, kind="stable")
    predicted, actual = np.asarray(confidences, dtype=float)[order], np.asarray(right, dtype=float)[order]
    bins = [part for part in np.array_split(np.arange(len(order)), _BINS) if len(part)]
    return float(
        sum(abs(predicted[part].mean() - actual[part].mean()) * len(part) for part in bins) / max(1, len(order))
    )


def coverage(confidences: Sequence[float], right: Sequence[bool], accuracy: float = _ACCURATE) -> float:
    """The largest share of questions, most confident first, at which the answers have this accuracy.

    >>> coverage([0.9, 0.8, 0.7, 0.1], [True, True, False, False])
    0.5
    """
    order = np.argsort(-np.asarray(confidences, dtype=float), kind="stable")
    accuracies = np.cumsum(np.asarray(right, dtype=float)[order]) / np.arange(1, len(order) + 1)
    accurate = np.flatnonzero(accuracies >= accuracy)
    return float(accurate[-1] + 1) / len(order) if len(accurate) else 0.0
