"""What time is spent on: the network by its operations, as OpenVINO tells, and a whole answer by its steps."""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from qa.encoding import minilm_files
from qa.encoding.bert import default_precision, graph, mean_of_tokens, openvino_core

_TEXTS, _LENGTH, _ROUNDS = 12, 160, 20  # about one batch of `qa.encoding.bert`
_Function = tuple[str, str]  # the file's end and the name
_READ: _Function = ("qa/answering/reader.py", "read")
_LOOKS: _Function = ("qa/answering/reader.py", "_looks")
_TEXT: _Function = ("qa/answering/passage_tokens.py", "of")
_STEPS: dict[str, tuple[_Function, _Function | None]] = {
    "question and answer encoded": (("qa/encoding/minilm.py", "encode"), None),
    "ranked": (("qa/library/generation.py", "search"), None),
    "repeats gathered": (("qa/text/near_duplicates.py", "gathered"), None),
    "reading: the network": (("qa/encoding/bert.py", "run"), _LOOKS),
    "reading: tokens": (("", "<method 'encode_batch' of 'tokenizers.Tokenizer' objects>"), _READ),
    "reading: slips mended": (("qa/text/spelling.py", "mended"), None),
    "reading: sentences": (("qa/text/sentences.py", "sentences"), _TEXT),
    "reading: what is asked for looked for": (("qa/answering/passage_tokens.py", "_likely"), None),
    "reading: the best spans": (("qa/answering/reader.py", "_best_span"), None),
}
"""Steps of an answer: the function that takes one, and who calls it where others do too."""


def in_the_network() -> dict[str, float]:
    """The shares of a batch's time by kind of operation, greatest first; the small ones together, last."""
    model = graph(minilm_files.weights(), mean_of_tokens)
    settings = {"INFERENCE_PRECISION_HINT": default_precision(), "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1"}
    request = openvino_core().compile_model(model, "CPU", {**settings, "PERF_COUNT": "YES"}).create_infer_request()
    given = [
        np.random.default_rng(0).standard_normal((_TEXTS, _LENGTH, minilm_files.DIMENSION), dtype=np.float32),
        np.ones((_TEXTS, _LENGTH), dtype=np.float32),
    ]
    request.infer(given)
    took = Counter[str]()
    for _ in range(_ROUNDS):
        request.infer(given)
        for node in request.get_profiling_info():
            took[node.node_type] += node.real_time.total_seconds()
    whole = took.total()
    shares = {kind: time / whole for kind, time in took.most_common() if time > whole / 100}
    return {**shares, "all else": 1 - sum(shares.values())}


def in_an_answer(ask: Callable[[str], Any], questions: Iterable[str]) -> dict[str, float]:
    """The shares of the time of answering by step; Python's profiler makes steps of many small calls look longer."""
    profile = cProfile.Profile()
    for question in questions:
        profile.runcall(ask, question)
    stats = pstats.Stats(profile)
    whole = stats.total_tt  # type: ignore[attr-defined]
    shares = {step: _cumulative(stats.stats, *of) / whole for step, of in _STEPS.items()}  # type: ignore[attr-defined]
    return {**shares, "all else": 1 - sum(shares.values())}


def _cumulative(
    stats: dict[tuple[str, int, str], Sequence[Any]], function: _Function, caller: _Function | None
) -> float:
    """The seconds in a function and all that it calls."""
    total = 0.0
    for at, (_, _, _, within, callers) in stats.items():
        if _is(at, function):
            total += within if caller is None else sum(told[3] for by, told in callers.items() if _is(by, caller))
    return total


def _is(at: tuple[str, int, str], function: _Function) -> bool:
    return at[2] == function[1] and at[0].replace("\\", "/").endswith(function[0])
