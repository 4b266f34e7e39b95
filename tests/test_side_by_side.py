"""Two searches side by side find what they find in turn."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from indexes import lexical

from qa.errors import LibraryDamaged
from qa.search import hybrid
from qa.search.bm25 import LexicalIndex
from qa.search.dense import DenseIndex
from qa.search.engine import Hits
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
    threads: set[int] = set()
    real = LexicalIndex._run

    def noted(index: LexicalIndex, query: object, k: int) -> Hits:
        threads.add(threading.get_ident())
        return real(index, query, k)

    monkeypatch.setattr(LexicalIndex, "_run", noted)
    found = []
    for large in (400, 399):
        monkeypatch.setattr("qa.search.bm25._LARGE_INDEX", large)
        assert words.gains_from_threads == (large < 400)
        threads.clear()
        found.append([hybrid.search(dense, words, question, 25, among) for among in (None, some)])
        assert (len(threads) > 1) == (large < 400)
    for one, two in zip(*found, strict=True):
        assert one.ids.tolist() == two.ids.tolist() and one.dense_ranks.tolist() == two.dense_ranks.tolist()
        np.testing.assert_allclose(one.scores, two.scores, rtol=1e-5)


def test_what_fails_in_either_thread_is_what_the_search_raises() -> None:
    def fails() -> int:
        raise LibraryDamaged("dense.lists is cut off")

    for first, second in ((fails, int), (int, fails)):
        with pytest.raises(LibraryDamaged, match=r"dense\.lists is cut off"):
            side_by_side(first, second)
    assert side_by_side(int, str) == (0, "")
