"""The quality gate fails where it must."""

from __future__ import annotations

from benchmarks.gate import TOLERANCE, judged


def test_a_floor_holds_within_the_tolerance_and_no_further() -> None:
    floor: dict[str, object] = {"ndcg_at_10": 0.9, "data_sha256": "data"}
    assert judged(0.9 - TOLERANCE, "data", floor) == "holds"
    assert judged(0.9 - 2 * TOLERANCE, "data", floor) == "BROKEN"


def test_a_floor_of_other_data_or_none_is_no_pass() -> None:
    assert judged(1.0, "other", {"ndcg_at_10": 0.9, "data_sha256": "data"}) != "holds"
    assert judged(1.0, "data", None) != "holds"
