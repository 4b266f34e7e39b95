"""The quality gate fails where it must."""

from __future__ import annotations

from benchmarks.gate import TOLERANCE, judged

FLOOR = {"ndcg_at_10": 0.9, "data_sha256": "data"}


def test_a_floor_holds_within_the_tolerance_and_no_further() -> None:
    assert judged("ndcg_at_10", 0.9 - TOLERANCE, "data", FLOOR) == "holds"
    assert judged("ndcg_at_10", 0.9 - 2 * TOLERANCE, "data", FLOOR) == "BROKEN"


def test_a_floor_of_other_data_or_none_is_no_pass() -> None:
    assert judged("ndcg_at_10", 1.0, "other", FLOOR) != "holds"
    assert judged("auroc", 1.0, "data", FLOOR) != "holds"
    assert judged("ndcg_at_10", 1.0, "data", None) != "holds"
