"""Whether a library in Milvus answers as the embedded one does, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

import qa
from benchmarks.cached_encoder import CachedEncoder
from benchmarks.cluster_server import LiteServer
from qa.errors import QuestionError
from qa.evaluation.dataset import Dataset
from qa.evaluation.ranking import ranked_documents, ranking_figures
from qa.library.generation import Generation
from qa.search.milvus.connection import Connection
from qa.search.milvus.passages import PlacedPassage
from qa.search.milvus.sparse import Terms
from qa.search.query import EncodedQuery, Query

_TOP = 10
_CANDIDATES = 100
_TOLERANCE = 1e-6  # of a score
_NDCG_TOLERANCE = 0.001
# Each is added to some questions of the set, so that what it leaves is not empty.
_FILTERS = (
    "in:article",
    "after:2010",
    "before:2015-06",
    "source:1",
    "author:a",
    '"in the"',
    "-the",
    '-"of the"',
    '"the"',
)
_ASKED_WITH_FILTERS = 60
RANKED = 300  # of each set, for nDCG@10: a ranking of a hundred documents takes hundreds of passages


@dataclass(frozen=True, slots=True)
class Parity:
    """What came out on one set.

    Attributes:
        name: The set.
        passages: Its passages.
        questions: Its questions.
        dense_differing: The questions whose ten best passages by meaning differ.
        lexical_differing: The same by words, where scores differ too: equal scores may be in another order.
        worst_score: The greatest difference of a lexical score.
        scores: How many scores were compared.
        ndcg: nDCG@10 of the embedded engine, and of Milvus.
        filtered_differing: The filtered questions whose answers differ, and how many were asked.
        build_seconds: The time of building with known vectors: embedded, Milvus.
        question_seconds: The median time of a search: embedded, Milvus.
        requests: The mean and the greatest number of requests for a question.
        stored: The bytes of a passage: in files of the embedded library without its texts, in Milvus Lite.
        raw: The bytes of a passage that cross the network: vector, sparse vector, terms.
        memory: The server's growth of memory for a passage; None if it is not on this machine.
    """

    name: str
    passages: int
    questions: int
    dense_differing: int
    lexical_differing: int
    worst_score: float
    scores: int
    ndcg: tuple[float, float]
    filtered_differing: tuple[int, int]
    build_seconds: tuple[float, float]
    question_seconds: tuple[float, float]
    requests: tuple[float, int]
    stored: tuple[float, float]
    raw: tuple[float, float, float]
    memory: float | None

    head: ClassVar[Sequence[str]] = (
        "| set | passages | questions | other ten by meaning | other ten by words "
        "| greatest difference of a score | nDCG@10, embedded | in Milvus | other answers with filters |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    )
    cost_head: ClassVar[Sequence[str]] = (
        "| set | build, embedded | in Milvus | search, embedded | in Milvus | requests a question, mean and most "
        "| bytes a passage on disk, embedded | in Milvus | vector + sparse + terms "
        "| growth of the server's memory a passage, its fixed part too |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    )

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs by more than it may."""
        return (
            not self.dense_differing
            and not self.lexical_differing
            and not self.filtered_differing[0]
            and self.worst_score <= _TOLERANCE
            and abs(self.ndcg[0] - self.ndcg[1]) <= _NDCG_TOLERANCE
        )

    @property
    def row(self) -> str:
        """Its row in the table of parity."""
        return (
            f"| {self.name} | {self.passages:,} | {self.questions:,} | {self.dense_differing} "
            f"| {self.lexical_differing} | {self.worst_score:.1e} of {self.scores:,} "
            f"| {self.ndcg[0]:.4f} | {self.ndcg[1]:.4f} "
            f"| {self.filtered_differing[0]} of {self.filtered_differing[1]} |"
        )

    @property
    def cost_row(self) -> str:
        """Its row in the table of costs."""
        memory = "–" if self.memory is None else f"{self.memory:,.0f}"
        return (
            f"| {self.name} | {self.build_seconds[0]:.1f} s | {self.build_seconds[1]:.1f} s "
            f"| {1000 * self.question_seconds[0]:.1f} ms | {1000 * self.question_seconds[1]:.1f} ms "
            f"| {self.requests[0]:.1f}, {self.requests[1]} | {self.stored[0]:,.0f} | {self.stored[1]:,.0f} "
            f"| {self.raw[0]:,.0f} + {self.raw[1]:,.0f} + {self.raw[2]:,.0f} | {memory} |"
        )


def compare(folder: Path, encoder: CachedEncoder, work: Path, uri: str | None, server: LiteServer | None) -> Parity:
    """Compare the two on one set.

    Args:
        folder: The set.
        encoder: The encoder of both.
        work: Where the libraries are built.
        uri: The Milvus; None for the server.
        server: A server of Milvus Lite; None for the address.
    """
    data = Dataset.read(folder)
    address = str(uri or (server.uri if server else ""))
    qa.build(data.documents, work / "first", encoder=encoder, reader=None)  # so that no build below has to encode
    begun = time.perf_counter()
    embedded = qa.build(data.documents, work / "embedded", encoder=encoder, reader=None)
    middle = time.perf_counter()
    before = (server.memory, server.stored) if server else (0, 0)
    milvus = qa.build(data.documents, work / "milvus", encoder=encoder, reader=None, engine="milvus", uri=address)
    build = middle - begun, time.perf_counter() - middle
    ours, theirs = embedded._opened.generation, milvus._opened.generation
    passages = embedded.status().passages
    questions = [EncodedQuery.of(text, encoder) for text in data.queries.values()]
    dense, lexical, worst, scores = _engines(ours, theirs, questions)
    times = tuple(_median_time(generation, questions) for generation in (ours, theirs))
    ndcg = tuple(_ndcg(library, data) for library in (embedded, milvus))
    filtered = _filtered(embedded, milvus, list(data.queries.values()))
    requests = _requests(milvus, list(data.queries.values()))
    after = (server.memory, server.stored) if server else (0, 0)
    indexes = [file.size for name, file in ours.manifest.files.items() if not name.startswith("texts")]
    return Parity(
        folder.name,
        passages,
        len(questions),
        dense,
        lexical,
        worst,
        scores,
        (ndcg[0], ndcg[1]),
        filtered,
        build,
        (times[0], times[1]),
        requests,
        (sum(indexes) / passages, (after[1] - before[1]) / passages),
        _raw_bytes(theirs),
        (after[0] - before[0]) / passages if server else None,
    )


