"""Fit the calibrations: `python -m benchmarks.calibrate DIR [--limit N] [--only-answers SET…] [--only-close]`.

Run it in the same commit as any change of the encoder, the passages, the ranking or the reader. It asks the questions
of public sets below DIR, except those that the reader was trained on, and those of real threads, and

1. tries weights of the reader's evidence in the ranking on all sets, and takes those with the best mean nDCG@10 that
   make no set more than a little worse;
2. on the sets with known answers, fits by what one sentence is chosen, a conditional logit: the probability that the
   highest of all scores is a right one's;
3. fits the confidence, a logistic regression on right or wrong, and the bands of certainty;
4. fits 2 and 3 again to what the deeper reader reads after the first one;
5. writes `calibration.json` and `close_calibration.json` in `qa/weights` and runs the quality gate
   (`benchmarks.gate`); the exit status is 1 if a floor is broken.

It also prints, set by set, the figures with that set left out of the fit.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from sklearn.metrics import roc_auc_score

from benchmarks import gate
from benchmarks.calibration_sets import ANSWERED_SETS, RANKED_SETS, THREADS, ask_set
from qa.answering.calibration import CLOSE_FILE, FILE, Calibration, identity, load_calibration
from qa.answering.deep_reader import DEEP_READER
from qa.answering.reader import DEFAULT_READER
from qa.encoding.minilm import MiniLMEncoder
from qa.evaluation.answers import calibration_error
from qa.evaluation.calibration_fit import (
    BOTH_READERS,
    ChosenAnswers,
    JudgedAnswers,
    fit_choice,
    fit_confidence,
    set_bands,
)
from qa.evaluation.evidence_fit import EvidenceTable, ranking_quality
from qa.evaluation.question_runs import EvaluationSet

THREADS_SHARE = 0.5  # of the weight in the fits: what people ask of real threads counts as much as all other sets


def choose_evidence(collections: Sequence[EvaluationSet]) -> Calibration:
    """The best setting of the evidence, printed set by set beside the one that the other sets would choose."""
    table = EvidenceTable.of(collections, load_calibration())
    best, gains = table.best(), table.ndcg - table.ndcg[0]
    for number, data in enumerate(collections):
        left_out = gains[table.best([n for n in range(len(collections)) if n != number]), number]
        recall = ranking_quality(data, table.settings[best])[1] - ranking_quality(data, table.settings[0])[1]
        print(
            f"{data.name:10} nDCG@10 {table.ndcg[0, number]:.4f} alone, {gains[best, number]:+.4f} with evidence, "
            f"{left_out:+.4f} as chosen on the others; recall@1 {recall:+.4f}"
        )
    return table.settings[best]


def fit_answers(answered: Sequence[EvaluationSet], by: Calibration) -> Calibration:
    """Fit 2 and 3, and print what they give, set by set. The bands are set by the real threads, if they are asked."""
    fitted, measured = _fit(answered, by)
    fitted = set_bands(_for_bands([data.judged(fitted) for data in measured]), fitted)
    _print_answers(measured, fitted, [data.judged(fitted) for data in measured])
    return fitted


def fit_close_reading(answered: Sequence[EvaluationSet], by: Calibration) -> Calibration:
    """Fit 2 and 3 to what the deeper reader reads after the first one; the bands are those of both in a row."""
    fitted, measured = _fit([data.closely() for data in answered], by)
    first = [ChosenAnswers.of(data, by).judged(by) for data in answered]
    both = [one.read_closely(data.judged(fitted)) for one, data in zip(first, measured, strict=True)]
    fitted = set_bands(_for_bands(both), fitted, BOTH_READERS)
    _print_answers(measured, fitted, both)
    return fitted


def _fit(answered: Sequence[EvaluationSet], by: Calibration) -> tuple[Calibration, list[ChosenAnswers]]:
    by = fit_choice(answered, by)
    measured = [ChosenAnswers.of(data, by) for data in answered]
    return fit_confidence(measured, by), measured


def _for_bands(judged: Sequence[JudgedAnswers]) -> Sequence[JudgedAnswers]:
    return [data for data in judged if data.name == THREADS] or judged


def _print_answers(measured: Sequence[ChosenAnswers], fitted: Calibration, given: Sequence[JudgedAnswers]) -> None:
    """A line for each set: what is given, and the calibration error as fitted on it too and on the others alone."""
    for number, (data, answers) in enumerate(zip(measured, given, strict=True)):
        others = [other for index, other in enumerate(measured) if index != number] or measured
        alone = data.confidences(fit_confidence(others, fitted))
        likely, right, known = answers.confidences >= fitted.likely, answers.right, answers.answerable
        auroc = f"{roc_auc_score(known, answers.confidences):.4f}" if not known.all() else "-"
        print(
            f"{data.name:10} right {right[known].mean():.3f} of the answerable if always answered; given "
            f"{(likely & right)[known].mean():.3f} rightly, {(likely & ~right)[known].mean():.3f} wrongly, "
            f"to {likely[~known].mean() if not known.all() else 0:.3f} of the unanswerable; AUROC {auroc}; "
            f"calibration error {calibration_error(answers.confidences.tolist(), right.tolist()):.4f}, "
            f"{calibration_error(alone.tolist(), data.right.tolist()):.4f} as fitted on the others"
        )


def weighted(answered: Sequence[EvaluationSet]) -> list[EvaluationSet]:
    """The sets with their weights in the fits."""
    others = sum(data.name != THREADS for data in answered)
    if others == len(answered):
        return list(answered)
    return [
        replace(data, weight=THREADS_SHARE if data.name == THREADS else (1 - THREADS_SHARE) / others)
        for data in answered
    ]


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
    parser.add_argument(
        "--only-close",
        action="store_true",
        help="keep the first reader's calibration, and do only 4; to be run after the rest, which changes what is read",
    )
    parser.add_argument("--out", type=Path, default=FILE.parent, help="the folder to write to")
    options = parser.parse_args()
    collections = []
    for name in options.only_answers or (*RANKED_SETS, THREADS):
        collections.append(ask_set(options.folder / name, options.limit))
        print(f"{name}: {len(collections[-1].answerable)} + {len(collections[-1].unanswerable)} questions", flush=True)
    answered = weighted([data for data in collections if data.answered])
    by = load_calibration()
    if not options.only_close:
        by = by if options.only_answers else choose_evidence([d for d in collections if d.judgements])
        by = replace(fit_answers(answered, by), models=[MiniLMEncoder.fingerprint, identity(DEFAULT_READER), ""])
    print("both readers in a row:")
    close = replace(fit_close_reading(answered, by), models=[*by.models, DEEP_READER.fingerprint])
    for file, fitted in ((FILE, by), (CLOSE_FILE, close)):
        path = options.out / file.name
        path.write_text(json.dumps(asdict(fitted), indent=2) + "\n", encoding="utf-8")
        print(path.read_text(encoding="utf-8"))
    if options.out == FILE.parent:
        sys.exit(gate.main([str(options.folder)]))


if __name__ == "__main__":
    main()
