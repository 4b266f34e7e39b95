"""The command line that the benchmarks on public sets share."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cached_encoder import CachedEncoder, default_folder
from qa.encoding.minilm import MiniLMEncoder

RESULTS = Path(__file__).parent / "results"
OURS = "Verbatim"  # the name of this project next to its peers


def parser(description: str | None, sets: Sequence[str]) -> argparse.ArgumentParser:
    """A parser of `DIR [--set NAME …] [--cache DIR] [--out DIR]`.

    Args:
        description: The docstring of the benchmark's module.
        sets: The sets that are measured without `--set`.
    """
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds a folder for each set")
    made.add_argument("--set", dest="sets", action="append", metavar="NAME", help=f"default: {', '.join(sets)}")
    made.add_argument("--cache", type=Path, metavar="DIR", help="where vectors are cached; default: the user's cache")
    made.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    return made


def encoder(options: argparse.Namespace) -> CachedEncoder:
    """The default encoder, cached where the options say."""
    return CachedEncoder(MiniLMEncoder(), options.cache or default_folder())


def command(options: argparse.Namespace, module: str, *more: str) -> str:
    """The command that repeats the run, without the folders of this machine's cache and results."""
    sets = [part for name in options.sets or () for part in ("--set", name)]
    return shlex.join(["python", "-m", f"benchmarks.{module}", str(options.folder), *sets, *more])
