"""Reader: for a question and each passage, the span that answers best, and its margin over no answer.

The network is the encoder with a head of three outputs per token: how well an answer starts there, how well one ends
there, and whether the token's sentence answers. A passage that does not answer is pointed at its first token, [CLS]
(Devlin et al.: BERT, 2019, as for SQuAD 2.0), where the third output says whether the passage answers.
`qa/weights/MODEL_CARD.md` describes how the weights were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from inspect import signature
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.answering.passage_tokens import PassageTokens
from qa.answering.span_scores import IMPOSSIBLE, SpanScores
from qa.encoding import minilm_files
from qa.encoding.bert import BertNetwork, graph
from qa.encoding.compiled import KeptAs
from qa.encoding.mapped_weights import Weights
from qa.encoding.network import Head, Network
from qa.encoding.once import Once
from qa.encoding.own_weights import read_own_weights
from qa.encoding.precision import Precision
from qa.errors import ModelError
from qa.search.passage_context import as_sentences
from qa.text.sentences import Sentence, split_sentences
from qa.text.spelling import correct_spelling

if TYPE_CHECKING:
    from openvino import Model
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parents[1] / "weights" / "reader.safetensors"
SHA256 = "a62efe655e742a5abe2ab9524819b8c699bd40daa7b181d2cb1c4e42d4ddfa18"
# In tokens, as the weights were trained.
_WINDOW_TOKENS, _OVERLAP_TOKENS = 256, 96
_QUESTION_TOKENS, _TITLE_TOKENS = 48, 32
HOPELESS = float(IMPOSSIBLE)
"""The margin of a span that is no answer, and the evidence of a sentence that was not read."""


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """The span of a passage, `passage[start:end]`, that answers best.

    `margin` is the network's score of the span minus its score of no answer. Above 0 the passage probably answers,
    judged alone.
    """

    start: int
    end: int
    margin: float


class Reader(Protocol):
    """What a library needs from a reader; it must be thread-safe."""

    def read(self, question: str, passages: Sequence[str]) -> Sequence[ScoredSpan]:
        """Choose the best span of each passage.

        A reader may take two more arguments by name, one value for each passage. `titles` is what the passage is read
        in the light of, or None: the title of its text, the headings above it, the question or last words that it
        replies to. `sentences` is the passage's sentences as `qa.text.sentences.Sentence`.

        Args:
            question: The question, without search syntax.
            passages: The passages to read. Where the question asks who, a post may begin with its author's name and a
                colon; a span in it says that the author answers.

        Returns:
            One span for each passage, in their order.
        """


_NO_SPAN = ScoredSpan(0, 0, HOPELESS)


@dataclass(frozen=True, slots=True)
class PassageSpans:
    """The best span of a passage, the best inside each of its sentences, and which of them answer.

    `evidence` is the log-odds that the passage answers, whatever span says it, and `sentence_evidence` that each
    sentence does; all are 0 from a reader that does not judge that.
    """

    best: ScoredSpan
    by_sentence: Sequence[ScoredSpan]
    evidence: float
    sentence_evidence: Sequence[float]

    @classmethod
    def of(cls, best: ScoredSpan, sentences: Sequence[Sentence], look: _Look | None = None) -> PassageSpans:
        """Put the best span into its sentence; a sentence that was not read is a span with a hopeless margin.

        Args:
            best: The best span of the passage.
            sentences: The passage's sentences.
            look: What was seen of the passage and of the first of its sentences; None if only the best span is known.
        """
        known = look.spans[:-1][: len(sentences)] if look else []
        judged = look.evidence[:-1][: len(sentences)] if look else [0.0] * len(sentences)
        unread = len(sentences) - len(known)
        return cls(
            best,
            [
                best
                if sentence.start <= best.start < sentence.end
                else span
                if span is not _NO_SPAN
                else ScoredSpan(sentence.start, sentence.end, _NO_SPAN.margin)
                for sentence, span in zip(sentences, [*known, *[_NO_SPAN] * unread], strict=True)
            ],
            look.evidence[-1] if look else 0.0,
            [*judged, *[HOPELESS] * (len(sentences) - len(judged))],
        )


@dataclass(frozen=True, slots=True)
class _Look:
    """The best span of each sentence of a passage and the log-odds that it answers; last, of all of it."""

    spans: list[ScoredSpan]
    evidence: list[float]

    @classmethod
    def at(cls, passage: PassageTokens) -> _Look:
        """A look that has seen nothing yet."""
        places = max(passage.sentence_of, default=-1) + 2
        return cls([_NO_SPAN] * places, [HOPELESS] * places)

    def see(self, sentence: int, span: ScoredSpan, evidence: float) -> None:
        """Note what a window holds of a sentence, or, with -1, of all."""
        if span.margin > self.spans[sentence].margin:
            self.spans[sentence] = span
        self.evidence[sentence] = max(self.evidence[sentence], evidence)


@dataclass(frozen=True, slots=True)
class _Window:
    """Up to a window of a passage's tokens; `number` is the index of the passage among those read."""

    number: int
    passage: PassageTokens
    tokens: list[int]