def _engines(ours: Generation, theirs: Generation, questions: Sequence[EncodedQuery]) -> tuple[int, int, float, int]:
    dense = lexical = scores = 0
    worst = 0.0
    for question in questions:
        expected, hits = ours.dense.search(question, _CANDIDATES), theirs.dense.search(question, _CANDIDATES)
        dense += not _same(hits.ids[:_TOP], expected.ids[:_TOP], hits.scores[:_TOP], expected.scores[:_TOP])
        ids = np.union1d(expected.ids, ours.lexical.search(question, _CANDIDATES).ids)
        pair = [
            generation.lexical.scores(question, ids) + generation.lexical.common_phrase_scores(question, ids)
            for generation in (ours, theirs)
        ]
        worst, scores = max(worst, float(np.abs(pair[0] - pair[1]).max(initial=0))), scores + len(ids)
        best, found = ours.lexical.search(question, _TOP), theirs.lexical.search(question, _TOP)
        lexical += not _same(found.ids, best.ids, found.scores, best.scores)
    return dense, lexical, worst, scores


def _same(ids: Any, expected: Any, scores: Any, expected_scores: Any) -> bool:
    """Whether two rankings are the same, but for the order of equal scores, of which the last may be cut off."""
    if len(ids) != len(expected) or not np.allclose(scores, expected_scores, atol=_TOLERANCE):
        return False
    above = expected_scores > expected_scores.min(initial=np.inf) + _TOLERANCE
    return set(expected[above].tolist()) <= set(ids.tolist())


def _median_time(generation: Generation, questions: Sequence[EncodedQuery]) -> float:
    times = []
    for question in questions[:200]:
        begun = time.perf_counter()
        generation.search(question, 30)
        times.append(time.perf_counter() - begun)
    return float(np.median(times))


def _ndcg(library: qa.Library, data: Dataset) -> float:
    judged = [query for query in data.queries if query in data.judgements][:RANKED]
    run = {query: ranked_documents(library, data.queries[query]) for query in judged}
    return ranking_figures(run, data.judgements).ndcg_at_10


def _filtered(embedded: qa.Library, milvus: qa.Library, questions: Sequence[str]) -> tuple[int, int]:
    """How many filtered questions have other answers, and how many were asked."""
    differing = asked = 0
    for number, question in enumerate(questions[:_ASKED_WITH_FILTERS]):
        words = " ".join(word for word in question.split() if word.isalnum())
        for text in (f"{words} {_FILTERS[number % len(_FILTERS)]}", _FILTERS[number % len(_FILTERS)]):
            try:
                answers = [library.ask(text) for library in (embedded, milvus)]
            except QuestionError:
                continue
            asked += 1
            differing += _answer(answers[0]) != _answer(answers[1])
    return differing, asked


def _answer(answer: qa.Answer) -> tuple[object, ...]:
    return answer.matching, answer.left_out, answer.unknown, [quote.text for quote in answer.quotes], answer.text


@contextmanager
def counted_calls() -> Iterator[list[str]]:
    """Note every request to Milvus."""
    original, calls = Connection.call, list[str]()

    def call(self: Connection, method: str, **arguments: Any) -> Any:
        calls.append(method)
        return original(self, method, **arguments)

    Connection.call = call  # type: ignore[method-assign]
    try:
        yield calls
    finally:
        Connection.call = original  # type: ignore[method-assign]


def _requests(milvus: qa.Library, questions: Sequence[str]) -> tuple[float, int]:
    counts = []
    with counted_calls() as calls:
        for question in questions[:200]:
            before = len(calls)
            try:
                milvus.ask(Query.literal(question, {}).text, search_syntax=False)
            except QuestionError:
                continue
            counts.append(len(calls) - before)
    return float(np.mean(counts)), max(counts)


def _raw_bytes(generation: Generation) -> tuple[float, float, float]:
    """The mean bytes of a passage's vector, of its sparse vector (two numbers of four bytes each) and of its terms."""
    from qa.search.analyzer import Analyzer

    analyzer = Analyzer()
    count = generation.manifest.counts["passages"]
    placed: Sequence[PlacedPassage] = generation.store.placed_passages(range(min(count, 2_000)))
    sparse, texts = [], []
    for one in placed:
        passage = one.passage
        terms = Terms(*(analyzer.terms(text) for text in (passage.in_context, passage.context, passage.author)))
        distinct: Mapping[str, Sequence[str]] = {"words": terms.words, "context": terms.context}
        dimensions = sum(len(set(part)) + len(set(pairwise(part))) for part in distinct.values())
        sparse.append(8 * (dimensions + len(set(terms.author))))
        texts.append(sum(len(" ".join(part).encode()) + 2 for part in distinct.values()))
    return 4.0 * generation.manifest.model.dimension, float(np.mean(sparse)), float(np.mean(texts))
