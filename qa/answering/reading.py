"""Reading: passages, or parts of them, as a reader sees them, with what each is read in the light of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.answering.author import byline_to_read
from qa.answering.candidate import Candidate, ReadCandidate
from qa.answering.highlight import trim_span
from qa.answering.names import names_author
from qa.answering.reader import HOPELESS, PassageSpans, Reader, ScoredSpan, read_passages
from qa.search.passage_context import as_sentences
from qa.text.sentences import Break, Sentence, headings

_MAX_HEADING_WORDS = 6  # of headings that the reader is given: see "Figures" in qa/weights/MODEL_CARD.md


def sentences_around(sentences: Sequence[Sentence], index: int, characters: int) -> range:
    """A sentence and as many of its neighbours, by turns before and after it, as fit into so many characters.

    Args:
        sentences: The sentences of a text.
        index: Which of them it is; it is in the range, however long it is.
        characters: The length of the text from the first to the last.
    """
    first, stop = index, index + 1
    grown = True
    while grown:
        grown = False
        for before, after in ((1, 0), (0, 1)):
            new_first, new_stop = first - before, stop + after
            inside = new_first >= 0 and new_stop <= len(sentences)
            if inside and sentences[new_stop - 1].end - sentences[new_first].start <= characters:
                first, stop, grown = new_first, new_stop, True
    return range(first, stop)


@dataclass(frozen=True, slots=True)
class Part:
    """Some sentences of a passage, `sentences[first:stop]`, to be read without the others: `text[start:end]`.

    `byline` is what stands before them when they are read: who says them, or nothing.
    """

    candidate: Candidate
    sentences: Sequence[Sentence]
    first: int
    stop: int
    start: int
    end: int
    byline: str = ""

    @classmethod
    def whole(cls, candidate: Candidate) -> Part:
        """All of a passage."""
        sentences = candidate.sentences()
        return cls(candidate, sentences, 0, len(sentences), 0, len(candidate.text))

    @classmethod
    def around(cls, candidate: Candidate, sentences: Sequence[Sentence], index: int, characters: int) -> Part:
        """The sentences around one of them; see `sentences_around`."""
        near = sentences_around(sentences, index, characters)
        start, end = sentences[near[0]].start, sentences[near[-1]].end
        return cls(candidate, sentences, near.start, near.stop, start, end)

    @property
    def text(self) -> str:
        """What is read."""
        return self.byline + self.candidate.text[self.start : self.end]

    @property
    def own_sentences(self) -> list[Sentence]:
        """The sentences as they lie in `text`; the byline is one of its own."""
        own = [
            replace(sentence, start=sentence.start + self._shift, end=sentence.end + self._shift)
            for sentence in self.sentences[self.first : self.stop]
        ]
        if not self.byline:
            return own
        if len(headings(self.text, own)) == len(own):  # which are left out, unless there is nothing else to read
            own = [replace(sentence, after=Break.LINE) for sentence in own]
        return [Sentence(0, len(self.byline.rstrip()), Break.PARAGRAPH), *own]

    def with_spans(self, spans: PassageSpans) -> ReadCandidate:
        """The passage with what a reader found in the part; the other sentences are hopeless."""
        before, after = self.sentences[: self.first], self.sentences[self.stop :]
        by_sentence, evidence = spans.by_sentence, spans.sentence_evidence
        best, author_margin = spans.best, HOPELESS
        if self.byline:
            author_margin = by_sentence[0].margin if by_sentence[0].start < by_sentence[0].end else HOPELESS
            by_sentence, evidence = by_sentence[1:], evidence[1:]
            if best.start < best.end and best.start < len(self.byline.rstrip()):
                said = self.own_sentences[1 + max(range(len(evidence)), key=evidence.__getitem__)]
                best = ScoredSpan(said.start, said.end, best.margin)
        best = self._in_passage(best)
        return ReadCandidate(
            self.candidate,
            (best.start, best.end),
            best.margin,
            spans.evidence,
            self.sentences,
            [*map(_unread, before), *map(self._in_passage, by_sentence), *map(_unread, after)],
            [*[HOPELESS] * len(before), *evidence, *[HOPELESS] * len(after)],
            author_margin,
        )

    @property
    def _shift(self) -> int:
        """How much further back a place of the passage lies in `text`."""
        return len(self.byline) - self.start

    def _in_passage(self, span: ScoredSpan) -> ScoredSpan:
        start, end = (max(0, place - self._shift) for place in (span.start, span.end))
        return ScoredSpan(*trim_span(self.candidate.text, (start, end)), span.margin)


def _unread(sentence: Sentence) -> ScoredSpan:
    return ScoredSpan(sentence.start, sentence.end, HOPELESS)


def read_with(reader: Reader, question: str, parts: Sequence[Part]) -> list[ReadCandidate]:
    """Read parts of passages, and return the passages in their order.

    Args:
        reader: The reader.
        question: The question, without search syntax.
        parts: What to read.

    Raises:
        ModelError: The reader did not give a span inside each part.
    """
    if not parts:
        return []
    parts = [replace(part, byline=_byline_to_read(question, part)) for part in parts]
    spans = read_passages(
        reader,
        question,
        [part.text for part in parts],
        [_context_to_read(question, part.candidate) for part in parts],
        [part.own_sentences for part in parts],
    )
    return [part.with_spans(of_part) for part, of_part in zip(parts, spans, strict=True)]


def _byline_to_read(question: str, part: Part) -> str:
    place = part.candidate.place
    return byline_to_read(question, place.author, part.text, place.kind)


def _context_to_read(question: str, candidate: Candidate) -> str:
    """The title with the headings, if these are a few words that name a subject, otherwise the title alone.

    If the question names the author, they are named too, as who says what follows. A longer heading often says what
    the passage says, and the reader, which cannot point at it, then finds no answer: "Made in Germany" above a passage
    about where lenses are made.
    """
    title = candidate.place.title or ""
    added = len(candidate.context.split()) - len(title.split())
    context = candidate.context if added <= _MAX_HEADING_WORDS else as_sentences([title])
    author = candidate.place.author
    return f"{context} {author} says:".lstrip() if names_author(question, author) else context
