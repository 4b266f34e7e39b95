"""A transformer network that OpenVINO runs, batch by batch, in the processor's fastest precision."""

from __future__ import annotations

import queue
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qa.encoding import precision as precisions
from qa.encoding.compiled import KeptAs, load_or_compile
from qa.encoding.precision import Precision
from qa.encoding.runtime import openvino_core

if TYPE_CHECKING:
    from openvino import Model, Node

Build = Callable[[Precision], "Model"]
"""From a precision to the graph of a network."""

Head = Callable[[Any, "Node", "Node"], "Node"]
"""From OpenVINO's operations, the hidden states, shape (texts, tokens, width), and the mask, shape (texts, tokens), to
the output."""

MASKED = -1e4  # added to a masked token's score; every precision can represent it
_TOKENS_PER_BATCH = 2048
# The padding of a batch: a share of its tokens, or so many if that is more, since each batch costs a call. The passages
# that are read for a question of the open threads, 7.8 with 105 tokens, were padded by 41 % in one batch each; now they
# are by 9 % in 3.2 batches.
_PADDING_SHARE, _PADDING_TOKENS = 0.05, 32
_LENGTH_STEP = 8  # lengths are rounded up to a multiple, so that the runtime compiles for few shapes
_CONCURRENT_REQUESTS = 2  # so that a question does not wait for a rebuild


class Network(ABC):
    """A compiled, thread-safe network; a model's own class gives it its inputs."""

    fewest_tokens = 1
    """A batch of fewer is padded to so many."""

    def __init__(self, build: Build, precision: Precision | None = None, kept_as: KeptAs | None = None) -> None:
        """Compile the network for this processor, or load it compiled.

        Args:
            build: Builds the graph for a precision.
            precision: One of `Precision`; None for `default_precision`.
            kept_as: What identifies the network, so that it is kept compiled in the user's cache folder and loaded from
                there the next time; None to compile it each time.
        """
        self.precision = precision or precisions.default_precision()
        core, settings = openvino_core(), precisions.settings(self.precision)
        if kept_as:
            kept_as = kept_as.with_code(Path(__file__)).with_code(Path(precisions.__file__))
        file = kept_as.file(core, {**settings, "precision": self.precision}) if kept_as else None
        self._compiled = load_or_compile(core, lambda: build(self.precision), settings, file)
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(_CONCURRENT_REQUESTS):
            self._idle.put(self._compiled.network.create_infer_request())
        self._shapes: set[tuple[int, ...]] = set()  # in which the network has run

    @abstractmethod
    def inputs(
        self, tokens: NDArray[np.int32], types: NDArray[np.int32], mask: NDArray[np.float32]
    ) -> list[NDArray[np.float32]]:
        """The graph's inputs for a batch.

        Args:
            tokens: The tokens, shape (texts, tokens), with 0 as padding.
            types: Which part of a pair each belongs to, 0 or 1.
            mask: 1 for a token and 0 for padding.
        """

    def run(
        self, ids: Sequence[Sequence[int]], types: Sequence[Sequence[int]] | None = None
    ) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Run the network batch by batch; texts of similar length share a batch, to save padding.

        Args:
            ids: The tokens of each text.
            types: For each token of each text, which part of a pair it belongs to, 0 or 1; None for single texts.

        Yields:
            The indexes of the texts in a batch, and the head's output with one row for each of them.
        """
        for batch in _batches([len(text) for text in ids]):
            longest = max(*(len(ids[text]) for text in batch), -(-self.fewest_tokens // len(batch)))
            length = -(-longest // _LENGTH_STEP) * _LENGTH_STEP
            tokens, token_types = np.zeros((2, len(batch), length), dtype=np.int32)
            mask = np.zeros((len(batch), length), dtype=np.float32)
            for row, text in enumerate(batch):
                tokens[row, : len(ids[text])] = ids[text]
                mask[row, : len(ids[text])] = 1
                if types is not None:
                    token_types[row, : len(ids[text])] = types[text]
            inputs = self.inputs(tokens, token_types, mask)
            request = self._idle.get()
            try:
                output = next(iter(request.infer(inputs).values()))  # copied: shared memory has crashed
            finally:
                self._idle.put(request)
            if mask.shape not in self._shapes:
                self._shapes.add(mask.shape)
                self.release_memory()
            yield batch, output

    def release_memory(self) -> None:
        """Release the weights that were read from files: for a new shape the runtime may copy them in another order."""
        self._compiled.release_memory()


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The indexes of the texts, the longest first, in batches of at most _TOKENS_PER_BATCH tokens with padding."""
    batch: list[int] = []
    padding = 0
    for text in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        longest = lengths[batch[0]] if batch else lengths[text]
        padded = (len(batch) + 1) * longest
        padding += longest - lengths[text]
        if batch and (padded > _TOKENS_PER_BATCH or padding > max(_PADDING_SHARE * padded, _PADDING_TOKENS)):
            yield batch
            batch, padding = [], 0
        batch.append(text)
    if batch:
        yield batch


def constant(op: Any, value: Any) -> Node:
    """A constant of integers in a graph."""
    found: Node = op.constant(np.asarray(value, dtype=np.int64))
    return found
