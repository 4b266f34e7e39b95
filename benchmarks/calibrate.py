"""Fit the calibration: `python -m benchmarks.calibrate DIR [--limit N] [--only-answers SET…] [--out FILE]`.

Run it in the same commit as any change of the encoder, the passages, the ranking or the reader. It asks the questions
of public sets below DIR, except those that the reader was trained on, and those of real threads, and

1. tries weights of the reader's evidence in the ranking on all sets, and takes those with the best mean nDCG@10 that
   make no set more than a little worse;
2. on the sets with known answers, fits by what one sentence is chosen, a conditional logit: the probability that the
   highest of all scores is a right one's;
3. fits the confidence, a logistic regression on right or wrong, and the bands of certainty;
4. writes `qa/weights/calibration.json` and runs the quality gate (`benchmarks.gate`); the exit status is 1 if a floor
   is broken.

It also prints, set by set, the figures with that set left out of the fit.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp, softmax
from sklearn.metrics import roc_auc_score

from benchmarks import gate
from benchmarks.calibration_sets import ANSWERED_SETS, RANKED_SETS, THREADS, EvaluationSet, QuestionRun, ask_set
from qa.answering import reader
from qa.answering.calibration import FILE, Calibration, confidence_terms, load_calibration
from qa.answering.options import OptionFeatures
from qa.answering.select import choose_option, rerank
from qa.evaluation.answers import calibration_error
from qa.evaluation.ranking import ranking_figures

WEIGHTS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
SCALES = (2.0, 4.0)
OFFSETS = (0.0, 2.0, 4.0)
SHARES = (0.0, 0.2, 0.4)
MOST_LOST = 0.004  # nDCG@10 that a set may lose through the evidence
LEAST_DIFFERENCE = 0.003  # a share of all questions; in samples of this size chance makes larger differences
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
THREADS_SHARE = 0.5  # of the weight in the fits: what people ask of real threads counts as much as all other sets
SURE, LIKELY = 0.9, 0.75  # the precision of all answers from a band on
PERHAPS = 0.35  # the precision of the answers that are only perhaps right
UNREAD = Calibration("", 0.0, 0.0, 1.0, 0.0, PRIOR, 0.0, (), 1.0, 1.0, 1.0)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChosenAnswers:
    """What is known of the answers that were chosen in a set: arrays of shape (questions, terms) and (questions,)."""

    name: str
    terms: Floats
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]
    admissible: NDArray[np.bool_]

    @classmethod
    def of(cls, data: EvaluationSet, by: Calibration) -> ChosenAnswers:
        """Choose an option for each question of the set."""
        runs = [(run, True) for run in data.answerable if run.options]
        runs += [(run, False) for run in data.unanswerable if run.options]
        chosen = [choose_option(run.options, by) for run, _ in runs]
        return cls(
            data.name,
            np.array([confidence_terms(option.features) for option in chosen]),
            np.array([run.right[run.options.index(option)] for (run, _), option in zip(runs, chosen, strict=True)]),
            np.array([answerable for _, answerable in runs]),
            np.array([option.admissible for option in chosen]),
        )

    def confidences(self, by: Calibration) -> Floats:
        """The confidence in each answer; none where only something else of the kind asked for is in the text."""
        odds = by.constant + self.terms @ np.array(by.weights)
        return np.where(self.admissible, 1 / (1 + np.exp(-odds)), 0.0)


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


def choose_evidence(collections: Sequence[EvaluationSet]) -> Calibration:
    """The setting with the best mean nDCG@10 among those through which no set loses more than `MOST_LOST`."""
    settings = [
        replace(UNREAD, evidence_weight=w, evidence_scale=s, evidence_offset=o, non_fact_share=e)
        for w in WEIGHTS
        for s in SCALES
        for o in OFFSETS
        for e in SHARES
        if w or (s, o, e) == (SCALES[0], OFFSETS[0], SHARES[0])
    ]
    table = np.array([[ranking_quality(data, by)[0] for data in collections] for by in settings])
    gains = table - table[0]
    best = _best_setting(gains)
    for number, data in enumerate(collections):
        others = [n for n in range(len(collections)) if n != number]
        left_out = gains[_best_setting(gains[:, others]), number]
        recall = ranking_quality(data, settings[best])[1] - ranking_quality(data, settings[0])[1]
        print(
            f"{data.name:10} nDCG@10 {table[0, number]:.4f} alone, {gains[best, number]:+.4f} with evidence, "
            f"{left_out:+.4f} as chosen on the others; recall@1 {recall:+.4f}"
        )
    return settings[best]


def _best_setting(gains: Floats) -> int:
    allowed = gains.min(axis=1) >= -MOST_LOST
    return int(np.where(allowed, gains.mean(axis=1), -np.inf).argmax())


def fit_choice(answered: Sequence[EvaluationSet], by: Calibration) -> Calibration:
    """Fit the weights by which one option is chosen (McFadden: Conditional Logit Analysis, 1974).

    The weights are drawn towards `PRIOR` by a Gaussian, so that a feature that few questions have keeps its weight.
    """
    runs: list[tuple[float, Floats, NDArray[np.bool_]]] = []
    for data in answered:
        usable = [run for run in data.answerable if any(run.right) and not all(run.right)]
        share = _share(data.name, answered) / max(1, len(usable))
        runs += [(share, _option_terms(run), np.array(run.right)) for run in usable]
    questions = sum(len(data.answerable) for data in answered)

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = 0.0, np.zeros(len(weights))
        for share, terms, right in runs:
            scores = terms @ weights
            value -= share * (logsumexp(scores[right]) - logsumexp(scores))
            slope -= share * (softmax(scores[right]) @ terms[right] - softmax(scores) @ terms)
        return questions * value, questions * slope

    return replace(by, choice=tuple(map(float, _fitted_near(PRIOR, PRIOR_DEVIATION, loss))))


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


def _share(name: str, answered: Sequence[EvaluationSet] | Sequence[ChosenAnswers]) -> float:
    """The share of a set in a fit."""
    others = sum(data.name != THREADS for data in answered)
    if others == len(answered):
        return 1 / others
    return THREADS_SHARE if name == THREADS else (1 - THREADS_SHARE) / others


def fit_confidence(answered: Sequence[EvaluationSet], by: Calibration) -> Calibration:
    """Fit the probability that the chosen answer is right, and the bands of certainty."""
    measured = [ChosenAnswers.of(data, by) for data in answered]
    fitted = _with_bands(measured, _fitted(measured, by))
    for number, data in enumerate(measured):
        others = [other for index, other in enumerate(measured) if index != number]
        alone = data.confidences(_fitted(others, by))
        within = data.confidences(fitted)
        given, known, unknown = within >= fitted.likely, data.answerable, ~data.answerable
        auroc = f"{roc_auc_score(known, within):.4f}" if unknown.any() else "-"
        print(
            f"{data.name:10} right {data.right[known].mean():.3f} of the answerable if always answered; given "
            f"{(given & data.right)[known].mean():.3f} rightly, {(given & ~data.right)[known].mean():.3f} wrongly, "
            f"to {given[unknown].mean() if unknown.any() else 0:.3f} of the unanswerable; AUROC {auroc}; "
            f"calibration error {calibration_error(within.tolist(), data.right.tolist()):.4f}, "
            f"{calibration_error(alone.tolist(), data.right.tolist()):.4f} as fitted on the others"
        )
    return fitted


def _fitted(measured: Sequence[ChosenAnswers], by: Calibration) -> Calibration:
    """Fit a logistic regression, whose weights are drawn towards `CONFIDENCE_PRIOR`, and its constant to nothing."""
    terms = np.concatenate([data.terms[data.admissible] for data in measured])
    right = np.concatenate([data.right[data.admissible] for data in measured]).astype(float)
    shares = np.concatenate(
        [np.full(data.admissible.sum(), _share(data.name, measured) / data.admissible.sum()) for data in measured]
    )
    counts = shares * len(shares)

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = weights[0] + terms @ weights[1:]
        error = counts * (expit(odds) - right)
        return float(counts @ (np.logaddexp(0, odds) - right * odds)), np.r_[error.sum(), error @ terms]

    deviations = (np.inf, *(CONFIDENCE_DEVIATION for _ in CONFIDENCE_PRIOR))
    constant, *weights = _fitted_near((-1.0, *CONFIDENCE_PRIOR), deviations, loss)
    return replace(by, constant=float(constant), weights=tuple(map(float, weights)))


def _with_bands(measured: Sequence[ChosenAnswers], by: Calibration) -> Calibration:
    """Set the bands of certainty, by what people ask of real threads if that is among the sets.

    An answer is likely from the lowest confidence at which `LIKELY` of the answers from there on are right, and sure
    from the lowest at which `SURE` are. It is perhaps right from where `PERHAPS` of those up to likely are.
    """
    grid = np.arange(0.05, 0.95, 0.01)
    measured = [data for data in measured if data.name == THREADS] or measured
    shares = np.array([_share(data.name, measured) for data in measured])
    given = [data.confidences(by)[:, None] >= grid for data in measured]
    of_all = shares @ np.array([is_given.mean(axis=0) for is_given in given])
    right = shares @ np.array(
        [(data.right[:, None] & is_given).mean(axis=0) for data, is_given in zip(measured, given, strict=True)]
    )
    likely = _first(right >= LIKELY * of_all)
    sure = _first(right >= SURE * of_all)
    perhaps = _first((right - right[likely] >= PERHAPS * (of_all - of_all[likely]))[: likely + 1])
    return replace(
        by,
        sure=round(float(grid[sure]), 2),
        likely=round(float(grid[likely]), 2),
        perhaps=round(float(grid[perhaps]), 2),
    )


def _first(holds: NDArray[np.bool_]) -> int:
    """The first place that holds, the last place if none does."""
    return int(holds.argmax()) if holds.any() else len(holds) - 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds a folder for each set")
    parser.add_argument("--limit", type=int, default=1000, help="questions per set, answerable and unanswerable each")
    parser.add_argument(
        "--only-answers",
        nargs="+",
        choices=(*ANSWERED_SETS, THREADS),
        metavar="SET",
        help="keep the weights of the reader's evidence, and fit 2 and 3 to these sets",
    )
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args()
    collections = []
    for name in options.only_answers or (*RANKED_SETS, THREADS):
        collections.append(ask_set(options.folder / name, options.limit))
        print(f"{name}: {len(collections[-1].answerable)} + {len(collections[-1].unanswerable)} questions", flush=True)
    answered = [data for data in collections if data.answered]
    by = load_calibration() if options.only_answers else choose_evidence([d for d in collections if d.judgements])
    by = fit_confidence(answered, fit_choice(answered, by))
    by = replace(by, reader=reader.SHA256)
    options.out.write_text(json.dumps(asdict(by), indent=2) + "\n", encoding="utf-8")
    print(options.out.read_text(encoding="utf-8"))
    if options.out == FILE:
        sys.exit(gate.main([str(options.folder)]))


if __name__ == "__main__":
    main()
