"""Retrieval: from a query to the candidates that fit it best, near-duplicates grouped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from qa.answering.answer import Place, Why
from qa.answering.byline import asks_byline
from qa.answering.candidate import Candidate
from qa.answering.question_type import asks_commenters
from qa.encoding.encoder import Encoder
from qa.library.generation import Generation
from qa.library.selection import Selection
from qa.library.store import StoredPassage
from qa.search.choice import Choice
from qa.search.engine import Ids
from qa.search.hybrid import FusedHits
from qa.search.passage_context import as_sentences
from qa.search.query import EncodedQuery, Query
from qa.sources.thread import Kind
from qa.text.near_duplicates import group_near_duplicates
from qa.text.question_words import asks_somewhere, is_question

# Passages ranked beyond those that are shown, to find near-duplicates of them: see benchmarks/results/constants.md.
_DUPLICATE_LOOKAHEAD = 20
# The best hits that are looked at for questions, the replies that each may lift, and how far up to the question's fit:
# half the way keeps them below the question, so that what is first stays first.
_ASKING_HITS = 3
_REPLIES = 4
_REPLY_LIFT = 0.5


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was retrieved for a query.

    Attributes:
        query: The encoded query; None if it holds only filters.
        candidates: The candidates, best first.
        left_out: The phrases and excluded words that left passages out.
        unknown: The filters that name an author or a source that the library does not have.
        matching: How many passages pass the filters, if there are only filters.
    """

    query: EncodedQuery | None
    candidates: Sequence[Candidate]
    left_out: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    matching: int | None = None


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
    selection = _select(generation, query)
    among, left_out, unknown = selection.passages, selection.left_out, selection.unknown
    if not query.text and among is not None:
        passages = generation.store.passages(among.first(k).tolist())
        candidates = [_candidate(generation, passage, 1.0) for passage in passages]
        return Retrieved(None, candidates, left_out, unknown, len(among))
    encoded = query.encode(encoder)
    if among is not None and not len(among):
        return Retrieved(encoded, (), left_out, unknown)
    if not group_duplicates:
        hits = generation.search(encoded, k, among)
        passages = generation.store.passages(hits.ids.tolist())
        scored = zip(passages, hits.scores.tolist(), strict=True)
        return Retrieved(encoded, [_candidate(generation, passage, fit) for passage, fit in scored], left_out, unknown)
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
        unknown,
    )


def _select(generation: Generation, query: Query) -> Selection:
    """The passages that may be found: those that pass the filters.

    Comments alone if it is asked what they say, articles alone if it is asked who wrote one, and when.
    """
    kind: Kind | None = "comment" if asks_commenters(query.text) else "article" if asks_byline(query.text) else None
    if kind and not query.filters.kind:
        of_kind = generation.select(replace(query.filters, kind=(kind,)))
        if of_kind.passages is not None and len(of_kind.passages):
            return of_kind
    return generation.select(query.filters)


def _searched_text(passage: StoredPassage) -> str:
    """The words by which a passage is found, its own last."""
    return f"{passage.context} {passage.author or ''} {passage.text}"


def _distinct_hits(
    generation: Generation, query: EncodedQuery, k: int, among: Choice | None
) -> tuple[FusedHits, list[StoredPassage], list[list[int]]]:
    """Enough hits for `k` distinct passages, and the index of each among the hits with those of its near-duplicates."""
    depth = k + _DUPLICATE_LOOKAHEAD
    while True:
        hits = with_replies(generation, query, generation.search(query, depth, among), among)
        passages = generation.store.passages(hits.ids.tolist())
        groups = group_near_duplicates([passage.text for passage in passages], k)
        if len(groups) == k or len(passages) < depth:
            return hits, passages, groups
        depth *= 4


def with_replies(generation: Generation, query: EncodedQuery, hits: FusedHits, among: Choice | None) -> FusedHits:
    """Lift the replies to the best passages that ask something: who asks the same question often got the answer there.

    A reply need not repeat the words of what it answers, so its fit is put between its own and the question's.

    Args:
        generation: The generation that was searched.
        query: The encoded question; search words ask nothing, so that their hits stay as they are.
        hits: The hits, best first.
        among: The passages that may be found; None for all.
    """
    if not is_question(query.text):
        return hits
    scores = dict(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True))
    best = hits.ids[:_ASKING_HITS].tolist()
    for number, passage in zip(best, generation.store.passages(best), strict=True):
        replies: Ids = np.array(generation.store.replies(passage.source, passage.post), dtype=np.int64)
        if not len(replies) or not asks_somewhere(passage.text):
            continue
        if among is not None:
            replies = among.among(replies)
        if len(replies):
            own = generation.search(query, _REPLIES, replies)
            lifted = own.scores + _REPLY_LIFT * np.maximum(scores[number] - own.scores, 0)
            scores |= {
                n: max(score, scores.get(n, 0)) for n, score in zip(own.ids.tolist(), lifted.tolist(), strict=True)
            }
    order = sorted(scores, key=lambda number: -scores[number])
    ranks = {n: (d, x) for n, d, x in zip(hits.ids.tolist(), hits.dense_ranks, hits.lexical_ranks, strict=True)}
    dense_ranks, lexical_ranks = zip(*(ranks.get(number, (0, 0)) for number in order), strict=True)
    return FusedHits(
        np.array(order, dtype=np.int64),
        np.array([scores[number] for number in order], dtype=np.float32),
        np.array(dense_ranks, dtype=np.int64),
        np.array(lexical_ranks, dtype=np.int64),
    )


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
    locations = generation.store.locations(passage)
    return Candidate(
        *(passage.text, _place(passage), fit, generation.store.thread, why, places),
        language=passage.language,
        context=context,
        locations=locations,
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
