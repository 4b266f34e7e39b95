"""The report of `benchmarks.mutation`: the score of each module, and the mutants that survived."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.markdown import head, row

MAX_SECONDS = 20
"""The most processor time that the tests of one mutant may take together, as recorded with nothing broken."""
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.json")
"""The survivors that behave exactly like the original: by module and mutant, the reason."""


@dataclass(frozen=True, slots=True)
class ModuleScore:
    """What became of a sample of a module's mutants.

    Attributes:
        module: Its file.
        digest: A hash of what the score depends on.
        mutants: How many it has.
        run: How many were run.
        survivors: Those that no test failed on.
    """

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
    equivalent = json.loads(EQUIVALENT.read_text(encoding="utf-8"))
    (folder / "mutation.md").write_text(markdown_report(ordered, equivalent), encoding="utf-8")


def markdown_report(scores: Sequence[ModuleScore], equivalent: Mapping[str, Mapping[str, str]]) -> str:
    """The score over all modules, a row for each, and what survived.

    Args:
        scores: The score of each module.
        equivalent: By module, the mutants that behave exactly like the original, each with the reason; they are not
            counted.
    """
    excused = {score.module: [m for m in score.survivors if m in equivalent.get(score.module, {})] for score in scores}
    counted = {score.module: score.run - len(excused[score.module]) for score in scores}
    killed, run = sum(score.killed for score in scores), sum(counted.values())
    return "\n".join(
        [
            "# Mutation score",
            "",
            "`python -m benchmarks.mutation`",
            "",
            f"**{killed} of {run} mutants killed ({_share(killed, run)})**, sampled with a fixed seed. A mutant "
            "changes one number, comparison, operator or condition; it survives if the tests and doctests that run its "
            f"line still pass, the fastest that together take at most {MAX_SECONDS} seconds of the processor. Mutants "
            "that behave exactly like the original are not counted.",
            "",
            *head("module", "mutants", "run", "equivalent", "killed", "score"),
            *(
                row(
                    f"`{score.module}`",
                    f"{score.mutants}",
                    f"{score.run}",
                    f"{len(excused[score.module])}",
                    f"{score.killed}",
                    _share(score.killed, counted[score.module]),
                )
                for score in scores
            ),
            "",
            "## Survivors",
            "",
            *(
                f"- `{score.module}`: `{survivor}`"
                for score in scores
                for survivor in score.survivors
                if survivor not in excused[score.module]
            ),
            "",
            "## Equivalent to the original",
            "",
            *(
                f"- `{score.module}`: `{mutant}`: {equivalent[score.module][mutant]}"
                for score in scores
                for mutant in excused[score.module]
            ),
            "",
        ]
    )


def _share(killed: int, run: int) -> str:
    return f"{killed / max(run, 1):.0%}"
