"""Two rankings into one: what a passage means (its cosine) and the words that it shares with the question (BM25).

A cosine has a scale of its own; BM25 is brought to it by what is known before anything is found, never by the scores of
the candidates, and the two are added: that is what generalises across collections (Bruch, Gai, Ingber: An Analysis of
Fusion Functions for Hybrid Retrieval, TOIS 2023). Then the question's vector moves a little towards the passages found
first, each by its share of a softmax of their scores, and the cosines are taken again (Rocchio: Relevance Feedback in
Information Retrieval, 1971; for dense vectors Li et al.: Pseudo Relevance Feedback with Deep Language Models and Dense
Retrievers, TOIS 2023).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from qa.encoding.encoder import Vectors
from qa.search.bm25 import LexicalIndex
from qa.search.dense import DenseIndex
from qa.search.engine import Hits, Ids, Scores, inner_products, top_k
from qa.search.query import EncodedQuery

_CANDIDATES = 100
ROCCHIO_BETA = 0.3  # how far the question moves towards what it found
SOFTMAX_TEMPERATURE = 0.02  # a passage this far behind the first counts 1/e of it
FEEDBACK_DOCS = 10  # the passages that the question may move towards


@dataclass(frozen=True, slots=True)
class Fused(Hits):
    """Passages ranked by both engines, each with its rank by either alone, from 1; 0 where that did not find it."""

    dense_ranks: Ids
    lexical_ranks: Ids


def search(dense: DenseIndex, lexical: LexicalIndex, question: EncodedQuery, k: int, among: Ids | None = None) -> Fused:
    """The best `k` passages by both engines together, each with its share of the best score that there could be, 0..1.

    `among` are the passages to look in, without it all of them. Both engines score every candidate of either, so that
    a passage which one of them ranked low is not taken for one that it rejected.
    """
    depth = max(_CANDIDATES, k)
    by_meaning = dense.search(question, depth, among).ids
    deep = max(depth, lexical.at_once)
    found = lexical.search(question, deep, among)
    by_words = found.ids[:depth]
    ids: Ids = np.union1d(by_meaning, by_words)
    words = _completed(found, ids, lexical, question, everything=len(found.ids) < deep or deep >= len(lexical))
    scores = fuse(dense.scores(question, ids), words, dense.vectors(ids))
    best = top_k(ids, np.clip(scores / (1 + lexical.asked(question).highest), 0, 1), k)
    return Fused(best.ids, best.scores, _ranks(best.ids, by_meaning), _ranks(best.ids, by_words))


def _completed(found: Hits, ids: Ids, lexical: LexicalIndex, question: EncodedQuery, *, everything: bool) -> Scores:
    """The lexical score of each of `ids`, which are sorted; of words, only those not found yet are looked for anew.

    Where everything that shares a word with the question was found, the rest share none.
    """
    scores = np.zeros(len(ids), dtype=np.float32)
    places = np.minimum(np.searchsorted(ids, found.ids), len(ids) - 1)
    is_candidate = ids[places] == found.ids
    scores[places[is_candidate]] = found.scores[is_candidate]
    if not everything:
        rest = np.setdiff1d(np.arange(len(ids)), places[is_candidate])
        scores[rest] = lexical.scores(question, ids[rest])
    return scores + lexical.common(question, ids)


def _ranks(ids: Ids, ranked: Ids) -> Ids:
    rank = {number: at for at, number in enumerate(ranked.tolist(), 1)}
    return np.array([rank.get(number, 0) for number in ids.tolist()], dtype=np.int64)


def fuse(cosine: Scores, words: Scores, vectors: Vectors) -> Scores:
    """The score of each candidate: its cosine with the question as moved by feedback, plus its lexical score.

    `cosine` and `words` are of shape (n,), `vectors` the candidates' unit vectors of shape (n, dimension).
    """
    first = cosine + words
    guides = np.argsort(-first, kind="stable")[:FEEDBACK_DOCS]
    share = np.exp((first[guides] - first[guides].max(initial=-np.inf)) / SOFTMAX_TEMPERATURE)
    centre = share @ vectors[guides] / max(float(share.sum()), 1.0)
    # The length of the moved question, from what is known of its two parts.
    along = float(share @ cosine[guides]) / max(float(share.sum()), 1.0)
    length = math.sqrt(1 + 2 * ROCCHIO_BETA * along + ROCCHIO_BETA**2 * float(centre @ centre))
    return np.asarray((cosine + ROCCHIO_BETA * inner_products(vectors, centre)) / length + words, dtype=np.float32)
