"""Answer and Quote: exact, checkable, printable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from qa.answering.printed import answer_html, answer_text, quote_html, quote_text
from qa.errors import SettingError
from qa.sources.location import Location, first_page, first_time, location_row
from qa.sources.thread import Kind, Thread
from qa.text.normalize import words_of
from qa.text.sentences import DEFAULT_LANGUAGE, split_sentences
from qa.types import Span

Certainty = Literal["sure", "likely", "perhaps", "none"]
_CONTEXT_WINDOW = 4_000  # characters for each sentence of context; a longer sentence is cut there


@dataclass(frozen=True, slots=True)
class Why:
    """Why a passage was retrieved.

    Attributes:
        dense_rank: Its rank by meaning, from 1; None if it is not among the best by meaning.
        lexical_rank: Its rank by words, from 1; None if it is not among the best by words.
        fused_rank: Its rank by both together, from 1.
        terms: The question's words that the passage, its author's name or its thread's title contains.
    """

    dense_rank: int | None
    lexical_rank: int | None
    fused_rank: int
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage is: its text is `library.text(source)[start:end]`."""

    kind: Kind
    author: str | None
    date: str | None
    post: int
    source: str
    title: str | None
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """The place as `qa ask --json` prints it."""
        return {name: value for name, value in asdict(self).items() if name != "title"}


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage word for word: `text` is exactly `library.text(source)[start:end]`.

    Attributes:
        text: The passage.
        start: Its first character's offset in the source's text, in code points.
        end: The offset after its last character.
        highlights: The spans of it that answer, as offsets into the source's text like `start`.
        kind: "article" or "comment".
        author: The post's author, or None.
        date: The post's date in ISO 8601, or None.
        post: The index of its post in the thread.
        source: The name of its source.
        title: The title of its source, or None.
        score: How well the passage fits the question, by meaning, by words and by the reader's evidence, 0..1. It never
            rises from one quote to the next.
        why: How it was retrieved; None if only filters were given, or near-duplicates are not grouped.
        also: The places of its near-duplicates, which are not quoted separately.
        locations: Where its parts stand in the file, in order: the page of a PDF with each line's box on it, the time
            of spoken words or of a message. Empty for other formats.
    """

    text: str
    start: int
    end: int
    highlights: tuple[Span, ...]
    kind: Kind
    author: str | None
    date: str | None
    post: int
    source: str
    title: str | None
    score: float
    _thread: Callable[[str], Thread] = field(repr=False, compare=False)
    why: Why | None = None
    also: tuple[Place, ...] = ()
    locations: tuple[Location, ...] = ()
    _language: str | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        """The passage and its byline, as a person reads them."""
        return quote_text(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return quote_html(self)

    @property
    def page(self) -> int | None:
        """The page that it begins on, from 1; None if the file has no pages."""
        return first_page(self.locations)

    @property
    def time(self) -> str | None:
        """The time at which it begins, as in "12:03": in a recording, or of the day in a chat; None if not known."""
        return first_time(self.locations)

    def marked(self) -> list[str]:
        """The highlighted texts."""
        return [self.text[start - self.start : end - self.start] for start, end in self.highlights]

    def thread(self) -> Thread:
        """The thread that was quoted, as it was at that time."""
        return self._thread(self.source)

    def context(self, sentences_each_side: int = 1) -> str:
        """The quote with some sentences of its post before and after it, unchanged.

        Args:
            sentences_each_side: How many; less than 0 counts as 0.

        Raises:
            SettingError: It is not a number of sentences.
        """
        if not isinstance(sentences_each_side, int):
            raise SettingError(f"sentences_each_side is a number of sentences, not {str(sentences_each_side)[:40]!r}")
        thread = self.thread()
        post = thread.posts[self.post]
        n = max(0, sentences_each_side)
        # Only a window around the quote is split into sentences: a post can be 50 MB long. The window has room for
        # one extra sentence, because it may begin inside one.
        window = _CONTEXT_WINDOW * (n + 1)
        first, last = max(post.start, self.start - window), min(post.end, self.end + window)
        sentences = split_sentences(thread.text, first, last, self._language or DEFAULT_LANGUAGE)
        before = [sentence.start for sentence in sentences if sentence.start < self.start]
        after = [sentence.end for sentence in sentences if sentence.end > self.end]
        start = min([self.start, *before[-n:]]) if n else self.start
        end = max([self.end, *after[:n]])
        return thread.text[start:end]

    def to_dict(self, *, why: bool = False) -> dict[str, Any]:
        """The quote as `qa ask --json` prints it; with `why`, as `qa ask --json --why` does."""
        optional: dict[str, Any] = {"also": [place.to_dict() for place in self.also]} if self.also else {}
        if self.locations:
            optional["locations"] = list(map(location_row, self.locations))
        if why:
            optional["why"] = self.why and asdict(self.why)
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "highlights": [list(span) for span in self.highlights],
            "kind": self.kind,
            "author": self.author,
            "date": self.date,
            "post": self.post,
            "source": self.source,
            "score": self.score,
            **optional,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question, in the words of the best quote.

    Attributes:
        question: The question as it was typed.
        found: Whether the text answers. It is also True if only filters were given and some passage passes them.
        text: The part of the first quote that answers, word for word, or its author if that is who was asked for; None
            if nothing answers, or only filters were given.
        confidence: The probability that the best span is right, 0..1, also if that is too low for `found`. None without
            a reader: then `text` is the sentence that fits best, and nothing judges whether it answers.
        quotes: The best passages, best first; if nothing answers, the closest ones. If only filters were given, the
            passages that pass them, in reading order.
        missing_terms: The question's words that no text of the library contains in any spelling, nor any author's name
            or date; empty if the answer is found.
        left_out: The phrases and the words with a minus that left passages out, as they are typed.
        unknown: The filters that name an author or a source that the library does not have, as they are typed.
        matching: How many passages pass the filters, if only filters were given; `quotes` are the first of them.
        certainty: The confidence in words: "sure" (more than eight answers in ten are right), "likely" (two in three),
            "perhaps" (one in four), "none". "none" also without a reader.
        closest: What may answer, if that is only "perhaps": it is highlighted in the first quote; else None.
        understood_as: What was asked in the light of the questions before it, with words of theirs put in; None if it
            was asked as it was typed.
    """

    question: str
    found: bool
    text: str | None
    confidence: float | None
    quotes: tuple[Quote, ...]
    missing_terms: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    matching: int | None = None
    certainty: Certainty = "none"
    closest: str | None = None
    understood_as: str | None = None

    def __str__(self) -> str:
        """The answer and its quotes, as a person reads them."""
        return answer_text(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return answer_html(self)

    @property
    def supported_by(self) -> tuple[int, ...]:
        """The indices of the quotes after the first whose highlights say the same as `text`."""
        if self.text is None:
            return ()
        words = words_of(self.text)
        return tuple(
            index
            for index, quote in enumerate(self.quotes)
            if index and any(words_of(highlight) == words for highlight in quote.marked())
        )

    def to_dict(self, *, why: bool = False) -> dict[str, Any]:
        """The answer as `qa ask --json` prints it and the endpoint /ask returns it; with `why`, as with `--why`."""
        return {
            "question": self.question,
            **({"understood_as": self.understood_as} if self.understood_as is not None else {}),
            "found": self.found,
            "text": self.text,
            "confidence": self.confidence,
            "certainty": self.certainty,
            **({"closest": self.closest} if self.closest is not None else {}),
            "quotes": [quote.to_dict(why=why) for quote in self.quotes],
            **({"missing_terms": list(self.missing_terms)} if self.missing_terms else {}),
            **({"left_out": list(self.left_out)} if self.left_out else {}),
            **({"unknown": list(self.unknown)} if self.unknown else {}),
            **({"matching": self.matching} if self.matching is not None else {}),
        }
