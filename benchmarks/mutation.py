"""Mutation score: `python -m benchmarks.mutation [--module FILE …] [--sample N] [--jobs N] [--out DIR]`.

Breaks one thing at a time in a copy of the checkout (a number, a comparison, an operator, a condition) and runs the
tests that import the broken module, and its doctests. A mutant that no test fails on survives. Needs no data. Mutants
are sampled with a fixed seed; a module whose source and tests are unchanged since the last report is not run again, so
an interrupted run continues where it stopped. Writes mutation.md and mutation.json.

Why not a ready-made tool: mutmut 3 leaves module constants alone, which are what tests here have missed, and forks a
process with the threads of torch and OpenVINO; cosmic-ray edits the checkout in place and takes no sample.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from benchmarks.mutants import mutants_of
from benchmarks.mutation_report import ModuleScore, read_scores, write_report
from benchmarks.options import RESULTS

ROOT = Path(__file__).parents[1]
ROOMS = ("qa/search", "qa/answering", "qa/text")
COPIED = ("qa", "corpus", "tests", "benchmarks", "training", "docs", "app.py", "pyproject.toml", "README.md")
# They read no result of a module, or take minutes: they train networks, install the package or attack the sandbox.
SKIPPED = {"test_structure.py", "test_training.py", "test_install.py", "test_readme.py", "test_hostile.py"}
_SEED = 17
_SLOWER = 5  # a mutant that takes this many times as long as the unbroken module is killed: it loops
_LEAST_TIMEOUT = 60.0  # seconds
_PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mutants of every module, print each module's score, and write the report after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--module", dest="modules", action="append", metavar="FILE", help=f"default: all of {', '.join(ROOMS)}"
    )
    parser.add_argument("--sample", type=int, default=8, metavar="N", help="mutants per module (default: 8)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="default: one per core")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    options = parser.parse_args(arguments)

    modules = options.modules or [
        file.relative_to(ROOT).as_posix()
        for room in ROOMS
        for file in sorted((ROOT / room).glob("*.py"))
        if file.name != "__init__.py"
    ]
    scores = read_scores(options.out)
    pending = [
        module for module in modules if module not in scores or scores[module].digest != digest(module, options.sample)
    ]
    with ThreadPoolExecutor(options.jobs) as pool:
        for score in pool.map(lambda module: score_module(module, options.sample), pending):
            scores[score.module] = score
            print(f"{score.module}: {score.killed} of {score.run} killed", flush=True)
            write_report(scores, options.out)
    return 0


def score_module(module: str, sample: int) -> ModuleScore:
    """Run a sample of a module's mutants against its tests, in a copy of the checkout.

    Raises SystemExit if the tests fail before anything is broken.
    """
    mutants = mutants_of((ROOT / module).read_text(encoding="utf-8"))
    chosen = sorted(Random(f"{_SEED}/{module}").sample(range(len(mutants)), min(sample, len(mutants))))
    command = (*_PYTEST, *tests_of(module), module)
    with tempfile.TemporaryDirectory(prefix="verbatim-mutation-") as folder:
        copy = Path(folder)
        for name in COPIED:
            _copy(ROOT / name, copy / name)
        started = time.monotonic()
        if not _passes(command, copy, None):
            raise SystemExit(f"the tests of {module} fail before anything is broken: {shlex.join(command)}")
        timeout = max(_LEAST_TIMEOUT, _SLOWER * (time.monotonic() - started))
        survivors = []
        for number, index in enumerate(chosen, 1):
            file = copy / module
            file.write_text(mutants[index].source, encoding="utf-8")
            os.utime(file, (number, number))  # so that the .pyc of another mutant is stale
            if _passes(command, copy, timeout):
                survivors.append(str(mutants[index]))
    return ModuleScore(module, digest(module, sample), len(mutants), len(chosen), survivors)


def tests_of(module: str) -> list[str]:
    """The test files that import a module; if none does, those that import anything of its room."""
    room, _, stem = module.removesuffix(".py").replace("/", ".").rpartition(".")
    names = rf"\b{re.escape(room)}\.{stem}\b|from {re.escape(room)} import [^\n]*\b{stem}\b"
    files = [file for file in sorted((ROOT / "tests").glob("test_*.py")) if file.name not in SKIPPED]
    texts = {f"tests/{file.name}": file.read_text(encoding="utf-8") for file in files}
    direct = [file for file, text in texts.items() if re.search(names, text)]
    return direct or [file for file, text in texts.items() if re.search(rf"\b{re.escape(room)}\b", text)]


def digest(module: str, sample: int) -> str:
    """A hash of what a module's score depends on: its source, its tests, the mutants and their number."""
    files = [module, *tests_of(module), "benchmarks/mutants.py"]
    content = b"\0".join((ROOT / file).read_bytes() for file in files)
    return hashlib.sha256(content + f"{sample}".encode()).hexdigest()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "results"))
    elif source.is_file():
        shutil.copy2(source, target)


def _passes(command: Sequence[str], folder: Path, timeout: float | None) -> bool:
    """Whether the tests pass in time; a mutant that makes them hang counts as killed."""
    try:
        run = subprocess.run(  # noqa: S603 — our own command
            command, cwd=folder, timeout=timeout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
