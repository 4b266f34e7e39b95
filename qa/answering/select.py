"""Answering: the reader's evidence joins the ranking, and the best span is the answer if it is likely to be right."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from qa.answering.answer import Answer, Quote
from qa.answering.author import author_answers, author_to_find
from qa.answering.best_sentence import best_sentences
from qa.answering.byline import CONFIDENCE, answer_by_byline
from qa.answering.calibration import Calibration
from qa.answering.candidate import Candidate, ReadCandidate
from qa.answering.close_reading import CloseReading, is_doubtful, list_close_options, to_read_closely
from qa.answering.extent import answer_span
from qa.answering.highlight import wants_whole_list
from qa.answering.names import names_in
from qa.answering.options import MARGIN_LIMIT, Option, list_options
from qa.answering.reader import Reader
from qa.answering.reading import Part, read_with
from qa.answering.whole_list import with_whole_list
from qa.encoding.encoder import Encoder
from qa.search.lexical import LexicalEngine
from qa.search.query import EncodedQuery
from qa.text.lists import list_at
from qa.text.normalize import words_of
from qa.types import Span

# Compared with other values in benchmarks/results/constants.md; the next weights of the reader decide on new ones.
CANDIDATES = 6  # the passages that may answer
_ALWAYS_READ = 4  # candidates that are read however badly they fit
_MAX_FIT_GAP = 0.15  # a candidate whose fit is further below the first one's hardly ever answers
_NAME_LETTERS = 4  # of a name that is no abbreviation: "Sept", of four, is the only answerable one in squad2
_MARK_MARGIN = 2.0  # from this margin on, a passage with another answer is highlighted too


@dataclass(frozen=True, slots=True)
class Judge:
    """What judges passages: the reader and its calibration, with the question's encoder and the index of its words.

    `close` is what reads the best passages again; None if nothing does.
    """

    reader: Reader
    calibration: Calibration
    encoder: Encoder
    lexical: LexicalEngine
    close: CloseReading | None = None

    @property
    def bands(self) -> Calibration:
        """The calibration whose bands of certainty count."""
        return self.close.calibration if self.close else self.calibration


@dataclass(frozen=True, slots=True)
class Assessment:
    """The candidates that were read, in their final order, and what the best of them answers.

    `answer` is what the best sentence would give as the answer, None if nothing was read; its passage is first in
    `order`. `confidence` is the probability that it is right, None if the reader is not calibrated, and `margin` the
    reader's own judgement: above 0 it finds an answer rather than none.
    """

    order: Sequence[ReadCandidate]
    answer: OptionAnswer | None
    confidence: float | None
    margin: float

    def is_found(self, calibration: Calibration, min_confidence: float | None) -> bool:
        """Whether the answer is given; without a calibration, if the reader finds one or `min_confidence` is 0."""
        if self.confidence is None:
            return self.margin > 0 or min_confidence == 0
        return self.confidence >= (calibration.likely if min_confidence is None else min_confidence)


@dataclass(frozen=True, slots=True)
class OptionAnswer:
    """What an option gives as the answer: a text, and the span of its passage that shows it.

    The text is that span, or the passage's author, if the question asks who did what the span says.
    """

    text: str
    span: Span


def read_candidates(question: str, candidates: Sequence[Candidate], reader: Reader) -> list[ReadCandidate]:
    """Read the first four candidates, and those of the next two that fit nearly as well as the first.

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
    return read_with(reader, question, [*map(Part.whole, candidates[: max(near, _ALWAYS_READ)])])


def rerank(question: str, read: Sequence[ReadCandidate], calibration: Calibration) -> list[ReadCandidate]:
    """Sort by fit and the reader's evidence, best first."""
    return sorted(read, key=lambda candidate: _score(question, candidate, calibration), reverse=True)


def choose_option(options: Sequence[Option], calibration: Calibration) -> Option:
    """The option that answers best; one that is about another thing than the question only if all are."""
    admissible = [option for option in options if option.admissible]
    return max(admissible or options, key=lambda option: calibration.option_score(option.features))


