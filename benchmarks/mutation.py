"""Mutation score: `python -m benchmarks.mutation [--module FILE …] [--sample N] [--jobs N] [--out DIR]`.

Breaks one thing at a time in a copy of the checkout (a number, a comparison, an operator, a condition) and runs the
tests that run the broken line, fastest first, until one fails. Which those are is recorded once, in a run of all tests
of these rooms and of the modules' doctests; the recording is kept in the user's cache until a module or a test changes.
A mutant that no test fails on survives. Needs no data. Mutants are sampled with a fixed seed. A module whose code and
tests are unchanged since the last report is not run again, so an interrupted run continues where it stopped. Writes
mutation.md and mutation.json.

Why not a ready-made tool: mutmut 3 leaves module constants alone, which are what tests here have missed, and forks a
process with the threads of torch and OpenVINO; cosmic-ray edits the checkout in place and takes no sample.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from benchmarks import mutation_plugin
from benchmarks.cached_encoder import default_folder
from benchmarks.line_tests import LineTests
from benchmarks.mutants import Mutant, mutants_of
from benchmarks.mutation_plugin import RECORD, SELECT
from benchmarks.mutation_report import MAX_SECONDS, ModuleScore, read_scores, write_report
from benchmarks.options import RESULTS

ROOT = Path(__file__).parents[1]
ROOMS = ("qa/search", "qa/answering", "qa/text")
COPIED = ("qa", "corpus", "tests", "benchmarks", "training", "docs", "app.py", "pyproject.toml", "README.md")
# They read no result of a module, test another room, or take minutes: they train networks or attack the sandbox.
SKIPPED = {
    "test_structure.py",
    "test_encoder.py",
    "test_training.py",
    "test_install.py",
    "test_mutation.py",
    "test_readme.py",
    "test_hostile.py",
}
_SEED = 17
# A mutant whose tests need much more processor time than its tests may take is killed: it loops. One that waits for
# something that never comes is killed after a time that no busy machine needs.
_CPU_SECONDS = 5 * MAX_SECONDS
_TIMEOUT = 40 * MAX_SECONDS
_PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "benchmarks.mutation_plugin")


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

    modules = options.modules or modules_of_rooms()
    scores = read_scores(options.out)
    pending = [
        module for module in modules if module not in scores or scores[module].digest != digest(module, options.sample)
    ]
    if pending:
        recorded = recorded_tests(default_folder() / "mutation")
        with ThreadPoolExecutor(options.jobs) as pool:
            for score in pool.map(lambda module: score_module(module, options.sample, recorded), pending):
                scores[score.module] = score
                print(f"{score.module}: {score.killed} of {score.run} killed", flush=True)
                write_report(scores, options.out)
    write_report(scores, options.out)  # with the equivalent mutants as they are marked now
    return 0


def modules_of_rooms() -> list[str]:
    """Every module of the rooms, as a path in the checkout."""
    files = (file for room in ROOMS for file in sorted((ROOT / room).glob("*.py")) if file.name != "__init__.py")
    return [file.relative_to(ROOT).as_posix() for file in files]


def recorded_tests(folder: Path) -> LineTests:
    """Which tests of the rooms run which line: what was recorded in `folder`, or a new recording, which takes minutes.

    Raises SystemExit if the tests fail before anything is broken.
    """
    tests = sorted({test for room in ROOMS for test in _tests_naming(rf"\b{room.replace('/', '.')}\b")})
    sources = [*sorted(ROOT.glob("qa/**/*.py")), *sorted(ROOT.glob("tests/*.py")), Path(mutation_plugin.__file__)]
    name = hashlib.sha256(b"\0".join(file.read_bytes() for file in sources)).hexdigest()
    path = folder / f"{name}.json"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        command = (*_PYTEST, *tests, *ROOMS)
        if not _passes(command, ROOT, None, {RECORD: str(new)}):
            raise SystemExit(f"the tests fail before anything is broken: {shlex.join(command)}")
        new.replace(path)
    return LineTests.read(path)


def score_module(module: str, sample: int, recorded: LineTests) -> ModuleScore:
    """Run a sample of a module's mutants against the tests that run their lines, in a copy of the checkout."""
    source = (ROOT / module).read_text(encoding="utf-8")
    mutants = mutants_of(source)
    chosen = sorted(Random(f"{_SEED}/{module}").sample(range(len(mutants)), min(sample, len(mutants))))
    sources = {name: (ROOT / name).read_text(encoding="utf-8") for name in recorded.lines}
    survivors = []
    with tempfile.TemporaryDirectory(prefix="verbatim-mutation-") as folder:
        copy = Path(folder)
        for name in COPIED:
            _copy(ROOT / name, copy / name)
        for number, mutant in enumerate((mutants[index] for index in chosen), 1):
            tests = recorded.within(MAX_SECONDS, recorded.of_line(sources, module, mutant.line))
            if not tests or not _is_killed(mutant, number, copy, module, tests):
                survivors.append(str(mutant))
    return ModuleScore(module, digest(module, sample), len(mutants), len(chosen), survivors)


def tests_of(module: str) -> list[str]:
    """The test files that import a module; if none does, those that import anything of its room."""
    room, _, stem = module.removesuffix(".py").replace("/", ".").rpartition(".")
    direct = _tests_naming(rf"\b{re.escape(room)}\.{stem}\b|from {re.escape(room)} import [^\n]*\b{stem}\b")
    return direct or _tests_naming(rf"\b{re.escape(room)}\b")


def digest(module: str, sample: int) -> str:
    """A hash of what a module's score depends on: its code, its tests, the mutants and their number."""
    code = _code((ROOT / module).read_text(encoding="utf-8"))
    tests = (*tests_of(module), "benchmarks/mutants.py")
    content = b"\0".join([code.encode(), *((ROOT / file).read_bytes() for file in tests), str(sample).encode()])
    return hashlib.sha256(content).hexdigest()


def _code(source: str) -> str:
    """The source without comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            node.body = [
                each for each in node.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
            ]
    return ast.dump(tree)


def _tests_naming(pattern: str) -> list[str]:
    files = [file for file in sorted((ROOT / "tests").glob("test_*.py")) if file.name not in SKIPPED]
    return [f"tests/{file.name}" for file in files if re.search(pattern, file.read_text(encoding="utf-8"))]


def _is_killed(mutant: Mutant, number: int, copy: Path, module: str, tests: Sequence[str]) -> bool:
    """Whether one of these tests fails on the mutant, put into the copy of the checkout as the `number`-th."""
    original = (copy / module).read_bytes()
    (copy / module).write_text(mutant.source, encoding="utf-8")
    os.utime(copy / module, (number, number))  # so that the .pyc of another mutant is stale
    selection = copy / "selection.json"
    selection.write_text(json.dumps({"tests": tests, "seconds": _CPU_SECONDS}), encoding="utf-8")
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    try:
        return not _passes((*_PYTEST, *files), copy, _TIMEOUT, {SELECT: str(selection)})
    finally:
        (copy / module).write_bytes(original)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "results"))
    elif source.is_file():
        shutil.copy2(source, target)


def _passes(command: Sequence[str], folder: Path, timeout: float | None, environment: dict[str, str]) -> bool:
    """Whether the tests pass in time; a mutant that makes them hang counts as killed."""
    try:
        run = subprocess.run(  # noqa: S603 — our own command
            command,
            cwd=folder,
            env={**os.environ, **environment, "PYTHONPATH": str(folder)},
            timeout=timeout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