class SpanReader:
    """The reader that comes with this package; loaded on first use, thread-safe."""

    def __init__(self, weights: Path = WEIGHTS, sha256: str = SHA256, precision: Precision | None = None) -> None:
        """Set up the reader; the weights are loaded on first use.

        Args:
            weights: A safetensors file of the weights that differ from the default model's.
            sha256: The file's hash, checked when it is loaded.
            precision: The precision to compute in; None for the best that the machine has.
        """
        self._weights, self._sha256, self._precision = weights, sha256, precision
        self.fingerprint = sha256
        self._loaded = Once(self._load)

    def read(
        self,
        question: str,
        passages: Sequence[str],
        titles: Sequence[str | None] = (),
        sentences: Sequence[Sequence[Sentence]] = (),
    ) -> list[ScoredSpan]:
        """Choose the best span of each passage.

        Misspelled words of the question are read as the passages spell them. A passage longer than a window is read in
        windows that overlap, and the best span of all counts.

        Args:
            question: The question; only its first 48 tokens are read.
            passages: The passages to read.
            titles: What each passage is read in the light of, or None; only its first 32 tokens are read. If
                omitted, the passages are read alone.
            sentences: The sentences of each passage; if omitted, the passages are split here.

        Returns:
            One span for each passage, in their order; an empty span with a hopeless margin for an empty passage.

        Raises:
            ModelError: The weights cannot be read.
        """
        return [spans.best for spans in self.read_sentences(question, passages, titles, sentences)]

    def read_sentences(
        self,
        question: str,
        passages: Sequence[str],
        titles: Sequence[str | None] = (),
        sentences: Sequence[Sequence[Sentence]] = (),
    ) -> list[PassageSpans]:
        """Choose the best span of each passage and of each sentence; the arguments and errors are those of `read`."""
        tokenizer = self._loaded()[1]
        title_texts = [as_sentences([title or ""]) for title in titles or [None] * len(passages)]
        sentences = sentences or [split_sentences(passage) for passage in passages]
        first_words = " ".join(question.split()[:_QUESTION_TOKENS])
        question = correct_spelling(first_words, [*passages, *title_texts], tokenizer.token_to_id)
        question_ids = tokenizer.encode(question, add_special_tokens=False).ids[:_QUESTION_TOKENS]
        encoded = tokenizer.encode_batch([*passages, *title_texts], add_special_tokens=False)
        title_ids = [title.ids[:_TITLE_TOKENS] for title in encoded[len(passages) :]]
        tokenized = [
            PassageTokens.of(question, *of_passage)
            for of_passage in zip(passages, sentences, encoded[: len(passages)], title_ids, strict=True)
        ]
        return [
            PassageSpans.of(look.spans[-1], of_passage, look)
            for look, of_passage in zip(self._look(question_ids, tokenized), sentences, strict=True)
        ]

    def _look(self, question_ids: list[int], passages: Sequence[PassageTokens]) -> list[_Look]:
        """What is seen of each passage."""
        network, tokenizer = self._loaded()
        room = _WINDOW_TOKENS - len(question_ids) - 3
        windows = [
            _Window(number, passage, passage.read[first : first + room])
            for number, passage in enumerate(passages)
            for first in _window_starts(len(passage.read), room)
        ]
        cls_id, sep_id = tokenizer.encode("").ids
        prefix = [cls_id, *question_ids, sep_id]
        rows = [[*prefix, *(window.passage.ids[token] for token in window.tokens), sep_id] for window in windows]
        types = [[0] * len(prefix) + [1] * (len(window.tokens) + 1) for window in windows]
        looks = [_Look.at(passage) for passage in passages]
        for indices, batch_scores in network.run(rows, types):
            for index, scores in zip(indices, batch_scores, strict=True):
                window = windows[index]
                for seen in _best_spans(window, scores[len(prefix) :], scores[0]):
                    looks[window.number].see(*seen)
        return looks

    def load_ahead(self) -> None:
        """Begin to load the weights in another thread; `read` waits for them."""
        self._loaded.ahead()

    def _load(self) -> tuple[Network, Tokenizer]:
        base, tokenizer = minilm_files.weights(), minilm_files.tokenizer()
        if (self._weights, self._sha256) != (WEIGHTS, SHA256):
            weights = base | _own_weights(self._weights, self._sha256)
            return BertNetwork(weights, lambda precision: _span_graph(weights, precision), self._precision), tokenizer
        # The embeddings are not among the shipped weights, which are read only to compile.
        return BertNetwork(
            base,
            lambda precision: _span_graph(base | _own_weights(WEIGHTS, SHA256), precision),
            self._precision,
            KeptAs((SHA256, minilm_files.SHA256), (Path(__file__),)),
        ), tokenizer


