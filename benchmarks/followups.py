"""How well follow-up questions are understood: `python -m benchmarks.followups DIR [--out DIR]`.

Measures the shipped model on the measuring half of each file in DIR, as `qa evaluate --followups DIR` does, and beside
it a model that was fitted on the other files alone. Writes followups.md and followups.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.markdown import head, row
from benchmarks.options import RESULTS
from qa.evaluation.followup_sets import FollowUpSet
from qa.evaluation.followups import FollowUpReport, GapFigures, evaluate_followups
from qa.followup.model import TermModel
from training.followups import fit

COMMAND = "python -m benchmarks.followups ../shared/eval/followups"
_COLUMNS = (
    "file: documents",
    "questions",
    "as typed",
    "with the question before",
    "understood",
    "file not seen",
    "rewrite",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and write it."""
    options = _parser().parse_args(arguments)
    sets = FollowUpSet.read_all(options.folder)
    unseen = {one.name: TermModel.of(fit([other for other in sets if other is not one])) for one in sets}
    report = evaluate_followups(options.folder, other_models=unseen if len(sets) > 1 else None)
    print(report)
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"command": COMMAND, **asdict(report)}, indent=1) + "\n"
    (options.out / "followups.json").write_text(text, encoding="utf-8")
    (options.out / "followups.md").write_text(markdown(report), encoding="utf-8")
    return 0


def markdown(report: FollowUpReport) -> str:
    """The report as a page: in brackets the share of the gap between the question as typed and a person's rewrite."""
    lines = [
        "# Follow-up questions",
        "",
        f"`{COMMAND}`",
        "",
        "nDCG@10 without the reader, on the measuring half of each file. In brackets: the share of the gap between the "
        "question as typed and the person's rewrite that is closed. *File not seen*: the same by a model that was "
        "fitted on the choosing halves of the other files alone.",
        "",
        *head(*_COLUMNS),
    ]
    for file in report.files:
        lines += [row(f"{file.name}: {gap.measure}", *_cells(gap)) for gap in file.gaps]
    lines += ["", *head("file", "asked as typed, of questions that need nothing", "of new topics")]
    lines += [row(file.name, f"{file.left_alone:.1%}", f"{file.new_topics_left:.1%}") for file in report.files]
    return "\n".join([*lines, ""])


def _cells(gap: GapFigures) -> list[str]:
    def closed(value: float | None) -> str:
        return "" if value is None else f"{value:.4f} ({gap.gap_closed(value):.0%})"

    return [
        str(gap.questions),
        f"{gap.as_typed:.4f}",
        closed(gap.question_before),
        closed(gap.with_history),
        closed(gap.by_other_model),
        f"{gap.rewritten:.4f}",
    ]


def _parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("folder", type=Path, help="the folder with the sets of follow-up questions")
    command.add_argument("--out", type=Path, default=RESULTS, help="where to write the results")
    return command


if __name__ == "__main__":
    raise SystemExit(main())
