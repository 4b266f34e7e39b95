"""The engines against independent implementations, and their fusion."""

from __future__ import annotations

import gc
import math
import os
import re
import weakref
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from conftest import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from indexes import ask, lexical

import qa
from qa.search import hybrid
from qa.search.bm25 import LexicalIndex
from qa.search.chunker import Passage
from qa.search.dense import DenseIndex
from qa.search.query import EncodedQuery
from qa.search.subset import Subset


def test_dense_search_equals_brute_force(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(500, 256)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    DenseIndex.create(tmp_path, vectors)
    index = DenseIndex.open(tmp_path, 500, 256)
    for row in rng.normal(size=(20, 256)).astype(np.float32):
        question = EncodedQuery("q", row / np.linalg.norm(row))
        cosines = vectors @ question.vector
        hits = index.search(question, 10)
        np.testing.assert_array_equal(hits.ids, np.argsort(-cosines)[:10])
        np.testing.assert_allclose(hits.scores, np.sort(cosines)[::-1][:10], atol=1e-5)
        np.testing.assert_allclose(index.scores(question, hits.ids), hits.scores, atol=1e-5)


@settings(max_examples=30)
@given(st.integers(1, 60), st.integers(1, 70), st.booleans(), st.integers(0, 999))
def test_exact_search_breaks_ties_and_filters_as_a_sort_does(
    tmp_path_factory: pytest.TempPathFactory, count: int, k: int, filtered: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    vectors = np.eye(4, dtype=np.float32)[rng.integers(4, size=count)]  # four distinct scores, each of many passages
    among = Subset.of_mask(rng.random(count) < 0.5) if filtered else None
    vector = np.asarray([0.8, 0.5, 0.3, 0.1], np.float32)
    folder = tmp_path_factory.mktemp("flat")
    DenseIndex.create(folder, vectors)
    hits = DenseIndex.open(folder, count, 4).search(EncodedQuery("q", vector), k, among)
    left = range(count) if among is None else among.numbers.tolist()
    assert hits.ids.tolist() == sorted(left, key=lambda passage: (-(vectors[passage] @ vector), passage))[:k]


def test_lexical_scores_are_weighted_bm25_as_computed_by_hand(tmp_path: Path) -> None:
    texts = ["red lens", "red red lens glass", "blue glass", "green red glass"]
    index = lexical(tmp_path, texts)
    documents = [text.split() for text in texts]
    mean = sum(map(len, documents)) / len(documents)

    def idf(word: str) -> float:
        frequency = sum(word in document for document in documents)
        return math.log(1 + (len(documents) - frequency + 0.5) / (frequency + 0.5))

    def bm25(frequency: int, rarity: float, document: list[str]) -> float:
        return rarity * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * len(document) / mean))

    def score(document: list[str]) -> float:
        counts = Counter(document)
        words = [0.64 * idf(w) / math.log(10) ** 2 * bm25(counts[w], idf(w), document) for w in ("red", "glass")]
        pairs = list(pairwise(document)).count(("red", "glass"))
        return (sum(words) + 0.16 / math.log(10) * bm25(pairs, idf("red") + idf("glass"), document)) / math.sqrt(2)

    question = ask("red glass")
    expected = np.array([score(document) for document in documents])
    assert expected.max() < index.query_terms(question).max_score
    np.testing.assert_allclose(index.scores(question, np.arange(4)), expected, rtol=1e-3)
    assert index.search(question, 10).ids.tolist() == [int(i) for i in np.argsort(-expected) if expected[i] > 0]


@pytest.mark.parametrize(
    ("question", "found"),
    [("CAFES", 0), ("café", 0), ("naive", 1), ("lens", 2), ("Lenses’", 2), ("fraise", 3)],
)
def test_case_accents_and_endings_do_not_matter(tmp_path: Path, question: str, found: int) -> None:
    index = lexical(tmp_path, ["Two cafés here", "A naïve man", "The lenses", "none"], ["", "", "", "Fraises"])
    assert index.search(ask(question), 1).ids.tolist() == [found]


