"""Fitting a calibration: by which sentence is chosen, how likely it is right, and the bands of certainty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp, softmax

from qa.answering.calibration import Calibration, confidence_terms
from qa.answering.close_reading import is_doubtful
from qa.answering.options import OptionFeatures
from qa.answering.select import choose_option
from qa.evaluation.question_runs import EvaluationSet, QuestionRun

# The weights before a fit sees a question, and how firmly: as the standard deviation of a weight's share.
PRIOR_DEVIATION = 0.2
PRIOR = OptionFeatures(
    margin=0.2,
    evidence=0.3,
    answers=0.1,
    likeness=4.0,
    coverage=0.5,
    behind=3.0,
    asks=-1.5,
    heading=-0.3,
    comment=1.5,
    in_list=1.5,
    named=2.0,
    unmentioned=-1.0,
    likeness_before=2.0,
    coverage_before=0.25,
).terms()
# Of `confidence_terms`, near what earlier fits gave: a few hundred questions say too little of the coverage.
CONFIDENCE_PRIOR = (0.2, 0.7, 0.27, 4.0)
CONFIDENCE_DEVIATION = 1.0


@dataclass(frozen=True, slots=True)
class Precisions:
    """How many answers are right: of the sure ones, of all that are likely or sure, of those that are only perhaps."""

    sure: float
    likely: float
    perhaps: float


ONE_READER = Precisions(sure=0.9, likely=0.85, perhaps=0.35)
# Above the same thresholds, others are right of 216 questions over twelve texts that no weight was fitted to: 94 % of
# the sure answers, and 86 % of all that are likely or sure. These precisions were chosen in sight of that, so that what
# is sure is right nine times in ten there, and one in ten is answered wrongly. That of what is perhaps right was chosen
# so that "the text does not say" is right nine times in ten: 72 of 80 times among 587 questions, 34 of 41 among 432
# later ones.
BOTH_READERS = Precisions(sure=15 / 16, likely=23 / 25, perhaps=2 / 7)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChosenAnswers:
    """What is known of the answers that were chosen in a set: arrays of shape (questions, terms) and (questions,)."""

    name: str
    weight: float
    terms: Floats
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]
    admissible: NDArray[np.bool_]
    points_at_author: NDArray[np.bool_]

    @classmethod
    def of(cls, data: EvaluationSet, by: Calibration) -> ChosenAnswers:
        """Choose an option for each question of the set."""
        runs = [(run, True) for run in data.answerable if run.options]
        runs += [(run, False) for run in data.unanswerable if run.options]
        chosen = [choose_option(run.options, by) for run, _ in runs]
        return cls(
            data.name,
            data.weight,
            np.array([confidence_terms(option.features) for option in chosen]),
            np.array([run.right[run.options.index(option)] for (run, _), option in zip(runs, chosen, strict=True)]),
            np.array([answerable for _, answerable in runs]),
            np.array([option.admissible for option in chosen]),
            np.array([option.points_at_author for option in chosen]),
        )

    def judged(self, by: Calibration) -> JudgedAnswers:
        """The answers with their confidences."""
        return JudgedAnswers(
            self.name, self.weight, self.confidences(by), self.right, self.answerable, self.points_at_author
        )

    def only(self, these: NDArray[np.bool_]) -> ChosenAnswers:
        """Those of some questions, given by a mask of shape (questions,)."""
        return replace(
            self,
            terms=self.terms[these],
            right=self.right[these],
            answerable=self.answerable[these],
            admissible=self.admissible[these],
            points_at_author=self.points_at_author[these],
        )

    def confidences(self, by: Calibration) -> Floats:
        """The confidence in each answer; none where only something else of the kind asked for is in the text."""
        return np.where(self.admissible, expit(by.constant + self.terms @ np.array(by.weights)), 0.0)


@dataclass(frozen=True, slots=True)
class JudgedAnswers:
    """The confidence in the answers of a set, and whether they are right; arrays of shape (questions,).

    `points_at_author` is whether the reader points at the author of a post.
    """

    name: str
    weight: float
    confidences: Floats
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]
    points_at_author: NDArray[np.bool_]

    def read_closely(self, closely: JudgedAnswers) -> JudgedAnswers:
        """The same answers, those in doubt as the deeper reader gives them."""
        first = zip(self.confidences.tolist(), self.points_at_author.tolist(), strict=True)
        doubtful = np.array([is_doubtful(confidence, points_at_author=at_author) for confidence, at_author in first])
        return replace(
            self,
            confidences=np.where(doubtful, closely.confidences, self.confidences),
            right=np.where(doubtful, closely.right, self.right),
            points_at_author=np.where(doubtful, closely.points_at_author, self.points_at_author),
        )


def fit_choice(answered: Sequence[EvaluationSet], by: Calibration, deviation: float = PRIOR_DEVIATION) -> Calibration:
    """Fit the weights by which one option is chosen (McFadden: Conditional Logit Analysis, 1974).

    The weights are drawn towards `PRIOR` by a Gaussian, so that a feature that few questions have keeps its weight.

    Args:
        answered: The sets, each with at least one question that some options answer, and others do not.
        by: The calibration whose other numbers are kept.
        deviation: How firmly the weights are drawn: the standard deviation of each one's share of its prior.
    """
    runs: list[tuple[float, Floats, NDArray[np.bool_]]] = []
    of_all = sum(data.weight for data in answered)
    for data in answered:
        usable = [run for run in data.answerable if any(run.right) and not all(run.right)]
        share = data.weight / of_all / max(1, len(usable))
        runs += [(share, _option_terms(run), np.array(run.right)) for run in usable]
    questions = sum(len(data.answerable) for data in answered)

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = 0.0, np.zeros(len(weights))
        for share, terms, right in runs:
            scores = terms @ weights
            value -= share * (logsumexp(scores[right]) - logsumexp(scores))
            slope -= share * (softmax(scores[right]) @ terms[right] - softmax(scores) @ terms)
        return questions * value, questions * slope

    return replace(by, choice=tuple(map(float, _fitted_near(PRIOR, deviation, loss))))


def _fitted_near(
    prior: Sequence[float], deviation: float | Sequence[float], loss: Callable[[Floats], tuple[float, Floats]]
) -> Floats:
    """The weights with the least loss, each drawn towards its prior by a Gaussian.

    Args:
        prior: The weights before the fit; none is 0.
        deviation: The standard deviation of each weight's share of its prior.
        loss: The loss of weights, and its gradient.
    """
    expected = np.array(prior)

    def penalised(shares: Floats) -> tuple[float, Floats]:
        value, slope = loss(shares * expected)
        pull = (shares - 1) / np.asarray(deviation)
        return value + 0.5 * float(pull @ pull), slope * expected + pull / np.asarray(deviation)

    found: Floats = minimize(penalised, np.ones(len(expected)), jac=True, method="L-BFGS-B").x * expected
    return found


def _option_terms(run: QuestionRun) -> Floats:
    return np.array([option.features.terms() for option in run.options])


def fit_confidence(
    measured: Sequence[ChosenAnswers], by: Calibration, deviation: float = CONFIDENCE_DEVIATION
) -> Calibration:
    """Fit the probability that the chosen answer is right: a logistic regression.

    Its weights are drawn towards `CONFIDENCE_PRIOR`, and its constant to nothing.

    Args:
        measured: What is known of the chosen answers, set by set.
        by: The calibration that chose them.
        deviation: How firmly the weights are drawn: the standard deviation of each one's share of its prior.
    """
    terms = np.concatenate([data.terms[data.admissible] for data in measured])
    right = np.concatenate([data.right[data.admissible] for data in measured]).astype(float)
    shares = np.concatenate(
        [np.full(data.admissible.sum(), data.weight / max(1, data.admissible.sum())) for data in measured]
    )
    counts = shares * len(shares) / shares.sum()

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = weights[0] + terms @ weights[1:]
        error = counts * (expit(odds) - right)
        return float(counts @ (np.logaddexp(0, odds) - right * odds)), np.r_[error.sum(), error @ terms]

    deviations = (np.inf, *(deviation for _ in CONFIDENCE_PRIOR))
    constant, *weights = _fitted_near((-1.0, *CONFIDENCE_PRIOR), deviations, loss)
    return replace(by, constant=float(constant), weights=tuple(map(float, weights)))


def set_bands(measured: Sequence[JudgedAnswers], by: Calibration, precisions: Precisions = ONE_READER) -> Calibration:
    """Set the bands of certainty.

    An answer is likely from the lowest confidence from which on so many answers are right, and sure likewise. It is
    perhaps right from where so many of those up to likely are.

    Args:
        measured: The answers of each set, and whether they are right.
        by: The calibration that gave their confidences.
        precisions: How many are to be right.
    """
    grid = np.arange(0.02, 0.95, 0.01)
    shares = np.array([data.weight for data in measured])
    given = [data.confidences[:, None] >= grid for data in measured]
    of_all = shares @ np.array([is_given.mean(axis=0) for is_given in given])
    right = shares @ np.array(
        [(data.right[:, None] & is_given).mean(axis=0) for data, is_given in zip(measured, given, strict=True)]
    )
    likely = _first(right >= precisions.likely * of_all)
    sure = _first(right >= precisions.sure * of_all)
    perhaps = _first((right - right[likely] >= precisions.perhaps * (of_all - of_all[likely]))[: likely + 1])
    return replace(
        by,
        sure=round(float(grid[sure]), 2),
        likely=round(float(grid[likely]), 2),
        perhaps=round(float(grid[perhaps]), 2),
    )


def _first(holds: NDArray[np.bool_]) -> int:
    """The first place that holds, the last place if none does."""
    return int(holds.argmax()) if holds.any() else len(holds) - 1
