"""Reader: a question and passages in; of each passage the span that answers, and how far it is from none.

The network is the encoder's own with an output of two: for every token how well it begins, and how well it ends the
answer; a passage that does not answer is pointed at its first token, which stands for nothing (Devlin et al.: BERT,
2019, as for SQuAD 2.0). How the weights were made: `qa/weights/MODEL_CARD.md`.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from inspect import signature
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.answering.passage_tokens import TokenText
from qa.encoding import minilm_files
from qa.encoding.bert import BertNetwork, Head, Precision
from qa.errors import ModelError
from qa.text.spelling import correct_spelling

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parents[1] / "weights" / "reader.safetensors"
SHA256 = "ead1576097baaa02abdf271d2449e23c9383aede563e8f428c62f994073ecb46"
_WINDOW, _OVERLAP = 256, 96
_MOST_OF_THE_QUESTION, _MOST_OF_A_TITLE = 48, 16
_LONGEST_ANSWER = 40
_WORTH_OF_A_TOKEN = np.float32(0.06)  # what each further token of a span has to gain
_NEVER = np.float32(-1e9)
_HOPELESS = -4.0  # a span with this margin or less is not looked at again
_CLOSER = 2 / 3  # the share of a margin that the looks from closer by make
_NOT_OF_THE_KIND = np.float32(4.0)  # what a span loses that holds nothing like what is asked for


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """The best span of a passage, `passage[start:end]`.

    `margin` is how much better the reader likes to answer by the passage than to say that it does not answer, in the
    network's own units: above 0 it answers more likely than not, as far as the passage alone can tell.
    """

    start: int
    end: int
    margin: float


class Reader(Protocol):
    """What a library needs of a reader; safe in threads."""

    def read(self, question: str, passages: Sequence[str]) -> Sequence[ScoredSpan]:
        """One reading for each passage, in their order.

        If it takes a third argument named `titles`, it is also given what each passage's text is called, or None.
        """


@dataclass(frozen=True, slots=True)
class _Piece:
    """A window of a part of a text: its tokens, by number."""

    part: int
    text: TokenText
    tokens: list[int]


class SpanReader:
    """The reader that comes with this package; loaded when it is first needed, safe in threads."""

    def __init__(self, weights: Path = WEIGHTS, sha256: str = SHA256, precision: Precision | None = None) -> None:
        """`weights` are those that differ from the default model's, as safetensors of the hash `sha256`."""
        self._weights, self._sha256, self._precision = weights, sha256, precision
        self._loaded: tuple[BertNetwork, Tokenizer] | None = None
        self._lock = threading.Lock()

    def read(self, question: str, passages: Sequence[str], titles: Sequence[str | None] = ()) -> list[ScoredSpan]:
        """The best span of each passage, in their order; of an empty passage an empty span that is no answer.

        `titles` say what the passages' texts are called, one for each passage, or are left out. Of a long question the
        first 48 tokens are read, of a title 16, and slips in the question as the passages spell the words. A passage
        too long for one look is read in windows that overlap, and the best counts. A span that may answer is looked at
        again with less of the passage around it, for words of the question that stand elsewhere in the passage mislead.
        """
        tokenizer = self._ready()[1]
        called = [f"{title}." if title else "" for title in titles or [None] * len(passages)]
        begun = " ".join(question.split()[:_MOST_OF_THE_QUESTION])
        question = correct_spelling(begun, [*passages, *called], lambda word: tokenizer.token_to_id(word) is not None)
        asked = tokenizer.encode(question, add_special_tokens=False).ids[:_MOST_OF_THE_QUESTION]
        encoded = tokenizer.encode_batch([*passages, *called], add_special_tokens=False)
        heads = [title.ids[:_MOST_OF_A_TITLE] for title in encoded[len(passages) :]]
        texts = [TokenText.of(question, *one) for one in zip(passages, encoded[: len(passages)], heads, strict=True)]
        found = self._looks(asked, [(text, [*chain.from_iterable(text.sentences)]) for text in texts])
        closer = [
            (number, text, part)
            for number, (text, one) in enumerate(zip(texts, found, strict=True))
            if one.margin > _HOPELESS
            for part in text.closer(one.start, one.end)
        ]
        margins: dict[int, list[float]] = {}
        for (number, _, _), one in zip(closer, self._looks(asked, [look[1:] for look in closer]), strict=True):
            margins.setdefault(number, []).append(one.margin)
        for number, looks in margins.items():
            margin = (1 - _CLOSER) * found[number].margin + _CLOSER * sum(looks) / len(looks)
            found[number] = replace(found[number], margin=margin)
        return found

    def _looks(self, asked: list[int], parts: Sequence[tuple[TokenText, list[int]]]) -> list[ScoredSpan]:
        """The best span of each text, as far as these tokens of it tell; `asked` are the question's."""
        network, tokenizer = self._ready()
        room = _WINDOW - len(asked) - 3
        pieces = [
            _Piece(number, text, tokens[first : first + room])
            for number, (text, tokens) in enumerate(parts)
            for first in _windows(len(tokens), room)
        ]
        begin, end = tokenizer.encode("").ids
        head = [begin, *asked, end]
        rows = [[*head, *(piece.text.ids[token] for token in piece.tokens), end] for piece in pieces]
        types = [[0] * len(head) + [1] * (len(piece.tokens) + 1) for piece in pieces]
        best = [ScoredSpan(0, 0, float(_NEVER))] * len(parts)
        for numbers, scores in network.run(rows, types):
            for number, row in zip(numbers, scores, strict=True):
                piece = pieces[number]
                found = _best_span(piece, row[len(head) :], float(row[0].sum()))
                if found.margin > best[piece.part].margin:
                    best[piece.part] = found
        return best

    def _ready(self) -> tuple[BertNetwork, Tokenizer]:
        with self._lock:
            if self._loaded is None:
                weights = minilm_files.weights() | _own_weights(self._weights, self._sha256)
                self._loaded = BertNetwork(weights, span_head(weights), self._precision), minilm_files.tokenizer()
            return self._loaded


