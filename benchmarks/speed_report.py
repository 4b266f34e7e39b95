"""The report of `benchmarks.speed`: tables, the machine's limits, where the time goes, and a plot."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.markdown import head, row

_OURS = "#2a6f97"
_THEIRS = "#b0b7bd"


def write_report(kind: str, figures: Mapping[str, Any], folder: Path) -> None:
    """Write `speed.md`, `speed.json` and a plot into `folder`, beside what they hold of other kinds of processor.

    Args:
        kind: The kind of processor that was measured.
        figures: What `benchmarks.speed` measured on it: processor, machine, encoding, asking and starting.
        folder: The folder of the results.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "speed.json"
    kinds = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kinds[kind] = figures
    file.write_text(json.dumps(kinds, indent=1) + "\n", encoding="utf-8")
    (folder / "speed.md").write_text(markdown_report(kinds), encoding="utf-8")
    _plot(figures, folder / plot_name(kind))


def plot_name(kind: str) -> str:
    """The file name of a kind's plot."""
    return f"speed-{'-'.join(re.findall('[a-z0-9]+', kind.lower()))}.svg"


def markdown_report(kinds: Mapping[str, Mapping[str, Any]]) -> str:
    """The report as Markdown: a row for each kind of processor, and then all figures of each.

    Args:
        kinds: What `benchmarks.speed` measured, by the kind of processor.
    """
    columns = (
        "processor",
        "precision",
        "encoding, times sentence-transformers",
        "whole answer, ms",
        "99th percentile",
        "eight at once, times one by one",
        "qa ask from cold, s",
        "web chat, MB",
    )
    return "\n".join(
        [
            "# Speed",
            "",
            "`python -m benchmarks.speed ../shared/eval`, on two cores of each kind of processor. Medians; the 5th and "
            "95th percentile are in brackets.",
            "",
            *head("", *columns),
            *(row(kind, *_summary(figures)) for kind, figures in kinds.items()),
            "",
            *(line for kind, figures in kinds.items() for line in _section(kind, figures)),
        ]
    )


def _summary(figures: Mapping[str, Any]) -> list[str]:
    """The cells of a kind's row."""
    asking, starting = figures["asking"], figures["starting"]
    answers, rates = asking["ms"]["Verbatim, whole answer"], asking["questions a second"]
    return [
        figures["processor"],
        figures["precision"],
        f"{_encoding_ratio(figures):.1f}",
        f"{statistics.median(answers):.0f}",
        f"{np.percentile(answers, 99):.0f}",
        f"{statistics.median(rates['eight at once']) / statistics.median(rates['one by one']):.2f}",
        f"{statistics.median(starting['s']['qa ask']):.2f}",
        f"{statistics.median(starting['MB']['web chat, after five answers']):.0f}",
    ]


def _encoding_ratio(figures: Mapping[str, Any]) -> float:
    rates: Mapping[str, Sequence[float]] = figures["encoding"]["passages a second"]
    return statistics.median(rates["Verbatim"]) / statistics.median(rates["sentence-transformers"])


def _section(kind: str, figures: Mapping[str, Any]) -> list[str]:
    encoding, asking, starting = figures["encoding"], figures["asking"], figures["starting"]
    rates, reading = encoding["passages a second"], asking["reading"]
    limited_by = "bf16" if figures["precision"] == "bf16" else "f32"
    limit = figures["machine"][limited_by]
    encoding_reached = statistics.median(rates["Verbatim"]) * encoding["GFLOP a passage"]
    worked = reading["GFLOP a question"]
    reached = {name: worked[name] / statistics.median(times) * 1e3 for name, times in reading["ms"].items()}
    faster = reached["Verbatim"] / reached["transformers"]
    scanned = asking["vectors, MB"] / figures["machine"]["memory"]
    return [
        f"## {kind}",
        "",
        f"![Speed compared with the peers]({plot_name(kind)})",
        "",
        f"{figures['processor']}, precision {figures['precision']}. This machine multiplies matrices at "
        f"{figures['machine']['f32']:.0f} GFLOP/s in f32 and "
        f"{figures['machine']['bf16']:.0f} in bf16, and moves {figures['machine']['memory']:.0f} GB/s of memory.",
        "",
        f"Encoding, {encoding['tokens a passage']:.0f} tokens a passage ({encoding['GFLOP a passage']:.1f} GFLOP): "
        f"**{_encoding_ratio(figures):.1f} times** sentence-transformers, {encoding_reached:.0f} GFLOP/s, "
        f"{encoding_reached / limit:.0%} of the machine's limit in {limited_by}.",
        "",
        *head("", "passages/s", "a question, ms"),
        *(row(name, _spread(rates[name]), _spread(encoding["a question, ms"][name])) for name in rates),
        "",
        f"Where the network's time goes, by kind of operation: {_shares(encoding['time shares'])}. FullyConnected "
        "are the matrix products that the limit refers to; Subgraph is what OpenVINO fuses around them, mainly "
        "attention and GELU.",
        "",
        "Reading all candidates of a question: "
        f"**{faster:.1f} times** the work a second of the same weights in transformers; "
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
        "all candidates read, ms": figures["asking"]["reading"]["ms"],
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
