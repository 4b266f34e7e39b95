"""Measure how well follow-up questions are understood: retrieval with history, as typed, and by a person's rewrite.

What is retrieved depends on what a file gives:

- `passages`: the file gives the text of the passage that answers; the documents are all its passages.
- `same passage`: it only names the passages that answer; the documents are the rewrites of its questions, and those of
  other questions that a passage answers too are relevant.
- `agreement`: for every file, the documents are the rewrites of its other questions; those that the person's rewrite of
  a question ranks first are relevant, with gains by their rank, so the rewrite has 1.

The measure is nDCG@10, without the reader. A question's own rewrite is taken out of the ranking.
"""

from __future__ import annotations

import math
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from qa.errors import QuestionError
from qa.evaluation.followup_sets import FollowUp, FollowUpSet
from qa.followup.model import TermModel
from qa.followup.turn import Turn
from qa.followup.understand import content_terms, understand
from qa.library.library import Library
from qa.sources.sanitize import replace_surrogates
from qa.sources.thread import Post, Thread
from qa.types import Progress, StrPath, no_progress

_DEPTH = 10  # documents of a ranking that are measured
_LOOKAHEAD = 6  # passages beyond these, since a long document has several

Gains = Mapping[str, float]
Rewriter = Callable[[FollowUp], str]
Ranker = Callable[[str, str | None], list[str]]
"""Ranks documents for a question, without one of them."""


@dataclass(frozen=True, slots=True)
class GapFigures:
    """One measure of one file, means over its questions, each 0..1.

    Attributes:
        measure: "passages", "same passage" or "agreement".
        questions: How many questions were measured.
        as_typed: nDCG@10 of the questions as they were typed.
        question_before: The same with the question before added, the simplest thing to do.
        with_history: The same as this package understands them.
        with_title: The same if the title of the text that answered before is known; None if the file has no titles.
        rewritten: The same of a person's rewrites.
        by_other_model: The same by another model, as one that has seen nothing of the file; None if there is none.
    """

    measure: str
    questions: int
    as_typed: float
    question_before: float
    with_history: float
    with_title: float | None
    rewritten: float
    by_other_model: float | None = None

    def gap_closed(self, value: float) -> float:
        """The share of the way from the question as typed to the person's rewrite."""
        gap = self.rewritten - self.as_typed
        return (value - self.as_typed) / gap if gap else math.nan


@dataclass(frozen=True, slots=True)
class FileFigures:
    """The figures of one file.

    Attributes:
        name: Its name.
        gaps: Each measure.
        left_alone: Of the questions whose rewrite adds no word, the share that was asked as typed, 0..1.
        new_topics_left: The same of questions that begin a new topic: the rewrites of another conversation.
    """

    name: str
    gaps: Sequence[GapFigures]
    left_alone: float
    new_topics_left: float


@dataclass(frozen=True, slots=True)
class FollowUpReport:
    """What `qa evaluate --followups` prints."""

    files: Sequence[FileFigures]

    def __str__(self) -> str:
        lines = ["nDCG@10, measuring half         n   typed  +before     (gap)  history     (gap)  rewrite"]
        for file in self.files:
            for gap in file.gaps:
                rows = [(gap.measure, gap.with_history)]
                rows += [(f"{gap.measure}, titled", gap.with_title)] if gap.with_title is not None else []
                lines += [
                    f"{f'{file.name}: {name}':28} {gap.questions:4} {gap.as_typed:7.4f} "
                    f"{gap.question_before:8.4f} {gap.gap_closed(gap.question_before):9.1%} "
                    f"{value:8.4f} {gap.gap_closed(value):9.1%} {gap.rewritten:8.4f}"
                    for name, value in rows
                ]
        lines += [
            f"{file.name}: asked as typed, of questions that need nothing {file.left_alone:.1%}, "
            f"of new topics {file.new_topics_left:.1%}"
            for file in self.files
        ]
        return "\n".join(lines)


