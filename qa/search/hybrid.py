"""Hybrid retrieval: one ranking from the cosine of passage and question and the words that they share (BM25).

BM25 is brought to the cosine's scale by what is known before the search, never by the scores of the candidates, and the
two are added, which is what generalises across collections (Bruch, Gai, Ingber: An Analysis of Fusion Functions for
Hybrid Retrieval, TOIS 2023). Then comes pseudo relevance feedback: the question's vector moves a little towards the
passages ranked first, weighted by a softmax of their scores, and the cosines are computed again (Rocchio: Relevance
Feedback in Information Retrieval, 1971; for dense vectors Li et al.: Pseudo Relevance Feedback with Deep Language
Models and Dense Retrievers, TOIS 2023).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from qa.encoding.encoder import Vectors
from qa.search.engine import DenseEngine, Hits, Ids, Scores, inner_products, top_k
from qa.search.lexical import LexicalEngine
from qa.search.query import EncodedQuery
from qa.search.side_by_side import side_by_side
from qa.search.subset import Subset

# Compared with other values in benchmarks/results/constants.md.
_CANDIDATES = 100  # of each engine
ROCCHIO_BETA = 0.3  # how far the question moves towards the feedback passages
SOFTMAX_TEMPERATURE = 0.02  # a passage that scores this much less than the first weighs 1/e of it
FEEDBACK_DOCS = 10  # the passages that the question may move towards


@dataclass(frozen=True, slots=True)
class FusedHits(Hits):
    """Passages ranked by both engines together.

    Attributes:
        dense_ranks: Each passage's rank in the dense engine alone, from 1; 0 if that did not find it; shape (n,).
        lexical_ranks: The same for the lexical engine.
    """

    dense_ranks: Ids
    lexical_ranks: Ids


def search(
    dense: DenseEngine, lexical: LexicalEngine, question: EncodedQuery, k: int, among: Subset | None = None
) -> FusedHits:
    """Rank passages by both engines together.

    Both engines score every candidate of either, so a passage that one of them ranked low is not mistaken for one that
    it rejected.

    Args:
        dense: The dense engine.
        lexical: The lexical engine, over the same passages.
        question: The encoded question.
        k: The maximum number of passages to return.
        among: The passages to search; None for all.

    Returns:
        The best passages, each with its share of the highest possible score: 0..1.

    Raises:
        LibraryDamaged: If an index turns out to be altered.
    """
    depth = min(max(_CANDIDATES, k), lexical.most_hits)
    lexical_depth = max(depth, lexical.exhaustive_depth)
    dense_hits, lexical_hits = side_by_side(
        lambda: dense.search(question, depth, among),
        lambda: lexical.search(question, lexical_depth, among),
        threads=lexical.gains_from_threads,
    )
    dense_ids = dense_hits.ids
    lexical_ids = lexical_hits.ids[:depth]
    # Not np.union1d, whose first call imports numpy's masked arrays.
    ids: Ids = np.asarray(sorted({*dense_ids.tolist(), *lexical_ids.tolist()}), dtype=np.int64)
    is_complete = len(lexical_hits.ids) < lexical_depth or lexical_depth >= len(lexical)
    lexical_scores = _lexical_scores(lexical_hits, ids, lexical, question, is_complete=is_complete)
    vectors = dense.vectors(ids)
    scores = fuse(inner_products(vectors, question.vector), lexical_scores, vectors)
    highest = 1 + lexical.query_terms(question).max_score
    best = top_k(ids, np.clip(scores / highest, 0, 1), k)
    return FusedHits(best.ids, best.scores, _ranks(best.ids, dense_ids), _ranks(best.ids, lexical_ids))


def _lexical_scores(
    hits: Hits, ids: Ids, lexical: LexicalEngine, question: EncodedQuery, *, is_complete: bool
) -> Scores:
    """The lexical score of each of `ids`, which are sorted; only those not among the hits are searched for again.

    If the hits are complete, the others share no word with the question.
    """
    known = np.zeros(len(ids), dtype=np.float32)
    places = np.minimum(np.searchsorted(ids, hits.ids), len(ids) - 1)
    is_candidate = ids[places] == hits.ids
    known[places[is_candidate]] = hits.scores[is_candidate]
    is_unknown = np.full(len(ids), not is_complete)
    is_unknown[places[is_candidate]] = False

    def scores_of(these: slice) -> Scores:
        """What is known of these, the rest searched for."""
        scores, unknown = known[these].copy(), is_unknown[these]
        if unknown.any():
            scores[unknown] = lexical.scores(question, ids[these][unknown])
        return scores + lexical.common_phrase_scores(question, ids[these])

    if not lexical.gains_from_threads:
        return scores_of(slice(None))
    middle = len(ids) // 2
    return np.concatenate(side_by_side(lambda: scores_of(slice(middle)), lambda: scores_of(slice(middle, None))))


def _ranks(ids: Ids, ranking: Ids) -> Ids:
    ranks = {number: rank for rank, number in enumerate(ranking.tolist(), 1)}
    return np.array([ranks.get(number, 0) for number in ids.tolist()], dtype=np.int64)


def fuse(cosines: Scores, lexical_scores: Scores, vectors: Vectors) -> Scores:
    """Add the two scores of each candidate, after feedback moved the question.

    Args:
        cosines: Each candidate's cosine with the question, shape (n,).
        lexical_scores: Each candidate's lexical score, on the cosine's scale, shape (n,).
        vectors: The candidates' unit vectors, shape (n, dimension).

    Returns:
        Each candidate's cosine with the moved question plus its lexical score, shape (n,).
    """
    first = cosines + lexical_scores
    feedback = np.argsort(-first, kind="stable")[:FEEDBACK_DOCS]
    weights = np.exp((first[feedback] - first[feedback].max(initial=-np.inf)) / SOFTMAX_TEMPERATURE)
    total = max(float(weights.sum()), 1.0)
    centroid = weights @ vectors[feedback] / total
    # The length of question + beta * centroid, from the cosines that are known already.
    along = float(weights @ cosines[feedback]) / total
    length = math.sqrt(1 + 2 * ROCCHIO_BETA * along + ROCCHIO_BETA**2 * float(centroid @ centroid))
    moved = (cosines + ROCCHIO_BETA * inner_products(vectors, centroid)) / length
    return np.asarray(moved + lexical_scores, dtype=np.float32)
