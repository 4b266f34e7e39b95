"""Examples as token windows, and windows of similar length as batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from random import Random

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from qa.answering.author import named_in
from qa.text.sentences import split_sentences
from qa.types import Span
from training.curriculum import Example
from training.model import NULL, special_tokens

WINDOW = 256
MAX_QUESTION = 48
MAX_TITLE = 32  # as the reader reads
SHORT_SHARE = 0.5
SHORT_WINDOW = (96, 176)
LENGTH_STEP = 8
TOKENS_PER_BATCH = 4608


@dataclass(frozen=True, slots=True)
class Window:
    """`[CLS] question [SEP] title passage [SEP]` as ids, with the positions of the tokens that start and end an answer.

    Both are the position of [CLS] if the passage does not answer, and empty if no label says whether it does.
    `evidence` are the first and last positions of the sentences that answer.
    """

    ids: list[int]
    second: int  # where the title begins, or the passage if there is none
    starts: list[int]
    ends: list[int]
    evidence: list[Span]


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of shape (batch, length).

    `targets` has a last axis of start, end and evidence: 1 for the tokens of sentences that answer, and for [CLS] if
    the passage does. `judged` is 1 for the tokens whose evidence is known: [CLS], the title's and the passage's.
    """

    ids: Tensor
    types: Tensor
    mask: Tensor
    targets: Tensor
    judged: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))


@dataclass(frozen=True, slots=True)
class _Part:
    """The passage's tokens from `first` to `stop`, and where in the window the whole answers among them start and end.

    If none of the answers fits, the targets are empty: such a window has no label.
    """

    first: int
    stop: int
    targets: tuple[list[int], list[int]]
    evidence: list[Span]


def make_windows(examples: Sequence[Example], tokenizer: Tokenizer, rng: Random) -> list[Window]:
    """One window per example: all of it if it fits, otherwise a part around its answer; some are cut on purpose."""
    questions, titles, passages = (
        tokenizer.encode_batch(texts, add_special_tokens=False)
        for texts in zip(*((example.question, example.title, _text(example)) for example in examples), strict=True)
    )
    cls, sep = special_tokens(tokenizer)
    windows = []
    for example, question, title, passage in zip(examples, questions, titles, passages, strict=True):
        second = [cls, *question.ids[:MAX_QUESTION], sep]
        prefix = [*second, *title.ids[:MAX_TITLE]]
        part = _part(example, passage, len(prefix), rng)
        unanswerable = example.answerable is False
        targets = ([NULL], [NULL]) if unanswerable else part.targets
        evidence = [] if unanswerable else part.evidence
        windows.append(Window([*prefix, *passage.ids[part.first : part.stop], sep], len(second), *targets, evidence))
    return windows


def _text(example: Example) -> str:
    return example.byline + example.passage


def _answers(example: Example) -> list[Span]:
    """The answers as they lie in `_text`."""
    return [(start + len(example.byline), end + len(example.byline)) for start, end in example.answers]


def _part(example: Example, passage: Encoding, offset: int, rng: Random) -> _Part:
    """A part of the passage that fits after `offset` other tokens."""
    named = [(0, len(named_in(example.byline)))] if example.by_author and example.answers else []
    spans = [span for answer in named or _answers(example) if (span := _tokens(passage, answer))]
    focus = rng.choice(spans) if spans else None
    size = rng.randint(*SHORT_WINDOW) if rng.random() < SHORT_SHARE else WINDOW
    if focus and focus[1] - focus[0] >= size - offset - 1:
        size = WINDOW
    room = size - offset - 1
    first = _cut(len(passage.ids), room, focus, rng)
    inside = [
        (offset + start - first, offset + end - first) for start, end in spans if first <= start and end < first + room
    ]
    evidence = _evidence(example, passage, first, room, offset) if inside else []
    if named and not evidence:  # what says that it is the author is outside
        return _Part(first, first + room, ([], []), [])
    if example.inside and not named:
        within = sorted({token for start, end in inside for token in range(start, end + 1)})
        return _Part(first, first + room, (within, within), evidence)
    edges = (sorted({start for start, _ in inside}), sorted({end for _, end in inside}))
    return _Part(first, first + room, edges, evidence)


def _evidence(example: Example, passage: Encoding, first: int, room: int, offset: int) -> list[Span]:
    """The positions in the window of the sentences that the answers are in, as far as the window holds them."""
    shift = len(example.byline)
    answering = {
        (sentence.start + shift, sentence.end + shift)
        for sentence in split_sentences(example.passage)
        for start, end in example.answers
        if sentence.start < end and start < sentence.end
    }
    spans = sorted(span for sentence in answering if (span := _tokens(passage, sentence)))
    clipped = [(max(start, first), min(end, first + room - 1)) for start, end in spans]
    return [(offset + start - first, offset + end - first) for start, end in clipped if start <= end]


def _tokens(passage: Encoding, answer: Span) -> Span | None:
    """The first and the last token of a span of characters."""
    covered = [index for index, (start, end) in enumerate(passage.offsets) if start < answer[1] and answer[0] < end]
    return (covered[0], covered[-1]) if covered else None


def _cut(length: int, room: int, focus: Span | None, rng: Random) -> int:
    """The first token of a window of `room` tokens that includes the focus, if there is one."""
    latest = max(0, length - room)
    if focus is None:
        return rng.randint(0, latest)
    low = max(0, min(latest, focus[1] - room + 1))
    return rng.randint(low, max(low, min(latest, focus[0])))


def make_batches(windows: Sequence[Window], rng: Random) -> list[list[Window]]:
    """Group windows of similar length, each batch with about the same number of tokens; the batches in random order."""
    ordered = sorted(windows, key=lambda window: (padded(len(window.ids)), rng.random()))
    batches: list[list[Window]] = []
    while ordered:
        size = max(1, TOKENS_PER_BATCH // padded(len(ordered[-1].ids)))
        batches.append(ordered[-size:])
        del ordered[-size:]
    rng.shuffle(batches)
    return batches


def collate(windows: Sequence[Window]) -> Batch:
    """Pad the windows into tensors."""
    shape = (len(windows), padded(max(len(window.ids) for window in windows)))
    ids, types, mask = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    targets, judged = torch.zeros((*shape, 3)), torch.zeros(shape)
    for row, window in enumerate(windows):
        length = len(window.ids)
        ids[row, :length] = torch.tensor(window.ids)
        types[row, window.second : length] = 1
        mask[row, :length] = 1
        targets[row, window.starts, 0] = 1
        targets[row, window.ends, 1] = 1
        for first, last in window.evidence:
            targets[row, first : last + 1, 2] = 1
        if window.starts:
            targets[row, NULL, 2] = float(window.starts != [NULL])
            judged[row, NULL] = 1
            judged[row, window.second : length] = 1
    return Batch(ids, types, mask, targets, judged)


def padded(length: int, step: int = LENGTH_STEP) -> int:
    """The length of a batch whose longest window has this length."""
    return -(-length // step) * step
