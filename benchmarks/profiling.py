"""Where time goes: the shares of the network's operations, by OpenVINO's counters, and of the steps of an answer."""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from qa.encoding import minilm_files
from qa.encoding.bert import graph, mean_of_tokens
from qa.encoding.precision import default_precision, settings
from qa.encoding.runtime import openvino_core

_TEXTS, _LENGTH, _ROUNDS = 12, 160, 20  # about one batch of `qa.encoding.network`
_Function = tuple[str, str]  # the end of the file's path, and the function's name
_READ: _Function = ("qa/answering/reader.py", "read_sentences")
_LOOKS: _Function = ("qa/answering/reader.py", "_look")
_STEPS: dict[str, tuple[_Function, _Function | None]] = {
    "question and sentences encoded": (("qa/encoding/minilm.py", "encode"), None),
    "ranked": (("qa/library/generation.py", "search"), None),
    "near-duplicates grouped": (("qa/text/near_duplicates.py", "group_near_duplicates"), None),
    "reading: the network": (("qa/encoding/network.py", "run"), _LOOKS),
    "reading: tokens": (("", "<method 'encode_batch' of 'tokenizers.Tokenizer' objects>"), _READ),
    "reading: spelling corrected": (("qa/text/spelling.py", "correct_spelling"), None),
    "reading: sentences": (("qa/text/sentences.py", "split_sentences"), None),
    "reading: searching for the answer pattern": (("qa/answering/passage_tokens.py", "_matches_kind"), None),
    "reading: the best spans": (("qa/answering/reader.py", "_best_spans"), None),
}
"""The steps of an answer: the function that does each, and its caller if other steps call it too."""


def network_shares(rounds: int = _ROUNDS) -> dict[str, float]:
    """The share of a batch's time by kind of operation, largest first; those below 1 % together, last.

    Args:
        rounds: How often the batch is encoded.
    """
    precision = default_precision()
    model = graph(minilm_files.weights(), mean_of_tokens, precision)
    counted = {**settings(precision), "PERF_COUNT": "YES"}
    request = openvino_core().compile_model(model, "CPU", counted).create_infer_request()
    inputs = [
        np.random.default_rng(0).standard_normal((_TEXTS, _LENGTH, minilm_files.DIMENSION), dtype=np.float32),
        np.ones((_TEXTS, _LENGTH), dtype=np.float32),
    ]
    request.infer(inputs)
    took = Counter[str]()
    for _ in range(rounds):
        request.infer(inputs)
        for node in request.get_profiling_info():
            took[node.node_type] += node.real_time.total_seconds()
    total = took.total()
    shares = {kind: time / total for kind, time in took.most_common() if time > total / 100}
    return {**shares, "everything else": 1 - sum(shares.values())}


def answer_shares(ask: Callable[[str], Any], questions: Iterable[str]) -> dict[str, float]:
    """The share of the time of an answer by step. Python's profiler overstates steps with many small calls.

    Args:
        ask: Answers a question.
        questions: The questions to profile it on.
    """
    profile = cProfile.Profile()
    for question in questions:
        profile.runcall(ask, question)
    stats = pstats.Stats(profile)
    total = stats.total_tt  # type: ignore[attr-defined]
    shares = {step: _cumulative(stats.stats, *functions) / total for step, functions in _STEPS.items()}  # type: ignore[attr-defined]
    return {**shares, "everything else": 1 - sum(shares.values())}


def _cumulative(
    stats: dict[tuple[str, int, str], Sequence[Any]], function: _Function, caller: _Function | None
) -> float:
    """The seconds spent in a function and everything it calls."""
    total = 0.0
    for key, (_, _, _, seconds, callers) in stats.items():
        if _is(key, function):
            total += seconds if caller is None else sum(row[3] for by, row in callers.items() if _is(by, caller))
    return total


def _is(key: tuple[str, int, str], function: _Function) -> bool:
    return key[2] == function[1] and key[0].replace("\\", "/").endswith(function[0])
