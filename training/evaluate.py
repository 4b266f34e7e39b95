"""Evaluate the reader alone: `python -m training.evaluate --eval ../shared/eval --weights FILE` prints JSON.

Every question is read over its own passage and title: SQuAD 2.0's four evaluation articles, and WikiQA. The reader was
trained on none of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from qa.answering.deep_reader import DeepReader
from qa.answering.reader import Reader, ScoredSpan, SpanReader, read_spans
from qa.evaluation.answers import exact_match, f1
from training.data import EVALUATION_ARTICLES, LabelledQuestion, read_squad2, read_wikiqa

Figures = dict[str, float]


def squad2_figures(questions: list[LabelledQuestion], spans: list[ScoredSpan]) -> Figures:
    """Exact match and F1 of the answerable questions, F1 with no-answer and AUROC of all."""
    answerable = [bool(question.answers) for question in questions]
    margins = [span.margin for span in spans]
    exacts, scores = [], []
    for question, span in zip(questions, spans, strict=True):
        text = question.paragraph.text
        answers = [text[start:end] for start, end in question.answers]
        prediction = text[span.start : span.end]
        exacts.append(exact_match(prediction, answers) if answers else 0.0)
        scores.append(f1(prediction, answers) if answers else 0.0)
    best, threshold = best_f1(margins, scores, answerable)
    return {
        "questions": len(questions),
        "answerable": sum(answerable),
        "exact": sum(exacts) / sum(answerable),
        "f1": sum(scores) / sum(answerable),
        "best_f1": best,
        "threshold": threshold,
        "auroc": float(roc_auc_score(answerable, margins)),
    }


def best_f1(margins: Sequence[float], scores: Sequence[float], answerable: Sequence[bool]) -> tuple[float, float]:
    """The mean score at the best threshold on the margin, and that threshold.

    Above the threshold a question earns its score; at or below it, 1 if it is unanswerable, otherwise 0.

    >>> best_f1([2.0, 1.0, 0.0], [0.8, 0.0, 0.5], [True, False, True])
    (0.6, 1.0)
    """
    order = np.argsort(-np.asarray(margins), kind="stable")
    earned = np.asarray(scores, dtype=float)[order]
    declined = 1.0 - np.asarray(answerable, dtype=float)[order]
    totals = declined.sum() + np.concatenate(([0.0], np.cumsum(earned - declined)))
    best = int(totals.argmax())
    threshold = float(np.asarray(margins)[order[best]]) if best < len(order) else float("-inf")
    return float(totals[best]) / len(order), threshold


def wikiqa_figures(questions: list[LabelledQuestion], spans: list[ScoredSpan]) -> Figures:
    """AUROC of all questions, and the share of answerable ones whose span is inside an answer sentence."""
    answerable = [bool(question.answers) for question in questions]
    inside = sum(
        any(start <= span.start and span.end <= end for start, end in question.answers)
        for question, span in zip(questions, spans, strict=True)
    )
    return {
        "questions": len(questions),
        "answerable": sum(answerable),
        "inside": inside / sum(answerable),
        "auroc": float(roc_auc_score(answerable, [span.margin for span in spans])),
    }


SETS = ("squad2", "wikiqa")


def set_questions(eval_folder: Path, name: str) -> list[LabelledQuestion]:
    """The questions of one of `SETS`, from the folder of that name."""
    return read_squad2(eval_folder / name, EVALUATION_ARTICLES) if name == "squad2" else read_wikiqa(eval_folder / name)


def set_figures(name: str, questions: list[LabelledQuestion], spans: list[ScoredSpan]) -> Figures:
    """The figures of one of `SETS` from the span that was read for each of its questions."""
    return (squad2_figures if name == "squad2" else wikiqa_figures)(questions, spans)


def read_questions(reader: Reader, questions: Sequence[LabelledQuestion]) -> list[ScoredSpan]:
    """Read each question over its own passage and title."""
    return [
        read_spans(reader, question.text, [question.paragraph.text], [question.paragraph.title])[0]
        for question in questions
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the reader's figures on the evaluation sets.")
    parser.add_argument("--eval", type=Path, required=True, help="the folder of evaluation sets")
    parser.add_argument("--weights", type=Path, required=True, help="reader.safetensors")
    parser.add_argument("--deep", action="store_true", help="the weights are the deeper reader's")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="read every Nth question (default: all)")
    arguments = parser.parse_args()
    kind = DeepReader if arguments.deep else SpanReader
    reader = kind(arguments.weights, hashlib.sha256(arguments.weights.read_bytes()).hexdigest())
    sets = {name: set_questions(arguments.eval, name)[:: arguments.every] for name in SETS}
    figures = {
        name: set_figures(name, questions, read_questions(reader, questions)) for name, questions in sets.items()
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
