"""The engines against what nobody here wrote, and their fusion."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder

import qa
from qa.search import hybrid
from qa.search.bm25 import LexicalIndex
from qa.search.chunker import Passage
from qa.search.dense import DenseIndex
from qa.search.query import EncodedQuery


def ask(text: str) -> EncodedQuery:
    return EncodedQuery.of(text, FakeEncoder())


def lexical(folder: Path, texts: list[str], titles: list[str] | None = None) -> LexicalIndex:
    titles = titles or [""] * len(texts)
    LexicalIndex.create(folder, [Passage(t, 0, len(t), 0, title) for t, title in zip(texts, titles, strict=True)])
    return LexicalIndex.open(folder, len(texts))


def test_dense_is_exact_against_brute_force(tmp_path: Path) -> None:
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


def test_lexical_is_weighed_bm25_by_hand(tmp_path: Path) -> None:
    texts = ["red lens", "red red lens glass", "blue glass", "green red glass"]
    index = lexical(tmp_path, texts)
    documents = [text.split() for text in texts]
    mean = sum(map(len, documents)) / len(documents)

    def idf(word: str) -> float:
        holding = sum(word in document for document in documents)
        return math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))

    def bm25(frequency: int, rarity: float, document: list[str]) -> float:
        return rarity * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * len(document) / mean))

    def score(document: list[str]) -> float:
        counts = Counter(document)
        words = [0.64 * idf(w) / math.log(10) ** 2 * bm25(counts[w], idf(w), document) for w in ("red", "glass")]
        pairs = list(pairwise(document)).count(("red", "glass"))
        return (sum(words) + 0.16 / math.log(10) * bm25(pairs, idf("red") + idf("glass"), document)) / math.sqrt(2)

    question = ask("red glass")
    expected = np.array([score(document) for document in documents])
    assert expected.max() < index.asked(question).highest
    np.testing.assert_allclose(index.scores(question, np.arange(4)), expected, rtol=1e-3)
    assert index.search(question, 10).ids.tolist() == [int(i) for i in np.argsort(-expected) if expected[i] > 0]


@pytest.mark.parametrize(
    ("question", "found"),
    [("CAFES", 0), ("café", 0), ("naive", 1), ("lens", 2), ("Lenses’", 2), ("fraise", 3)],
)
def test_case_accents_and_endings_do_not_matter(tmp_path: Path, question: str, found: int) -> None:
    index = lexical(tmp_path, ["Two cafés here", "A naïve man", "The lenses", "none"], ["", "", "", "Fraises"])
    assert index.search(ask(question), 1).ids.tolist() == [found]


@pytest.mark.parametrize("slip", ["Summicorn", "sumicron", "Summikron", "ſummicronn"])
def test_a_slip_in_a_word_that_no_passage_says_finds_what_was_meant(tmp_path: Path, slip: str) -> None:
    index = lexical(tmp_path, ["the lens", "an old Summicron", "what else"])
    hits = index.search(ask(f"What is the {slip}?"), 3)
    assert hits.ids.tolist() == [1]
    assert 0 < hits.scores[0] < index.search(ask("What is the Summicron?"), 1).scores[0]
    assert hits.scores[0] <= index.asked(ask(f"What is the {slip}?")).highest
    assert index.scores(ask(slip), np.arange(3)).argmax() == 1


@pytest.mark.parametrize("question", ["lans", "1978", "summi", "summacrun", "Summicron lans lens"])
def test_short_words_numbers_and_known_words_are_no_slips(tmp_path: Path, question: str) -> None:
    index = lexical(tmp_path, ["the lens of 1979", "an old Summicron", "other"])
    assert index.asked(ask(question)).slips == {}


def test_an_accent_may_be_a_character_of_its_own(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["un re\u0301sume\u0301", "une table"])
    for question in ("resume", "r\u00e9sum\u00e9", "re\u0301sume\u0301"):
        assert index.search(ask(question), 2).ids.tolist() == [0]


@pytest.mark.parametrize("question", ['"a" AND text:(b', "+a -b OR *:*", "a~9 ^2 [x TO y]", "\\ / {", "title:Lenses"])
def test_signs_in_a_question_mean_nothing(tmp_path: Path, question: str) -> None:
    index = lexical(tmp_path, ["alpha", "beta"])
    words = set(re.findall(r"\w+", question.lower()))
    if words:
        assert not index.search(ask(question + " alpha"), 5).ids.tolist()[1:]


def test_equal_passages_come_in_their_order(tmp_path: Path) -> None:
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
    small = [(index.scores(question, everything), index.search(question, 20, some)) for question in questions]
    assert not any(index.common(question, everything).any() for question in questions)
    for limit in ("_SMALL", "_COMMON"):  # beyond 12 passages an index is large, and a word common
        monkeypatch.setattr(f"qa.search.bm25.{limit}", 12)
    monkeypatch.setattr("qa.search.bm25._NOTICED", 0)
    assert not index.at_once
    for question, (scores, found) in zip(questions, small, strict=True):
        common = index.common(question, everything)
        np.testing.assert_allclose(index.scores(question, everything) + common, scores, rtol=1e-4)
        for among in (some, some[:5], everything):
            hits = index.search(question, len(among), among)
            np.testing.assert_allclose(hits.scores + common[hits.ids], scores[hits.ids], rtol=1e-4)
            assert set(hits.ids.tolist()) == set(among[scores[among] > 0].tolist())
        assert set(found.ids.tolist()) <= set(index.search(question, len(some), some).ids.tolist())


def test_fusion_scores_every_candidate_by_both(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    texts = ["red lens of glass", "blue lens", "green bread", "something else"]
    DenseIndex.create(tmp_path, encoder.encode(texts))
    index = DenseIndex.open(tmp_path, 4, encoder.dimension), lexical(tmp_path, texts)
    hits = hybrid.search(*index, ask("red lens"), 4)
    assert hits.ids.tolist()[:2] == [0, 1]
    assert (np.diff(hits.scores) <= 0).all() and 0 <= hits.scores[-1] <= hits.scores[0] <= 1
    assert hybrid.search(*index, ask("red lens"), 1).ids.tolist() == [0]


def test_damaged_indexes_are_refused(tmp_path: Path) -> None:
    DenseIndex.create(tmp_path, FakeEncoder().encode(["a", "b"]))
    for count, dimension in ((3, 256), (2, 128), (1, 512)):
        with pytest.raises(qa.LibraryDamaged):
            DenseIndex.open(tmp_path, count, dimension)
    (tmp_path / "dense.faiss").write_bytes(b"x" * (2 * 256 * 4 + 50))
    with pytest.raises(qa.LibraryDamaged, match="dense.faiss cannot be read"):
        DenseIndex.open(tmp_path, 2, 256)
    lexical(tmp_path, ["a"])
    (tmp_path / "lexical" / "meta.json").write_text("{")
    with pytest.raises(qa.LibraryDamaged, match="lexical cannot be read"):
        LexicalIndex.open(tmp_path, 1)
