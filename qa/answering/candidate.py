"""Candidate: a retrieved passage on its way to a quote, before and after the reader has read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from qa.answering.answer import Place, Quote, Why
from qa.answering.highlight import extend_span
from qa.answering.reader import HOPELESS, ScoredSpan
from qa.sources.location import Location
from qa.sources.thread import Thread
from qa.text.normalize import words_of
from qa.text.sentences import DEFAULT_LANGUAGE, Sentence, split_sentences
from qa.types import Span


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer.

    `fit` is how well it fits the question, 0..1, before the reader has read it. `near_duplicates` are the places of
    the passages that repeat it. `language` is the ISO 639-1 code of its source's language, None if that is not known.
    `context` is what it is read with: its text's title, the headings above it, and what it replies to.
    `locations` are the pages or times of the file that it stands at.
    """

    text: str
    place: Place
    fit: float
    load_thread: Callable[[str], Thread] = field(repr=False, compare=False)
    why: Why | None = None
    near_duplicates: tuple[Place, ...] = ()
    language: str | None = None
    context: str = ""
    locations: tuple[Location, ...] = ()

    def sentences(self) -> list[Sentence]:
        """The sentences of the text, by the rules of its language."""
        return split_sentences(self.text, language=self.language or DEFAULT_LANGUAGE)

    def quote(self, score: float, highlight: Span | None = None) -> Quote:
        """Build the quote, with its final score and the span of `text` to highlight."""
        place = self.place
        highlights = () if highlight is None else ((place.start + highlight[0], place.start + highlight[1]),)
        return Quote(
            text=self.text,
            start=place.start,
            end=place.end,
            highlights=highlights,
            kind=place.kind,
            author=place.author,
            date=place.date,
            post=place.post,
            source=place.source,
            title=place.title,
            score=score,
            _thread=self.load_thread,
            _language=self.language,
            why=self.why,
            also=self.near_duplicates,
            locations=self.locations,
        )


@dataclass(frozen=True, slots=True)
class ReadCandidate:
    """A candidate with the span of its text that answers best, and the reader's margin for that span.

    `evidence` is the reader's log-odds that the text answers at all. `sentences` are those of the text, split once for
    the reader and for the highlights, `spans` the best span inside each of them, and `sentence_evidence` the log-odds
    that it answers. `author_margin` is the reader's margin for the author's name, if it was read with the text.
    """

    candidate: Candidate
    span: Span
    margin: float
    evidence: float
    sentences: Sequence[Sentence]
    spans: Sequence[ScoredSpan]
    sentence_evidence: Sequence[float]
    author_margin: float = HOPELESS

    @property
    def fit(self) -> float:
        """How well the passage fits the question, 0..1."""
        return self.candidate.fit

    @property
    def span_words(self) -> list[str]:
        """The normalized words of the span: two passages give the same answer if these are equal."""
        return words_of(self.candidate.text[slice(*self.span)])

    def answer_span(self, question: str) -> Span:
        """The part of the text that answers this question: the span, its sentence, or its list."""
        return extend_span(question, self.candidate.text, self.sentences, self.span, self.candidate.context)
