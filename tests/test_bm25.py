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
from qa.search.chunker import Passage
from qa.search.engine import Hits
from qa.search.subset import Subset
from qa.search.tantivy_index import write_index


def noted_runs(index: LexicalIndex, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The queries that an index runs from now on, each with how many hits are wanted."""
    ran: list[tuple[str, int]] = []
    real = index._run

    def noted(query: object, k: int) -> Hits:
        ran.append((str(query), k))
        return real(query, k)

    monkeypatch.setattr(index, "_run", noted)
    return ran


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


@pytest.mark.parametrize("author", ["ann", "common"])
def test_a_large_index_finds_in_parts_what_it_finds_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, author: str
) -> None:
    random = np.random.default_rng(9)
    words = "lens glass red blue bread night solms price old new camera film light paper wood stone".split()
    weights = 1 / np.arange(1, len(words) + 1)

    def some(count: int) -> str:
        return " ".join(random.choice(words, count, p=weights / weights.sum()))

    texts = [some(int(random.integers(3, 12))) for _ in range(400)]
    authors = ["Ann Stone" if number % 50 == 0 else "Common" for number in range(400)]
    passages = [
        Passage(text, 0, len(text), 0, author=name, context=some(4)) for text, name in zip(texts, authors, strict=True)
    ]
    LexicalIndex.create(tmp_path, passages)
    index = LexicalIndex.open(tmp_path, 400)
    monkeypatch.setattr("qa.search.bm25._SMALL_INDEX", 30)
    monkeypatch.setattr("qa.search.bm25._MOST_WITH_THE_REST", 300)
    monkeypatch.setattr("qa.search.terms._COMMON_FREQUENCY", 100)
    monkeypatch.setattr("qa.search.terms._MIN_GAIN", 0)
    monkeypatch.setattr("qa.search.bm25._WEAK_SHARE", 0)
    questions = [ask(f"{some(5)} {word}") for word in ("", "camra", "stnoe", author, author) for _ in range(5)]
    subsets = [Subset.of_mask(random.random(400) < share) for share in (0.05, 0.2, 0.9)]
    everything = np.arange(400)
    found = []
    for large in (400, 399):
        monkeypatch.setattr("qa.search.bm25._LARGE_INDEX", large)
        found.append(
            [
                [
                    *(index.search(question, 7, subset).scores for subset in (None, *subsets)),
                    index.scores(question, everything),
                    index.common_phrase_scores(question, everything),
                ]
                for question in questions
            ]
        )
    for at_once, in_parts in zip(*found, strict=True):
        for expected, scores in zip(at_once, in_parts, strict=True):
            np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-7)
    hits = index.search(questions[0], 7)
    np.testing.assert_allclose(index.scores(questions[0], hits.ids), hits.scores, rtol=1e-5)


def test_a_large_index_is_searched_for_the_strong_words_and_ranked_by_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = lexical(tmp_path, ["blue lens", "red lens", "a lens", *["red wall"] * 90, *["wall"] * 60])
    question = ask("red lens")
    strong, weak = index.query_terms(question).strong_and_weak(0.1)
    assert [term.words for term in strong.terms] == [("len",), ("red", "len")]
    assert [term.words for term in weak.terms] == [("red",)]
    exact = index.search(question, 3)
    monkeypatch.setattr("qa.search.bm25._LARGE_INDEX", 50)
    ran = noted_runs(index, monkeypatch)
    found = index.search(question, 3)
    assert found.ids.tolist() == exact.ids.tolist() == [1, 0, 2]
    np.testing.assert_allclose(found.scores, exact.scores, rtol=1e-5)
    # The words, what matches more than words, and the weak word in what both found.
    assert min(query.count("TermQuery") for query, _ in ran if "PhraseQuery" not in query) == 1
    # If fewer are found than are wanted, those that have only a weak word are wanted too.
    assert len(index.search(question, 93).ids) == 93


@pytest.mark.parametrize(("words", "author"), [("len sttone", ""), ("len common", "Common")])
def test_what_most_passages_have_only_adds_to_the_scores_of_what_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, author: str
) -> None:
    texts = ["stone lens", "a lens", *["stone wall"] * 98]
    passages = [Passage(text, 0, len(text), 0, author=author if number else "") for number, text in enumerate(texts)]
    LexicalIndex.create(tmp_path, passages)
    index = LexicalIndex.open(tmp_path, 100)
    question = ask(words)
    exact = index.search(question, 2)
    monkeypatch.setattr("qa.search.bm25._LARGE_INDEX", 50)
    monkeypatch.setattr("qa.search.bm25._MOST_WITH_THE_REST", 50)
    ran = noted_runs(index, monkeypatch)
    found = index.search(question, 2)
    assert found.ids.tolist() == exact.ids.tolist() and found.ids[0] == (1 if author else 0)
    np.testing.assert_allclose(found.scores, exact.scores, rtol=1e-5)
    assert len(ran) == 3  # the words, the phrases, and what adds to what they find
    assert len(index.search(question, 100).ids) == 100  # if fewer are found than are wanted, it finds others


def test_a_large_index_reads_little_to_find_the_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = lexical(tmp_path, ["red lens", "red glass lens", "blue"] * 20)
    ran = noted_runs(index, monkeypatch)
    monkeypatch.setattr("qa.search.bm25._LARGE_INDEX", 50)
    index.search(ask("red lens"), 3)
    (words, depth), (rest, _) = sorted(ran, key=lambda one: "PhraseQuery" in one[0])  # two threads append to it
    assert depth == 3 and "PhraseQuery" not in words and "PhraseQuery" in rest
    assert rest.count("PhraseQuery") == 1  # no passage has a context, so the phrase is not searched for there
    ran.clear()
    monkeypatch.setattr("qa.search.bm25._MOST_PARTS", 2)  # of the three: they would be nested too deep
    index.search(ask("red lens"), 3)
    assert len(ran) == 1


def test_a_phrase_whose_words_no_field_has_together_is_searched_for_in_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.search.bm25._LARGE_INDEX", 50)
    monkeypatch.setattr("qa.search.terms._COMMON_FREQUENCY", 10)
    monkeypatch.setattr("qa.search.terms._MIN_GAIN", 0)
    LexicalIndex.create(tmp_path, [Passage("red glass", 0, 9, 0, context="lens")] * 60)
    index = LexicalIndex.open(tmp_path, 60)
    question = ask("red lens")
    assert index.query_terms(question).common_phrases
    ran = noted_runs(index, monkeypatch)
    assert index.common_phrase_scores(question, np.arange(60)).tolist() == [0.0] * 60
    assert ran and not any("PhraseQuery" in query for query, _ in ran)
    assert len(index.search(question, 7).ids) == 7
