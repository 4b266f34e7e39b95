"""`python -m benchmarks.calibrate ../shared/eval` fits what turns the reader's margins into evidence and confidence.

To be run again, in the same commit, after any change of the encoder, the passages, the ranking or the reader. It asks
public sets their questions, tries weights for the reader's evidence on all of them, chooses by what one answer is
chosen and fits its confidence where answers are known, and writes `qa/weights/calibration.json`. Evidence and
confidence are told with one set left out at a time too. No question that the reader was trained on is asked. In the end
the quality floors are held (`benchmarks.gate`), and where one is broken the exit status is 1.
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
from qa.evaluation.ranking import figures
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
FITS_IN_MARGINS = (20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 1000.0)  # the last: what fits best, whatever it answers
MOST_LOST = 0.004
LEAST_THAT_COUNTS = 0.003  # of all questions: less than chance makes in samples as large as these
DEPTH = 40
UNREAD = Calibration("", 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, (), 0.5)


@dataclass(frozen=True, slots=True)
class QuestionRun:
    """A question with the passages found for it, as they are ranked before they are read, and its readings."""

    query: str
    question: EncodedQuery
    candidates: Sequence[Candidate]
    read: list[ReadCandidate]
    answers: Answers | None


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A set's questions, the unanswerable ones apart."""

    name: str
    encoder: Encoder
    asked: list[QuestionRun]
    unanswerable: list[QuestionRun]
    judgements: Mapping[str, Mapping[str, int]]


def collect(folder: Path, limit: int) -> EvaluationSet:
    """Ask a set's questions; of more than `limit` a random choice, always the same."""
    data = Dataset.read(folder)
    seen = trained_on(folder)
    answerable = {q: text for q, text in data.queries.items() if q in data.judgements and q not in seen}
    unanswerable = {q: text for q, text in data.unanswerable.items() if q not in seen}
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
    """nDCG@10 and recall@1 with the reader's evidence, and with what answers in the lead once that is fitted."""
    run = {}
    for one in collection.asked:
        if by.weights:
            order = assess(one.question, one.candidates, one.read, by, collection.encoder).order
        else:
            order = rerank(one.question.text, one.read, by)
        behind = [candidate.place.source for candidate in one.candidates[len(one.read) :]]
        sources = dict.fromkeys([*(read.candidate.place.source for read in order), *behind])
        run[one.query] = [(source, -float(place)) for place, source in enumerate(sources)]
    told = figures(run, collection.judgements)
    return told.ndcg_at_10, told.recall_at_1


_Told = tuple[str, list[ConfidenceFeatures], list[bool], list[bool]]


def choose_evidence(collections: Sequence[EvaluationSet]) -> Calibration:
    """The setting with the greatest mean nDCG@10 of those by which no set loses more than a little."""
    settings = [
        replace(UNREAD, evidence_weight=w, evidence_scale=s, evidence_offset=o, non_fact_share=e)
        for w in WEIGHTS
        for s in SCALES
        for o in OFFSETS
        for e in SHARES
        if w or (s, o, e) == (SCALES[0], OFFSETS[0], SHARES[0])
    ]
    table = np.array([[ranking_quality(one, by)[0] for one in collections] for by in settings])
    gains = table - table[0]
    best = _best_setting(gains)
    for number, one in enumerate(collections):
        others = [n for n in range(len(collections)) if n != number]
        left_out = gains[_best_setting(gains[:, others]), number]
        recall = ranking_quality(one, settings[best])[1] - ranking_quality(one, settings[0])[1]
        print(
            f"{one.name:10} nDCG@10 {table[0, number]:.4f} alone, {gains[best, number]:+.4f} with evidence, "
            f"{left_out:+.4f} as chosen on the others; recall@1 {recall:+.4f}"
        )
    return settings[best]


def _best_setting(gains: NDArray[np.float64]) -> int:
    allowed = gains.min(axis=1) >= -MOST_LOST
    return int(np.where(allowed, gains.mean(axis=1), -np.inf).argmax())


