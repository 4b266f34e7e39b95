"""The report of `benchmarks.constants`: one row a constant, with the figure of every value tried."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.markdown import head, row
from benchmarks.ranking_metrics import p_value

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ConstantResult:
    """A constant's scores: value → set → one score a question, in the same order for every value."""

    name: str
    figure: str
    in_use: float
    scores: Mapping[float, Mapping[str, Scores]]

    @property
    def best(self) -> float:
        """The value with the highest mean over the sets; the value in use where it is as good."""
        return max(self.scores, key=lambda value: (round(self.mean(value), 6), value == self.in_use))

    def mean(self, value: float) -> float:
        """The mean over the sets of what the value gives."""
        return float(np.mean([scores.mean() for scores in self.scores[value].values()]))

    @property
    def p_of_best(self) -> float:
        """The p-value of the best value against the value in use, over the questions of all sets."""
        best, in_use = (np.concatenate(list(self.scores[value].values())) for value in (self.best, self.in_use))
        return p_value(best, in_use)

    @property
    def questions(self) -> Mapping[str, int]:
        """The number of questions of each set."""
        return {name: len(scores) for name, scores in self.scores[self.in_use].items()}

    def row(self) -> str:
        """The constant's row of the table."""
        values = [f"**{value:.4g}**" if value == self.in_use else f"{value:.4g}" for value in self.scores]
        cells = [f"{text}: {self._figures(value)}" for text, value in zip(values, self.scores, strict=True)]
        sets = ", ".join(f"{name} ({count})" for name, count in self.questions.items())
        verdict = "in use" if self.best == self.in_use else f"{self.best:.4g}, p = {self.p_of_best:.2f}"
        return row(f"`{self.name}`", f"{self.in_use:.4g}", f"{self.figure}: {sets}", "<br>".join(cells), verdict)

    def _figures(self, value: float) -> str:
        return " / ".join(f"{scores.mean():.4f}" for scores in self.scores[value].values())


def write_report(results: Sequence[ConstantResult], command: str, folder: Path) -> None:
    """Write `constants.md` and `constants.json` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "constants.md").write_text(markdown_report(results, command), encoding="utf-8")
    figures = {
        result.name: {
            "figure": result.figure,
            "in_use": result.in_use,
            "questions": result.questions,
            "by_value": {
                f"{value:.6g}": {name: float(scores.mean()) for name, scores in by_set.items()}
                for value, by_set in result.scores.items()
            },
            "best": result.best,
            "p_of_best": result.p_of_best,
        }
        for result in results
    }
    text = json.dumps({"command": command, "constants": figures}, indent=1)
    (folder / "constants.json").write_text(text + "\n", encoding="utf-8")


def markdown_report(results: Sequence[ConstantResult], command: str) -> str:
    """The table, under what it shows."""
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
