"""Retrieval: from a query to the candidates that fit it best, near-duplicates grouped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.answering.answer import Place, Why
from qa.answering.candidate import Candidate
from qa.encoding.encoder import Encoder
from qa.library.generation import Generation
from qa.library.store import StoredPassage
from qa.search.engine import Ids
from qa.search.hybrid import FusedHits
from qa.search.passage_context import as_sentences
from qa.search.query import EncodedQuery, Query
from qa.text.near_duplicates import group_near_duplicates

# Passages ranked beyond those that are shown, to find near-duplicates of them: see benchmarks/results/constants.md.
_DUPLICATE_LOOKAHEAD = 20


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was retrieved for a query.

    Attributes:
        query: The encoded query; None if it holds only filters.
        candidates: The candidates, best first.
        left_out: The phrases and excluded words that left passages out.
    """

    query: EncodedQuery | None
    candidates: Sequence[Candidate]
    left_out: tuple[str, ...] = ()


def retrieve(
    generation: Generation, encoder: Encoder, query: Query, k: int, *, group_duplicates: bool = True
) -> Retrieved:
    """Retrieve the passages that fit a query best.

    Args:
        generation: The generation to search.
        encoder: The encoder that it was built with.
        query: The query. If it holds only filters, the first passages that pass them are returned, in reading order.
        k: How many candidates to return at most.
        group_duplicates: Whether passages that nearly repeat a better one become its `near_duplicates`. If not, each is
            a separate candidate without `why`, which is cheap enough to rank thousands.
    """
    selection = generation.select(query.filters)
    among, left_out = selection.numbers, selection.left_out
    if not query.text and among is not None:
        passages = generation.store.passages(among[:k].tolist())
        return Retrieved(None, [_candidate(generation, passage, 1.0) for passage in passages], left_out)
    encoded = query.encode(encoder)
    if among is not None and not len(among):
        return Retrieved(encoded, (), left_out)
    if not group_duplicates:
        hits = generation.search(encoded, k, among)
        passages = generation.store.passages(hits.ids.tolist())
        scored = zip(passages, hits.scores.tolist(), strict=True)
        return Retrieved(encoded, [_candidate(generation, passage, fit) for passage, fit in scored], left_out)
    hits, passages, groups = _distinct_hits(generation, encoded, k, among)
    firsts = [passages[group[0]] for group in groups]
    terms = generation.lexical.terms(encoded, list(map(_searched_text, firsts)))
    return Retrieved(
        encoded,
        [
            _candidate(
                generation,
                passage,
                float(hits.scores[group[0]]),
                _why(hits, group[0], terms_of_passage),
                (passages[index] for index in group[1:]),
            )
            for passage, group, terms_of_passage in zip(firsts, groups, terms, strict=True)
        ],
        left_out,
    )


def _searched_text(passage: StoredPassage) -> str:
    """The words by which a passage is found, its own last."""
    return f"{passage.context} {passage.author or ''} {passage.text}"


def _distinct_hits(
    generation: Generation, query: EncodedQuery, k: int, among: Ids | None
) -> tuple[FusedHits, list[StoredPassage], list[list[int]]]:
    """Enough hits for `k` distinct passages, and the index of each among the hits with those of its near-duplicates."""
    depth = k + _DUPLICATE_LOOKAHEAD
    while True:
        hits = generation.search(query, depth, among)
        passages = generation.store.passages(hits.ids.tolist())
        groups = group_near_duplicates([passage.text for passage in passages], k)
        if len(groups) == k or len(passages) < depth:
            return hits, passages, groups
        depth *= 4


def _why(hits: FusedHits, index: int, terms: tuple[str, ...]) -> Why:
    return Why(int(hits.dense_ranks[index]) or None, int(hits.lexical_ranks[index]) or None, index + 1, terms)


def _candidate(
    generation: Generation,
    passage: StoredPassage,
    fit: float,
    why: Why | None = None,
    near_duplicates: Iterable[StoredPassage] = (),
) -> Candidate:
    places = tuple(map(_place, near_duplicates))
    context = as_sentences([passage.context, passage.reply_to])
    return Candidate(
        passage.text, _place(passage), fit, generation.store.thread, why, places, passage.language, context
    )


def _place(passage: StoredPassage) -> Place:
    return Place(
        passage.kind,
        passage.author,
        passage.date,
        passage.post,
        passage.source,
        passage.title,
        passage.start,
        passage.end,
    )
