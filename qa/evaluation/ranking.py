"""How well documents are ranked, by trec_eval's own measures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

import numpy as np

from qa.errors import QuestionError
from qa.library.library import Library
from qa.search.query import check_question

DOCUMENTS = 100
_CUT = 10
_FIRST_DEPTH = 256
_SPACE = re.compile(r"\s")
Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class RankingFigures:
    """Means over the judged queries, each 0..1."""

    queries: int
    ndcg_at_10: float
    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    mrr_at_10: float


def ranked_documents(library: Library, question: str) -> Ranking:
    """The best documents, at most 100, each by its best passage; scores strictly decrease.

    The reader's evidence is in the scores, where the library has a reader.
    """
    passages = library.status().passages
    try:
        check_question(question)
    except QuestionError:  # a set may hold a question without a word in it
        return []
    depth = _FIRST_DEPTH
    while True:
        best: dict[str, float] = {}
        for quote in library.search(question, k=depth, search_syntax=False, repeats=True, read=True):
            best.setdefault(quote.source, quote.score)
        if len(best) >= DOCUMENTS or depth >= passages or depth >= 10_000:
            break
        depth = min(depth * 4, 10_000)
    return _strictly_decreasing(list(best.items())[:DOCUMENTS])


def _strictly_decreasing(ranking: Ranking) -> Ranking:
    """A tie must not be broken otherwise by whoever reads the run; trec_eval reads it in single precision."""
    separated: list[tuple[str, float]] = []
    for document, score in ranking:
        below = np.nextafter(np.float32(separated[-1][1]), np.float32(-np.inf)) if separated else np.inf
        separated.append((document, float(min(np.float32(score), below))))
    return separated


def figures(run: Mapping[str, Ranking], judgements: Mapping[str, Mapping[str, int]]) -> RankingFigures:
    """Measure a run with pytrec_eval; MRR counts the first ten documents alone."""
    from pytrec_eval import RelevanceEvaluator

    judged = {query: dict(judgements[query]) for query in run}
    whole = RelevanceEvaluator(judged, {"ndcg_cut.10", "recall.1,5,10"}).evaluate({q: dict(r) for q, r in run.items()})
    first = RelevanceEvaluator(judged, {"recip_rank"}).evaluate({q: dict(r[:_CUT]) for q, r in run.items()})

    def mean(rows: Mapping[str, Mapping[str, float]], name: str) -> float:
        return float(np.mean([row[name] for row in rows.values()]))

    return RankingFigures(
        len(run),
        mean(whole, "ndcg_cut_10"),
        mean(whole, "recall_1"),
        mean(whole, "recall_5"),
        mean(whole, "recall_10"),
        mean(first, "recip_rank"),
    )


def write_run(stream: TextIO, run: Mapping[str, Ranking]) -> None:
    """Write a run in TREC's format: query, Q0, document, rank, score, name; white space in an id becomes "_"."""
    for query, ranking in run.items():
        for rank, (document, score) in enumerate(ranking, 1):
            stream.write(f"{_SPACE.sub('_', query)} Q0 {_SPACE.sub('_', document)} {rank} {score:.9g} verbatim\n")