def fit_confidence(collections: Sequence[EvaluationSet], by: Calibration) -> Calibration:
    """The choice of one answer by which most is right, and its chance of being right.

    Where chance decides how much a passage's fit counts in the choice, it counts most: then the ranking, in which the
    passages are shown, is changed least. The chance of being right is a logistic regression of right or wrong on the
    signs; a set counts by the root of its questions' number, so that a large one tells more and does not drown the
    others.
    """
    answered = [one for one in collections if one.name in ANSWERED_SETS]
    tried = []
    for fit_in_margins in FITS_IN_MARGINS:
        told = [_signs(one, replace(by, fit_in_margins=fit_in_margins)) for one in answered]
        right = float(np.mean([np.mean(values) for _, _, values, _ in told]))
        print(f"chosen by margin and {fit_in_margins:.0f} times the fit, {right:.4f} of all answers are right")
        tried.append((right, fit_in_margins, told))
    most = max(right for right, _, _ in tried)
    _, fit_in_margins, told = next(one for one in reversed(tried) if one[0] >= most - LEAST_THAT_COUNTS)
    fitted = _fitted(told, replace(by, fit_in_margins=fit_in_margins))
    fitted = replace(fitted, threshold=_threshold(told, fitted))
    _tell_confidence(told, fitted)
    for one in collections:
        (ndcg, recall), (read_ndcg, read_recall) = (ranking_quality(one, setting) for setting in (UNREAD, fitted))
        print(f"{one.name:10} as answered: nDCG@10 {read_ndcg - ndcg:+.4f}, recall@1 {read_recall - recall:+.4f}")
    return fitted


def _tell_confidence(told: Sequence[_Told], by: Calibration) -> None:
    for number, (name, features, right, answerable) in enumerate(told):
        others = [one for at, one in enumerate(told) if at != number]
        alone = _confidences(_fitted(others, by), features)
        within = _confidences(by, features)
        auroc = f"{roc_auc_score(answerable, within):.4f}" if len(set(answerable)) > 1 else "-"
        print(
            f"{name:10} right {np.mean(right):.3f}; AUROC answerable or not {auroc}; calibration error "
            f"{calibration_error(within.tolist(), right):.4f}, "
            f"{calibration_error(alone.tolist(), right):.4f} as fitted on the others"
        )


def _signs(collection: EvaluationSet, by: Calibration) -> _Told:
    features, right, answerable = [], [], []
    for one in (*collection.asked, *collection.unanswerable):
        if not one.read or (one.answers is None and one in collection.asked):
            continue
        words = one.question.text
        order = promote_best(words, rerank(words, one.read, by), by)
        text = order[0].candidate.text[slice(*order[0].answer_span(words))]
        features.append(confidence_features(one.question, one.candidates, order, collection.encoder))
        right.append(one.answers is not None and is_right(text, one.answers))
        answerable.append(one.answers is not None)
    return collection.name, features, right, answerable


def _fitted(told: Sequence[_Told], by: Calibration) -> Calibration:
    features = np.array([one.terms() for _, found, _, _ in told for one in found])
    right = [value for _, _, values, _ in told for value in values]
    weights = np.concatenate([np.full(len(found), len(found) ** -0.5) for _, found, _, _ in told])
    model = LogisticRegression(C=1e6, max_iter=1000).fit(
        features, right, sample_weight=weights * len(right) / weights.sum()
    )
    return replace(by, constant=float(model.intercept_[0]), weights=tuple(map(float, model.coef_[0])))


def _confidences(by: Calibration, features: Sequence[ConfidenceFeatures]) -> NDArray[np.float64]:
    return np.array([by.confidence(one) for one in features])


def _threshold(told: Sequence[_Told], by: Calibration) -> float:
    """Where most is right: an answer that is, or silence where there is none.

    The share that is right hardly changes around its highest, so of all thresholds that are as good but for chance the
    lowest is taken: who asks can see that an answer is wrong, but not what was held back.
    """
    grid = np.arange(0.05, 0.95, 0.01)
    worth = np.zeros(len(grid))
    for _, features, right, answerable in told:
        confidence = _confidences(by, features)[:, None] >= grid
        given = np.array(right)[:, None] & confidence
        no_progress = ~np.array(answerable)[:, None] & ~confidence
        worth += (given | no_progress).mean(axis=0)
    share = worth / len(told)
    return round(float(grid[np.argmax(share >= share.max() - LEAST_THAT_COUNTS)]), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fits the reader's evidence and confidence.")
    parser.add_argument("eval", type=Path, help="the folder of evaluation sets")
    parser.add_argument("--limit", type=int, default=1000, help="questions of a set, answerable ones and others each")
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args()
    collections = []
    for name in RANKED_SETS:
        collections.append(collect(options.eval / name, options.limit))
        print(f"{name}: {len(collections[-1].asked)} + {len(collections[-1].unanswerable)} questions", flush=True)
    found = fit_confidence(collections, choose_evidence(collections))
    found = replace(found, reader=reader.SHA256)
    options.out.write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")
    print(options.out.read_text(encoding="utf-8"))
    if options.out == FILE:
        sys.exit(gate.main([str(options.eval)]))


if __name__ == "__main__":
    main()
