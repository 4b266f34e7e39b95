"""Answering: the reader's evidence joins the ranking, and the best span is the answer if it is likely to be right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

from qa.answering.answer import Answer, Quote
from qa.answering.calibration import Calibration, ConfidenceFeatures, load_calibration
from qa.answering.candidate import Candidate, ReadCandidate
from qa.answering.highlight import best_sentences, trim_span
from qa.answering.reader import Reader, ScoredSpan, read_spans
from qa.encoding.encoder import Encoder
from qa.errors import ModelError
from qa.search.bm25 import LexicalIndex
from qa.search.query import EncodedQuery
from qa.text.question_words import is_question
from qa.types import Span

# Compared with other values in benchmarks/results/constants.md; the next weights of the reader decide on new ones.
CANDIDATES = 12  # the passages that may answer
_ALWAYS_READ = 4  # candidates that are read however badly they fit
_MAX_FIT_GAP = 0.2  # a candidate whose fit is further below the first one's hardly ever answers
_MARK_MARGIN = 2.0  # from this margin on, a passage with another answer is highlighted too


@dataclass(frozen=True, slots=True)
class Assessment:
    """The candidates that were read, in their final order, and whether they answer.

    `confidence` is the probability that the best span is right, `found` whether that is enough. If it is, the candidate
    with that span is first.
    """

    order: Sequence[ReadCandidate]
    confidence: float
    found: bool


def read_candidates(question: str, candidates: Sequence[Candidate], reader: Reader) -> list[ReadCandidate]:
    """Read the first four candidates, and those of the next eight that fit nearly as well as the first.

    Args:
        question: The question, without search syntax.
        candidates: The retrieved passages, best first.
        reader: The reader.

    Returns:
        The candidates that were read, in their order.

    Raises:
        ModelError: The reader did not give a span inside each passage.
    """
    near = sum(candidate.fit >= candidates[0].fit - _MAX_FIT_GAP for candidate in candidates[:CANDIDATES])
    to_read = candidates[: max(near, _ALWAYS_READ)]
    texts, titles = [candidate.text for candidate in to_read], [candidate.context for candidate in to_read]
    sentences = [candidate.sentences() for candidate in to_read]
    spans = list(read_spans(reader, question, texts, titles, sentences)) if texts else []
    if len(spans) != len(texts) or not all(map(_is_inside, spans, texts)):
        raise ModelError(f"the reader {type(reader).__name__!r} gave no span inside each of the {len(texts)} passages")
    return [
        ReadCandidate(candidate, trim_span(candidate.text, (span.start, span.end)), span.margin, of_text)
        for candidate, span, of_text in zip(to_read, spans, sentences, strict=True)
    ]


def rerank(question: str, read: Sequence[ReadCandidate], calibration: Calibration) -> list[ReadCandidate]:
    """Sort by fit and the reader's evidence, best first."""
    return sorted(read, key=lambda candidate: _score(question, candidate, calibration), reverse=True)


def promote_best(question: str, order: Sequence[ReadCandidate], calibration: Calibration) -> list[ReadCandidate]:
    """Move the candidate whose span answers best to the front; it need not be the passage that fits best.

    Search words ask nothing: they look for the passages themselves, so the order stays as it is.
    """
    if not is_question(question):
        return list(order)
    best = max(range(len(order)), key=lambda index: calibration.answer_score(order[index].margin, order[index].fit))
    return [order[best], *order[:best], *order[best + 1 :]]


def confidence_features(
    query: EncodedQuery, candidates: Sequence[Candidate], order: Sequence[ReadCandidate], encoder: Encoder
) -> ConfidenceFeatures:
    """The features from which to judge the first span in `order`; `candidates` includes those not read."""
    best, *others = order
    rivals = [other.margin for other in others if other.span_words != best.span_words]
    return ConfidenceFeatures(
        margins=[candidate.margin for candidate in order],
        fit=best.fit,
        fits=[candidate.fit for candidate in candidates[:CANDIDATES]],
        rival=max(rivals, default=-math.inf),
        support=len(others) - len(rivals),
        likeness=float(query.likeness([best.span_sentence], encoder)[0]),
    )


