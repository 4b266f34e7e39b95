"""Two searches side by side find what they find in turn."""

from __future__ import annotations

import threading
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from indexes import lexical

from qa.errors import LibraryDamaged
from qa.search import hybrid
from qa.search.bm25 import LexicalIndex
from qa.search.dense import DenseIndex
from qa.search.query import EncodedQuery
from qa.search.side_by_side import side_by_side
from qa.search.subset import Subset


def test_a_large_index_is_searched_in_two_threads_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty passages share a word with the question, and the dense half finds others, so both are scored afterwards."""
    angles = np.linspace(0, 1.5, 400)
    texts = [f"the red lens {n}" if n % 10 == 9 else f"of the blue {n}" for n in range(400)]
    DenseIndex.create(tmp_path, np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32))
    dense, words = DenseIndex.open(tmp_path, 400, 2), lexical(tmp_path, texts)
    monkeypatch.setattr("qa.search.bm25._SMALL_INDEX", 30)
    monkeypatch.setattr("qa.search.hybrid._CANDIDATES", 20)
    monkeypatch.setattr("qa.search.terms._COMMON_FREQUENCY", 100)
    monkeypatch.setattr("qa.search.terms._MIN_GAIN", 0)
    question = EncodedQuery("red lens of the", dense.vectors(np.array([200]))[0])
    some = Subset.of_numbers(np.arange(0, 400, 3), 400)
    threads: dict[str, set[str]] = defaultdict(set)

    def note(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def noted(*arguments: object) -> object:
            threads[f"{owner.__name__}.{name}"].add(threading.current_thread().name)
            return real(*arguments)

        monkeypatch.setattr(owner, name, noted)

    note(DenseIndex, "search")
    note(LexicalIndex, "search")
    note(LexicalIndex, "_run")
    note(LexicalIndex, "common_phrase_scores")
    here = threading.current_thread().name
    found = []
    for large in (400, 399):
        monkeypatch.setattr("qa.search.bm25._LARGE_INDEX", large)
        assert words.gains_from_threads == (large < 400)
        threads.clear()
        found.append([hybrid.search(dense, words, question, 25, among) for among in (None, some)])
        elsewhere = {name for name, of_name in threads.items() if "side by side" in of_name}
        assert threads["LexicalIndex.search"] == {here}
        assert elsewhere == (
            {"DenseIndex.search", "LexicalIndex._run", "LexicalIndex.common_phrase_scores"} if large < 400 else set()
        )
    for one, two in zip(*found, strict=True):
        assert one.ids.tolist() == two.ids.tolist()
        assert one.dense_ranks.tolist() == two.dense_ranks.tolist()
        assert one.lexical_ranks.tolist() == two.lexical_ranks.tolist()
        np.testing.assert_allclose(one.scores, two.scores, rtol=1e-5)


def test_what_fails_in_either_thread_is_what_the_search_raises() -> None:
    def fails() -> int:
        raise LibraryDamaged("dense.lists is cut off")

    for first, second in ((fails, int), (int, fails)):
        with pytest.raises(LibraryDamaged, match=r"dense\.lists is cut off"):
            side_by_side(first, second)
    assert side_by_side(int, str) == (0, "")


def test_without_another_thread_two_searches_run_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    assert side_by_side(int, str) == (0, "")


def test_while_every_core_is_busy_two_searches_run_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.search.side_by_side._SPARE_CORES", threading.Semaphore(1))
    here = threading.current_thread()

    def nested() -> tuple[threading.Thread, threading.Thread]:
        return side_by_side(threading.current_thread, threading.current_thread)

    elsewhere, inner = side_by_side(threading.current_thread, nested)
    assert elsewhere is not here and inner == (here, here)
    assert side_by_side(threading.current_thread, int)[0] is not here  # the core is given back


def test_a_single_candidate_is_scored_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.search.bm25._LARGE_INDEX", 0)
    DenseIndex.create(tmp_path, np.array([[1, 0]], dtype=np.float32))
    dense, words = DenseIndex.open(tmp_path, 1, 2), lexical(tmp_path, ["red lens"])
    hits = hybrid.search(dense, words, EncodedQuery("red lens", np.array([1, 0], dtype=np.float32)), 3)
    assert hits.ids.tolist() == [0] and hits.scores[0] > 0
