"""The report of `benchmarks.speed`: tables, limits, what the time is spent on, and a plot."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.markdown import head, row

_OURS = "#2a6f97"
_THEIRS = "#b0b7bd"


def write(found: Mapping[str, Any], folder: Path) -> None:
    """Write `speed.md`, `speed.json` and `speed.svg` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "speed.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (folder / "speed.md").write_text(markdown(found), encoding="utf-8")
    _plot(found, folder / "speed.svg")


def markdown(found: Mapping[str, Any]) -> str:
    """The tables."""
    encoded, asked, started = found["encoding"], found["asking"], found["starting"]
    rates, reading = encoded["passages a second"], asked["reading"]
    limit = found["machine"]["bf16" if found["arithmetic"] == "bf16" else "f32"]
    encoding_reached = statistics.median(rates["Verbatim"]) * encoded["GFLOP a passage"]
    worked = reading["GFLOP a question"]
    reached = {name: worked[name] / statistics.median(times) * 1e3 for name, times in reading["ms"].items()}
    ratio = statistics.median(rates["Verbatim"]) / statistics.median(rates["sentence-transformers"])
    faster = reached["Verbatim"] / reached["transformers"]
    scanned = asked["vectors, MB"] / found["machine"]["memory"]
    return "\n".join(
        [
            "# Speed",
            "",
            f"`python -m benchmarks.speed ../shared/eval`, arithmetic {found['arithmetic']}. Medians; in brackets the "
            "5th and 95th percentile.",
            "",
            "![Speed beside the peers](speed.svg)",
            "",
            f"This machine multiplies matrices at {found['machine']['f32']:.0f} GFLOP/s in f32 and "
            f"{found['machine']['bf16']:.0f} in bf16, and moves {found['machine']['memory']:.0f} GB/s of memory.",
            "",
            f"Encoding, {encoded['tokens a passage']:.0f} tokens a passage ({encoded['GFLOP a passage']:.1f} GFLOP): "
            f"**{ratio:.1f} times** sentence-transformers, {encoding_reached:.0f} GFLOP/s, "
            f"{encoding_reached / limit:.0%} of the machine's limit.",
            "",
            *head("", "passages/s", "a question, ms"),
            *(row(name, _spread(rates[name]), _spread(encoded["a question, ms"][name])) for name in rates),
            "",
            "What the network spends its time on, by kind of operation: "
            f"{_shares(encoded['spent'])}. FullyConnected are the products of matrices that the limit is of; Subgraph "
            "is what OpenVINO has fused around them, attention and GELU above all.",
            "",
            "Reading all twelve candidates of a question, and what may answer again from closer by: "
            f"**{faster:.1f} times** the work a second of the same weights in transformers, which read them once; "
            f"{reached['Verbatim']:.0f} GFLOP/s, {reached['Verbatim'] / limit:.0%} of the limit.",
            "",
            *head("", "ms", "GFLOP"),
            *(row(name, _spread(times), f"{worked[name]:.0f}") for name, times in reading["ms"].items()),
            "",
            f"A question over the 1,216 paragraphs of `squad2`, whose vectors of {asked['vectors, MB']:.1f} MB would "
            f"take {scanned:.2f} ms to come from memory:",
            "",
            *head("", "ms", "99th percentile"),
            *(row(name, _spread(times), f"{np.percentile(times, 99):.1f}") for name, times in asked["ms"].items()),
            "",
            f"What a whole answer spends its time on: {_shares(asked['spent'])}.",
            "",
            *head("whole answers", "questions/s"),
            *(row(name, _spread(values)) for name, values in asked["questions a second"].items()),
            "",
            "From cold, on the Leica text, each in a process of its own; the peers find passages and read nothing:",
            "",
            *head("", "s"),
            *(row(name, _spread(times, 2)) for name, times in started["s"].items()),
            "",
            *head("resident", "MB"),
            *(row(name, _spread(held, 0)) for name, held in started["MB"].items()),
            "",
        ]
    )


def _shares(spent: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in spent.items())


def _spread(values: Sequence[float], digits: int = 1) -> str:
    low, high = np.percentile(values, [5, 95])
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _plot(found: Mapping[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "verbatim"  # the same figures give the same file
    from matplotlib import pyplot

    panels: dict[str, Mapping[str, Sequence[float]]] = {
        "encoding, passages/s": found["encoding"]["passages a second"],
        "a question ranked, ms": {
            name.partition(",")[0]: times for name, times in found["asking"]["ms"].items() if "ranking" in name
        },
        "twelve candidates read, ms": found["asking"]["reading"]["ms"],
        "from cold, s": {name: times for name, times in found["starting"]["s"].items() if name != "qa --help"},
        "resident, MB": found["starting"]["MB"],
    }
    figure, axes = pyplot.subplots(1, len(panels), figsize=(15, 2.6), layout="constrained")
    for axis, (title, bars) in zip(axes, panels.items(), strict=True):
        names = list(bars)[::-1]
        middle = [statistics.median(bars[name]) for name in names]
        ours = [name.startswith(("Verbatim", "qa", "web chat")) for name in names]
        axis.barh(names, middle, color=[_OURS if one else _THEIRS for one in ours])
        axis.bar_label(axis.containers[0], fmt="%.3g", padding=2)
        axis.margins(x=0.25)
        axis.set_title(title, fontsize="medium")
        axis.tick_params(labelsize="small")
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