def evaluate_followups(
    folder: StrPath,
    *,
    model: StrPath | None = None,
    encoder: Any = None,
    choosing: bool = False,
    other_models: Mapping[str, TermModel] | None = None,
    progress: Progress = no_progress,
) -> FollowUpReport:
    """Measure follow-up questions on every file of a folder.

    Args:
        folder: The folder, as `FollowUpSet.read_all` reads it.
        model: The name or path of a sentence-transformers model, instead of the default one.
        encoder: An encoder to use instead of a model.
        choosing: Whether to measure on the half that the shipped model was fitted on, to choose values by.
        other_models: Further models by the name of the file that each is measured on.
        progress: Called with the stage, the number done and the number to do.

    Raises:
        SourceError: If the folder holds no such file.
    """
    files = []
    with tempfile.TemporaryDirectory(prefix="verbatim-followups-") as built:
        for one in FollowUpSet.read_all(Path(folder)):
            measured = one.choosing if choosing else one.measuring

            def build(documents: Sequence[Thread], name: str) -> Library:
                path = Path(built) / name
                return Library.build(documents, path, model=model, encoder=encoder, reader=None, progress=progress)

            files.append(_figures(one, measured, build, (other_models or {}).get(one.name), progress))
    return FollowUpReport(files)


def _figures(
    one: FollowUpSet,
    measured: Sequence[FollowUp],
    build: Callable[[Sequence[Thread], str], Library],
    other_model: TermModel | None,
    progress: Progress,
) -> FileFigures:
    gaps = []
    with_passage = [question for question in measured if question.passage]
    if with_passage:
        documents, place = _passages(one.questions)
        library = build(documents, f"{one.name}-passages")
        gains = {question.name: {place[question.passage, question.title]: 1.0} for question in with_passage}
        gaps.append(_gap("passages", _ranker(library), with_passage, gains, {}, other_model, progress))
    own = _rewrites(one.questions)
    library = build([_document(name, text) for text, name in own.items()], f"{one.name}-rewrites")
    rank = _ranker(library)
    hidden = {question.name: own[_same(question.rewrite)] for question in one.questions}
    if shared := _sharing(one.questions, measured, hidden):
        sharing = [question for question in measured if question.name in shared]
        gaps.append(_gap("same passage", rank, sharing, shared, hidden, other_model, progress))
    agreed = {question.name: _agreed(rank, question, hidden) for question in measured}
    gaps.append(_gap("agreement", rank, measured, agreed, hidden, other_model, progress))
    alone = [
        question for question in measured if not content_terms(question.rewrite) - content_terms(question.question)
    ]
    new_topics = [
        (other.rewrite, question.turns)
        for question, other in zip(measured, [*measured[len(measured) // 2 :], *measured], strict=False)
        if other.conversation != question.conversation
    ]
    return FileFigures(
        one.name,
        gaps,
        _left_alone([(question.question, question.turns) for question in alone]),
        _left_alone(new_topics),
    )


def _left_alone(asked: Sequence[tuple[str, Sequence[Turn]]]) -> float:
    """The share of questions after the turns before them that is asked as it was typed."""
    return sum(understand(question, turns) is None for question, turns in asked) / max(len(asked), 1)


def _gap(
    measure: str,
    rank: Ranker,
    questions: Sequence[FollowUp],
    gains: Mapping[str, Gains],
    hidden: Mapping[str, str],
    other_model: TermModel | None,
    progress: Progress,
) -> GapFigures:
    def mean(rewriter: Rewriter, stage: str) -> float:
        total = 0.0
        for done, question in enumerate(questions):
            progress(f"{measure}: {stage}", done, len(questions))
            ranking = rank(rewriter(question), hidden.get(question.name))
            total += _ndcg(ranking, gains[question.name])
        return total / len(questions)

    def with_other_model(question: FollowUp) -> str:
        return _understood(question, question.turns, other_model)

    has_titles = any(question.title for question in questions)
    return GapFigures(
        measure,
        len(questions),
        mean(lambda question: question.question, "as typed"),
        mean(lambda question: f"{question.question} {question.turns[-1].question}", "with the question before"),
        mean(lambda question: _understood(question, question.turns), "with history"),
        mean(lambda question: _understood(question, _titled(question)), "with titles") if has_titles else None,
        mean(lambda question: question.rewrite, "rewritten"),
        mean(with_other_model, "with another model") if other_model else None,
    )


def _understood(question: FollowUp, turns: Sequence[Turn], model: TermModel | None = None) -> str:
    return understand(question.question, turns, model) or question.question


def _titled(question: FollowUp) -> list[Turn]:
    return [replace(turn, title=question.title) if turn.answer else turn for turn in question.turns]


def _ranker(library: Library) -> Ranker:
    """Ranks the documents of a library, each question once: many are the same as typed and as understood."""

    @cache
    def rank(question: str, hidden: str | None) -> list[str]:
        """The first documents, without the hidden one; none for a question without a word."""
        try:
            quotes = library.search(question, k=_DEPTH + _LOOKAHEAD, search_syntax=False, repeats=True)
        except QuestionError:
            return []
        documents = dict.fromkeys(quote.source for quote in quotes)
        documents.pop(hidden or "", None)
        return list(documents)[:_DEPTH]

    return rank


def _ndcg(ranking: Sequence[str], gains: Gains) -> float:
    """Normalised discounted cumulative gain (Järvelin, Kekäläinen 2002).

    >>> _ndcg(["a", "b"], {"a": 1.0}), round(_ndcg(["b", "a"], {"a": 1.0}), 4)
    (1.0, 0.6309)
    """
    discounts = [1 / math.log2(rank + 2) for rank in range(_DEPTH)]
    got = sum(gains.get(document, 0.0) * discount for document, discount in zip(ranking, discounts, strict=False))
    best = sum(gain * discount for gain, discount in zip(sorted(gains.values(), reverse=True), discounts, strict=False))
    return got / best if best else 0.0


def _passages(questions: Sequence[FollowUp]) -> tuple[list[Thread], dict[tuple[str | None, str], str]]:
    """Every passage of a set as a document, and the document of each passage under its title."""
    texts = dict.fromkeys(
        (text, question.title)
        for question in questions
        for text in (*(turn.answer for turn in question.turns), question.passage)
        if text and text.strip()
    )
    place: dict[tuple[str | None, str], str] = {text: f"passage-{number}" for number, text in enumerate(texts)}
    return [_document(name, str(text), title) for (text, title), name in place.items()], place


def _rewrites(questions: Sequence[FollowUp]) -> dict[str, str]:
    """The name of a document for each rewrite; rewrites that differ only in case and marks are one."""
    own: dict[str, str] = {}
    for question in questions:
        own.setdefault(_same(question.rewrite), f"question-{len(own)}")
    return own


def _same(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip("?. ") or "?"


def _sharing(questions: Sequence[FollowUp], measured: Sequence[FollowUp], own: Mapping[str, str]) -> dict[str, Gains]:
    """For each measured question the rewrites of others that one of its passages answers too, if there are any."""
    answered: dict[str, set[str]] = defaultdict(set)
    for question in questions:
        for passage in question.relevant:
            answered[passage].add(own[question.name])
    gains = {
        question.name: {
            document: 1.0 for passage in question.relevant for document in answered[passage] - {own[question.name]}
        }
        for question in measured
    }
    return {name: documents for name, documents in gains.items() if documents}


def _agreed(rank: Ranker, question: FollowUp, own: Mapping[str, str]) -> Gains:
    ranking = rank(question.rewrite, own[question.name])
    return {document: 1 / math.log2(rank + 2) for rank, document in enumerate(ranking)}


def _document(name: str, text: str, title: str = "") -> Thread:
    text = replace_surrogates(text).strip()
    return Thread(name, text, (Post("article", text, 0, len(text)),), title or None)
