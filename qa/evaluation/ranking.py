"""Rank the documents of a set, and measure the ranking with trec_eval's own code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

import numpy as np

from qa.errors import QuestionError
from qa.library.library import Library

DOCUMENTS = 100  # of a ranking that is measured, as in TREC runs
_MRR_DEPTH = 10
_FIRST_DEPTH = 256  # passages; more are ranked if they hold fewer than 100 documents
_MOST_PASSAGES = 10_000  # that one search may return
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
    """Rank the documents for a question, each by its best passage.

    Returns:
        At most 100 pairs of document and score, scores strictly decreasing; none for a question without a word. If the
        library has a reader, its evidence is in the scores.
    """
    passages = library.status().passages
    depth = _FIRST_DEPTH
    while True:
        best: dict[str, float] = {}
        try:
            quotes = library.search(question, k=depth, search_syntax=False, repeats=True, read=True)
        except QuestionError:  # sets have questions without a word in them
            return []
        for quote in quotes:
            best.setdefault(quote.source, quote.score)
        if len(best) >= DOCUMENTS or depth >= min(passages, _MOST_PASSAGES):
            break
        depth = min(depth * 4, _MOST_PASSAGES)
    return _strictly_decreasing(list(best.items())[:DOCUMENTS])


def _strictly_decreasing(ranking: Ranking) -> Ranking:
    """Break ties here, or trec_eval breaks them by the documents' names; it reads scores in single precision."""
    separated: list[tuple[str, float]] = []
    for document, score in ranking:
        below = np.nextafter(np.float32(separated[-1][1]), np.float32(-np.inf)) if separated else np.inf
        separated.append((document, float(min(np.float32(score), below))))
    return separated


def ranking_figures(run: Mapping[str, Ranking], judgements: Mapping[str, Mapping[str, int]]) -> RankingFigures:
    """Measure a run with pytrec_eval; MRR looks at the first ten documents only."""
    from pytrec_eval import RelevanceEvaluator

    judged = {query: dict(judgements[query]) for query in run}
    whole = RelevanceEvaluator(judged, {"ndcg_cut.10", "recall.1,5,10"}).evaluate({q: dict(r) for q, r in run.items()})
    first = RelevanceEvaluator(judged, {"recip_rank"}).evaluate({q: dict(r[:_MRR_DEPTH]) for q, r in run.items()})

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
    """Write a run in TREC's format: query, Q0, document, rank, score, system; white space in an id becomes "_"."""
    for query, ranking in run.items():
        for rank, (document, score) in enumerate(ranking, 1):
            stream.write(f"{_SPACE.sub('_', query)} Q0 {_SPACE.sub('_', document)} {rank} {score:.9g} verbatim\n")