def _own_weights(path: Path, sha256: str) -> minilm_files.Weights:
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


def span_head(weights: minilm_files.Weights) -> Head:
    """For every token how well it begins the answer, and how well it ends it."""

    def head(op: Any, hidden: Any, _mask: Any) -> Any:
        pointed = op.matmul(hidden, op.constant(weights["qa_outputs.weight"]), False, True)
        return op.add(pointed, op.constant(weights["qa_outputs.bias"]))

    return head


def _windows(length: int, room: int) -> Iterable[int]:
    """Where the windows of a text begin that overlap and hold all of it; none of an empty one."""
    last = max(0, length - room)
    return (*range(0, last, room - _OVERLAP), last) if length else ()


def _best_span(piece: _Piece, scores: NDArray[np.float32], none: float) -> ScoredSpan:
    """`scores` are of shape (tokens and what follows them, 2); `none` is the score of no answer."""
    length, text = len(piece.tokens), piece.text
    words = np.array([-1 if (word := text.words[token]) is None else word for token in piece.tokens])
    changes = np.diff(words) != 0
    gaps = np.cumsum(np.diff(piece.tokens, prepend=piece.tokens[0]) > 1)  # what is left out, no answer bridges
    begins, ends = np.r_[True, changes], np.r_[changes, True]  # an answer cuts no word
    own = np.array(piece.tokens) >= text.title
    starts = np.where(begins & own, scores[:length, 0], _NEVER)
    stops = np.where(ends, scores[:length, 1], _NEVER)
    before = np.concatenate(([0], np.cumsum([text.likely[token] for token in piece.tokens])))
    spans = starts[:, None] + stops[None, :] - _NOT_OF_THE_KIND * (before[None, 1:] == before[:-1, None])
    more = np.arange(length, dtype=np.float32) - np.arange(length, dtype=np.float32)[:, None]  # tokens after the first
    spans[(more < 0) | (more >= _LONGEST_ANSWER) | (gaps[:, None] != gaps)] = _NEVER
    start, end = divmod(int((spans - _WORTH_OF_A_TOKEN * more).argmax()), length)
    first, last = text.offsets[piece.tokens[start]], text.offsets[piece.tokens[end]]
    return ScoredSpan(first[0], last[1], float(spans[start, end]) - none)


DEFAULT_READER: Reader = SpanReader()


def read_spans(
    reader: Reader, question: str, passages: Sequence[str], titles: Sequence[str | None]
) -> Sequence[ScoredSpan]:
    """The reader's readings; it is given the titles where it takes them."""
    try:
        takes_titles = "titles" in signature(reader.read).parameters
    except ValueError:  # something built in, which tells nothing of itself
        takes_titles = False
    return reader.read(question, passages, *([titles] if takes_titles else []))


def check_reader(reader: Any) -> Reader | None:
    """The object itself where it can read, None where there is to be no reader. Raises ModelError for anything else."""
    if reader is None or callable(getattr(reader, "read", None)):
        return reader  # type: ignore[no-any-return]
    raise ModelError(f"a reader has a method read(question, passages); {type(reader).__name__!r} has none")
