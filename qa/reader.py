"""Reader: a question and passages in; of each passage the span that answers, and how far it is from none.

The network is the encoder's own with an output of two: for every token how well it begins, and how well it ends the
answer; a passage that does not answer is pointed at its first token, which stands for nothing (Devlin et al.: BERT,
2019, as for SQuAD 2.0). How the weights were made: `qa/weights/MODEL_CARD.md`.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa import asks, minilm
from qa.errors import ModelError
from qa.network import Arithmetic, LastStep, Network
from qa.sentence import headings, sentences
from qa.thread import Span

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

WEIGHTS = Path(__file__).parent / "weights" / "reader.safetensors"
SHA256 = "16510c6fc8a7ace4df2107d6bf5cc337a12f9b93e8af4d996051782a76065f1e"
_WINDOW, _OVERLAP = 256, 96
_MOST_OF_THE_QUESTION = 48
_LONGEST_ANSWER = 40
_NEVER = np.float32(-1e9)
_NOT_OF_THE_KIND = np.float32(4.0)  # what a span loses that holds nothing like what is asked for


@dataclass(frozen=True, slots=True)
class Reading:
    """The best span of a passage, `passage[start:end]`.

    `margin` is its score above that of "the passage does not say", in the network's own units: above 0 it answers more
    likely than not, as far as the passage alone can tell.
    """

    start: int
    end: int
    margin: float


class Reader(Protocol):
    """What a library needs of a reader; safe in threads."""

    def read(self, question: str, passages: Sequence[str]) -> Sequence[Reading]:
        """One reading for each passage, in their order."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A window of a passage: its tokens after the question's, where they stand, and which word each of them is of.

    `likely` tells of each token whether it may be what is asked for.
    """

    passage: int
    tokens: list[int]
    offsets: list[tuple[int, int]]
    words: list[int | None]
    likely: list[bool]


class SpanReader:
    """The reader that comes with this package; loaded when it is first needed, safe in threads."""

    def __init__(self, weights: Path = WEIGHTS, sha256: str = SHA256, arithmetic: Arithmetic | None = None) -> None:
        """`weights` are those that differ from the default model's, as safetensors of the hash `sha256`."""
        self._weights, self._sha256, self._arithmetic = weights, sha256, arithmetic
        self._loaded: tuple[Network, Tokenizer] | None = None
        self._lock = threading.Lock()

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """The best span of each passage, in their order; of an empty passage an empty span that is no answer.

        Of a long question the first 48 tokens are read. A passage too long for one look is read in windows that
        overlap, and the best counts.
        """
        network, tokenizer = self._ready()
        asked = tokenizer.encode(question, add_special_tokens=False).ids[:_MOST_OF_THE_QUESTION]
        room = _WINDOW - len(asked) - 3
        encoded = tokenizer.encode_batch(list(passages), add_special_tokens=False)
        pieces = [
            piece
            for number, (passage, tokens) in enumerate(zip(passages, encoded, strict=True))
            for piece in _pieces(number, tokens, _likely(question, passage, tokens), _prose(passage, tokens), room)
        ]
        begin, end = tokenizer.encode("").ids
        head = [begin, *asked, end]
        rows = [[*head, *piece.tokens, end] for piece in pieces]
        parts = [[0] * len(head) + [1] * (len(piece.tokens) + 1) for piece in pieces]
        best = [Reading(0, 0, float(_NEVER))] * len(passages)
        for numbers, scores in network.run(rows, parts):
            for number, row in zip(numbers, scores, strict=True):
                piece = pieces[number]
                found = _best_span(piece, row[len(head) :], float(row[0].sum()))
                if found.margin > best[piece.passage].margin:
                    best[piece.passage] = found
        return best

    def _ready(self) -> tuple[Network, Tokenizer]:
        with self._lock:
            if self._loaded is None:
                weights = minilm.weights() | _own_weights(self._weights, self._sha256)
                self._loaded = Network(weights, _pointers(weights), self._arithmetic), minilm.tokenizer()
            return self._loaded


