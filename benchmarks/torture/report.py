"""What came of the torture: a tally for each part, kept between runs, and the table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.markdown import head, row

_TOLD = 20  # failures that are kept in words for each part


@dataclass(slots=True)
class Tally:
    """What one part tried.

    Attributes:
        part: Its name.
        tried: How many trials there were.
        losses: How many libraries held neither what they held before nor what they should hold.
        errors: How many trials went wrong in another way: a raw error, a wrong answer, a crash, too much memory.
        told: The first failures in words.
        note: What else is to be said.
        share: Which share of its trials was to be tried.
        seconds: How long it took.
    """

    part: str
    tried: int = 0
    losses: int = 0
    errors: int = 0
    told: list[str] = field(default_factory=list)
    note: str = ""
    share: float = 1.0
    seconds: float = 0.0

    def __str__(self) -> str:
        """The counts in one line."""
        counts = f"{self.tried:,} tried, {self.losses} lost, {self.errors} wrong, {self.seconds:.0f} s"
        return f"{self.part}: {counts}{f'; {self.note}' if self.note else ''}"

    def lost(self, what: str) -> None:
        """Count a library that lost something."""
        self.losses += 1
        self._tell(what)

    def wrong(self, what: str) -> None:
        """Count a trial that went wrong otherwise."""
        self.errors += 1
        self._tell(what)

    def _tell(self, what: str) -> None:
        if len(self.told) < _TOLD:
            self.told.append(what)


class Record:
    """The tallies of the parts that are finished, in a file, so that a run can be resumed."""

    def __init__(self, path: Path, seed: int, *, resume: bool) -> None:
        """Begin anew, or go on with what the file has of the same seed."""
        self._path, self._seed = path, seed
        self.tallies: dict[str, Tally] = {}
        if resume and path.exists():
            said = json.loads(path.read_text(encoding="utf-8"))
            if said["seed"] == seed:
                self.tallies = {name: Tally(**tally) for name, tally in said["parts"].items()}

    def add(self, tally: Tally) -> None:
        """Keep the tally of a part."""
        self.tallies[tally.part] = tally
        said = {"seed": self._seed, "parts": {name: asdict(each) for name, each in self.tallies.items()}}
        self._path.write_text(f"{json.dumps(said, indent=1)}\n", encoding="utf-8")


def table(tallies: Sequence[Tally], command: str, seed: int) -> str:
    """The results as Markdown."""
    lines = [
        "# Torture",
        "",
        f"`{command}`",
        "",
        f"Seed {seed}. *Lost* is a library that holds neither what it held before nor what it should hold; *wrong* is "
        "any other failure: a wrong answer, an error of a lower layer, a crash, too much time or memory. "
        "*Share* is how many of all the trials were to be tried (`--share`), evenly chosen; kills in the middle and "
        "full disks are tried at every fifth call.",
        "",
        *head("what was done", "share", "tried", "lost", "wrong", "note"),
        *(
            row(each.part, f"{each.share:.0%}", f"{each.tried:,}", str(each.losses), str(each.errors), each.note)
            for each in tallies
        ),
        row("in all", "", f"{sum(t.tried for t in tallies):,}", *(str(sum(map(of, tallies))) for of in _SUMS), ""),
        "",
    ]
    if told := [f"- {each.part}: {what.splitlines()[-1][:300]}" for each in tallies for what in each.told]:
        lines += ["## What failed", "", *told, ""]
    return "\n".join(lines)


_SUMS = (lambda tally: tally.losses, lambda tally: tally.errors)
