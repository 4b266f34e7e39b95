"""Answer and Quote: exact, checkable, printable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from qa.sources.thread import Kind, Thread
from qa.text.normalize import words_of
from qa.text.sentences import split_sentences
from qa.types import Span

_WINDOW = 4_000


@dataclass(frozen=True, slots=True)
class Why:
    """How a passage came to its place: its rank by meaning, by words, and by both, each from 1.

    A rank is None where the passage is not among those that were looked at that way. `terms` are the question's words
    that it says, or that its thread's title says.
    """

    dense_rank: int | None
    lexical_rank: int | None
    fused_rank: int
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote's words are said over again, or nearly: `library.text(source)[start:end]`."""

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

    `highlights` are the spans of what answers inside it, in the same offsets. `post` is the index of its post in the
    thread. `score` is 0..1: how well the passage fits the question, by meaning and by words; the passage with the
    answer leads, and has at least the score of the next. `why` tells its ranks, and
    is None where filters alone were given, or repeats asked for. `also` are the places of its repeats, which are no
    quotes of their own.
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

    def marked(self) -> list[str]:
        """What is highlighted in it."""
        return [self.text[start - self.start : end - self.start] for start, end in self.highlights]

    def thread(self) -> Thread:
        """The thread that it stands in, of the generation that it was quoted from."""
        return self._thread(self.source)

    def context(self, sentences_each_side: int = 1) -> str:
        """The quote with this many sentences of its post before and after it, exactly as they stand."""
        thread = self.thread()
        post = thread.posts[self.post]
        n = max(0, sentences_each_side)
        # Only what is near is cut into sentences: a post can have 50 MB. One sentence more, since the first of a window
        # may be the end of one.
        window = _WINDOW * (n + 1)
        near = max(post.start, self.start - window), min(post.end, self.end + window)
        found = split_sentences(thread.text, *near)
        before = [s.start for s in found if s.start < self.start]
        after = [s.end for s in found if s.end > self.end]
        start = min([self.start, *before[len(before) - n :]]) if n else self.start
        end = max([self.end, *after[:n]])
        return thread.text[start:end]

    def to_dict(self, *, why: bool = False) -> dict[str, Any]:
        """The quote as `qa ask --json` prints it; with `why`, as `qa ask --json --why` does."""
        told: dict[str, Any] = {"also": [place.to_dict() for place in self.also]} if self.also else {}
        if why:
            told["why"] = self.why and asdict(self.why)
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
            **told,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What a library answers: `text` is the part of the best quote that answers, word for word.

    `found` tells whether the text answers; where it does not, `text` is None and the quotes are the closest passages.
    `confidence` is the probability that the best span answers, 0..1, also where that is too little to be found.
    Without a reader nothing judges: `confidence` is None and `text` the sentence that fits best. Where filters alone
    were given, `found` is True, `text` None, and the quotes are what passes them, in reading order. `missing_terms`
    are words of a question that is not answered which no text of the library says.
    """

    question: str
    found: bool
    text: str | None
    confidence: float | None
    quotes: tuple[Quote, ...]
    missing_terms: tuple[str, ...] = ()

    @property
    def supported_by(self) -> tuple[int, ...]:
        """The quotes behind the first, by index, in which what is marked says the same as `text`."""
        if self.text is None:
            return ()
        words = words_of(self.text)
        return tuple(
            index
            for index, quote in enumerate(self.quotes)
            if index
            and any(words_of(quote.text[a - quote.start : b - quote.start]) == words for a, b in quote.highlights)
        )

    def to_dict(self, *, why: bool = False) -> dict[str, Any]:
        """The answer as `qa ask --json` prints it, and as the endpoint /ask gives it."""
        return {
            "question": self.question,
            "found": self.found,
            "text": self.text,
            "confidence": self.confidence,
            "quotes": [quote.to_dict(why=why) for quote in self.quotes],
            **({"missing_terms": list(self.missing_terms)} if self.missing_terms else {}),
        }