def assess(
    query: EncodedQuery,
    candidates: Sequence[Candidate],
    read: Sequence[ReadCandidate],
    calibration: Calibration,
    encoder: Encoder,
    min_confidence: float | None = None,
) -> Assessment:
    """Order the candidates that were read, and judge whether one answers.

    Args:
        query: The encoded question.
        candidates: The retrieved passages, best first.
        read: Those of them that were read.
        calibration: The calibration of the reader.
        encoder: The encoder that encoded the question.
        min_confidence: The probability from which an answer counts as found; None for the calibration's threshold.
    """
    if not read:
        return Assessment((), 0.0, False)
    order = rerank(query.text, read, calibration)
    promoted = promote_best(query.text, order, calibration)
    confidence = calibration.confidence(confidence_features(query, candidates, promoted, encoder))
    found = confidence >= (calibration.threshold if min_confidence is None else min_confidence)
    return Assessment(promoted if found else order, confidence, found)


def answer_from(
    question: str,
    query: EncodedQuery,
    candidates: Sequence[Candidate],
    reader: Reader,
    encoder: Encoder,
    k: int,
    min_confidence: float | None,
) -> Answer:
    """Answer from the candidates.

    If the answer is found, the first quote is highlighted with it, and others with their own span if that says the
    same or has a high margin.

    Args:
        question: The question as it was typed.
        query: The question without its filters, encoded.
        candidates: The retrieved passages, best first.
        reader: The reader.
        encoder: The encoder that encoded the question.
        k: How many quotes the answer shows at most.
        min_confidence: The confidence from which the answer counts as found; None for the calibration's threshold.

    Raises:
        ModelError: The reader did not give a span inside each passage.
    """
    calibration = load_calibration()
    assessment = assess(
        query, candidates, read_candidates(query.text, candidates, reader), calibration, encoder, min_confidence
    )
    highlights = _highlights(query.text, assessment.order) if assessment.found else [None] * len(assessment.order)
    quotes = _quotes(query.text, candidates, assessment.order, highlights, calibration, k)
    text = quotes[0].marked()[0] if assessment.found else None
    return Answer(question, assessment.found, text, assessment.confidence, quotes)


def rank_with_reader(
    query: EncodedQuery,
    candidates: Sequence[Candidate],
    reader: Reader,
    encoder: Encoder,
    k: int,
    min_confidence: float | None,
) -> tuple[Quote, ...]:
    """The quotes in the order of `answer_from`, without highlights; it takes the same arguments."""
    calibration = load_calibration()
    read = read_candidates(query.text, candidates, reader)
    order = assess(query, candidates, read, calibration, encoder, min_confidence).order
    return _quotes(query.text, candidates, order, [None] * len(order), calibration, k)


def answer_without_reader(
    question: str, query: EncodedQuery, candidates: Sequence[Candidate], encoder: Encoder, lexical: LexicalIndex
) -> Answer:
    """Answer with the sentence that fits best, without judging whether it answers."""
    if not candidates:
        return Answer(question, False, None, None, ())
    spans = best_sentences(
        query,
        [candidate.text for candidate in candidates],
        [candidate.sentences() for candidate in candidates],
        encoder,
        lexical,
    )
    quotes = tuple(candidate.quote(candidate.fit, span) for candidate, span in zip(candidates, spans, strict=True))
    return Answer(question, True, quotes[0].marked()[0], None, quotes)


def _score(question: str, candidate: ReadCandidate, calibration: Calibration) -> float:
    return calibration.score(candidate.fit, calibration.evidence(question, candidate.margin))


def _highlights(question: str, order: Sequence[ReadCandidate]) -> list[Span | None]:
    """What to highlight in each candidate, given that the first one answers."""
    answer = order[0].span_words
    return [
        candidate.answer_span(question)
        if not index or candidate.span_words == answer or candidate.margin >= _MARK_MARGIN
        else None
        for index, candidate in enumerate(order)
    ]


def _quotes(
    question: str,
    candidates: Sequence[Candidate],
    order: Sequence[ReadCandidate],
    highlights: Sequence[Span | None],
    calibration: Calibration,
    k: int,
) -> tuple[Quote, ...]:
    """The best `k` quotes: the candidates in `order`, then those that were not read."""
    scores = [_score(question, candidate, calibration) for candidate in order]
    if scores:
        scores[0] = max(scores)  # a promoted candidate takes the score of the one that it overtook
    ranked = chain(
        zip((candidate.candidate for candidate in order), scores, highlights, strict=True),
        ((candidate, calibration.score(candidate.fit, 0.0), None) for candidate in candidates[len(order) :]),
    )
    return tuple(candidate.quote(score, highlight) for candidate, score, highlight in islice(ranked, k))


def _is_inside(span: ScoredSpan, text: str) -> bool:
    return 0 <= span.start <= span.end <= len(text)
