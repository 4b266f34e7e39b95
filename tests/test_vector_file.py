"""Vectors in a file: any rows in any order, and a file that changes while it is open."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qa
from qa.search.vector_file import VectorFile

ROWS = np.arange(120, dtype="<f2").reshape(40, 3)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    ROWS.tofile(tmp_path / "halves")
    return tmp_path / "halves"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(0, 39), max_size=60))
def test_any_rows_are_read_in_the_order_asked_for(file: Path, ids: list[int]) -> None:
    found = VectorFile(file, 40, 3).read(np.array(ids, dtype=np.int64))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, ROWS[ids])


@pytest.mark.parametrize("number", [-1, 40])
def test_a_row_that_does_not_exist_is_damage(file: Path, number: int) -> None:
    with pytest.raises(qa.LibraryDamaged, match="do not exist"):
        VectorFile(file, 40, 3).read(np.array([3, number]))


def test_a_file_that_is_cut_while_it_is_open_is_damage(file: Path) -> None:
    vectors = VectorFile(file, 40, 3)
    os.truncate(file, 100)
    np.testing.assert_array_equal(vectors.read(np.array([15])), ROWS[[15]])
    with pytest.raises(qa.LibraryDamaged, match="ends before its last vector"):
        vectors.read(np.arange(10, 20))


def test_a_missing_file_is_damage(tmp_path: Path) -> None:
    with pytest.raises(qa.LibraryDamaged):
        VectorFile(tmp_path / "halves", 40, 3)
