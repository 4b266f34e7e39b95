"""The quality gate enforces each floor, and a figure without a floor does not pass."""

from __future__ import annotations

from benchmarks.gate import TOLERANCE, check_floor

FLOOR = {"ndcg_at_10": 0.9, "data_sha256": "data"}


def test_a_floor_holds_within_the_tolerance_and_no_further() -> None:
    assert check_floor("ndcg_at_10", 0.9 - TOLERANCE, "data", FLOOR) == "holds"
    assert check_floor("ndcg_at_10", 0.9 - 2 * TOLERANCE, "data", FLOOR) == "BROKEN"


def test_a_missing_floor_or_one_of_other_data_does_not_pass() -> None:
    assert check_floor("ndcg_at_10", 1.0, "other", FLOOR) != "holds"
    assert check_floor("auroc", 1.0, "data", FLOOR) != "holds"
    assert check_floor("ndcg_at_10", 1.0, "data", None) != "holds"