def assess(query: EncodedQuery, read: Sequence[ReadCandidate], judge: Judge) -> Assessment:
    """Choose what answers best, judge whether it does, and order the candidates that were read.

    Behind the first one they stand as the first reader sees them, whose evidence the ranking is fitted to.
    """
    calibration = judge.calibration
    if by_byline := answer_by_byline(query.text, read):
        return _by_byline(*by_byline, rerank(query.text, read, calibration), calibrated=bool(calibration.weights))
    options = list_options(query, read, judge.encoder, judge.lexical, calibration.choice)
    if not options:
        return Assessment((), None, 0.0 if calibration.weights else None, -MARGIN_LIMIT)
    choice = _choose(query, options, calibration, judge.lexical)
    confidence, at_author = choice.confidence, choice.option.points_at_author
    if judge.close and confidence is not None and is_doubtful(confidence, points_at_author=at_author):
        close = judge.close
        parts, by = to_read_closely(options, calibration), close.calibration.choice
        options = list_close_options(query, read, parts, close.reader, judge.encoder, judge.lexical, by)
        choice = _choose(query, options, close.calibration, judge.lexical)
    first = choice.option.candidate
    others = (other for other in rerank(query.text, read, calibration) if other.candidate is not first.candidate)
    answer = answer_of(query.text, choice.option, options)
    return Assessment([first, *others], answer, choice.confidence, choice.margin)


def _by_byline(
    first: ReadCandidate, value: str | None, read: Sequence[ReadCandidate], *, calibrated: bool
) -> Assessment:
    """What a byline answers, shown with the first sentence of the passage that it is above."""
    order = [first, *(other for other in read if other is not first)]
    if value is None:
        return Assessment(order, None, 0.0 if calibrated else None, -MARGIN_LIMIT)
    sentence = first.sentences[0]
    answer = OptionAnswer(value, (sentence.start, sentence.end))
    return Assessment(order, answer, CONFIDENCE if calibrated else None, MARGIN_LIMIT)


@dataclass(frozen=True, slots=True)
class _Choice:
    """The option that was chosen, with the confidence and the margin of `Assessment`."""

    option: Option
    confidence: float | None
    margin: float


def _choose(query: EncodedQuery, options: Sequence[Option], by: Calibration, lexical: LexicalEngine) -> _Choice:
    chosen = choose_option(options, by)
    confidence = by.confidence(chosen.features, unknown_name=_has_unknown_name(query, lexical))
    if not chosen.admissible:
        return _Choice(chosen, None if confidence is None else 0.0, -MARGIN_LIMIT)
    return _Choice(chosen, confidence, chosen.features.margin)


def _has_unknown_name(query: EncodedQuery, lexical: LexicalEngine) -> bool:
    """Whether the question names something that no text mentions; abbreviations are often those of other words."""
    names = names_in(query.text)
    if not names:
        return False
    missing = (word for word in lexical.missing(query) if len(word) >= _NAME_LETTERS and not word.isupper())
    return not names.isdisjoint(words_of(" ".join(missing)))


def answer_of(question: str, option: Option, options: Sequence[Option]) -> OptionAnswer:
    """What an option gives as the answer; `options` are all of them, since an explanation can go on in others."""
    passage, sentence = option.candidate.candidate, option.sentence
    author = author_to_find(question, passage.place.author, passage.place.kind)
    found, after = passage.text[option.span.start : option.span.end], passage.text[option.span.end : sentence.end]
    margins = option.span.margin, option.candidate.author_margin
    if author is not None and author_answers(question, option.text, *margins, found, after):
        return OptionAnswer(author, (sentence.start, sentence.end))
    span = answer_span(question, option, options)
    return OptionAnswer(passage.text[slice(*span)], span)


