"""Passage: the piece of a post that is indexed, found and quoted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from qa.sources.thread import Post, Thread
from qa.text.sentences import Break, split_sentences, trim
from qa.types import Span

MOST_TOKENS = 128
"""A passage is never longer in the encoder's tokens. Of 128, 160, 192 and 240 this is as good as any on eight public
sets, and finds best in the small texts of single threads; and a short quote is soon read."""
MOST_CHARACTERS = 2_000
"""A passage is never longer, whatever its tokens: a word of 100,000 letters is one token to some encoders."""
_TITLE_SHARE = 4
_TOO_LARGE_BY = 0.9


@dataclass(frozen=True, slots=True)
class Passage:
    """`text` is exactly `thread.text[start:end]`; `post` is the post's index in its thread.

    `title` is the context that it is found by, beside its own words.
    """

    text: str
    start: int
    end: int
    post: int
    title: str = ""

    @property
    def in_context(self) -> str:
        """What is indexed: the passage after its thread's title, which is made a sentence of its own."""
        if not self.title:
            return self.text
        return f"{self.title}{'' if self.title.endswith(('.', '?', '!')) else '.'} {self.text}"


class Measure(Protocol):
    """What a passage has to fit: an encoder's window, in its own tokens."""

    @property
    def max_tokens(self) -> int: ...

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """The tokens of each text, without the special ones."""


def split_passages(thread: Thread, measure: Measure) -> Iterator[Passage]:
    """Cut each post at sentence ends into passages that fit `measure` together with the thread's title.

    Every visible character of a post that is not omitted is in exactly one passage. A list item, a line or a post that
    fits is never cut; a sentence is cut only where it is too long by itself.
    """
    title = _fitting_title(thread.title or "", measure)
    room = min(MOST_TOKENS, measure.max_tokens - (measure.lengths([f"{title}."])[0] if title else 0))
    for index, post in enumerate(thread.posts):
        for start, end in _content(post):
            for span in _cut(thread.text, start, end, room, measure):
                # The first passage of an article that opens with its title already says it.
                context = "" if thread.text[span[0] : span[1]].startswith(title) else title
                yield Passage(thread.text[span[0] : span[1]], *span, index, context)


def _fitting_title(title: str, measure: Measure) -> str:
    words = title.split()
    while words and measure.lengths([" ".join(words)])[0] > measure.max_tokens // _TITLE_SHARE:
        words = words[: len(words) // 2]
    return " ".join(words)[:MOST_CHARACTERS]


def _content(post: Post) -> Iterator[Span]:
    start = post.start
    for omitted_start, omitted_end in post.omitted:
        yield start, omitted_start
        start = omitted_end
    yield start, post.end


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is not cut any further: its span, its tokens, the break before it."""

    start: int
    end: int
    tokens: int
    after: Break


def _cut(text: str, start: int, end: int, room: int, measure: Measure) -> Iterator[Span]:
    """Fill passages from the left; where one is full, step back to the best break in its second half."""
    held: list[_Atom] = []
    for atom in _atoms(text, start, end, room, measure):
        while held and not _fits([*held, atom], room):
            cut = _best_cut(held, atom)
            yield held[0].start, held[cut - 1].end
            held = held[cut:]
        held.append(atom)
    if held:
        yield held[0].start, held[-1].end


def _fits(atoms: Sequence[_Atom], room: int) -> bool:
    return sum(atom.tokens for atom in atoms) <= room and atoms[-1].end - atoms[0].start <= MOST_CHARACTERS


def _best_cut(held: Sequence[_Atom], following: _Atom) -> int:
    half = sum(atom.tokens for atom in held) / 2
    best, best_break, filled = len(held), following.after, 0
    for index, atom in enumerate(held):
        if index and filled >= half and atom.after > best_break:
            best, best_break = index, atom.after
        filled += atom.tokens
    return best


def _atoms(text: str, start: int, end: int, room: int, measure: Measure) -> Iterator[_Atom]:
    found = split_sentences(text, start, end)
    tokens = measure.lengths([text[sentence.start : sentence.end] for sentence in found])
    sized = [_Atom(s.start, s.end, n, s.after) for s, n in zip(found, tokens, strict=True)]
    return chain.from_iterable(
        [_joined(line)] if _fits(line, room) else _split_long(text, line, room, measure) for line in _by_line(sized)
    )


def _by_line(atoms: Sequence[_Atom]) -> Iterator[list[_Atom]]:
    """The sentences of each line or list item together."""
    line: list[_Atom] = []
    for atom in atoms:
        if line and atom.after is not Break.SENTENCE:
            yield line
            line = []
        line.append(atom)
    if line:
        yield line


def _joined(line: Sequence[_Atom]) -> _Atom:
    return _Atom(line[0].start, line[-1].end, sum(atom.tokens for atom in line), line[0].after)


def _split_long(text: str, line: Sequence[_Atom], room: int, measure: Measure) -> Iterator[_Atom]:
    for atom in line:
        if _fits([atom], room):
            yield atom
        else:
            yield from _between_words(text, atom, room, measure)


def _between_words(text: str, atom: _Atom, room: int, measure: Measure) -> Iterator[_Atom]:
    """Cut a sentence that is too long by itself at white space, or inside a word where there is none."""
    size = atom.end - atom.start
    target = max(1, min(MOST_CHARACTERS, int(size * room / max(atom.tokens, 1) * _TOO_LARGE_BY), size - 1))
    spans = list(_chunks(text, atom.start, atom.end, target))
    tokens = measure.lengths([text[start:end] for start, end in spans])
    after = atom.after
    for (start, end), count in zip(spans, tokens, strict=True):
        piece = _Atom(start, end, count, after)
        if count <= room or end - start <= 1:
            yield piece
        else:
            yield from _between_words(text, piece, room, measure)
        after = Break.SENTENCE


def _chunks(text: str, start: int, end: int, size: int) -> Iterator[Span]:
    while end - start > size:
        cut = start + size
        while cut > start + size // 2 and not text[cut].isspace() and not text[cut - 1].isspace():
            cut -= 1
        if cut == start + size // 2:
            cut = start + size
            while cut > start + 1 and (unicodedata.combining(text[cut]) or text[cut - 1] == "\u200d"):
                cut -= 1
        if piece := trim(text, start, cut):
            yield piece
        start = cut
    if piece := trim(text, start, end):
        yield piece
