"""The parts of the torture, by their names, and what each is given."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.torture import bits, crowds, interruptions, mutants, visitors
from benchmarks.torture.disk import Fault
from benchmarks.torture.operations import OPERATIONS
from benchmarks.torture.report import Tally
from benchmarks.torture.specimen import build

_FAULTS = {
    Fault.KILL: "killed at each call",
    Fault.FAIL: "an I/O error at each call",
    Fault.TEAR: "killed in the middle of each call",
    Fault.FULL: "the disk full from each call on",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a part is given: an empty folder, the seed, the share of its trials, and libraries besides the specimen."""

    work: Path
    seed: int
    share: float
    libraries: tuple[Path, ...]

    def times(self, count: int) -> int:
        """The share of a number of trials, one at least."""
        return max(1, round(self.share * count))

    def limit(self, of: int) -> int | None:
        """The most trials of about `of`; None for all."""
        return None if self.share >= 1 else self.times(of)

    def specimens(self) -> list[Path]:
        """Copies of the libraries that may be broken: the small one with each kind of dense index, and those given."""
        from qa.search import dense

        build(self.work / "flat")
        exact, dense.EXACT_UP_TO = dense.EXACT_UP_TO, 0
        build(self.work / "cells")
        dense.EXACT_UP_TO = exact
        given = [Path(shutil.copytree(path, self.work / f"given-{n}")) for n, path in enumerate(self.libraries)]
        return [self.work / "flat", self.work / "cells", *given]


Part = Callable[[Setting, Tally], None]
_CALLS = 400  # to the file system, of a change; a share of them is a share of this


def _cut_short(operation: str, fault: Fault, setting: Setting, tally: Tally) -> None:
    interruptions.at_each_call(operation, fault, setting.work, tally, setting.seed, setting.limit(_CALLS))


def _random_kills(setting: Setting, tally: Tally) -> None:
    interruptions.at_random_times(setting.work, tally, setting.seed, setting.times(200))


def _full_disk(setting: Setting, tally: Tally) -> None:
    tally.note = interruptions.on_a_full_disk(setting.work, tally, setting.seed, max(6, setting.times(120)))


def _manifest_bits(setting: Setting, tally: Tally) -> None:
    bits.of_the_manifest(setting.specimens()[0], tally, setting.limit(20_000))


def _other_bits(setting: Setting, tally: Tally) -> None:
    for number, library in enumerate(setting.specimens()[:2]):
        for large in (False, True):
            seed = setting.seed + 2 * number + large
            bits.elsewhere(library, tally, seed, setting.times(500), large=large)


def _mutants(setting: Setting, tally: Tally) -> None:
    mutants.forged(setting.specimens(), tally, setting.seed, setting.times(10_000))


PARTS: Mapping[str, Part] = {
    **{
        f"{operation}, {what}": partial(_cut_short, operation, fault)
        for operation in OPERATIONS
        for fault, what in _FAULTS.items()
    },
    "any change, killed at a random time": _random_kills,
    "any change, on a full disk": _full_disk,
    "a bit of the manifest flipped": _manifest_bits,
    "a bit of another file flipped": _other_bits,
    "forged by a stranger": _mutants,
    "built by two processes at once": lambda setting, tally: crowds.builders(setting.work, tally, setting.times(20)),
    "read by other processes while it is rebuilt": lambda setting, tally: crowds.readers(
        setting.work, tally, setting.times(10)
    ),
    "asked by clients of a server while it is rebuilt": lambda setting, tally: visitors.crowd(
        setting.work, tally, setting.times(50), 20, setting.times(20)
    ),
    "asked by clients of a server all at once": lambda setting, tally: visitors.crowd(
        setting.work, tally, setting.times(200), 1, 1
    ),
    "asked in fresh sessions, for the memory of the server": lambda setting, tally: visitors.memory(
        setting.work, tally, setting.times(10_000)
    ),
}


def run(name: str, seed: int, share: float, libraries: tuple[Path, ...], work: Path) -> Tally:
    """Run one part in a folder of its own."""
    tally, started = Tally(name, share=share), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="torture-", dir=work))
    try:
        PARTS[name](Setting(folder, seed, share, libraries), tally)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tally.seconds = time.monotonic() - started
    return tally
