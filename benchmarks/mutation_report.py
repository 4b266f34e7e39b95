"""The report of `benchmarks.mutation`: the score of each module, and the mutants that survived."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.markdown import head, row


@dataclass(frozen=True, slots=True)
class ModuleScore:
    """How many of a module's mutants were run and survived; `digest` is a hash of what that depends on."""

    module: str
    digest: str
    mutants: int
    run: int
    survivors: Sequence[str]

    @property
    def killed(self) -> int:
        """The mutants that a test failed on."""
        return self.run - len(self.survivors)


def read_scores(folder: Path) -> dict[str, ModuleScore]:
    """By module, the scores that an earlier run wrote into `folder`; none if there was none."""
    path = folder / "mutation.json"
    rows = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return {score.module: score for score in (ModuleScore(**entry) for entry in rows)}


def write_report(scores: Mapping[str, ModuleScore], folder: Path) -> None:
    """Write `mutation.md` and `mutation.json` into `folder`, in the order of the modules' names."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = [scores[module] for module in sorted(scores)]
    text = json.dumps([asdict(score) for score in ordered], indent=1, ensure_ascii=False)
    (folder / "mutation.json").write_text(text + "\n", encoding="utf-8")
    (folder / "mutation.md").write_text(markdown_report(ordered), encoding="utf-8")


def markdown_report(scores: Sequence[ModuleScore]) -> str:
    """The score over all modules, a row for each, and what survived."""
    killed, run = sum(score.killed for score in scores), sum(score.run for score in scores)
    return "\n".join(
        [
            "# Mutation score",
            "",
            "`python -m benchmarks.mutation`",
            "",
            f"**{killed} of {run} mutants killed ({killed / max(run, 1):.0%})**, sampled with a fixed seed. A mutant "
            "changes one number, comparison, operator or condition; it survives if the tests that import its module, "
            "and the module's doctests, still pass. Some survivors behave exactly like the original.",
            "",
            *head("module", "mutants", "run", "killed", "score"),
            *(
                row(f"`{s.module}`", f"{s.mutants}", f"{s.run}", f"{s.killed}", f"{s.killed / max(s.run, 1):.0%}")
                for s in scores
            ),
            "",
            "## Survivors",
            "",
            *(f"- `{score.module}:{survivor}`" for score in scores for survivor in score.survivors),
            "",
        ]
    )
