"""Chunking: posts are split into passages, the pieces that are indexed, found and quoted."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from qa.search.passage_context import as_sentences, section_context, what_is_answered
from qa.sources.thread import Post, Thread
from qa.text.outline import Outline, find_headings
from qa.text.sentences import DEFAULT_LANGUAGE, Break, Sentence, split_sentences, trim
from qa.text.tables import rows_with_heads
from qa.types import Span

MAX_TOKENS = 128
"""The longest passage, in the encoder's tokens. Among 128, 160, 192 and 240, this is as good as any on eight public
sets and the best on single threads; and a short quote is quick to read."""
MAX_CHARACTERS = 2_000
"""The longest passage in characters, whatever its tokens: to some encoders a word of 100,000 letters is one token. A
passage of 128 tokens of prose has about 600."""
_MAX_TITLE_SHARE = 4  # the title may take up a quarter of the encoder's window
# In passages. The title describes each passage of a text that is no longer. In a longer one it makes them all alike:
# without it in front of them, the gold passage of 105 questions over ten threads comes first for 76 % instead of 68 %
# (each thread alone), and for 71 % instead of 62 % (all together). Of 1, 2, 3, 5 and 8, nDCG@10 on stackfaq, whose
# texts are short, is .945, .936, .952, .955 and .957, which is the figure of all texts with their titles.
_SHORT_TEXT = 8
_ZERO_WIDTH_JOINER = "\u200d"
_LONGEST_CHARACTER = 31
"""A letter with the 30 accents that Unicode's stream-safe text format (UAX #15) allows it at most: what is longer is
split like anything else, for its length would be the time that looking for its beginning takes."""
# Tokens are not spread evenly: a piece of proportionate length can be too long, and is then split again. Shorter ones
# save most of these rounds.
_SAFETY = 0.9


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a post: exactly `thread.text[start:end]`.

    Attributes:
        text: Its own words.
        start: Where it begins in the thread's text, in code points.
        end: Where it ends.
        post: The index of its post in the thread.
        title: The title of a short text, unless `text` begins with it. It counts as if it were part of `text`.
        author: The author of its post; empty if that is not known.
        date: The date of its post in ISO 8601; empty if that is not known.
        context: The title of its text, the headings that it stands under or begins with, and the head row if it begins
            inside a table, as sentences. Its words count less.
        reply_to: The questions of the post that its own replies to, or its last sentences; they are only read.
    """

    text: str
    start: int
    end: int
    post: int
    title: str = ""
    author: str = ""
    date: str = ""
    context: str = ""
    reply_to: str = ""

    @property
    def in_context(self) -> str:
        """The text that is encoded: the title of a short text as a sentence, then the passage."""
        return f"{as_sentences([self.title])} {self.text}" if self.title else self.text