def _own_weights(path: Path, sha256: str) -> minilm.Weights:
    from safetensors.numpy import load

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read the reader's weights {path.name!r}: {error.strerror}; install again") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise ModelError(
            f"the reader's weights {path.name!r} have the hash {digest[:12]}…, not {sha256[:12]}…; install again, "
            "or ask without a reader (reader=None, --no-reader)"
        )
    return {name.removeprefix("bert."): array.astype(np.float32) for name, array in load(content).items()}


def _pointers(weights: minilm.Weights) -> LastStep:
    """For every token how well it begins the answer, and how well it ends it."""

    def last_step(op: Any, hidden: Any, _mask: Any) -> Any:
        pointed = op.matmul(hidden, op.constant(weights["qa_outputs.weight"]), False, True)
        return op.add(pointed, op.constant(weights["qa_outputs.bias"]))

    return last_step


def _likely(question: str, passage: str, tokens: Encoding) -> list[bool]:
    cues = asks.cues(question)
    if cues is None:
        return [True] * len(tokens.ids)
    return _touched((cue.span() for cue in cues.finditer(passage)), passage, tokens)


def _prose(passage: str, tokens: Encoding) -> list[int]:
    """The tokens to read, by number: a heading names what the text under it says, so it is read only if alone."""
    named = _touched(((one.start, one.end) for one in headings(passage, sentences(passage))), passage, tokens)
    return [number for number, is_named in enumerate(named) if not is_named] or list(range(len(named)))


def _touched(spans: Iterable[Span], passage: str, tokens: Encoding) -> list[bool]:
    """Of each token whether one of the spans has a part in it."""
    inside = np.zeros(len(passage) + 1, dtype=bool)
    for start, end in spans:
        inside[start:end] = True
    return [bool(inside[start:end].any()) for start, end in tokens.offsets]


def _pieces(number: int, tokens: Encoding, likely: list[bool], prose: list[int], room: int) -> Iterator[_Piece]:
    ids, offsets, words = tokens.ids, tokens.offsets, tokens.word_ids
    last = max(0, len(prose) - room)
    for first in (*range(0, last, room - _OVERLAP), last) if prose else ():
        part = prose[first : first + room]
        yield _Piece(
            number,
            [ids[at] for at in part],
            [offsets[at] for at in part],
            [words[at] for at in part],
            [likely[at] for at in part],
        )


def _best_span(piece: _Piece, scores: NDArray[np.float32], none: float) -> Reading:
    """`scores` are of shape (tokens and what follows them, 2); `none` is the score of no answer."""
    length = len(piece.tokens)
    words = np.array([-1 if word is None else word for word in piece.words])
    changes = np.diff(words) != 0
    begins, ends = np.r_[True, changes], np.r_[changes, True]  # an answer cuts no word
    starts = np.where(begins, scores[:length, 0], _NEVER)
    stops = np.where(ends, scores[:length, 1], _NEVER)
    before = np.concatenate(([0], np.cumsum(piece.likely)))
    spans = starts[:, None] + stops[None, :] - _NOT_OF_THE_KIND * (before[None, 1:] == before[:-1, None])
    spans[~np.tri(length, length, _LONGEST_ANSWER - 1, dtype=bool) | np.tri(length, length, -1, dtype=bool)] = _NEVER
    start, end = divmod(int(spans.argmax()), length)
    return Reading(piece.offsets[start][0], piece.offsets[end][1], float(spans[start, end]) - none)


DEFAULT_READER: Reader = SpanReader()


def as_reader(reader: Any) -> Reader | None:
    """The object itself where it can read, None where there is to be no reader. Raises ModelError for anything else."""
    if reader is None or callable(getattr(reader, "read", None)):
        return reader  # type: ignore[no-any-return]
    raise ModelError(f"a reader has a method read(question, passages); {type(reader).__name__!r} has none")