@pytest.mark.parametrize("typo", ["Summicorn", "sumicron", "Summikron", "ſummicronn"])
def test_a_misspelt_word_finds_what_was_meant(tmp_path: Path, typo: str) -> None:
    index = lexical(tmp_path, ["the lens", "an old Summicron", "what else"])
    hits = index.search(ask(f"What is the {typo}?"), 3)
    assert hits.ids.tolist() == [1]
    assert 0 < hits.scores[0] < index.search(ask("What is the Summicron?"), 1).scores[0]
    assert hits.scores[0] <= index.query_terms(ask(f"What is the {typo}?")).max_score
    assert index.scores(ask(typo), np.arange(3)).argmax() == 1


def test_what_a_misspelt_word_may_mean_counts_half_a_word(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["the lens", "an old Summicron", "other"])
    share_of_highest = math.log(1 + 2.5 / 1.5) / math.log(1 + 3.5 / 0.5)
    expected = 0.5 * 0.64 * share_of_highest**2 / math.sqrt(2)
    assert index.query_terms(ask("old Sumicron")).typos == {"sumicron": pytest.approx(expected)}


@pytest.mark.parametrize("question", ["lans", "1978", "summi", "summacrun", "Summicron lans lens"])
def test_short_words_numbers_and_known_words_are_not_taken_for_misspelt(tmp_path: Path, question: str) -> None:
    index = lexical(tmp_path, ["the lens of 1979", "an old Summicron", "other"])
    assert index.query_terms(ask(question)).typos == {}


def test_what_is_left_of_a_verb_before_its_apostrophe_is_no_missing_word(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["the lens isn't dear"])
    assert index.missing(ask("Doesn't the TV work? Wasn’t it dear, or didnt it last?")) == ("TV", "work", "last")


def test_words_are_reported_as_they_were_typed(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["the café of Solms", "an old Summicron", "other"])
    question = ask("Is the Café in SOLMS or the Sumicron in Zürich, or Always on TV?")
    assert index.missing(question) == ("Zürich", "TV")
    assert index.terms(question, ["a cafe in Solms", "the Summicron"]) == [("Café", "SOLMS"), ("Sumicron",)]


def test_an_accent_may_be_a_separate_character(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["un re\u0301sume\u0301", "une table"])
    for question in ("resume", "r\u00e9sum\u00e9", "re\u0301sume\u0301"):
        assert index.search(ask(question), 2).ids.tolist() == [0]


@pytest.mark.parametrize("question", ['"a" AND text:(b', "+a -b OR *:*", "a~9 ^2 [x TO y]", "\\ / {", "title:Lenses"])
def test_special_characters_in_a_question_have_no_meaning(tmp_path: Path, question: str) -> None:
    index = lexical(tmp_path, ["alpha", "beta"])
    words = set(re.findall(r"\w+", question.lower()))
    if words:
        assert not index.search(ask(question + " alpha"), 5).ids.tolist()[1:]


def test_equal_passages_keep_their_order(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["same words"] * 30)
    assert index.search(ask("same words"), 30).ids.tolist() == list(range(30))


def test_a_large_index_scores_as_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    words = "lens glass red blue bread night solms price old new camera film light paper wood stone".split()
    texts = [" ".join(random.choice(words, 8)) for _ in range(90)]
    index = lexical(tmp_path, [*texts, "summicron lens"])
    questions = [ask(" ".join(random.choice(words, 4))) for _ in range(8)] + [ask("red sumicron lens glass")]
    everything = np.arange(len(index))
    some = np.sort(random.choice(len(index), 30, replace=False))
    subset = Subset.of_numbers(some, len(index))
    small = [(index.scores(question, everything), index.search(question, 20, subset)) for question in questions]
    assert not any(index.common_phrase_scores(question, everything).any() for question in questions)
    for limit in ("bm25._SMALL_INDEX", "terms._COMMON_FREQUENCY"):  # beyond 12 passages it is large, and a word common
        monkeypatch.setattr(f"qa.search.{limit}", 12)
    monkeypatch.setattr("qa.search.terms._MIN_GAIN", 0)
    assert not index.exhaustive_depth
    for question, (scores, found) in zip(questions, small, strict=True):
        common = index.common_phrase_scores(question, everything)
        np.testing.assert_allclose(index.scores(question, everything) + common, scores, rtol=1e-4)
        for among in (some, some[:5], everything):
            hits = index.search(question, len(among), Subset.of_numbers(among, len(index)))
            np.testing.assert_allclose(hits.scores + common[hits.ids], scores[hits.ids], rtol=1e-4)
            assert set(hits.ids.tolist()) == set(among[scores[among] > 0].tolist())
        assert set(found.ids.tolist()) <= set(index.search(question, len(some), subset).ids.tolist())


