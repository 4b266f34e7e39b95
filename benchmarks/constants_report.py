"""The report of `benchmarks.constants`: one row per constant, with the figures of every value tried."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.markdown import head, row
from benchmarks.ranking_metrics import p_value

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ValueFigures:
    """What a value of a constant gives: the mean of each set."""

    value: float
    by_set: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ConstantResult:
    """A constant's figures.

    Attributes:
        name: The module and the constant.
        figure: What was measured.
        in_use: The value in the code.
        questions: The number of questions of each set.
        values: The figures of each value, smallest value first.
        best: The value with the best mean over the sets; the value in use if none is better.
        p_of_best: The p-value of the best value against the value in use, over the questions of all sets.
    """

    name: str
    figure: str
    in_use: float
    questions: Mapping[str, int]
    values: tuple[ValueFigures, ...]
    best: float
    p_of_best: float

    @classmethod
    def of(cls, name: str, figure: str, in_use: float, scores: Mapping[float, Mapping[str, Scores]]) -> ConstantResult:
        """Summarise the scores: by value and set, one per question, in the same order for every value."""

        def mean(value: float) -> float:
            return round(float(np.mean([of_set.mean() for of_set in scores[value].values()])), 6)

        best = max(scores, key=lambda value: (mean(value), value == in_use))
        of_best, of_in_use = (np.concatenate(list(scores[value].values())) for value in (best, in_use))
        return cls(
            name,
            figure,
            in_use,
            {name: len(of_set) for name, of_set in scores[in_use].items()},
            tuple(
                ValueFigures(value, {name: float(of_set.mean()) for name, of_set in scores[value].items()})
                for value in sorted(scores)
            ),
            best,
            p_value(of_best, of_in_use),
        )

    def row(self) -> str:
        """The constant's row of the table."""
        cells = []
        for tried in self.values:
            value = f"**{tried.value:.4g}**" if tried.value == self.in_use else f"{tried.value:.4g}"
            cells.append(f"{value}: {' / '.join(f'{mean:.4f}' for mean in tried.by_set.values())}")
        sets = ", ".join(f"{name} ({count})" for name, count in self.questions.items())
        verdict = "in use" if self.best == self.in_use else f"{self.best:.4g}, p = {self.p_of_best:.2f}"
        return row(f"`{self.name}`", f"{self.in_use:.4g}", f"{self.figure}: {sets}", "<br>".join(cells), verdict)


def read_results(folder: Path) -> dict[str, ConstantResult]:
    """By name, the results that an earlier run wrote into `folder`; none if there was none."""
    path = folder / "constants.json"
    entries = json.loads(path.read_text(encoding="utf-8"))["constants"] if path.is_file() else []
    results = [
        ConstantResult(**{**entry, "values": tuple(ValueFigures(**tried) for tried in entry["values"])})
        for entry in entries
    ]
    return {result.name: result for result in results}


def write_report(results: Iterable[ConstantResult], command: str, folder: Path) -> None:
    """Write `constants.md` and `constants.json` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    results = list(results)
    text = json.dumps({"command": command, "constants": [asdict(result) for result in results]}, indent=1)
    (folder / "constants.json").write_text(text + "\n", encoding="utf-8")
    (folder / "constants.md").write_text(markdown_report(results, command), encoding="utf-8")


def markdown_report(results: Iterable[ConstantResult], command: str) -> str:
    """The table, under an explanation of it."""
    return "\n".join(
        [
            "# Constants",
            "",
            f"`{command}`",
            "",
            "Each constant that was chosen by hand, with every value tried and everything else unchanged. The value in "
            "use is bold. Figures are means over the questions of each set, in the order of the sets; the number of "
            "questions is in brackets. The last column names the value with the best mean over the sets and, if that "
            "is not the one in use, the p-value of the difference (paired randomisation test, 10,000 flips). With so "
            "many comparisons one p below 0.05 is expected by chance. The weights of words and pairs were chosen by "
            "[fusion_weights.md](fusion_weights.md).",
            "",
            *head("constant", "in use", "figure, sets", "value: figures", "best"),
            *(result.row() for result in results),
            "",
        ]
    )
