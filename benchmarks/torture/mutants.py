"""Libraries as a stranger may forge them: altered files with true hashes. None harms, hangs or takes much memory.

Each is packed, unpacked and used. Unless its index of words was altered, it is used where it lies too.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.torture import child
from benchmarks.torture.report import Tally
from benchmarks.torture.specimen import WordEncoder, folder, opened
from qa.errors import VerbatimError
from qa.library.directory import LibraryDirectory
from qa.library.library import Library
from qa.library.manifest import FILE, READ_LOCK, File, Manifest, files_of
from qa.library.pack import pack, unpack
from qa.search import bm25

_BATCH = 25  # mutants in one child; each is tried again alone if that does not end well
_PATIENCE = 60.0  # seconds for one mutant, on a machine with other work
_CPU_SECONDS = 5.0  # of one mutant: a hundred times what the whole library takes
_MEMORY, _MEMORY_PER_BYTE = 64 << 20, 4  # what one may take beyond the process before it
_ADDRESSES = 1 << 30  # bytes of address space that one may ask for beyond the process before it

USES: Mapping[str, Callable[[Library], object]] = {
    "ask": lambda library: library.ask("Where are lenses ground?").to_dict(),
    "search": lambda library: [quote.context() for quote in library.search("bread", k=4)],
    "filters": lambda library: library.ask("author:Jane source:Bread in:comments"),
    "phrase": lambda library: library.ask('"is baked" -lens'),
    "thread": lambda library: [library.thread(row.name) for row in library.sources],
    "map": lambda library: library.passage_map(),
    "verify": lambda library: library.verify(),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one mutant took: seconds of the processor, and bytes of memory at most."""

    seconds: float
    memory: int


def forged(libraries: Sequence[Path], tally: Tally, seed: int, count: int) -> None:
    """Try mutants.

    Args:
        libraries: Libraries that may be broken, in turns.
        tally: Takes what came of it.
        seed: With a mutant's number it says what is altered.
        count: How many.
    """
    wholes = [library.with_name(f"{library.name}-whole") for library in libraries]
    for library, whole in zip(libraries, wholes, strict=True):
        shutil.copytree(library, whole)
    most = Cost(0, 0)
    for start in range(0, count, _BATCH):
        numbers = list(range(start, min(start + _BATCH, count)))
        ending = child.run(partial(_try, libraries, wholes, seed, numbers), patience=_BATCH * _PATIENCE)
        endings = [(numbers, ending)]
        if ending.said is None:
            alone = [[number] for number in numbers]
            endings = [(n, child.run(partial(_try, libraries, wholes, seed, n), patience=_PATIENCE)) for n in alone]
        for tried, each in endings:
            tally.tried += len(tried)
            if each.said is None:
                tally.wrong(f"mutant {tried[0]}: {each.error or f'ended by signal {each.killed}'}")
                continue
            wrong, cost = each.said
            most = Cost(max(most.seconds, cost.seconds), max(most.memory, cost.memory))
            for what in wrong:
                tally.wrong(what)
    tally.note = f"at most {most.seconds:.1f} s of one processor and {most.memory >> 20} MB"


