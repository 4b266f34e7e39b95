"""Changes cut short: at each call to the file system, at random times, and by a disk that is full."""

from __future__ import annotations

import errno
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.small_disk import leave_room, mounted
from benchmarks.torture import child
from benchmarks.torture.disk import Disk, Fault
from benchmarks.torture.operations import LIBRARY, OPERATIONS, Prepared
from benchmarks.torture.report import Tally
from benchmarks.torture.specimen import State, build, litter, opened, state, thread
from qa.errors import LibraryError, VerbatimError

_NEXT_CHANGE_EVERY = 5  # trials; a change that follows takes longer than all else
_SPARSE = 5  # torn writes and full disks are tried at each such call: most are like their neighbours


@dataclass(frozen=True, slots=True)
class After:
    """What a trial left.

    Attributes:
        raised: What the change raised; None if it said that it succeeded.
        state: What the library holds.
        calls: The calls to the file system below the trial's folder.
        hit: The call at which the fault came.
    """

    raised: str | None
    state: State
    calls: int
    hit: str


def at_each_call(operation: str, fault: Fault, work: Path, tally: Tally, seed: int, limit: int | None) -> None:
    """Cut an operation short at each of its calls.

    Args:
        operation: Its name.
        fault: What happens at the call.
        work: An empty folder.
        tally: Takes what came of it.
        seed: Chooses where a sample begins, and the error of a disk.
        limit: How many calls to try at most, evenly chosen; None for all.
    """
    prepared = child.run(partial(Prepared.of, operation, work)).said
    counted = child.run(partial(_trial, prepared, prepared.copy(work / "counted"), 0, Fault.NONE, 0)).said
    sparse = _SPARSE if fault in (Fault.TEAR, Fault.FULL) else 1
    numbers = list(range(1 + seed % sparse, counted.calls + 1, sparse))
    if limit is not None and len(numbers) > limit:
        numbers = [numbers[round(i * (len(numbers) - 1) / max(limit - 1, 1))] for i in range(limit)]
    for number in numbers:
        code = errno.ENOSPC if fault is Fault.FULL else errno.EIO
        trial = prepared.copy(work / "trial")
        ending = child.run(partial(_trial, prepared, trial, number, fault, code))
        _judge(prepared, trial, ending, tally, f"{operation}, {fault.name.lower()} at call {number}")


def at_random_times(work: Path, tally: Tally, seed: int, trials: int) -> None:
    """Kill changes at random times."""
    generator = random.Random(seed)
    prepared = [child.run(partial(Prepared.of, name, work)).said for name in OPERATIONS]
    seconds = {}
    for each in prepared:
        started = time.monotonic()
        child.run(partial(each.change, each.copy(work / "trial")))
        seconds[each.name] = time.monotonic() - started
    for number in range(trials):
        each = prepared[number % len(prepared)]
        after = generator.uniform(0, 1.1 * seconds[each.name])
        trial = each.copy(work / "trial")
        ending = child.run(partial(_said, each.change, trial), kill_after=after)
        _judge(each, trial, ending, tally, f"{each.name} killed after {after:.3f} s")


def on_a_full_disk(work: Path, tally: Tally, seed: int, trials: int) -> str:
    """Change libraries on a disk that has ever more room, from none to enough.

    Returns:
        How the disk was made.
    """
    (disk := work / "disk").mkdir()
    made = "RLIMIT_FSIZE, as no disk may be mounted here"
    for name in OPERATIONS:
        prepared = child.run(partial(Prepared.of, name, work)).said
        for number in range(trials // len(OPERATIONS)):
            room = 4_096 * (1 + number * 2 + seed % 2)
            with mounted(disk) as is_mounted:
                trial = prepared.copy(disk / "trial" if is_mounted else work / "trial")
                if is_mounted:
                    made = "a small tmpfs"
                    leave_room(disk, room)
                limit = None if is_mounted else room
                ending = child.run(partial(_on_little_room, prepared, trial, limit))
                if is_mounted:
                    leave_room(disk, 8_000_000)
                _judge(prepared, trial, ending, tally, f"{name} with {room} bytes left")
    return made


def _trial(prepared: Prepared, folder: Path, at: int, fault: Fault, code: int) -> After:
    """Make the change while the disk fails at a call, in a child that may not survive it."""
    disk = Disk()
    with disk.watched(folder, at, fault, code):
        raised = _raised(prepared.change, folder)
        calls, hit = disk.calls, disk.hit
    return After(raised, state(folder / LIBRARY), calls, hit)


def _said(change: Callable[[Path], object], folder: Path) -> After:
    return After(_raised(change, folder), state(folder / LIBRARY), 0, "")


def _on_little_room(prepared: Prepared, folder: Path, limit: int | None) -> After:
    import resource

    if limit is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    return _said(prepared.change, folder)


def _raised(change: Callable[[Path], object], folder: Path) -> str | None:
    """What the change raised, which must be an error of ours; None if nothing."""
    try:
        change(folder)
    except VerbatimError as error:
        return str(error)
    return None


def _judge(prepared: Prepared, trial: Path, ending: child.Ending, tally: Tally, what: str) -> None:
    """Count a trial: the library must hold what it held before or what it should hold afterwards, whole."""
    after, change = ending.said, not tally.tried % _NEXT_CHANGE_EVERY
    tally.tried += 1
    if after is None or change:
        looked = child.run(partial(_look, trial, change=change))
        found, left, problem = looked.said or (None, [], looked.error or f"killed by signal {looked.killed}")
    else:
        found, left, problem = after.state, [], ""
    if problem:
        tally.lost(f"{what}: {problem}")
    elif ending.error or ending.killed not in (0, signal.SIGKILL):
        tally.wrong(f"{what}: {ending.error or f'signal {ending.killed}'}")
    elif found not in (prepared.before, prepared.after):
        tally.lost(f"{what}: it holds {found}")
    elif left:
        tally.wrong(f"{what}: {', '.join(left)} stayed")
    elif after is not None:
        confirmed = prepared.after if after.raised is None or "holds the new texts" in after.raised else prepared.before
        if found != confirmed:
            tally.wrong(f"{what}: it said {after.raised or 'that it succeeded'}, and that is not so")


def _look(trial: Path, *, change: bool) -> tuple[State, list[str], str]:
    """What a trial left as the next program finds it; what lies about once a change has followed, and what is wrong."""
    path = trial / LIBRARY
    try:
        found = state(path)
        if not change:
            return found, [], ""
        with suppress(FileNotFoundError):
            (trial / "packed").unlink()
        if found is None:
            build(path)
        else:
            opened(path).add(thread("Next"))
        assert "Next" in (state(path) or {}) or found is None
        return found, litter(path), ""
    except LibraryError as error:
        return None, [], f"{type(error).__name__}: {error}"
