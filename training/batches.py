"""Examples as token windows, and windows of similar length as batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

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
    """

    ids: list[int]
    second: int  # where the title begins, or the passage if there is none
    starts: list[int]
    ends: list[int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of shape (batch, length); `targets` has a last axis of start and end."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    targets: Tensor


@dataclass(frozen=True, slots=True)
class _Part:
    """The passage's tokens from `first` to `stop`, and where in the window the whole answers among them start and end.

    If none of the answers fits, the targets are empty: such a window has no label.
    """

    first: int
    stop: int
    targets: tuple[list[int], list[int]]


def make_windows(examples: Sequence[Example], tokenizer: Tokenizer, rng: Random) -> list[Window]:
    """One window per example: all of it if it fits, otherwise a part around its answer; some are cut on purpose."""
    questions, titles, passages = (
        tokenizer.encode_batch(texts, add_special_tokens=False)
        for texts in zip(*((example.question, example.title, example.passage) for example in examples), strict=True)
    )
    cls, sep = special_tokens(tokenizer)
    windows = []
    for example, question, title, passage in zip(examples, questions, titles, passages, strict=True):
        second = [cls, *question.ids[:MAX_QUESTION], sep]
        prefix = [*second, *title.ids[:MAX_TITLE]]
        part = _part(example, passage, len(prefix), rng)
        targets = ([NULL], [NULL]) if example.answerable is False else part.targets
        windows.append(Window([*prefix, *passage.ids[part.first : part.stop], sep], len(second), *targets))
    return windows


def _part(example: Example, passage: Encoding, offset: int, rng: Random) -> _Part:
    """A part of the passage that fits after `offset` other tokens."""
    spans = [span for answer in example.answers if (span := _tokens(passage, answer))]
    focus = rng.choice(spans) if spans else None
    size = rng.randint(*SHORT_WINDOW) if rng.random() < SHORT_SHARE else WINDOW
    if focus and focus[1] - focus[0] >= size - offset - 1:
        size = WINDOW
    room = size - offset - 1
    first = _cut(len(passage.ids), room, focus, rng)
    inside = [
        (offset + start - first, offset + end - first) for start, end in spans if first <= start and end < first + room
    ]
    if example.inside:
        within = sorted({token for start, end in inside for token in range(start, end + 1)})
        return _Part(first, first + room, (within, within))
    return _Part(first, first + room, (sorted({start for start, _ in inside}), sorted({end for _, end in inside})))


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
    ordered = sorted(windows, key=lambda window: (_padded(len(window.ids)), rng.random()))
    batches: list[list[Window]] = []
    while ordered:
        size = max(1, TOKENS_PER_BATCH // _padded(len(ordered[-1].ids)))
        batches.append(ordered[-size:])
        del ordered[-size:]
    rng.shuffle(batches)
    return batches


def collate(windows: Sequence[Window]) -> Batch:
    """Pad the windows into tensors."""
    shape = (len(windows), _padded(max(len(window.ids) for window in windows)))
    ids, types, mask = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    targets = torch.zeros((*shape, 2))
    for row, window in enumerate(windows):
        length = len(window.ids)
        ids[row, :length] = torch.tensor(window.ids)
        types[row, window.second : length] = 1
        mask[row, :length] = 1
        targets[row, window.starts, 0] = 1
        targets[row, window.ends, 1] = 1
    return Batch(ids, types, mask, targets)


def _padded(length: int) -> int:
    return -(-length // LENGTH_STEP) * LENGTH_STEP