def _try(
    libraries: Sequence[Path], wholes: Sequence[Path], seed: int, numbers: Sequence[int]
) -> tuple[list[str], Cost]:
    """Try some mutants in this process; the failures in words, and the most that one took."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a panic in Rust prints where it was
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (_memory("VmSize") + _ADDRESSES, hard))
    encoders = [WordEncoder(Manifest.read(folder(whole)).model) for whole in wholes]
    _raw_errors(partial(_unpacked, wholes[0], encoders[0]))  # what is loaded at the first use is no mutant's cost
    wrong: list[str] = []
    most = Cost(0, 0)
    for number in numbers:
        place = number % len(libraries)
        library, encoder = libraries[place], encoders[place]
        what, altered = mutate(library, wholes[place], random.Random(f"{seed}-{number}"))
        size = sum(file.stat().st_size for file in folder(library).rglob("*"))
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
        before, started = _memory("VmRSS"), time.process_time()
        problems = _raw_errors(partial(_unpacked, library, encoder))
        if bm25.FOLDER not in altered.parts:  # such a library must be unpacked, as SECURITY.md says
            problems += _raw_errors(partial(opened, library, encoder))
        wrong += [f"mutant {number}, {what}, {problem}" for problem in dict.fromkeys(problems)]
        cost = Cost(time.process_time() - started, _memory("VmHWM") - before)
        if cost.seconds > _CPU_SECONDS or cost.memory > _MEMORY + _MEMORY_PER_BYTE * size:
            wrong.append(f"mutant {number}, {what}: {cost.seconds:.1f} s, {cost.memory >> 20} MB")
        most = Cost(max(most.seconds, cost.seconds), max(most.memory, cost.memory))
    return wrong, most


def _unpacked(library: Path, encoder: WordEncoder) -> Library:
    """Pack a mutant, as a stranger would who gives it away, unpack it and open it."""
    packed, other = library.with_name("packed"), library.with_name("unpacked")
    shutil.rmtree(other, ignore_errors=True)
    pack(LibraryDirectory(library), packed)
    unpack(packed, LibraryDirectory(other))
    return opened(other, encoder)


def _raw_errors(open_: Callable[[], Library]) -> list[str]:
    """Use a mutant in every way; what raised an error that is not one of ours."""
    raw = []
    try:
        mutant = open_()
    except VerbatimError:
        return []
    except Exception as error:
        return [f"open: {type(error).__name__}: {error}"]
    for name, use in USES.items():
        try:
            use(mutant)
        except VerbatimError:
            pass
        except Exception as error:
            raw.append(f"{name}: {type(error).__name__}: {error}")
    return raw


def mutate(library: Path, whole: Path, generator: random.Random) -> tuple[str, Path]:
    """Alter one file of a library, and forge its manifest.

    Args:
        library: The library, whatever a mutant before has left of it.
        whole: The same library, whole.
        generator: Chooses what is altered.

    Returns:
        What was done, in words, and the file.
    """
    shutil.rmtree(library)
    shutil.copytree(whole, library)
    inner = folder(library)
    files = sorted(file for file in inner.rglob("*") if file.is_file() and file.name not in (FILE, READ_LOCK))
    file = generator.choice(files)
    kind = generator.choice(list(_MUTATIONS))
    content = bytearray(file.read_bytes())
    if content:
        _MUTATIONS[kind](content, generator)
    file.unlink()  # tantivy's files have a second name in another generation
    file.write_bytes(content)
    replace(Manifest.read(inner), files=_files(inner)).write(inner)
    return f"{kind} in {file.suffix or file.name}", file


def _files(inner: Path) -> Mapping[str, File]:
    return {name: file for name, file in files_of(inner).items() if Path(name).name not in (FILE, READ_LOCK)}


def _bytes(content: bytearray, generator: random.Random) -> None:
    for _ in range(generator.choice((1, 1, 2, 8, 64))):
        content[generator.randrange(len(content))] = generator.randrange(256)


def _number(content: bytearray, generator: random.Random) -> None:
    """A number of up to eight bytes becomes huge, or as small as it gets."""
    width = generator.choice((1, 2, 4, 8))
    place = generator.randrange(max(1, len(content) - width))
    value = generator.choice((0xFF, 0x7F, 0x80, 0x00, 0x01))
    content[place : place + width] = bytes([value]) * width


def _tail(content: bytearray, generator: random.Random) -> None:
    """The last bytes, where formats keep their lengths and places."""
    place = max(0, len(content) - 1 - generator.randrange(64))
    content[place] = generator.randrange(256)


def _cut(content: bytearray, generator: random.Random) -> None:
    del content[generator.randrange(len(content)) :]


def _longer(content: bytearray, generator: random.Random) -> None:
    place = generator.randrange(len(content))
    content[place:place] = generator.randbytes(generator.choice((1, 8, 4_096)))


def _moved(content: bytearray, generator: random.Random) -> None:
    size = min(len(content), generator.choice((4, 16, 512)))
    here, there = (generator.randrange(len(content) - size + 1) for _ in range(2))
    content[there : there + size] = content[here : here + size]


_MUTATIONS: Mapping[str, Callable[[bytearray, random.Random], None]] = {
    "other bytes": _bytes,
    "a huge or tiny number": _number,
    "another end": _tail,
    "cut off": _cut,
    "bytes more": _longer,
    "a block copied": _moved,
}


def _memory(name: str) -> int:
    """A line of this process's status, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))
