"""Fit the model that picks words of a conversation for a follow-up question.

    python -m training.followups ../shared/eval/followups

It is fitted on the choosing half of each file and on nothing else; the other half measures (`qa evaluate --followups`).
A word of the history that the question does not say is an example; it is positive if the person's rewrite says it.
Questions that stand alone are examples in which no word is: after each history its own question's rewrite, and that of
another conversation's question, a new topic. Without them the model drags half of all new topics back to the old one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.evaluation.followup_sets import FollowUp, FollowUpSet
from qa.followup.features import NAMES, candidates, matrix, refers_back
from qa.followup.model import FILE
from qa.followup.understand import content_terms

# These and the next were chosen by what retrieval finds on the choosing halves, in three parts by conversation: each
# question was understood by a model that had not seen its own part. docs/evaluation.md has what else was tried.
SETTINGS: dict[str, Any] = {
    "max_iter": 100,
    "max_leaf_nodes": 8,
    "learning_rate": 0.08,
    "l2_regularization": 10,
    "min_samples_leaf": 100,
    "early_stopping": False,
    "random_state": 0,
}
# A lower gate finds more for questions that leave something unsaid, a higher one leaves more of the others alone.
GATE, GATE_ALONE, THRESHOLD, SHARE, PHRASE_SHARE = 0.12, 0.7, 0.1, 0.5, 0.7
# Of a word that a question which stands alone does not need; at 1 the words that others need suffer.
ALONE_WEIGHT = 0.5


def examples(follow_ups: Sequence[FollowUp]) -> Iterator[tuple[Any, Any, float]]:
    """The features of each conversation's words, which of them a person would say again, and the weight of each."""
    for number, follow_up in enumerate(follow_ups):
        wanted = content_terms(follow_up.rewrite)
        rows = candidates(follow_up.question, follow_up.turns)
        yield matrix(rows), np.array([row.term in wanted for row in rows], dtype=bool), 1.0
        other = follow_ups[(number + len(follow_ups) // 3) % len(follow_ups)]
        if other.conversation != follow_up.conversation:
            for question in (follow_up.rewrite, other.rewrite):
                if not refers_back(question):
                    rows = candidates(question, follow_up.turns)
                    yield matrix(rows), np.zeros(len(rows), dtype=bool), ALONE_WEIGHT


def fit(sets: Sequence[FollowUpSet]) -> dict[str, Any]:
    """The fitted model as the object that `qa.followup.model` reads."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    given = [example for one in sets for example in examples(one.choosing)]
    rows = np.concatenate([features for features, _, _ in given])
    said = np.concatenate([labels for _, labels, _ in given])
    weights = np.concatenate([np.full(len(labels), weight) for _, labels, weight in given])
    return exported(HistGradientBoostingClassifier(**SETTINGS).fit(rows, said, weights))


def exported(fitted: Any) -> dict[str, Any]:
    """A fitted `HistGradientBoostingClassifier` as the object that `qa.followup.model` reads."""
    trees = [_tree(tree.nodes) for (tree,) in fitted._predictors]
    depth = max(int(tree.nodes["depth"].max()) for (tree,) in fitted._predictors)
    base = round(float(fitted._baseline_prediction.ravel()[0]), 6)
    chosen = {"gate": GATE, "gate_alone": GATE_ALONE, "threshold": THRESHOLD}
    shares = {"share": SHARE, "phrase_share": PHRASE_SHARE}
    return {"names": list(NAMES), **chosen, **shares, "base": base, "depth": depth, "trees": trees}


def _tree(nodes: Any) -> list[list[float]]:
    """The nodes of a tree: feature, threshold, left, right, value."""
    return [
        [0, 0, 0, 0, round(float(node["value"]), 5)]
        if node["is_leaf"]
        else [
            int(node["feature_idx"]),
            float(node["num_threshold"]),  # exact: many a feature is exactly at a threshold
            int(node["left"]),
            int(node["right"]),
            0,
        ]
        for node in nodes
    ]


def main() -> None:
    """Fit the model and write it."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("folder", type=Path, help="the folder with the sets of follow-up questions")
    command.add_argument("-o", "--output", type=Path, default=FILE, help=f"the file to write (default: {FILE.name})")
    options = command.parse_args()
    fitted = fit(FollowUpSet.read_all(options.folder))
    options.output.write_text(json.dumps(fitted, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(fitted['trees'])} trees, {options.output.stat().st_size:,} bytes: {options.output}")


if __name__ == "__main__":
    main()
