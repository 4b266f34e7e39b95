"""How the ranking and its weights were chosen: `python -m benchmarks.fusion_weights DIR [--set NAME …]`.

For each family of rankings the constants are chosen on all sets but one and measured on the one left out. The gain is
nDCG@10 minus that of the best rival, which is read from the quality.json of an earlier `python -m benchmarks.quality`.
Writes fusion_weights.md. `--cache DIR` and `--out DIR` as in the other benchmarks.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks import options as settings
from benchmarks.markdown import head, row
from benchmarks.quality_report import SetResult
from benchmarks.ranking_metrics import ndcg
from benchmarks.retrieval_task import SETS, RetrievalTask
from qa.encoding.encoder import Encoder, Vectors, unit_vectors
from qa.search.bm25 import LexicalIndex
from qa.search.chunker import split_passages
from qa.search.dense import DenseIndex
from qa.search.engine import Scores
from qa.search.hybrid import fuse
from qa.search.query import EncodedQuery
from qa.search.terms import QueryTerms

_CANDIDATES = 100
_RANK_BIAS = 60
_GAIN_CUT, _SHARE_OF_WORST = 0.02, 0.5
_FACTORS = (0.5, 0.75, 1.0, 1.25, 1.5)
Constants = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The passages that either engine found for a question, and their scores.

    Attributes:
        documents: The document of each passage.
        cosine: Cosines with the question, shape (n,).
        bm25: Plain BM25, shape (n,).
        words: The part of this project's lexical score that comes from single words, shape (n,).
        pairs: The part that comes from pairs of neighbouring words, shape (n,).
        vectors: Unit vectors, shape (n, dimension).
    """

    documents: Sequence[str]
    cosine: Scores
    bm25: Scores
    words: Scores
    pairs: Scores
    vectors: Vectors


class _SingleTerms(LexicalIndex):
    """This project's lexical score from single words, without pairs."""

    def query_terms(self, question: EncodedQuery) -> QueryTerms:
        analysed = super().query_terms(question)
        return replace(analysed, terms=[term for term in analysed.terms if len(term.words) == 1])


class _PlainBm25(_SingleTerms):
    """Plain BM25: no word has a weight beyond its rarity in the collection."""

    def query_terms(self, question: EncodedQuery) -> QueryTerms:
        analysed = super().query_terms(question)
        return replace(analysed, terms=[replace(term, weight=1.0) for term in analysed.terms])


def _min_max(candidates: Candidates, constants: Constants) -> Scores:
    (share,) = constants
    return share * _scaled(candidates.cosine) + (1 - share) * _scaled(candidates.bm25)


def _scaled(scores: Scores) -> Scores:
    return np.asarray((scores - scores.min()) / max(float(np.ptp(scores)), 1e-9), dtype=np.float32)


def _reciprocal_ranks(candidates: Candidates, constants: Constants) -> Scores:
    (bias,) = constants
    ranks = [np.argsort(np.argsort(-scores, kind="stable")) + 1 for scores in (candidates.cosine, candidates.bm25)]
    return np.asarray(sum(1 / (bias + rank) for rank in ranks), dtype=np.float32)


def _sum(candidates: Candidates, constants: Constants) -> Scores:
    words, pairs = constants
    return np.asarray(candidates.cosine + words * candidates.words + pairs * candidates.pairs, dtype=np.float32)


def _with_feedback(candidates: Candidates, constants: Constants) -> Scores:
    words, pairs = constants
    return fuse(candidates.cosine, words * candidates.words + pairs * candidates.pairs, candidates.vectors)


Ranking = Callable[[Candidates, Constants], Scores]
# The last two are this project's, without and with feedback; their constants are factors of the weights in use.
FAMILIES: Mapping[str, tuple[Ranking, Sequence[Constants]]] = {
    "min-max": (_min_max, [(0.3,), (0.5,), (0.7,)]),
    "reciprocal ranks": (_reciprocal_ranks, [(_RANK_BIAS,)]),
    "cosine + weighted words + pairs": (_sum, list(product(_FACTORS, _FACTORS))),
    "cosine + weighted words + pairs, feedback": (_with_feedback, list(product(_FACTORS, _FACTORS))),
}
Figures = Mapping[tuple[str, Constants], Mapping[str, float]]
"""The gain on each set, by family and constants."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every family with all its constants on every set, choose the constants, and write the table."""
    options = settings.parser(__doc__, SETS).parse_args(arguments)

    encoder = settings.encoder(options)
    measured = json.loads((options.out / "quality.json").read_text(encoding="utf-8"))["sets"]
    gains: dict[tuple[str, Constants], dict[str, float]] = {}
    for name in options.sets or SETS:
        best = SetResult(**measured[name]).best_rival
        for key, score in _scores(RetrievalTask.read(options.folder / name), encoder):
            gains.setdefault(key, {})[name] = score - best
        print(f"{name}: measured", flush=True)
    (options.out / "fusion_weights.md").write_text(markdown_report(gains), encoding="utf-8")
    return 0