def _own_weights(path: Path, sha256: str) -> Weights:
    found = read_own_weights(path, sha256, "reader", "ask without a reader (reader=None, --no-reader)")
    return {name.removeprefix("bert."): array.astype(np.float32) for name, array in found.items()}


def span_head(weights: Weights) -> Head:
    """The network's head: for each token, how well an answer starts and ends there, and if its sentence answers."""

    def head(op: Any, hidden: Any, _mask: Any) -> Any:
        weight, bias = (op.constant(weights[f"qa_outputs.{part}"].astype(np.float32)) for part in ("weight", "bias"))
        return op.add(op.matmul(hidden, weight, False, True), bias)

    return head


def _span_graph(weights: Weights, precision: Precision) -> Model:
    return graph(weights, span_head(weights), precision)


def _window_starts(length: int, room: int) -> Iterable[int]:
    """The starts of overlapping windows that cover `length` tokens; none for an empty text."""
    last = max(0, length - room)
    return (*range(0, last, room - _OVERLAP_TOKENS), last) if length else ()


def _best_spans(
    window: _Window, scores: NDArray[np.float32], no_answer: NDArray[np.float32]
) -> Iterator[tuple[int, ScoredSpan, float]]:
    """Each sentence of a window, by its index, with its best span and its evidence, and all of it with index -1.

    `scores` are of shape (tokens and what follows them, 3), and `no_answer` those of [CLS].
    """
    length, passage = len(window.tokens), window.passage
    spans = SpanScores.of(passage, window.tokens, scores[:length], float(no_answer[:2].sum()))
    yield -1, ScoredSpan(*spans.best(0, length)), float(no_answer[2])
    sentence_of = np.array([passage.sentence_of[token] for token in window.tokens])
    edges = np.flatnonzero(np.diff(sentence_of, prepend=-2, append=-2))
    for first, last in pairwise(edges.tolist()):
        if sentence_of[first] >= 0:
            yield int(sentence_of[first]), ScoredSpan(*spans.best(first, last)), float(scores[first:last, 2].mean())


DEFAULT_READER: Reader = SpanReader()


def read_spans(
    reader: Reader,
    question: str,
    passages: Sequence[str],
    titles: Sequence[str | None],
    sentences: Sequence[Sequence[Sentence]] | None = None,
) -> Sequence[ScoredSpan]:
    """Read the passages, passing on the titles and sentences if the reader takes them (see `Reader.read`)."""
    optional = {"titles": titles} if sentences is None else {"titles": titles, "sentences": sentences}
    try:
        parameters = {*signature(reader.read).parameters}
    except ValueError:  # a built-in without a signature
        parameters = set()
    return reader.read(question, passages, **{name: value for name, value in optional.items() if name in parameters})


def read_passages(
    reader: Reader,
    question: str,
    passages: Sequence[str],
    titles: Sequence[str | None],
    sentences: Sequence[Sequence[Sentence]],
) -> Sequence[PassageSpans]:
    """Read the passages, and each of their sentences if the reader can (see `SpanReader.read_sentences`)."""
    if isinstance(reader, SpanReader):
        return reader.read_sentences(question, passages, titles, sentences)
    spans = read_spans(reader, question, passages, titles, sentences)
    if len(spans) != len(passages) or not all(map(_is_inside, spans, passages)):
        raise ModelError(
            f"the reader {type(reader).__name__!r} gave no span inside each of the {len(passages)} passages"
        )
    return [PassageSpans.of(span, of_passage) for span, of_passage in zip(spans, sentences, strict=True)]


def _is_inside(span: ScoredSpan, text: str) -> bool:
    return 0 <= span.start <= span.end <= len(text)


def check_reader(reader: Any) -> Reader | None:
    """Return the object if it is a reader or None.

    Raises:
        ModelError: It has no method `read`.
    """
    if reader is None or callable(getattr(reader, "read", None)):
        return reader  # type: ignore[no-any-return]
    raise ModelError(f"a reader has a method read(question, passages); {type(reader).__name__!r} has none")
