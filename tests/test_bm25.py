"""The lexical index: what counts as a word, how much of a question a text covers, and how deep is searched."""

from __future__ import annotations

import math
import os
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import tantivy
from indexes import ask, lexical

from qa.search.analyzer import Analyzer
from qa.search.bm25 import LexicalIndex
from qa.search.subset import Subset
from qa.search.tantivy_index import write_index


@pytest.mark.parametrize(("letter", "longest"), [("a", 200), ("ж", 100)])
def test_a_word_of_more_than_200_bytes_is_not_indexed(letter: str, longest: int) -> None:
    analyzer = Analyzer()
    for words in (analyzer.terms, analyzer.words):
        assert [len(words(letter * length)) for length in (longest, longest + 1)] == [1, 0]


def test_coverage_is_the_share_of_the_words_rarities_that_a_text_contains(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["red lens", "red glass", "blue lamp"])
    red, glass = (math.log(1 + (3.5 - frequency) / (frequency + 0.5)) for frequency in (2, 1))
    texts = ["a red thing", "of glass, they say", "red glass and more", "nothing"]
    np.testing.assert_allclose(
        index.coverage(ask("red glass"), texts), [red / (red + glass), glass / (red + glass), 1, 0], rtol=1e-6
    )
    assert index.coverage(ask("zebra"), ["zebra", "red"]).tolist() == [0, 0]


def test_only_a_small_index_is_searched_exhaustively(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = lexical(tmp_path, ["red lens", "red glass", "blue lamp"])
    depths = []
    for limit in (2, 3, 4):
        monkeypatch.setattr("qa.search.bm25._SMALL_INDEX", limit)
        depths.append(index.exhaustive_depth)
    assert depths == [0, 3, 3]


def test_a_large_index_is_searched_twice_as_deep_as_a_weak_filter_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = lexical(tmp_path, [f"red {n}" for n in range(60)])
    monkeypatch.setattr("qa.search.bm25._SMALL_INDEX", 12)
    limits: list[int] = []

    class Searcher:
        """The index's own, which notes how many hits it is asked for."""

        num_docs = 60
        fast_field_values = index._searcher.fast_field_values

        def search(self, query: object, limit: int, count: bool) -> object:
            limits.append(limit)
            return real.search(query, limit, count=count)

    real = index._searcher
    monkeypatch.setattr(index, "_searcher", Searcher())
    assert index.search(ask("red"), 3, Subset.of_numbers(np.arange(0, 60, 3), len(index))).ids.tolist() == [0, 3, 6]
    assert limits == [2 * 3 * 60 // 20]


def test_a_set_of_many_passages_gives_the_scores_of_a_small_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = lexical(tmp_path, [f"red {n}" if n % 2 else f"blue {n}" for n in range(8)])
    ids = np.arange(1, 7)
    few = index.scores(ask("red"), ids)
    monkeypatch.setattr("qa.search.tantivy_queries._MAX_BOOLEAN_CLAUSES", 5)
    assert index.scores(ask("red"), ids).tolist() == few.tolist()
    assert [score > 0 for score in few] == [True, False, True, False, True, False]


def test_one_segment_is_written_so_that_equal_passages_keep_their_order(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["same words"] * 3_000)
    assert index._searcher.num_segments == 1
    assert index.search(ask("same words"), 5).ids.tolist() == [0, 1, 2, 3, 4]


def test_no_lock_file_comes_back_into_a_folder_that_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, make = [], tantivy.Index

    def kept_open(*arguments: Any, **options: Any) -> tantivy.Index:
        opened.append(make(*arguments, **options))
        return opened[-1]

    monkeypatch.setattr(tantivy, "Index", kept_open)
    write_index(tmp_path / "index", [(0, {})])
    for _ in range(80):  # tantivy looks for commits twice a second
        assert not list((tmp_path / "index").glob("*.lock"))
        time.sleep(0.01)
    assert opened


def test_a_folder_of_links_that_cannot_be_removed_is_left_to_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lexical(tmp_path, ["red lens"])

    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError("directory not empty")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(os, "rmdir", refuse)
    assert LexicalIndex.open(tmp_path, 1).search(ask("red"), 1).ids.tolist() == [0]
