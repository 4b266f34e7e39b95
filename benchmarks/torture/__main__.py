"""Torture: `python -m benchmarks.torture [LIBRARY …] [--seed N] [--resume] [--part WORDS …] [--share X] [--work DIR]`.

Cuts each change of a library short at every call to the file system, kills it at random times, fills its disk, flips
bits, forges libraries, and lets builders, readers and visitors come at once. It needs Linux and a C compiler. Writes
torture.md and torture.json after every part; `--resume` goes on after the last one.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from benchmarks.options import RESULTS
from benchmarks.torture import disk
from benchmarks.torture.parts import PARTS, run
from benchmarks.torture.report import Record, table
from qa.errors import VerbatimError

_SEED = 18  # any number: with the same one, the same is tried
_JOBS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts, print a line for each, and write the results; the status is 1 if anything was lost or wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libraries", type=Path, nargs="*", metavar="LIBRARY", help="more libraries to forge copies of")
    parser.add_argument("--seed", type=int, default=_SEED, metavar="N", help=f"default: {_SEED}")
    parser.add_argument("--resume", action="store_true", help="leave out the parts that are finished")
    parser.add_argument("--part", dest="parts", action="append", metavar="WORDS", help="only parts with these words")
    parser.add_argument("--share", type=float, default=1.0, metavar="X", help="of the trials; default: 1")
    parser.add_argument("--jobs", type=int, default=_JOBS, metavar="N", help=f"processes at once; default: {_JOBS}")
    parser.add_argument("--work", type=Path, metavar="DIR", help="default: a temporary folder")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    options = parser.parse_args(arguments)
    work = options.work or Path(tempfile.gettempdir())
    work.mkdir(parents=True, exist_ok=True)
    try:
        disk.preload(work)
    except VerbatimError as error:
        print(error, file=sys.stderr)
        return 2
    record = Record(options.out / "torture.json", options.seed, resume=options.resume)
    names = [name for name in PARTS if not options.parts or any(words in name for words in options.parts)]
    command = _command(options)
    with ProcessPoolExecutor(options.jobs, get_context("spawn")) as pool:
        running = [
            pool.submit(run, name, options.seed, options.share, tuple(options.libraries), work)
            for name in names
            if name not in record.tallies
        ]
        for done in as_completed(running):
            record.add(tally := done.result())
            print(
                f"{tally.part}: {tally.tried:,} tried, {tally.losses} lost, {tally.errors} wrong",
                *tally.told,
                sep="\n  ",
            )
            tallies = [record.tallies[name] for name in PARTS if name in record.tallies]
            (options.out / "torture.md").write_text(table(tallies, command, options.seed), encoding="utf-8")
    return int(any(tally.losses or tally.errors for tally in record.tallies.values()))


def _command(options: argparse.Namespace) -> str:
    names = [path.name for path in options.libraries]
    return shlex.join(["python", "-m", "benchmarks.torture", *names, "--seed", str(options.seed)])


if __name__ == "__main__":
    sys.exit(main())
