"""Answering: the reader's evidence joins the ranking; the best span is the answer, with its chance of being right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.answering import question_type
from qa.answering.answer import Answer, Quote
from qa.answering.calibration import Calibration, ConfidenceFeatures, load_calibration
from qa.answering.highlight import best_sentences, extend_span, sentence_around, trim_span
from qa.answering.reader import Reader, ScoredSpan, read_spans
from qa.encoding.encoder import Encoder
from qa.errors import ModelError
from qa.search.bm25 import LexicalIndex
from qa.search.query import EncodedQuery
from qa.text.normalize import words_of
from qa.types import Span

CANDIDATES = 12  # the passages that may answer
_ALWAYS_READ = 4  # of the candidates
_IN_REACH = 0.2  # a candidate that fits worse than the first by more hardly ever comes to answer
_CLEARLY = 2.0  # the margin from which a passage behind the first is marked with an answer of its own


@dataclass(frozen=True, slots=True)
class ReadQuote:
    """A quote with the span of its text that answers best, and the reader's margin for it.

    `fit` is the quote's score before it was read.
    """

    quote: Quote
    span: Span
    margin: float
    fit: float

    @property
    def said(self) -> list[str]:
        """The words of the span, to see whether two passages say the same."""
        return words_of(self.quote.text[slice(*self.span)])


def read_candidates(words: str, quotes: Sequence[Quote], reader: Reader) -> list[ReadQuote]:
    """The first four quotes and those of the next eight that fit nearly as well as the first, read, in their order.

    Raises ModelError where the reader does not give a span for each passage.
    """
    near = sum(quote.score >= quotes[0].score - _IN_REACH for quote in quotes[:CANDIDATES])
    to_read = quotes[: max(near, _ALWAYS_READ)]
    texts, titles = [quote.text for quote in to_read], [quote.title for quote in to_read]
    found = list(read_spans(reader, words, texts, titles)) if texts else []
    if len(found) != len(texts) or not all(map(_is_inside, found, texts)):
        raise ModelError(f"the reader {type(reader).__name__!r} gave no span inside each of the {len(texts)} passages")
    return [
        ReadQuote(quote, trim_span(quote.text, (reading.start, reading.end)), reading.margin, quote.score)
        for quote, reading in zip(to_read, found, strict=True)
    ]


def rerank(words: str, found: Sequence[ReadQuote], by: Calibration) -> list[ReadQuote]:
    """The quotes with the reader's evidence in their scores, best first."""
    scored = [
        replace(one, quote=replace(one.quote, score=by.joined(one.fit, by.evidence(words, one.margin))))
        for one in found
    ]
    return sorted(scored, key=lambda one: one.quote.score, reverse=True)


def promote_best(words: str, order: Sequence[ReadQuote], by: Calibration) -> list[ReadQuote]:
    """The quotes with the one in front whose span answers best; that need not be the passage that fits best.

    It takes the score of the one that it goes before. Mere words ask for the passage, so their order stays.
    """
    if not question_type.is_question(words):
        return list(order)
    lead = max(range(len(order)), key=lambda number: by.worth(order[number].margin, order[number].fit))
    first = replace(order[lead], quote=replace(order[lead].quote, score=order[0].quote.score))
    return [first, *order[:lead], *order[lead + 1 :]]


def assess(
    asked: EncodedQuery,
    quotes: Sequence[Quote],
    found: Sequence[ReadQuote],
    by: Calibration,
    encoder: Encoder,
    min_confidence: float | None = None,
) -> tuple[list[ReadQuote], float, bool]:
    """The read quotes in their final order, the probability that one answers, and whether that is enough.

    Where it is, the quote with the answer leads; without `min_confidence` the calibration's threshold counts.
    `found` are those of `quotes` that were read.
    """
    if not found:
        return [], 0.0, False
    order = rerank(asked.text, found, by)
    answering = promote_best(asked.text, order, by)
    confidence = by.confidence(confidence_features(asked, quotes, answering, encoder))
    answers = confidence >= (by.threshold if min_confidence is None else min_confidence)
    return (answering if answers else order), confidence, answers


def confidence_features(
    asked: EncodedQuery, quotes: Sequence[Quote], order: Sequence[ReadQuote], encoder: Encoder
) -> ConfidenceFeatures:
    """What tells whether the span of the first in `order` is the right answer; `quotes` are all, read or not."""
    best, *others = order
    rivals = [other.margin for other in others if other.said != best.said]
    return ConfidenceFeatures(
        margins=[one.margin for one in order],
        fit=best.fit,
        fits=[quote.score for quote in quotes[:CANDIDATES]],
        rival=max(rivals, default=-math.inf),
        support=len(others) - len(rivals),
        likeness=float(asked.likeness([sentence_around(best.quote.text, best.span)], encoder)[0]),
    )


def answer_from(
    question: str,
    asked: EncodedQuery,
    quotes: Sequence[Quote],
    reader: Reader,
    encoder: Encoder,
    k: int,
    min_confidence: float | None,
) -> Answer:
    """The answer out of these quotes, with the best `k` of them; `asked` is the question without its filters.

    It is found where its confidence reaches `min_confidence`. Then the quotes that answer are marked: the first with
    the answer, others with their own span where they say the same or speak as clearly.
    """
    by = load_calibration()
    words = asked.text
    found = read_candidates(words, quotes, reader)
    order, confidence, answers = assess(asked, quotes, found, by, encoder, min_confidence)
    behind = [replace(quote, score=by.joined(quote.score, 0.0)) for quote in quotes[len(found) :]]
    if not answers:
        return Answer(question, False, None, confidence, (*(one.quote for one in order), *behind)[:k])
    first, *rest = order
    best = _marked(words, first)
    others = [_marked(words, one) if one.said == first.said or one.margin >= _CLEARLY else one.quote for one in rest]
    return Answer(question, True, best.marked()[0], confidence, (best, *others, *behind)[:k])


def reranked(
    asked: EncodedQuery, quotes: Sequence[Quote], reader: Reader, encoder: Encoder, min_confidence: float | None
) -> tuple[Quote, ...]:
    """The quotes in the order in which `answer_from` gives them, unmarked."""
    answer = answer_from(asked.text, asked, quotes, reader, encoder, len(quotes), min_confidence)
    return tuple(replace(quote, highlights=()) for quote in answer.quotes)


def answer_without_reader(
    question: str, asked: EncodedQuery, quotes: Sequence[Quote], encoder: Encoder, lexical: LexicalIndex
) -> Answer:
    """The answer without a reader: the sentence that fits best, and no word on whether it answers."""
    if not quotes:
        return Answer(question, False, None, None, ())
    spans = best_sentences(asked, [quote.text for quote in quotes], encoder, lexical)
    marked = tuple(_with_highlight(quote, span) for quote, span in zip(quotes, spans, strict=True))
    return Answer(question, True, marked[0].marked()[0], None, marked)


def _marked(words: str, one: ReadQuote) -> Quote:
    return _with_highlight(one.quote, extend_span(words, one.quote.text, one.span))


def _with_highlight(quote: Quote, span: Span) -> Quote:
    return replace(quote, highlights=((quote.start + span[0], quote.start + span[1]),))


def _is_inside(reading: ScoredSpan, text: str) -> bool:
    return 0 <= reading.start <= reading.end <= len(text)
