"""The plan for more passages: its tables follow from the figures that were written down."""

from __future__ import annotations

from benchmarks.scale_model import _bytes, _number, _seconds, _short
from benchmarks.scale_plan import PAGE, read_figures, with_tables


def test_the_tables_of_the_page_follow_from_the_figures() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page, read_figures()) == page


def test_numbers_have_two_figures() -> None:
    assert [_number(value) for value in (0, 0.334, 0.997, 7.21, 99.6, 7_213.4)] == [
        "0", "0.33", "1.0", "7.2", "100", "7,200",
    ]  # fmt: skip
    assert [_bytes(value) for value in (2.04e9, 9.97e11, 1.57e12)] == ["2.0 GB", "1.0 TB", "1.6 TB"]
    assert [_seconds(value) for value in (0.016, 1.6, 1_840, 184_000)] == ["16 ms", "1.6 s", "31 min", "51 h"]
    assert [_short(value) for value in (12.0, 1.74e6, 1.74e9)] == ["12", "1.7 million", "1.7 billion"]