def answer_from(
    question: str,
    query: EncodedQuery,
    candidates: Sequence[Candidate],
    judge: Judge,
    k: int,
    min_confidence: float | None,
) -> Answer:
    """Answer from the candidates.

    If the answer is found, the first quote is highlighted with it, and others with their own span if that says the
    same or has a high margin. If it is only perhaps an answer, the first quote alone is highlighted.

    Args:
        question: The question as it was typed.
        query: The question without its filters, encoded.
        candidates: The retrieved passages, best first.
        judge: What judges them.
        k: How many quotes the answer shows at most.
        min_confidence: The confidence from which the answer counts as found; None for the calibration's threshold.
            If the reader is not calibrated, it only counts whether this is 0.

    Raises:
        ModelError: The reader did not give a span inside each passage.
    """
    calibration = judge.calibration
    assessed = assess(query, read_candidates(query.text, candidates, judge.reader), judge)
    assessed, candidates = _quoting_whole_list(query.text, assessed, candidates)
    if assessed.answer is None:
        quotes = _quotes(query.text, candidates, (), (), calibration, k)
        return Answer(question, False, None, assessed.confidence, quotes)
    found = assessed.is_found(judge.bands, min_confidence)
    certainty = judge.bands.certainty(assessed.confidence)
    highlights: list[Span | None] = [None] * len(assessed.order)
    if found:
        highlights = _highlights(query.text, assessed.order, assessed.answer.span)
    elif certainty == "perhaps":
        highlights[0] = assessed.answer.span
    quotes = _quotes(query.text, candidates, assessed.order, highlights, calibration, k)
    text = assessed.answer.text
    return Answer(
        question,
        found,
        text if found else None,
        assessed.confidence,
        quotes,
        certainty=certainty,
        closest=text if certainty == "perhaps" and not found else None,
    )


def _quoting_whole_list(
    question: str, assessed: Assessment, candidates: Sequence[Candidate]
) -> tuple[Assessment, Sequence[Candidate]]:
    """The assessment and the candidates, with the first passage as long as the list that answers in it, if one does.

    Passages that are then part of the first one are not quoted again.
    """
    first, answer = next(iter(assessed.order), None), assessed.answer
    if first is None or answer is None or answer.text != first.candidate.text[slice(*answer.span)]:
        return assessed, candidates
    text, context = first.candidate.text, first.candidate.context
    index = bisect_right([sentence.start for sentence in first.sentences], answer.span[0]) - 1
    items = list_at(text, first.sentences, index)
    if not wants_whole_list(question, text, first.sentences, index, items, context):
        return assessed, candidates
    passage, span = with_whole_list(first.candidate, answer.span)
    if passage is first.candidate:
        return assessed, candidates

    def is_apart(other: Candidate) -> bool:
        place, whole = other.place, passage.place
        return place.source != whole.source or place.end <= whole.start or whole.end <= place.start

    order = [replace(first, candidate=passage), *(read for read in assessed.order[1:] if is_apart(read.candidate))]
    read = {id(one.candidate) for one in assessed.order}
    behind = [candidate for candidate in candidates if id(candidate) not in read and is_apart(candidate)]
    whole_answer = OptionAnswer(passage.text[slice(*span)], span)
    return replace(assessed, order=order, answer=whole_answer), [*(one.candidate for one in order), *behind]


def rank_with_reader(query: EncodedQuery, candidates: Sequence[Candidate], judge: Judge, k: int) -> tuple[Quote, ...]:
    """The quotes, best first, without highlights; nothing is read closely, which is for what answers."""
    order = assess(query, read_candidates(query.text, candidates, judge.reader), replace(judge, close=None)).order
    return _quotes(query.text, candidates, order, [None] * len(order), judge.calibration, k)


def answer_without_reader(
    question: str,
    query: EncodedQuery,
    candidates: Sequence[Candidate],
    encoder: Encoder,
    lexical: LexicalEngine,
    k: int,
) -> Answer:
    """Answer with the sentence that fits best, without judging whether it answers.

    Args:
        question: The question as it was typed.
        query: The question without its filters, encoded.
        candidates: The retrieved passages, best first.
        encoder: What encodes their sentences.
        lexical: The index of their words.
        k: How many quotes the answer shows at most.
    """
    candidates = candidates[:k]
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


def _highlights(question: str, order: Sequence[ReadCandidate], answer: Span) -> list[Span | None]:
    """What to highlight in each candidate, given the span of the first one that answers."""
    words = words_of(order[0].candidate.text[slice(*answer)])
    return [
        answer,
        *(
            other.answer_span(question) if other.span_words == words or other.margin >= _MARK_MARGIN else None
            for other in order[1:]
        ),
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