def _scores(task: RetrievalTask, encoder: Encoder) -> Iterator[tuple[tuple[str, Constants], float]]:
    by_question = _candidates(task, encoder)
    for family, (ranking, grid) in FAMILIES.items():
        for constants in grid:
            run = {
                query: task.counted(query, _documents(candidates, ranking(candidates, constants)))
                for query, candidates in by_question.items()
            }
            yield (family, constants), float(ndcg(run, task.judgements).mean())


def _documents(candidates: Candidates, scores: Scores) -> Sequence[str]:
    """The documents, each ranked by its best passage."""
    return list(dict.fromkeys(candidates.documents[index] for index in np.argsort(-scores, kind="stable")))


def _candidates(task: RetrievalTask, encoder: Encoder) -> Mapping[str, Candidates]:
    passages = [(thread.source, passage) for thread in task.threads for passage in split_passages(thread, encoder)]
    vectors = unit_vectors(encoder, [passage.in_context for _, passage in passages])
    depth = len(passages) if task.judged_alone else _CANDIDATES
    with tempfile.TemporaryDirectory(prefix="verbatim-benchmark-") as name:
        folder = Path(name)
        DenseIndex.create(folder, vectors)
        LexicalIndex.create(folder, [passage for _, passage in passages])
        dense = DenseIndex.open(folder, len(passages), encoder.dimension)
        whole, words, plain = (kind.open(folder, len(passages)) for kind in (LexicalIndex, _SingleTerms, _PlainBm25))
        by_question = {}
        for query, text in task.questions.items():
            question = EncodedQuery.of(text, encoder)
            ids = np.union1d(dense.search(question, depth).ids, whole.search(question, depth).ids)
            single = words.scores(question, ids)
            by_question[query] = Candidates(
                [passages[number][0] for number in ids],
                dense.scores(question, ids),
                plain.scores(question, ids),
                single,
                whole.scores(question, ids) - single,
                vectors[ids],
            )
    return by_question


def choose_constants(gains: Mapping[Constants, Mapping[str, float]], sets: Sequence[str]) -> Constants:
    """The constants with the best mean gain on these sets, each capped at 0.02, plus half the worst gain.

    The cap keeps a set where every ranking wins by far from hiding one where the ranking falls behind.
    """

    def score(constants: Constants) -> float:
        on_sets = np.array([gains[constants][name] for name in sets])
        return float(np.minimum(on_sets, _GAIN_CUT).mean() + _SHARE_OF_WORST * on_sets.min())

    return max(gains, key=score)


def markdown_report(figures: Figures) -> str:
    """One row per family: the gain on each set with the constants chosen on the other sets."""
    sets = list(next(iter(figures.values())))
    lines = head("family", *(f"`{name}`" for name in sets), "worst", "mean", "chosen on all")
    for family in dict.fromkeys(family for family, _ in figures):
        grid = {constants: gains for (name, constants), gains in figures.items() if name == family}
        held_out = [grid[choose_constants(grid, [other for other in sets if other != name])][name] for name in sets]
        constants = ", ".join(f"{number:g}" for number in choose_constants(grid, sets))
        cells = [f"{gain:+.3f}" for gain in (*held_out, min(held_out), float(np.mean(held_out)))]
        lines.append(row(family, *cells, constants))
    return "\n".join(
        [
            "# Ranking families and their weights",
            "",
            "nDCG@10 above the best of dense, BM25 and txtai hybrid (quality.md) on the set of the column, with "
            "constants chosen on the other sets. The constants of the last two families are factors of the weights in "
            "use, for words and for pairs.",
            "",
            *lines,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
