"""Answering: the reader's evidence joins the ranking; the best span is the answer, with its chance of being right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.answering import question_type
from qa.answering.answer import Answer, Quote
from qa.answering.calibration import Calibration, Signs, fitted
from qa.answering.highlight import best_sentences, extended, sentence_around, trimmed
from qa.answering.reader import Reader, Reading, readings
from qa.encoding.encoder import Encoder
from qa.errors import ModelError
from qa.search.bm25 import LexicalIndex
from qa.search.query import Question
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


def read(words: str, quotes: Sequence[Quote], reader: Reader) -> list[ReadQuote]:
    """The first four quotes and those of the next eight that fit nearly as well as the first, read, in their order.

    Raises ModelError where the reader does not give a span for each passage.
    """
    near = sum(quote.score >= quotes[0].score - _IN_REACH for quote in quotes[:CANDIDATES])
    to_read = quotes[: max(near, _ALWAYS_READ)]
    texts, titles = [quote.text for quote in to_read], [quote.title for quote in to_read]
    found = list(readings(reader, words, texts, titles)) if texts else []
    if len(found) != len(texts) or not all(map(_is_inside, found, texts)):
        raise ModelError(f"the reader {type(reader).__name__!r} gave no span inside each of the {len(texts)} passages")
    return [
        ReadQuote(quote, trimmed(quote.text, (reading.start, reading.end)), reading.margin, quote.score)
        for quote, reading in zip(to_read, found, strict=True)
    ]


def ranked(words: str, found: Sequence[ReadQuote], by: Calibration) -> list[ReadQuote]:
    """The quotes with the reader's evidence in their scores, best first."""
    scored = [
        replace(one, quote=replace(one.quote, score=by.joined(one.fit, by.evidence(words, one.margin))))
        for one in found
    ]
    return sorted(scored, key=lambda one: one.quote.score, reverse=True)


def led(words: str, order: Sequence[ReadQuote], by: Calibration) -> list[ReadQuote]:
    """The quotes with the one in front whose span answers best; that need not be the passage that fits best.

    It takes the score of the one that it goes before. Mere words ask for the passage, so their order stays.
    """
    if not question_type.anything(words):
        return list(order)
    lead = max(range(len(order)), key=lambda number: by.worth(order[number].margin, order[number].fit))
    first = replace(order[lead], quote=replace(order[lead].quote, score=order[0].quote.score))
    return [first, *order[:lead], *order[lead + 1 :]]


def judged(
    asked: Question,
    quotes: Sequence[Quote],
    found: Sequence[ReadQuote],
    by: Calibration,
    encoder: Encoder,
    least: float | None = None,
) -> tuple[list[ReadQuote], float, bool]:
    """The read quotes in their final order, the probability that one answers, and whether it is `least` or more.

    Where it is, the quote with the answer leads; without `least` the calibration's threshold counts. `found` are those
    of `quotes` that were read.
    """
    if not found:
        return [], 0.0, False
    order = ranked(asked.text, found, by)
    answering = led(asked.text, order, by)
    confidence = by.confidence(signs(asked, quotes, answering, encoder))
    answers = confidence >= (by.threshold if least is None else least)
    return (answering if answers else order), confidence, answers


def signs(asked: Question, quotes: Sequence[Quote], order: Sequence[ReadQuote], encoder: Encoder) -> Signs:
    """What tells whether the span of the first in `order` is the right answer; `quotes` are all, read or not."""
    best, *others = order
    rivals = [other.margin for other in others if other.said != best.said]
    return Signs(
        margins=[one.margin for one in order],
        fit=best.fit,
        fits=[quote.score for quote in quotes[:CANDIDATES]],
        rival=max(rivals, default=-math.inf),
        support=len(others) - len(rivals),
        likeness=float(asked.likeness([sentence_around(best.quote.text, best.span)], encoder)[0]),
    )


def answered(
    question: str,
    asked: Question,
    quotes: Sequence[Quote],
    reader: Reader,
    encoder: Encoder,
    k: int,
    least: float | None,
) -> Answer:
    """The answer out of these quotes, with the best `k` of them; `asked` is the question without its filters.

    It is found where its confidence is `least` or more. Then the quotes that answer are marked: the first with the
    answer, others with their own span where they say the same or speak as clearly.
    """
    by = fitted()
    words = asked.text
    found = read(words, quotes, reader)
    order, confidence, answers = judged(asked, quotes, found, by, encoder, least)
    behind = [replace(quote, score=by.joined(quote.score, 0.0)) for quote in quotes[len(found) :]]
    if not answers:
        return Answer(question, False, None, confidence, (*(one.quote for one in order), *behind)[:k])
    first, *rest = order
    best = _marked(words, first)
    others = [_marked(words, one) if one.said == first.said or one.margin >= _CLEARLY else one.quote for one in rest]
    return Answer(question, True, best.marked()[0], confidence, (best, *others, *behind)[:k])


def reranked(
    asked: Question, quotes: Sequence[Quote], reader: Reader, encoder: Encoder, least: float | None
) -> tuple[Quote, ...]:
    """The quotes in the order in which `answered` gives them, unmarked."""
    answer = answered(asked.text, asked, quotes, reader, encoder, len(quotes), least)
    return tuple(replace(quote, highlights=()) for quote in answer.quotes)


def unread(question: str, asked: Question, quotes: Sequence[Quote], encoder: Encoder, lexical: LexicalIndex) -> Answer:
    """The answer without a reader: the sentence that fits best, and no word on whether it answers."""
    if not quotes:
        return Answer(question, False, None, None, ())
    spans = best_sentences(asked, [quote.text for quote in quotes], encoder, lexical)
    marked = tuple(_with_highlight(quote, span) for quote, span in zip(quotes, spans, strict=True))
    return Answer(question, True, marked[0].marked()[0], None, marked)


def _marked(words: str, one: ReadQuote) -> Quote:
    return _with_highlight(one.quote, extended(words, one.quote.text, one.span))


def _with_highlight(quote: Quote, span: Span) -> Quote:
    return replace(quote, highlights=((quote.start + span[0], quote.start + span[1]),))


def _is_inside(reading: Reading, text: str) -> bool:
    return 0 <= reading.start <= reading.end <= len(text)
