"""Several processes at one library: builders at once, and readers while it is rebuilt."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from multiprocessing.synchronize import Event, Semaphore
from pathlib import Path

import qa
from benchmarks.torture.report import Tally
from benchmarks.torture.specimen import WordEncoder, litter, opened, state, thread

_PATIENCE = 300  # seconds
_SPAWN = multiprocessing.get_context("spawn")


def builders(work: Path, tally: Tally, rounds: int, at_once: int = 2) -> None:
    """Let processes build the same library at once: one succeeds at least, the others too or they are told "busy".

    Args:
        work: An empty folder.
        tally: Takes what came of it.
        rounds: How often.
        at_once: How many processes.
    """
    with _SPAWN.Pool(at_once) as pool:
        for number in range(rounds):
            path = work / f"built-{number}"
            said = pool.map(_build, [(path, f"builder {each}") for each in range(at_once)], chunksize=1)
            tally.tried += at_once
            found = state(path)
            if not any(each == "built" for each in said) or any(each not in ("built", "busy") for each in said):
                tally.wrong(f"round {number}: {said}")
            if found is None or len(found) != 1 or litter(path):
                tally.lost(f"round {number}: it holds {found}, and {litter(path)} stayed")


def readers(work: Path, tally: Tally, rebuilds: int, at_once: int = 4) -> None:
    """Let processes open and ask a library again and again while it is rebuilt.

    Args:
        work: An empty folder.
        tally: Takes what came of it.
        rebuilds: How often it is rebuilt.
        at_once: How many processes.
    """
    library = qa.build(_town(0), work / "read", encoder=WordEncoder(), reader=None)
    tally.note = f"{at_once} processes, {rebuilds} rebuilds"
    signs = _Signs(_SPAWN.Semaphore(0), _SPAWN.Event())
    with _SPAWN.Pool(at_once, initializer=_take, initargs=(signs,)) as pool:
        reading = [pool.apply_async(_read, (work / "read", rebuilds)) for _ in range(at_once)]
        for _ in reading:
            signs.read.acquire(timeout=_PATIENCE)
        for number in range(1, rebuilds + 1):
            library.rebuild(_town(number))
        signs.ended.set()
        for each in reading:
            count, wrong = each.get(_PATIENCE)
            tally.tried += count
            for what in wrong:
                tally.wrong(what)


def _town(number: int) -> qa.Thread:
    return thread("Lenses", f"Lenses are ground in town {number}.")


@dataclass(frozen=True, slots=True)
class _Signs:
    """What processes tell each other: a reader has read once, and the rebuilds have ended."""

    read: Semaphore
    ended: Event


_signs: _Signs | None = None  # of this process, if it is a reader: they can only be given to it at its start


def _take(signs: _Signs) -> None:
    global _signs
    _signs = signs


def _read(path: Path, most: int) -> tuple[int, list[str]]:
    """Ask until told to end: how often, and what was wrong."""
    expected = {_town(number).text for number in range(most + 1)}
    count, wrong, latest = 0, [], -1
    assert _signs is not None
    while not _signs.ended.is_set():
        try:
            said = opened(path).ask("Where are lenses ground?").quotes[0].text
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}")
        else:
            number = int(said.split()[-1].strip("."))
            if said not in expected or number < latest:
                wrong.append(f"it said {said!r} after town {latest}")
            latest = number
        count += 1
        if count == 1:
            _signs.read.release()
    return count, wrong


def _build(what: tuple[Path, str]) -> str:
    path, name = what
    try:
        qa.build(thread(name), path, encoder=WordEncoder(), reader=None)
    except qa.LibraryBusy:
        return "busy"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "built"
