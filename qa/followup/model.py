"""The model that picks words of the conversation: boosted trees, fitted by `python -m training.followups`.

It is a small form of query resolution by term classification (Voskarides, Li, Ren, Kanoulas, de Rijke: Query Resolution
for Conversational Search with Limited Supervision, SIGIR 2020), with features in the place of their network.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.followup.features import NAMES

FILE = Path(__file__).parents[1] / "weights" / "followup.json"

Trees = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TermModel:
    """The fitted trees and thresholds.

    Attributes:
        features: Of each node the feature that it asks for, shape (trees, nodes).
        thresholds: Of each node the greatest value that goes left, shape (trees, nodes); infinite at a leaf.
        left: Of each node the one to its left, shape (trees, nodes); at a leaf the leaf itself.
        right: The same to its right.
        values: Of each leaf what it adds to the log-odds, shape (trees, nodes).
        depth: The most steps from a root to a leaf.
        base: The log-odds before any tree.
        gate: The probability that some word has to pass, or the question is left as it is.
        gate_alone: The same for a question in which nothing refers back: it may begin a new topic.
        threshold: The probability from which a word can then be picked.
        share: The share of the greatest probability that a picked word reaches at least.
        phrase_share: The share of it that one word of each phrase reaches: "cancer" brings "lung" with it.
    """

    features: NDArray[np.int64]
    thresholds: Trees
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    values: Trees
    depth: int
    base: float
    gate: float
    gate_alone: float
    threshold: float
    share: float
    phrase_share: float

    @classmethod
    def of(cls, fitted: dict[str, object]) -> TermModel:
        """The model that `training.followups` wrote.

        Args:
            fitted: The object of its JSON file.

        Raises:
            ValueError: It was fitted to other features.
        """
        if tuple(fitted["names"]) != NAMES:  # type: ignore[arg-type]
            raise ValueError("the model was fitted to other features: run python -m training.followups again")
        trees: list[list[list[float]]] = fitted["trees"]  # type: ignore[assignment]
        nodes = max(map(len, trees))
        padded = np.zeros((len(trees), nodes, 5))
        for number, tree in enumerate(trees):
            padded[number, : len(tree)] = tree
        is_leaf = padded[:, :, 2] == 0  # a root is nobody's child
        itself = np.broadcast_to(np.arange(nodes), is_leaf.shape)
        return cls(
            padded[:, :, 0].astype(np.int64),
            np.where(is_leaf, np.inf, padded[:, :, 1]),
            np.where(is_leaf, itself, padded[:, :, 2]).astype(np.int64),
            np.where(is_leaf, itself, padded[:, :, 3]).astype(np.int64),
            padded[:, :, 4],
            int(fitted["depth"]),  # type: ignore[call-overload]
            float(fitted["base"]),  # type: ignore[arg-type]
            float(fitted["gate"]),  # type: ignore[arg-type]
            float(fitted["gate_alone"]),  # type: ignore[arg-type]
            float(fitted["threshold"]),  # type: ignore[arg-type]
            float(fitted["share"]),  # type: ignore[arg-type]
            float(fitted["phrase_share"]),  # type: ignore[arg-type]
        )

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The probability of each word that a person would say it again.

        Args:
            rows: The features of the words, shape (n, len(NAMES)).

        Returns:
            The probabilities, 0..1, shape (n,).
        """
        trees = np.arange(len(self.features))
        row = np.arange(len(rows))[:, None]
        at = np.zeros((len(rows), len(trees)), dtype=np.int64)
        for _ in range(self.depth):
            goes_left = rows[row, self.features[trees, at]] <= self.thresholds[trees, at]
            at = np.where(goes_left, self.left[trees, at], self.right[trees, at])
        odds = self.base + self.values[trees, at].sum(axis=1)
        return np.asarray(1 / (1 + np.exp(-odds)))


@cache
def load_model() -> TermModel:
    """The model that is shipped."""
    return TermModel.of(json.loads(FILE.read_text("utf-8")))
