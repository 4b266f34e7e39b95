"""Fit the calibration: `python -m benchmarks.calibrate DIR [--limit N] [--out FILE]`.

Run it in the same commit as any change of the encoder, the passages, the ranking or the reader. It asks the questions
of public sets below DIR, except those that the reader was trained on, and

1. tries weights of the reader's evidence in the ranking on all sets, and takes those with the best mean nDCG@10 that
   make no set more than a little worse;
2. on the sets with known answers, chooses how much a passage's fit counts when one answer is picked;
3. fits the confidence, a logistic regression on right or wrong, and the threshold from which an answer is given;
4. writes `qa/weights/calibration.json` and runs the quality gate (`benchmarks.gate`); the exit status is 1 if a floor
   is broken.

For 1 and 3 it also prints, set by set, the figures with that set left out of the fit.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks import gate
from benchmarks.cached_encoder import CachedEncoder, default_folder
from qa.answering import reader
from qa.answering.calibration import FILE, Calibration, ConfidenceFeatures
from qa.answering.candidate import Candidate, ReadCandidate
from qa.answering.select import assess, confidence_features, promote_best, read_candidates, rerank
from qa.encoding.encoder import Encoder
from qa.encoding.minilm import MiniLMEncoder
from qa.errors import QuestionError
from qa.evaluation.answers import calibration_error, is_right
from qa.evaluation.dataset import Answers, Dataset
from qa.evaluation.ranking import ranking_figures
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation, open_generation
from qa.library.library import Library
from qa.library.retrieve import retrieve
from qa.search.query import EncodedQuery, Query
from training.data import trained_on

RANKED_SETS = ("squad2", "wikiqa", "scifact", "stackfaq", "cranfield", "cisi", "covid-qa")
ANSWERED_SETS = ("squad2", "wikiqa", "covid-qa")
WEIGHTS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
SCALES = (2.0, 4.0)
OFFSETS = (0.0, 2.0, 4.0)
SHARES = (0.0, 0.2, 0.4)
FITS_IN_MARGINS = (20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 1000.0)  # the last: the best fit answers, whatever its margin
MOST_LOST = 0.004  # nDCG@10 that a set may lose through the evidence
LEAST_DIFFERENCE = 0.003  # a share of all questions; in samples of this size chance makes larger differences
DEPTH = 40  # passages of a question
UNREAD = Calibration("", 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, (), 0.5)


@dataclass(frozen=True, slots=True)
class QuestionRun:
    """A question, its passages as ranked before reading, and what the reader found in the first of them."""

    query: str
    question: EncodedQuery
    candidates: Sequence[Candidate]
    read: list[ReadCandidate]
    answers: Answers | None


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A set's questions, answerable and unanswerable, and its judgements."""

    name: str
    encoder: Encoder
    answerable: list[QuestionRun]
    unanswerable: list[QuestionRun]
    judgements: Mapping[str, Mapping[str, int]]


def ask_set(folder: Path, limit: int) -> EvaluationSet:
    """Ask a set's questions: at most `limit` of the answerable ones and of the others, sampled with a fixed seed."""
    data = Dataset.read(folder)
    excluded = trained_on(folder)
    answerable = {q: text for q, text in data.queries.items() if q in data.judgements and q not in excluded}
    unanswerable = {q: text for q, text in data.unanswerable.items() if q not in excluded}
    with tempfile.TemporaryDirectory() as built:
        encoder = CachedEncoder(MiniLMEncoder(), default_folder())
        path = Library.build(data.documents, Path(built) / "library", encoder=encoder, reader=None).path
        generation = open_generation(LibraryDirectory(path), encoder)
        return EvaluationSet(
            folder.name,
            encoder,
            list(_ask(generation, encoder, _some(answerable, limit), data.answers)),
            list(_ask(generation, encoder, _some(unanswerable, limit), {})) if folder.name in ANSWERED_SETS else [],
            data.judgements,
        )


def _some(questions: Mapping[str, str], limit: int) -> dict[str, str]:
    chosen = list(questions.items())
    Random(0).shuffle(chosen)
    return dict(chosen[:limit])


def _ask(
    generation: Generation, encoder: Encoder, questions: Mapping[str, str], answers: Mapping[str, Answers]
) -> Iterator[QuestionRun]:
    for query, words in questions.items():
        try:
            retrieved = retrieve(generation, encoder, Query.literal(words, {}), DEPTH, group_duplicates=False)
        except QuestionError:
            continue
        if retrieved.query is None:
            continue
        read = read_candidates(retrieved.query.text, retrieved.candidates, reader.DEFAULT_READER)
        yield QuestionRun(query, retrieved.query, retrieved.candidates, read, answers.get(query))


def ranking_quality(collection: EvaluationSet, by: Calibration) -> tuple[float, float]:
    """nDCG@10 and recall@1 with the reader's evidence, and with the answer first once the confidence is fitted."""
    run = {}
    for item in collection.answerable:
        if by.weights:
            order = assess(item.question, item.candidates, item.read, by, collection.encoder).order
        else:
            order = rerank(item.question.text, item.read, by)
        behind = [candidate.place.source for candidate in item.candidates[len(item.read) :]]
        sources = dict.fromkeys([*(read.candidate.place.source for read in order), *behind])
        run[item.query] = [(source, -float(place)) for place, source in enumerate(sources)]
    measured = ranking_figures(run, collection.judgements)
    return measured.ndcg_at_10, measured.recall_at_1


_Features = tuple[str, list[ConfidenceFeatures], list[bool], list[bool]]


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


