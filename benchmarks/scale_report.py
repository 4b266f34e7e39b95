"""The report of `benchmarks.scale`: time, memory and recall by library size, as a table, fitted powers and a plot."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks.markdown import head, row

_GOALS = "p95 at most 50 ms, recall@10 at least 0.98, at most 2 GB resident, opened within 3 s"


@dataclass(frozen=True, slots=True)
class SizeResult:
    """The figures at one size; a question's vector is computed before its ranking is timed.

    The passages are mixed from `real_passages`, and the questions taken from `real_questions`.
    """

    passages: int
    real_passages: int
    real_questions: int
    build_s: float
    add_s: float
    verify_s: float
    disk_mb: float
    open_s: float
    first_ms: float
    median_ms: float
    p95_ms: float
    resident_mb: float
    empty_mb: float
    recall: float
    select_author_ms: float
    author_p95_ms: float
    select_comments_ms: float
    comments_p95_ms: float


@dataclass(frozen=True, slots=True)
class ScaleReport:
    """What was measured at `sizes`, smallest first, on one kind of processor."""

    sizes: Sequence[SizeResult]

    def section(self, kind: str) -> str:
        """The table of a kind of processor, and the powers fitted to it, as Markdown."""
        lines = head("passages", *(f"{size.passages:,}" for size in self.sizes))
        for name, unit, digits in (
            ("real_passages", "mixed from so many real passages", 0),
            ("real_questions", "questions from so many real ones", 0),
            ("median_ms", "ranking, median, ms", 1),
            ("p95_ms", "ranking, p95, ms", 1),
            ("first_ms", "the first question after opening, ms", 0),
            ("recall", "recall@10 of the dense half", 3),
            ("resident_mb", "resident after the questions, MB", 0),
            ("empty_mb", "of that before opening, MB", 0),
            ("disk_mb", "on disk, MB", 0),
            ("open_s", "opening, s", 2),
            ("build_s", "building, with synthetic vectors, s", 1),
            ("add_s", "adding 1,000 passages, s", 1),
            ("verify_s", "verifying, s", 1),
            ("select_author_ms", "an author's passages selected (1 of 500), ms", 1),
            ("author_p95_ms", "ranked among them, p95, ms", 1),
            ("select_comments_ms", "the comments selected (19 of 20), ms", 1),
            ("comments_p95_ms", "ranked among them, p95, ms", 1),
        ):
            lines.append(row(unit, *(f"{getattr(size, name):,.{digits}f}" for size in self.sizes)))
        return "\n".join(
            [
                f"## {kind}",
                "",
                "Passages mixed from real ones by `benchmarks/synthetic.py`; the questions' vectors are precomputed.",
                "",
                *lines,
                "",
                *self._powers(),
                *([f"![Time, memory and recall by size]({plot_name(kind)})", ""] if len(self.sizes) > 1 else []),
            ]
        )

    def _powers(self) -> Sequence[str]:
        if len(self.sizes) < 2:
            return []
        passages = [size.passages for size in self.sizes]
        powers = {
            "ranking, median": exponent(passages, [size.median_ms for size in self.sizes]),
            "ranking, p95": exponent(passages, [size.p95_ms for size in self.sizes]),
            "memory beyond the empty process": exponent(
                passages, [size.resident_mb - size.empty_mb for size in self.sizes]
            ),
            "adding 1,000 passages": exponent(passages, [size.add_s for size in self.sizes]),
        }
        laws = ", ".join(f"{name} n^{power:.2f}" for name, power in powers.items())
        return [
            f"Fitted over all sizes as powers of the number of passages n: {laws}. "
            "Dense search is bounded: it compares a question with the 8√n centres of the cells and 64,000 passages, "
            "however many there are. Lexical search is not: above 200,000 passages it skips what cannot be among "
            "the best, but what it reads of the question's words still grows with n.",
            "",
        ]


def write_report(kind: str, report: ScaleReport, folder: Path) -> None:
    """Write `scale.md`, `scale.json` and a plot into `folder`, beside what they hold of other kinds and other sizes.

    Args:
        kind: The kind of processor that was measured.
        report: What was measured on it.
        folder: The folder of the results.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reports = read_reports(folder)
    # The largest sizes take hours, so they are measured in runs of their own.
    former = reports[kind].sizes if kind in reports else ()
    sizes = {size.passages: size for size in (*former, *report.sizes)}
    report = replace(report, sizes=[sizes[passages] for passages in sorted(sizes)])
    reports[kind] = report
    content = {name: asdict(each) for name, each in reports.items()}
    (folder / "scale.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (folder / "scale.md").write_text(markdown_report(reports), encoding="utf-8")
    if len(report.sizes) > 1:
        _plot(report.sizes, folder / plot_name(kind))


def read_reports(folder: Path) -> dict[str, ScaleReport]:
    """What `scale.json` in a folder holds, by the kind of processor; nothing if it is not there."""
    file = folder / "scale.json"
    content = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {
        kind: ScaleReport(**{**report, "sizes": [SizeResult(**size) for size in report["sizes"]]})
        for kind, report in content.items()
    }


def markdown_report(reports: Mapping[str, ScaleReport]) -> str:
    """The whole report as Markdown, by the kind of processor."""
    return "\n".join(
        [
            "# Size",
            "",
            "`python -m benchmarks.scale ../shared/eval`, on two cores of each kind of processor. "
            f"Goals at a million: {_GOALS}.",
            "",
            *(report.section(kind) for kind, report in reports.items()),
        ]
    )


def plot_name(kind: str) -> str:
    """The file name of a kind's plot."""
    return f"scale-{kind.lower().replace(' ', '-')}.svg"


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The exponent of the power of the size that fits the values best, by least squares of the logarithms."""
    x, y = [math.log(size) for size in sizes], [math.log(max(value, 1e-9)) for value in values]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)


def _plot(sizes: Sequence[SizeResult], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "verbatim"  # the same figures give the same file
    from matplotlib import pyplot

    figure, (time, memory, recall) = pyplot.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    passages = [size.passages for size in sizes]
    time.loglog(passages, [size.median_ms for size in sizes], "o-", label="median")
    time.loglog(passages, [size.p95_ms for size in sizes], "o--", label="p95")
    time.axhline(50, color="grey", linewidth=0.8)
    time.set_title("ranking a question, ms")
    time.legend(frameon=False)
    memory.loglog(passages, [size.resident_mb for size in sizes], "o-", label="resident")
    memory.loglog(passages, [size.disk_mb for size in sizes], "o--", label="on disk")
    memory.axhline(2_000, color="grey", linewidth=0.8)
    memory.set_title("MB")
    memory.legend(frameon=False)
    recall.semilogx(passages, [size.recall for size in sizes], "o-")
    recall.axhline(0.98, color="grey", linewidth=0.8)
    recall.set_ylim(0.95, 1.002)
    recall.set_title("recall@10 of the dense half")
    for axis in (time, memory, recall):
        axis.set_xlabel("passages")
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
