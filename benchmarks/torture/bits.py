"""Bits of a library's files, flipped one at a time: each is noticed, or changes nothing that a reader sees."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from benchmarks.torture import child
from benchmarks.torture.report import Tally
from benchmarks.torture.specimen import QUESTION, folder, opened, state
from qa.errors import LibraryError
from qa.library import manifest
from qa.library.manifest import FILE

_BATCH = 250  # bits tried in one child

Bit = tuple[Path, int]


def of_the_manifest(library: Path, tally: Tally, limit: int | None) -> None:
    """Flip every bit of the manifest.

    Args:
        library: A library that may be broken.
        tally: Takes what came of it.
        limit: How many bits to flip at most, evenly chosen; None for all.
    """
    file = folder(library) / FILE
    count = 8 * file.stat().st_size
    step = 1 if limit is None else max(1, count // limit)
    _flip(library, ((file, bit) for bit in range(0, count, step)), tally, large=False)


def elsewhere(library: Path, tally: Tally, seed: int, count: int, *, large: bool) -> None:
    """Flip bits anywhere else.

    Args:
        library: A library that may be broken.
        tally: Takes what came of it.
        seed: Chooses them.
        count: How many.
        large: Whether all files count as too large to be hashed at opening.
    """
    generator = random.Random(seed)
    files = [library / "current", *(f for f in folder(library).rglob("*") if f.is_file() and f.name != FILE)]
    sizes = [8 * file.stat().st_size for file in files]
    chosen = generator.choices(files, sizes, k=count)
    bits = ((file, generator.randrange(8 * file.stat().st_size)) for file in chosen)
    _flip(library, bits, tally, large=large)


def _flip(library: Path, bits: Iterable[Bit], tally: Tally, *, large: bool) -> None:
    whole = child.run(partial(_seen, library)).said
    for batch in _batches(iter(bits)):
        ending = child.run(partial(_try, library, batch, whole, large=large), patience=600)
        tally.tried += len(batch)
        for what in ending.said if ending.said is not None else [ending.error or f"signal {ending.killed}"]:
            tally.wrong(what)


def _batches(bits: Iterator[Bit]) -> Iterator[list[Bit]]:
    while batch := list(islice(bits, _BATCH)):
        yield batch


def _try(library: Path, bits: list[Bit], whole: object, *, large: bool) -> list[str]:
    """Flip each bit and set it back; the failures in words."""
    if large:
        manifest.HASHED_AT_OPENING = 0
    wrong = []
    for file, bit in bits:
        content = file.read_bytes()
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        file.write_bytes(flipped)
        try:
            if _seen(library) != whole:
                wrong.append(f"bit {bit} of {file.name} changes what the library says")
        except LibraryError:
            pass  # it is noticed
        except Exception as error:
            wrong.append(f"bit {bit} of {file.name}: {type(error).__name__}: {error}")
        finally:
            file.write_bytes(content)
    return wrong


def _seen(library: Path) -> object:
    """What a reader sees of a library."""
    answer = opened(library).ask(QUESTION)
    return answer.to_dict(), state(library)