class TokenCounter(Protocol):
    """Counts tokens as an encoder does, and knows how many fit into its window."""

    @property
    def max_tokens(self) -> int: ...

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The number of tokens of each text, without the special ones."""


def split_passages(thread: Thread, counter: TokenCounter, language: str | None = None) -> list[Passage]:
    """Split each post at sentence ends into passages that fit the encoder's window together with the thread's title.

    No passage runs across a heading. Every visible character of a post that is not omitted is in exactly one passage. A
    list item, a line or a post that fits is never split; a sentence is split only if it alone is too long.

    Args:
        thread: The text.
        counter: The encoder that will embed the passages.
        language: The ISO 639-1 code of its language; None if that is not known.

    Returns:
        The passages in reading order.
    """
    language = language or DEFAULT_LANGUAGE
    title = _fitting_title(thread.title or "", counter)
    beside_title = counter.max_tokens - (counter.lengths([f"{title}."])[0] if title else 0)
    room = min(MAX_TOKENS, beside_title)
    passages: list[Passage] = []
    for number, post in enumerate(thread.posts):
        pieces = [split_sentences(thread.text, start, end, language) for start, end in _indexed_spans(post)]
        sentences_of_post = [*chain.from_iterable(pieces)]
        outline = Outline(find_headings(thread.text, sentences_of_post, marked_only=post.kind == "comment"))
        heading_starts = {heading.start for heading in outline.headings}
        head_rows = {at: head for sentences in pieces for at, head in rows_with_heads(thread.text, sentences)}
        splitter = _Splitter(thread.text, counter, room, heading_starts, beside_title - room)
        byline = post.author or "", post.date or ""
        reply_to = "" if post.parent is None else what_is_answered(thread, thread.posts[post.parent], language)
        for sentences in pieces:
            bodies = [sentence.start for sentence in sentences if sentence.start not in heading_starts]
            for start, end in splitter.split(sentences):
                place = bisect_left(bodies, start)
                body = bodies[place] if place < len(bodies) else end
                context = section_context(title, outline, min(body, end))
                context = f"{context} {as_sentences([head_rows.get(start, '')])}".strip()
                passages.append(Passage(thread.text[start:end], start, end, number, "", *byline, context, reply_to))
    is_short = len(passages) <= _SHORT_TEXT
    # The first passage of an article that opens with its title already contains it.
    return [p if p.text.startswith(title) or not is_short else replace(p, title=title) for p in passages]


def _fitting_title(title: str, counter: TokenCounter) -> str:
    words = title.split()
    while words and counter.lengths([" ".join(words)])[0] > counter.max_tokens // _MAX_TITLE_SHARE:
        words = words[: len(words) // 2]
    return " ".join(words)[:MAX_CHARACTERS]


def _indexed_spans(post: Post) -> Iterator[Span]:
    """The post without the spans that are omitted from the index."""
    start = post.start
    for omitted_start, omitted_end in post.omitted:
        yield start, omitted_start
        start = omitted_end
    yield start, post.end


@dataclass(frozen=True, slots=True)
class _Segment:
    """A piece that is not split any further: a sentence, a whole line or a part of a long sentence."""

    start: int
    end: int
    tokens: int
    after: Break


@dataclass(frozen=True, slots=True)
class _Splitter:
    """Splits one post into spans of at most `room` tokens and MAX_CHARACTERS.

    `headings` are where headings begin; those at the top of a passage may take `heading_room` more tokens.
    """

    text: str
    counter: TokenCounter
    room: int
    headings: Collection[int]
    heading_room: int

    def split(self, sentences: Sequence[Sentence]) -> Iterator[Span]:
        """Fill passages from the left; if one is full, step back to the best break in its second half.

        A heading begins a passage, or the first of several in a row does.
        """
        pending: list[_Segment] = []
        for segment in self._segments(sentences):
            if pending and segment.start in self.headings and pending[-1].start not in self.headings:
                yield pending[0].start, pending[-1].end
                pending = []
            while pending and not self._fits([*pending, segment]):
                size = _best_size(pending, segment)
                yield pending[0].start, pending[size - 1].end
                pending = pending[size:]
            pending.append(segment)
        if pending:
            yield pending[0].start, pending[-1].end

    def _fits(self, segments: Sequence[_Segment]) -> bool:
        of_headings = sum(segment.tokens for segment in segments if segment.start in self.headings)
        tokens = sum(segment.tokens for segment in segments) - min(of_headings, self.heading_room)
        return tokens <= self.room and segments[-1].end - segments[0].start <= MAX_CHARACTERS

    def _segments(self, sentences: Sequence[Sentence]) -> Iterator[_Segment]:
        tokens = self.counter.lengths([self.text[sentence.start : sentence.end] for sentence in sentences])
        segments = [_Segment(s.start, s.end, n, s.after) for s, n in zip(sentences, tokens, strict=True)]
        for line in _lines(segments):
            if self._fits(line):
                yield _joined(line)
            else:
                for sentence in line:
                    yield from [sentence] if self._fits([sentence]) else self._split_between_words(sentence)

    def _split_between_words(self, segment: _Segment) -> Iterator[_Segment]:
        """Split a sentence that alone is too long at white space, or inside a word if there is none."""
        target = int((segment.end - segment.start) * self.room / max(segment.tokens, 1) * _SAFETY)
        spans = list(_word_spans(self.text, segment.start, segment.end, max(1, min(MAX_CHARACTERS, target))))
        tokens = self.counter.lengths([self.text[start:end] for start, end in spans])
        after = segment.after
        for (start, end), count in zip(spans, tokens, strict=True):
            piece = _Segment(start, end, count, after)
            yield from [piece] if count <= self.room or end - start <= 1 else self._split_between_words(piece)
            after = Break.SENTENCE


def _best_size(pending: Sequence[_Segment], following: _Segment) -> int:
    """How many of the pending segments make the next passage."""
    half = sum(segment.tokens for segment in pending) / 2
    best, best_break, filled = len(pending), following.after, 0
    for index, segment in enumerate(pending):
        if index and filled >= half and segment.after > best_break:
            best, best_break = index, segment.after
        filled += segment.tokens
    return best


def _lines(segments: Sequence[_Segment]) -> Iterator[list[_Segment]]:
    """The sentences of each line or list item together."""
    line: list[_Segment] = []
    for segment in segments:
        if line and segment.after is not Break.SENTENCE:
            yield line
            line = []
        line.append(segment)
    if line:
        yield line


def _joined(line: Sequence[_Segment]) -> _Segment:
    return _Segment(line[0].start, line[-1].end, sum(segment.tokens for segment in line), line[0].after)


def _word_spans(text: str, start: int, end: int, size: int) -> Iterator[Span]:
    """Spans of at most `size` characters that end between words, or in a word that is longer than half of that."""
    while end - start > size:
        boundary = start + size
        while boundary > start + size // 2 and not text[boundary].isspace() and not text[boundary - 1].isspace():
            boundary -= 1
        if boundary == start + size // 2:
            boundary = _between_characters(text, start + size, max(start + 1, start + size - _LONGEST_CHARACTER))
        if span := trim(text, start, boundary):
            yield span
        start = boundary
    if span := trim(text, start, end):
        yield span


def _between_characters(text: str, boundary: int, lowest: int) -> int:
    """The nearest place from `boundary` down to `lowest` that splits no character; `boundary` if there is none."""
    return next((place for place in range(boundary, lowest - 1, -1) if not _joins(text, place)), boundary)


def _joins(text: str, boundary: int) -> bool:
    """Whether the characters on both sides belong together: a combining accent, a joined emoji."""
    return bool(unicodedata.combining(text[boundary])) or text[boundary - 1] == _ZERO_WIDTH_JOINER
