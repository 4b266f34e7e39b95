"""The report of `benchmarks.speed`: tables, the machine's limits, where the time goes, and a plot."""

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


def write_report(figures: Mapping[str, Any], folder: Path) -> None:
    """Write `speed.md`, `speed.json` and `speed.svg` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "speed.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (folder / "speed.md").write_text(markdown_report(figures), encoding="utf-8")
    _plot(figures, folder / "speed.svg")


def markdown_report(figures: Mapping[str, Any]) -> str:
    """The report as Markdown.

    Args:
        figures: What `benchmarks.speed` measured: machine, encoding, asking and starting.
    """
    encoding, asking, starting = figures["encoding"], figures["asking"], figures["starting"]
    rates, reading = encoding["passages a second"], asking["reading"]
    limit = figures["machine"]["bf16" if figures["precision"] == "bf16" else "f32"]
    encoding_reached = statistics.median(rates["Verbatim"]) * encoding["GFLOP a passage"]
    worked = reading["GFLOP a question"]
    reached = {name: worked[name] / statistics.median(times) * 1e3 for name, times in reading["ms"].items()}
    ratio = statistics.median(rates["Verbatim"]) / statistics.median(rates["sentence-transformers"])
    faster = reached["Verbatim"] / reached["transformers"]
    scanned = asking["vectors, MB"] / figures["machine"]["memory"]
    return "\n".join(
        [
            "# Speed",
            "",
            f"`python -m benchmarks.speed ../shared/eval`, precision {figures['precision']}. Medians; the 5th "
            "and 95th percentile are in brackets.",
            "",
            "![Speed compared with the peers](speed.svg)",
            "",
            f"This machine multiplies matrices at {figures['machine']['f32']:.0f} GFLOP/s in f32 and "
            f"{figures['machine']['bf16']:.0f} in bf16, and moves {figures['machine']['memory']:.0f} GB/s of memory.",
            "",
            f"Encoding, {encoding['tokens a passage']:.0f} tokens a passage ({encoding['GFLOP a passage']:.1f} GFLOP): "
            f"**{ratio:.1f} times** sentence-transformers, {encoding_reached:.0f} GFLOP/s, "
            f"{encoding_reached / limit:.0%} of the machine's limit.",
            "",
            *head("", "passages/s", "a question, ms"),
            *(row(name, _spread(rates[name]), _spread(encoding["a question, ms"][name])) for name in rates),
            "",
            f"Where the network's time goes, by kind of operation: {_shares(encoding['time shares'])}. FullyConnected "
            "are the matrix products that the limit refers to; Subgraph is what OpenVINO fuses around them, mainly "
            "attention and GELU.",
            "",
            "Reading all twelve candidates of a question, and those that may answer a second time with less context: "
            f"**{faster:.1f} times** the work a second of the same weights in transformers, which read each once; "
            f"{reached['Verbatim']:.0f} GFLOP/s, {reached['Verbatim'] / limit:.0%} of the limit.",
            "",
            *head("", "ms", "GFLOP"),
            *(row(name, _spread(times), f"{worked[name]:.0f}") for name, times in reading["ms"].items()),
            "",
            f"A question over the 1,216 paragraphs of `squad2`, whose vectors of {asking['vectors, MB']:.1f} MB would "
            f"take {scanned:.2f} ms to read from memory:",
            "",
            *head("", "ms", "99th percentile"),
            *(row(name, _spread(times), f"{np.percentile(times, 99):.1f}") for name, times in asking["ms"].items()),
            "",
            f"Where the time of a whole answer goes: {_shares(asking['time shares'])}.",
            "",
            *head("whole answers", "questions/s"),
            *(row(name, _spread(values)) for name, values in asking["questions a second"].items()),
            "",
            "Cold start on the Leica text, each in a separate process; the peers find passages and read nothing:",
            "",
            *head("", "s"),
            *(row(name, _spread(times, 2)) for name, times in starting["s"].items()),
            "",
            *head("resident", "MB"),
            *(row(name, _spread(values, 0)) for name, values in starting["MB"].items()),
            "",
        ]
    )


def _shares(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in shares.items())


def _spread(values: Sequence[float], digits: int = 1) -> str:
    low, high = np.percentile(values, [5, 95])
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _plot(figures: Mapping[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "verbatim"  # the same figures give the same file
    from matplotlib import pyplot

    panels: dict[str, Mapping[str, Sequence[float]]] = {
        "encoding, passages/s": figures["encoding"]["passages a second"],
        "a question ranked, ms": {
            name.partition(",")[0]: times for name, times in figures["asking"]["ms"].items() if "ranking" in name
        },
        "twelve candidates read, ms": figures["asking"]["reading"]["ms"],
        "from cold, s": {name: times for name, times in figures["starting"]["s"].items() if name != "qa --help"},
        "resident, MB": figures["starting"]["MB"],
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
