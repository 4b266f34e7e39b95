"""The speed benchmark: what it counts, its profile and its report; nothing is timed here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import qa
from benchmarks import profiling, speed_report
from benchmarks.hardware import network_flops, processor


def test_the_operations_of_a_text_are_those_of_six_layers() -> None:
    # A token against 12 matrices of 384 by 384 a layer, and against each other token, twice, in attention.
    assert network_flops(np.array([1, 2])).tolist() == [
        6 * (2 * 12 * 384**2 + 4 * 384),
        12 * (2 * 12 * 384**2 + 8 * 384),
    ]


def test_every_step_that_the_profile_names_takes_time(leica: qa.Library) -> None:
    shares = profiling.answer_shares(leica.ask, ["Where are Leica lenses made?", "Who bought a Digilux 3?"])
    assert all(share > 0 for share in shares.values()), shares
    assert sum(shares.values()) == pytest.approx(1)


def test_the_networks_time_is_split_by_operation() -> None:
    shares = profiling.network_shares(rounds=2)
    assert sum(shares.values()) == pytest.approx(1)
    assert {"FullyConnected", "MatMul"} & shares.keys()


def figures() -> dict[str, Any]:
    systems = ("Verbatim, ranking alone", "txtai hybrid, ranking alone", "Verbatim, whole answer")
    return {
        "processor": "Test 9000",
        "precision": "bf16",
        "machine": {"f32": 100.0, "bf16": 400.0, "memory": 10.0},
        "encoding": {
            "tokens a passage": 150.0,
            "GFLOP a passage": 2.0,
            "passages a second": {"Verbatim": [90.0, 100.0, 110.0], "sentence-transformers": [25.0, 25.0, 25.0]},
            "a question, ms": {"Verbatim": [1.0], "sentence-transformers": [2.0]},
            "time shares": {"FullyConnected": 0.75, "everything else": 0.25},
        },
        "asking": {
            "ms": {name: [1.0, 2.0, 3.0] for name in systems},
            "questions a second": {"one by one": [10.0], "eight at once": [11.0]},
            "vectors, MB": 5.0,
            "reading": {
                "ms": {"Verbatim": [50.0], "transformers": [200.0]},
                "GFLOP a question": {"Verbatim": 15.0, "transformers": 10.0},
            },
            "time shares": {"ranked": 0.1, "everything else": 0.9},
        },
        "starting": {"s": {"qa --help": [0.2], "qa ask": [1.0]}, "MB": {"web chat, after five answers": [440.0]}},
    }


def test_the_report_gives_ratios_and_the_share_of_the_limits() -> None:
    text = speed_report.markdown_report({"AMX": figures()})
    assert "**4.0 times** sentence-transformers, 200 GFLOP/s, 50% of the machine's limit" in text
    assert "**6.0 times** the work a second of the same weights in transformers" in text
    assert "300 GFLOP/s, 75% of the limit" in text
    assert "| Verbatim | 50.0 (50.0–50.0) | 15 |" in text
    assert "vectors of 5.0 MB would take 0.50 ms to read from memory" in text
    assert "| Verbatim | 100.0 (91.0–109.0) | 1.0 (1.0–1.0) |" in text
    assert "FullyConnected 75%, everything else 25%" in text
    assert "| web chat, after five answers | 440 (440–440) |" in text
    assert "| AMX | Test 9000 | bf16 | 4.0 | 2 | 3 | 1.10 | 1.00 | 440 |" in text


def test_each_kind_of_processor_keeps_its_measurement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plots: list[str] = []
    monkeypatch.setattr(speed_report, "_plot", lambda _, path: plots.append(path.name))
    speed_report.write_report("AVX2", {**figures(), "precision": "f32"}, tmp_path)
    for _ in range(2):
        speed_report.write_report("AMX", figures(), tmp_path)
    text = (tmp_path / "speed.md").read_text()
    assert [line for line in text.splitlines() if line.startswith("## ")] == ["## AVX2", "## AMX"]
    assert plots == ["speed-avx2.svg", "speed-amx.svg", "speed-amx.svg"]
    assert all(f"({plot})" in text for plot in plots)


def test_the_processor_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    assert all(processor())
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2_VNNI")
    kind, name = processor()
    assert kind == "AVX-VNNI (limited)" and name.endswith("limited to AVX-VNNI")
