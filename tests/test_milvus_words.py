"""What is weighed and what is asked of Milvus: sparse vectors, statistics, conditions."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.search.choice import Conditions
from qa.search.milvus.expression import of_conditions
from qa.search.milvus.schema import Day
from qa.search.milvus.sparse import _LENGTHS, K1, Averages, Terms, pair_dimension, passage_vector, saturated
from qa.search.milvus.statistics import FILE, Statistics, StatisticsWriter
from qa.text.spelling import one_edit_apart


def test_lengths_are_rounded_as_tantivy_rounds_them() -> None:
    assert len(_LENGTHS) == 256
    assert _LENGTHS[[0, 24, 40, 41, 49, 50, 57, 65, 255]].tolist() == [0, 24, 40, 42, 60, 64, 96, 168, 2_013_265_944]
    assert saturated(1.0, 41, 40.0) == saturated(1.0, 40, 40.0) == pytest.approx((K1 + 1) / (1 + K1))


def test_a_passage_without_words_has_a_vector() -> None:
    assert len(passage_vector(Terms([], [], []), {}, Averages(1, 1))) == 1
    dimensions = {pair_dimension(a, b, field) for a in range(40) for b in range(40) for field in ("words", "context")}
    assert len(dimensions) == 3_200 and min(dimensions) >= 2**30 and max(dimensions) < 2**32 - 2


_WORDS = st.text("abcdé", min_size=1, max_size=7)


@given(st.lists(_WORDS, min_size=1, max_size=30), _WORDS)
def test_similar_words_are_all_that_are_one_edit_apart(words: list[str], asked: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = StatisticsWriter(Path(folder) / FILE)
        for word in words:
            writer.add(Terms([word], [], []), [], "")
        writer.close()
        statistics = Statistics.open(Path(folder), len(words))
        expected = {word for word in words if one_edit_apart(asked, word)}
        assert set(statistics.similar(asked)) == expected
        assert all(statistics.frequency("words", word) == words.count(word) for word in words)
        statistics.close()


@pytest.mark.parametrize(
    "change", ["term SET number = 500000000 + number", "term SET words = -1", "term SET words = 99"]
)
def test_statistics_that_cannot_be_are_damage(tmp_path: Path, change: str) -> None:
    writer = StatisticsWriter(tmp_path / FILE)
    writer.add(Terms(["red", "lens"], [], []), [], "")
    writer.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute(f"UPDATE {change}")
        connection.commit()
    with pytest.raises(qa.LibraryDamaged, match="numbers that cannot be"):
        Statistics.open(tmp_path, 1).weighed(["red"])
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("CREATE VIEW more AS SELECT 1")
    with pytest.raises(qa.LibraryDamaged, match="tables are not those"):
        Statistics.open(tmp_path, 1)


_DATES = st.sampled_from(["2011", "2012", "2012-02", "2012-03", "2012-03-01", "2012-03-31", "2012-12-31", "2013-01-01"])


@given(_DATES, _DATES)
def test_dates_are_compared_as_precisely_as_both_are(date: str, other: str) -> None:
    common = min(len(date), len(other))
    assert (Day.of(date).last < Day.of(other).first) == (date[:common] < other[:common])
    assert (Day.of(date).first > Day.of(other).last) == (date[:common] > other[:common])


def test_conditions_are_numbers() -> None:
    conditions = Conditions(("comment",), frozenset({"Ann"}), frozenset({3, 1}), ("2012-03",), ("2011",))
    assert of_conditions(conditions, [7]) == (
        "(kind in [1]) and (byline in [7]) and (source in [1, 3]) and (last_day < 20120300) and (first_day > 20119999)"
    )
    assert of_conditions(Conditions(authors=frozenset()), []) == "(byline in [])"
