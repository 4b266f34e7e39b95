"""Compressed cells: against exact search, against cells of whole vectors, and with damaged files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from test_ivf import recall, unit

import qa
from qa.search import cells, compressed, ivf, vector_blocks
from qa.search.compressed import CompressedIndex
from qa.search.dense import DenseIndex
from qa.search.query import EncodedQuery
from qa.search.subset import Subset
from qa.search.vector_blocks import VectorBlocks


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.search.dense.EXACT_UP_TO", 0)
    monkeypatch.setattr("qa.search.dense.UNCOMPRESSED_UP_TO", 0)


def test_nearly_all_of_the_best_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = unit(5_000)
    monkeypatch.setattr(cells, "PROBED_PASSAGES", 500)
    monkeypatch.setattr(compressed, "RERANKED", 40)
    DenseIndex.create(tmp_path, vectors)
    assert {file.name for file in tmp_path.iterdir()} == set(compressed.FILES)
    index = DenseIndex.open(tmp_path, *vectors.shape)
    assert recall(index, vectors) >= 0.95


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 250), st.integers(2, 17), st.integers(1, 40), st.booleans(), st.integers(0, 999))
def test_ranking_every_passage_again_is_exact(
    tmp_path_factory: pytest.TempPathFactory, count: int, dimension: int, k: int, filtered: bool, seed: int
) -> None:
    assert compressed.RERANKED >= 250
    vectors = unit(count, seed, dimension)
    mask = np.random.default_rng(seed).random(count) < (0.3 if filtered else 1)
    left = np.flatnonzero(mask)
    folder = tmp_path_factory.mktemp("compressed")
    CompressedIndex.create(folder, VectorBlocks.of(vectors))
    index = DenseIndex.open(folder, count, dimension)
    (vector,) = unit(1, seed + 1, dimension)
    question = EncodedQuery("q", vector)
    hits = index.search(question, k, Subset.of_mask(mask) if filtered else None)
    best = np.sort((vectors @ vector)[left])[::-1][:k]
    assert len(set(hits.ids.tolist())) == len(best) and set(hits.ids.tolist()) <= set(left.tolist())
    np.testing.assert_allclose(hits.scores, best, atol=2e-3)
    np.testing.assert_allclose(index.vectors(left), vectors[left], atol=1e-3)
    np.testing.assert_allclose(index.scores(question, left), (vectors @ vector)[left], atol=2e-3)


def test_blocks_give_the_files_of_all_vectors_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = unit(300)
    asked: list[range] = []

    def block(numbers: range) -> NDArray[np.float32]:
        asked.append(numbers)
        return vectors[numbers.start : numbers.stop]

    contents = []
    for name, size in (("whole", 1_000), ("parts", 100)):
        monkeypatch.setattr(vector_blocks, "BLOCK", size)
        (tmp_path / name).mkdir()
        DenseIndex.create(tmp_path / name, VectorBlocks(300, 24, block))
        contents.append({file: (tmp_path / name / file).read_bytes() for file in compressed.FILES})
    assert contents[0] == contents[1]
    assert asked == [range(300), range(100), range(100, 200), range(200, 300)]


def test_a_library_that_grows_past_whole_vectors_keeps_its_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = unit(700)
    monkeypatch.setattr("qa.search.dense.UNCOMPRESSED_UP_TO", 500)
    folders = [tmp_path / name for name in ("whole", "compressed", "grown")]
    earlier = None
    for folder, count in zip(folders, (500, 600, 700), strict=True):
        folder.mkdir()
        numbers = (
            np.arange(count) if earlier is None else np.where(np.arange(count) < len(earlier), np.arange(count), -1)
        )
        DenseIndex.create(folder, vectors[:count], earlier, numbers)
        earlier = DenseIndex.open(folder, count, 24)
    assert earlier is not None
    whole, *larger = folders
    assert {file.name for file in whole.iterdir()} == set(ivf.FILES)
    for folder in larger:
        assert {file.name for file in folder.iterdir()} == set(compressed.FILES)
        assert (folder / cells.CENTROIDS).read_bytes() == (whole / cells.CENTROIDS).read_bytes()
    for number in (0, 550, 699):
        assert earlier.search(EncodedQuery("q", vectors[number]), 1).ids.tolist() == [number]


def test_a_library_answers_as_one_of_whole_vectors(
    tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "lens glass red blue bread night solms price old new camera film light paper wood stone".split()
    random = np.random.default_rng(8)
    threads = [qa.Thread.from_text(f"{' '.join(random.choice(words, 9))}.", title=f"T{n}") for n in range(80)]
    small = qa.build(threads[:60], tmp_path / "small", encoder=encoder)
    small.add(threads[60:])
    monkeypatch.setattr("qa.search.dense.EXACT_UP_TO", 1_000)
    exact = qa.build(threads, tmp_path / "exact", encoder=encoder)
    for question in ("red lens glass", "the price of bread", "-lens bread", "source:T1 stone", "in:comments"):
        ours, theirs = (library.search(question, 80) for library in (small, exact))
        assert {q.source for q in ours} == {q.source for q in theirs}
        np.testing.assert_allclose([q.score for q in ours], [q.score for q in theirs], atol=1e-3)
    small.verify()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _fill(value: float, kind: str) -> Callable[[Path], None]:
    return lambda path: np.full(path.stat().st_size // np.dtype(kind).itemsize, value, kind).tofile(path)


@pytest.mark.parametrize(
    ("name", "alter"),
    [
        *((name, _cut) for name in compressed.FILES),
        (compressed.CELLS, _fill(1_000_000, "<i4")),
        (compressed.CELLS, _fill(-1, "<i4")),
        (compressed.LISTS, _fill(127, "u1")),
        (compressed.LISTS, _fill(255, "u1")),
        (compressed.HALVES, _fill(np.nan, "<f2")),
        (compressed.HALVES, _fill(100, "<f2")),
    ],
)
def test_altered_files_are_damage(tmp_path: Path, name: str, alter: Callable[[Path], None]) -> None:
    vectors = unit(100)
    DenseIndex.create(tmp_path, vectors)
    alter(tmp_path / name)
    with pytest.raises(qa.LibraryDamaged):
        index = DenseIndex.open(tmp_path, *vectors.shape)
        index.search(EncodedQuery("q", vectors[7]), 5, Subset.of_numbers(np.arange(50), 100))
        index.search(EncodedQuery("q", vectors[7]), 5)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0, -1e30])
def test_ranges_that_are_none_are_damage_or_give_true_scores(tmp_path: Path, value: float) -> None:
    vectors = unit(400)
    DenseIndex.create(tmp_path, vectors)
    _fill(value, "<f4")(tmp_path / compressed.RANGES)
    with suppress(qa.LibraryDamaged):
        hits = DenseIndex.open(tmp_path, *vectors.shape).search(EncodedQuery("q", vectors[7]), 5)
        np.testing.assert_allclose(hits.scores, (vectors @ vectors[7])[hits.ids], atol=1e-3)