def _best_setting(gains: NDArray[np.float64]) -> int:
    allowed = gains.min(axis=1) >= -MOST_LOST
    return int(np.where(allowed, gains.mean(axis=1), -np.inf).argmax())


def fit_confidence(collections: Sequence[EvaluationSet], by: Calibration) -> Calibration:
    """Choose how one answer is picked, and fit the probability that it is right.

    If several weights of a passage's fit do about equally well, the largest is taken: it changes the ranking, in which
    the passages are shown, least. The probability is a logistic regression of right or wrong on the
    confidence features. A set weighs by the square root of its number of questions: a large one counts more without
    drowning the others.
    """
    answered = [data for data in collections if data.name in ANSWERED_SETS]
    tried = []
    for fit_in_margins in FITS_IN_MARGINS:
        measured = [_features(data, replace(by, fit_in_margins=fit_in_margins)) for data in answered]
        right = float(np.mean([np.mean(values) for _, _, values, _ in measured]))
        print(f"chosen by margin and {fit_in_margins:.0f} times the fit, {right:.4f} of all answers are right")
        tried.append((right, fit_in_margins, measured))
    most = max(right for right, _, _ in tried)
    _, fit_in_margins, measured = next(trial for trial in reversed(tried) if trial[0] >= most - LEAST_DIFFERENCE)
    fitted = _fitted(measured, replace(by, fit_in_margins=fit_in_margins))
    fitted = replace(fitted, threshold=_threshold(measured, fitted))
    _print_confidence(measured, fitted)
    for data in collections:
        (ndcg, recall), (read_ndcg, read_recall) = (ranking_quality(data, setting) for setting in (UNREAD, fitted))
        print(f"{data.name:10} as answered: nDCG@10 {read_ndcg - ndcg:+.4f}, recall@1 {read_recall - recall:+.4f}")
    return fitted


def _print_confidence(measured: Sequence[_Features], by: Calibration) -> None:
    for number, (name, features, right, answerable) in enumerate(measured):
        others = [other for index, other in enumerate(measured) if index != number]
        alone = _confidences(_fitted(others, by), features)
        within = _confidences(by, features)
        auroc = f"{roc_auc_score(answerable, within):.4f}" if len(set(answerable)) > 1 else "-"
        print(
            f"{name:10} right {np.mean(right):.3f}; AUROC answerable or not {auroc}; calibration error "
            f"{calibration_error(within.tolist(), right):.4f}, "
            f"{calibration_error(alone.tolist(), right):.4f} as fitted on the others"
        )


def _features(collection: EvaluationSet, by: Calibration) -> _Features:
    features, right, answerable = [], [], []
    for item in (*collection.answerable, *collection.unanswerable):
        if not item.read or (item.answers is None and item in collection.answerable):
            continue
        words = item.question.text
        order = promote_best(words, rerank(words, item.read, by), by)
        text = order[0].candidate.text[slice(*order[0].answer_span(words))]
        features.append(confidence_features(item.question, item.candidates, order, collection.encoder))
        right.append(item.answers is not None and is_right(text, item.answers))
        answerable.append(item.answers is not None)
    return collection.name, features, right, answerable


def _fitted(measured: Sequence[_Features], by: Calibration) -> Calibration:
    features = np.array([answer.terms() for _, answers, _, _ in measured for answer in answers])
    right = [value for _, _, values, _ in measured for value in values]
    weights = np.concatenate([np.full(len(answers), len(answers) ** -0.5) for _, answers, _, _ in measured])
    model = LogisticRegression(C=1e6, max_iter=1000).fit(
        features, right, sample_weight=weights * len(right) / weights.sum()
    )
    return replace(by, constant=float(model.intercept_[0]), weights=tuple(map(float, model.coef_[0])))


def _confidences(by: Calibration, features: Sequence[ConfidenceFeatures]) -> NDArray[np.float64]:
    return np.array([by.confidence(answer) for answer in features])


def _threshold(measured: Sequence[_Features], by: Calibration) -> float:
    """The confidence threshold at which most questions are handled rightly: answered, or declined if unanswerable.

    That share is flat around its maximum, so the lowest threshold that is as good up to chance is taken: a user can see
    that an answer is wrong, but not what was withheld.
    """
    grid = np.arange(0.05, 0.95, 0.01)
    total = np.zeros(len(grid))
    for _, features, right, answerable in measured:
        is_given = _confidences(by, features)[:, None] >= grid
        rightly_given = np.array(right)[:, None] & is_given
        rightly_declined = ~np.array(answerable)[:, None] & ~is_given
        total += (rightly_given | rightly_declined).mean(axis=0)
    share = total / len(measured)
    return round(float(grid[np.argmax(share >= share.max() - LEAST_DIFFERENCE)]), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds a folder for each set")
    parser.add_argument("--limit", type=int, default=1000, help="questions per set, answerable and unanswerable each")
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args()
    collections = []
    for name in RANKED_SETS:
        collections.append(ask_set(options.folder / name, options.limit))
        print(f"{name}: {len(collections[-1].answerable)} + {len(collections[-1].unanswerable)} questions", flush=True)
    fitted = fit_confidence(collections, choose_evidence(collections))
    fitted = replace(fitted, reader=reader.SHA256)
    options.out.write_text(json.dumps(asdict(fitted), indent=2) + "\n", encoding="utf-8")
    print(options.out.read_text(encoding="utf-8"))
    if options.out == FILE:
        sys.exit(gate.main([str(options.folder)]))


if __name__ == "__main__":
    main()