def test_fusion_scores_every_candidate_by_both_engines(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    texts = ["red lens of glass", "blue lens", "green bread", "something else"]
    DenseIndex.create(tmp_path, encoder.encode(texts))
    index = DenseIndex.open(tmp_path, 4, encoder.dimension), lexical(tmp_path, texts)
    hits = hybrid.search(*index, ask("red lens"), 4)
    assert hits.ids.tolist()[:2] == [0, 1]
    assert (np.diff(hits.scores) <= 0).all() and 0 <= hits.scores[-1] <= hits.scores[0] <= 1
    assert hybrid.search(*index, ask("red lens"), 1).ids.tolist() == [0]


def test_a_score_is_the_share_of_the_highest_possible(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    texts = ["red lens of glass", "blue lens", "green bread"]
    vectors = encoder.encode(texts)
    DenseIndex.create(tmp_path, vectors)
    dense, words = DenseIndex.open(tmp_path, 3, encoder.dimension), lexical(tmp_path, texts)
    question = ask("red lens")
    hits = hybrid.search(dense, words, question, 3)
    fused = hybrid.fuse(vectors @ question.vector, words.scores(question, np.arange(3)), vectors)
    expected = fused / (1 + words.query_terms(question).max_score)
    assert expected.min() > 0 and expected.max() < 1
    np.testing.assert_allclose(hits.scores, expected[hits.ids], rtol=1e-5)


def test_feedback_moves_the_question_as_computed_by_hand() -> None:
    """By 0.3 of the mean of the first ten candidates, weighted by a softmax of temperature 0.02."""
    rng = np.random.default_rng(11)
    question = np.eye(6)[0]
    vectors = question + 0.3 * rng.normal(size=(40, 6))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines, lexical_scores = vectors @ question, rng.random(40) * 0.05
    first = cosines + lexical_scores
    best = np.argsort(-first)[:10]
    shares = np.exp(first[best] / 0.02) / np.exp(first[best] / 0.02).sum()
    moved = question + 0.3 * shares @ vectors[best]
    expected = vectors @ moved / np.linalg.norm(moved) + lexical_scores
    fused = hybrid.fuse(*(array.astype(np.float32) for array in (cosines, lexical_scores, vectors)))
    np.testing.assert_allclose(fused, expected, atol=1e-5)


def test_feedback_lifts_a_passage_that_is_like_the_first() -> None:
    vectors = np.array([[0.8, 0.6, 0], [0.6, 0.8, 0], [0.61, 0, math.sqrt(1 - 0.61**2)]], dtype=np.float32)
    fused = hybrid.fuse(vectors[:, 0], np.zeros(3, dtype=np.float32), vectors)
    assert np.argsort(-fused).tolist() == [0, 1, 2]  # by their cosines alone: 0, 2, 1


def test_each_engine_offers_a_hundred_candidates(tmp_path: Path) -> None:
    angles = np.linspace(0, 1, 150)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    texts = [f"red {n}" if n in (99, 100) else "blue" for n in range(150)]
    DenseIndex.create(tmp_path, vectors)
    index = lexical(tmp_path, texts)
    question = EncodedQuery("red", vectors[0])
    hits = hybrid.search(DenseIndex.open(tmp_path, 150, 2), index, question, 2)
    assert hits.ids.tolist() == [99, 100]
    assert (hits.dense_ranks.tolist(), hits.lexical_ranks.tolist()) == ([100, 0], [1, 2])


def test_damaged_indexes_are_refused(tmp_path: Path) -> None:
    DenseIndex.create(tmp_path, FakeEncoder().encode(["a", "b"]))
    for count, dimension in ((3, 256), (2, 128), (0, 0), (0, 256)):
        with pytest.raises(qa.LibraryDamaged):
            DenseIndex.open(tmp_path, count, dimension)
    (tmp_path / "dense.vectors").write_bytes(b"\xff" * (2 * 256 * 4))  # not a number
    with pytest.raises(qa.LibraryDamaged, match="vectors of passages|not of length one"):
        DenseIndex.open(tmp_path, 2, 256).search(ask("a"), 1)
    lexical(tmp_path, ["a"])
    (tmp_path / "lexical" / "meta.json").write_text("{")
    with pytest.raises(qa.LibraryDamaged, match="lexical cannot be read"):
        LexicalIndex.open(tmp_path, 1)


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Only reference counts free objects, as in a program that keeps the collector off."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection")
def test_an_index_is_freed_with_its_last_reference(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["red lens", "blue glass"])
    assert index.search(ask("red"), 2).ids.tolist() == [0]
    freed = weakref.ref(index)
    del index
    assert freed() is None


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs Linux's list of mapped files")
@pytest.mark.usefixtures("no_collection")
def test_no_file_stays_open_after_writing_or_reading(tmp_path: Path) -> None:
    def mapped() -> bool:
        return str(tmp_path) in Path("/proc/self/maps").read_text(encoding="utf-8")

    LexicalIndex.create(tmp_path, [Passage("red lens", 0, 8, 0)])
    assert not mapped()
    index = LexicalIndex.open(tmp_path, 1)
    assert index.search(ask("red"), 1).ids.tolist() == [0]
    assert mapped()
    del index
    assert not mapped()
    open_files = {str(file.resolve()) for file in Path("/proc/self/fd").iterdir()}
    assert not [file for file in open_files if file.startswith(str(tmp_path))]


def test_no_symbolic_link_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses them to most users."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError("symbolic link privilege not held")

    monkeypatch.setattr(os, "symlink", refuse)
    monkeypatch.setattr(Path, "symlink_to", refuse)
    first = lexical(tmp_path, ["red lens"])
    (tmp_path / "next").mkdir()
    LexicalIndex.create(tmp_path / "next", [Passage("red glass", 0, 9, 0)], first)
    assert LexicalIndex.open(tmp_path / "next", 2).search(ask("red"), 2).ids.tolist() == [0, 1]
    assert not [file for file in (tmp_path / "next" / "lexical").iterdir() if file.suffix == ".lock"]


@pytest.mark.parametrize("links", [True, False])
def test_a_folder_that_cannot_be_written_is_read_through_links_or_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    import tantivy

    lexical(tmp_path, ["red lens"])
    real_open = tantivy.Index.open

    class Index:
        @staticmethod
        def open(path: str) -> object:
            if path == str(tmp_path / "lexical"):
                raise ValueError("Failed to acquire Lockfile")
            return real_open(path)

    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError("not here")

    monkeypatch.setattr(tantivy, "Index", Index)
    if not links:
        monkeypatch.setattr(Path, "symlink_to", refuse)
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    assert LexicalIndex.open(tmp_path, 1).search(ask("red"), 1).ids.tolist() == [0]


@pytest.mark.parametrize("error", [TypeError, ValueError, KeyError, IndexError, RuntimeError])
@pytest.mark.parametrize(
    "ours",
    [
        "qa.search.terms.rarity_of",
        "qa.search.tantivy_queries.QueryBuilder.phrase",
        "qa.search.bm25.top_k",
        "qa.search.dense.top_k",
        "qa.search.hybrid.inner_products",
        "qa.search.cells.inner_products",
        "qa.search.cells.offsets",
        "qa.search.cells._mapped_index",
    ],
)
def test_an_error_in_our_own_code_is_not_reported_as_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ours: str, error: type[Exception]
) -> None:
    def broken(*_: object, **__: object) -> NoReturn:
        raise error("a bug")

    monkeypatch.setattr("qa.search.dense.EXACT_UP_TO", 0)
    texts = ["red lens", "blue glass"]
    DenseIndex.create(tmp_path, FakeEncoder().encode(texts))
    lexical(tmp_path, texts)
    question = ask("red lens")
    monkeypatch.setattr(ours, broken)
    with pytest.raises(error, match="a bug"):
        dense = DenseIndex.open(tmp_path, 2, FakeEncoder.dimension)
        hybrid.search(dense, LexicalIndex.open(tmp_path, 2), question, 2)


@pytest.mark.parametrize("numbers", [[None], [2**64 - 1], [2]])
def test_numbers_of_passages_that_do_not_exist_are_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numbers: list[int | None]
) -> None:
    index = lexical(tmp_path, ["red lens", "blue glass"])

    class Searcher:
        """The index's own, whose column of numbers was altered."""

        num_docs = 2
        search = index._searcher.search

        def fast_field_values(self, *_: object) -> list[int | None]:
            return numbers

    monkeypatch.setattr(index, "_searcher", Searcher())
    with pytest.raises(qa.LibraryDamaged, match="passages that do not exist"):
        index.search(ask("red"), 1)
