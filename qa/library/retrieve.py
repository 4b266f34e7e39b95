"""Retrieval: from a query to the quotes that fit it best, what is said over again gathered into one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from qa.answering.answer import Place, Quote, Why
from qa.encoding.encoder import Encoder
from qa.library.generation import Generation
from qa.library.store import StoredPassage
from qa.search.engine import Ids
from qa.search.hybrid import FusedHits
from qa.search.query import EncodedQuery, Query
from qa.text.near_duplicates import group_near_duplicates

_LOOKED_AT_FOR_REPEATS = 20  # passages ranked behind those that are shown


def retrieve(
    searched: Generation, encoder: Encoder, query: Query, k: int, *, repeats: bool = False
) -> tuple[EncodedQuery | None, tuple[Quote, ...]]:
    """What was asked, None where filters alone were given, and the best `k` quotes, or the first that pass.

    Repeats of a quote are gathered in its `also`; with `repeats` each is a quote of its own, as thousands are where a
    ranking is measured, and then none tells why it is there.
    """
    among = searched.select(query.filters)
    if not query.text and among is not None:
        first = among[:k].tolist()
        return None, tuple(_quote(searched, passage, 1.0) for passage in searched.store.passages(first))
    asked = EncodedQuery.of(query.text, encoder, query.phrases)
    if among is not None and not len(among):
        return asked, ()
    hits, passages, groups = _distinct_hits(searched, asked, k, among, repeats)
    shown = [passages[group[0]] for group in groups]
    if repeats:
        return asked, tuple(map(partial(_quote, searched), shown, hits.scores.tolist()))
    terms = searched.lexical.terms(asked, [f"{passage.title or ''} {passage.text}" for passage in shown])
    return asked, tuple(
        _quote(
            searched,
            passage,
            float(hits.scores[group[0]]),
            _why(hits, group[0], said),
            map(passages.__getitem__, group[1:]),
        )
        for passage, group, said in zip(shown, groups, terms, strict=True)
    )


def _distinct_hits(
    searched: Generation, asked: EncodedQuery, k: int, among: Ids | None, repeats: bool
) -> tuple[FusedHits, list[StoredPassage], list[list[int]]]:
    """Enough hits for `k` different passages, and their places among the hits, each with those of its repeats."""
    depth = k if repeats else k + _LOOKED_AT_FOR_REPEATS
    while True:
        hits = searched.search(asked, depth, among)
        passages = searched.store.passages(hits.ids.tolist())
        if repeats:
            return hits, passages, [[place] for place in range(len(passages))]
        groups = group_near_duplicates([passage.text for passage in passages], k)
        if len(groups) == k or len(passages) < depth:
            return hits, passages, groups
        depth *= 4


def _why(hits: FusedHits, place: int, terms: tuple[str, ...]) -> Why:
    return Why(int(hits.dense_ranks[place]) or None, int(hits.lexical_ranks[place]) or None, place + 1, terms)


def _quote(
    searched: Generation,
    passage: StoredPassage,
    score: float,
    why: Why | None = None,
    repeats: Iterable[StoredPassage] = (),
) -> Quote:
    return Quote(
        text=passage.text,
        start=passage.start,
        end=passage.end,
        highlights=(),
        kind=passage.kind,
        author=passage.author,
        date=passage.date,
        post=passage.post,
        source=passage.source,
        title=passage.title,
        score=score,
        _thread=searched.store.thread,
        why=why,
        also=tuple(Place(r.kind, r.author, r.date, r.post, r.source, r.title, r.start, r.end) for r in repeats),
    )
