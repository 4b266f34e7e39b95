"""The command line that the benchmarks on public sets have in common."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cached_encoder import CachedEncoder, default_folder
from qa.encoding.minilm import MiniLMEncoder

RESULTS = Path(__file__).parent / "results"
OURS = "Verbatim"  # how this project is called beside its peers


def parser(told: str | None, sets: Sequence[str]) -> argparse.ArgumentParser:
    """`DIR [--set NAME …] [--cache DIR] [--out DIR]`; `told` is the module's docstring, `sets` those of a plain run."""
    made = argparse.ArgumentParser(description=told, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("folder", type=Path, metavar="DIR", help="the folder with a folder for each set")
    made.add_argument("--set", dest="sets", action="append", metavar="NAME", help=f"default: {', '.join(sets)}")
    made.add_argument("--cache", type=Path, metavar="DIR", help="where vectors are kept; default: the user's cache")
    made.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    return made


def encoder(options: argparse.Namespace) -> CachedEncoder:
    """The default encoder, whose vectors are kept where the options say."""
    return CachedEncoder(MiniLMEncoder(), options.cache or default_folder())


def command(options: argparse.Namespace, module: str, *more: str) -> str:
    """How to repeat the run.

    Without the places of the cache and the results, which are a matter of the machine and not of the measurement.
    """
    sets = [part for name in options.sets or () for part in ("--set", name)]
    return shlex.join(["python", "-m", f"benchmarks.{module}", str(options.folder), *sets, *more])
