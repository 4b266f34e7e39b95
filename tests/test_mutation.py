"""The mutation run: which mutants a source has, which tests can notice them, and the report."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from benchmarks import mutation
from benchmarks.line_tests import LineTests
from benchmarks.mutants import mutants_of
from benchmarks.mutation_plugin import RECORD, SELECT
from benchmarks.mutation_report import EQUIVALENT, ModuleScore, markdown_report, read_scores, write_report

SOURCE = '''
"""A docstring with 3 numbers."""
LIMIT: int = 0
@dataclass(frozen=True)
class Span:
    def inside(self, at: int = 1) -> bool:
        if not at or at > 5.0:
            raise ValueError(f"{at:3} is over {5 + 1}")
        return self.start + 1 if at is None else at in self
'''


def test_numbers_comparisons_operators_and_conditions_are_mutated_one_at_a_time() -> None:
    assert [mutant.after for mutant in mutants_of(SOURCE)] == [
        "1",
        "2",
        "not at and at > 5.0",
        "at",
        "at >= 5.0",
        "10.0",
        "at in self if at is None else self.start + 1",
        "at is not None",
        "self.start - 1",
        "2",
        "at not in self",
    ]


def test_a_mutant_is_the_whole_source_with_one_change() -> None:
    original = ast.unparse(ast.parse(SOURCE)).splitlines()
    for mutant in mutants_of(SOURCE):
        changed = [new for new, old in zip(mutant.source.splitlines(), original, strict=True) if new != old]
        assert len(changed) == 1, mutant


def test_a_module_is_tested_by_the_tests_that_import_it() -> None:
    assert "tests/test_spelling.py" in mutation.tests_of("qa/text/spelling.py")
    assert "tests/test_ivf.py" not in mutation.tests_of("qa/text/spelling.py")
    assert not {Path(file).name for file in mutation.tests_of("qa/text/sentences.py")} & mutation.SKIPPED


PACKAGE = {
    "qa/__init__.py": "",
    "qa/lengths.py": """LEAST = 2
TWICE = 2 * LEAST


def is_short(word, more=0):
    if len(word) < TWICE + more:
        return True
    return False


class Word:
    weight = 3

    def score(self):
        return self.weight
""",
    "qa/counts.py": "def is_any(count):\n    return count > 0\n",
    "qa/unused.py": "def unused():\n    return 1\n",
    "conftest.py": """import pytest
from qa.lengths import is_short


@pytest.fixture(scope="session")
def short():
    return is_short("it")


@pytest.fixture
def long():
    return not is_short("lenses")
""",
    "test_lengths.py": """from qa.counts import is_any
from qa.lengths import Word


def test_short(short):
    assert short


def test_again(short, long):
    assert short and long


def test_word():
    assert Word().score() == 3


def test_any():
    assert is_any(1)
""",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(package: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-p", "benchmarks.mutation_plugin"],
        cwd=package,
        env={**os.environ, "PYTHONPATH": f"{package}{os.pathsep}{mutation.ROOT}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def recorded(package: Path) -> LineTests:
    run(package, **{RECORD: str(package / "recorded.json")})
    return LineTests.read(package / "recorded.json")


SHORT, AGAIN, WORD = (f"test_lengths.py::test_{name}" for name in ("short", "again", "word"))


def test_the_tests_of_a_line_are_those_that_run_it_or_use_what_it_sets(recorded: LineTests) -> None:
    """A line that only a shared fixture runs is of all tests that use the fixture."""
    tests = {line: set(recorded.of_line(PACKAGE, "qa/lengths.py", line)) for line in (1, 2, 5, 6, 7, 8, 12, 15)}
    both = {SHORT, AGAIN}
    assert tests == {1: both, 2: both, 5: both, 6: both, 7: both, 8: {AGAIN}, 12: {WORD}, 15: {WORD}}
    assert recorded.of_line(PACKAGE, "qa/unused.py", 2) == []


def test_the_fastest_tests_come_first_as_many_as_there_is_time_for() -> None:
    recorded = LineTests({"a": 3.0, "b": 1.0, "c": 2.0}, {"qa/m.py": {2: ["a", "b", "c"]}})
    tests = recorded.of_line({"qa/m.py": "def f():\n    return 1\n"}, "qa/m.py", 2)
    assert tests == ["b", "c", "a"]
    assert [recorded.within(seconds, tests) for seconds in (0.5, 3, 5.9, 6)] == [[], ["b", "c"], ["b", "c"], tests]


def test_the_chosen_tests_run_in_the_given_order(package: Path) -> None:
    (package / "chosen.json").write_text(json.dumps({"tests": [WORD, SHORT], "seconds": 99}), encoding="utf-8")
    output = run(package, **{SELECT: str(package / "chosen.json")})
    assert [line for line in output.splitlines() if line.startswith("PASSED")] == [f"PASSED {WORD}", f"PASSED {SHORT}"]


def test_a_mutant_that_no_test_fails_on_survives(
    package: Path, recorded: LineTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(mutation.ROOT / "benchmarks", package / "benchmarks")
    monkeypatch.setattr(mutation, "ROOT", package)
    monkeypatch.setattr(mutation, "COPIED", ("qa", "benchmarks", "conftest.py", "test_lengths.py"))
    monkeypatch.setattr(mutation, "digest", lambda *_: "digest")
    score = mutation.score_module("qa/counts.py", 9, recorded)
    assert (score.mutants, score.run) == (2, 2)
    assert score.survivors == ["count > 0 → count >= 0 in return count > 0"]


MUTANTS = ["5 → 6 in LIMIT = 5", "a > b → a >= b in return a > b"]
SCORE = ModuleScore("qa/text/spelling.py", "digest", 40, 8, MUTANTS)


def test_the_report_names_the_score_and_the_survivors(tmp_path: Path) -> None:
    write_report({SCORE.module: SCORE}, tmp_path)
    assert read_scores(tmp_path) == {SCORE.module: SCORE}
    assert read_scores(tmp_path / "none") == {}
    lines = (tmp_path / "mutation.md").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("**6 of 8 mutants killed (75%)**") for line in lines)
    assert "| `qa/text/spelling.py` | 40 | 8 | 0 | 6 | 75% |" in lines
    assert [line for line in lines if line.startswith("- ")] == [f"- `qa/text/spelling.py`: `{m}`" for m in MUTANTS]


def test_equivalent_mutants_are_not_counted() -> None:
    lines = markdown_report([SCORE], {SCORE.module: {MUTANTS[1]: "they are never equal"}}).splitlines()
    assert any(line.startswith("**6 of 7 mutants killed (86%)**") for line in lines)
    assert "| `qa/text/spelling.py` | 40 | 8 | 1 | 6 | 86% |" in lines
    assert lines[-1] == f"- `qa/text/spelling.py`: `{MUTANTS[1]}`: they are never equal"


@pytest.mark.parametrize(
    ("module", "mutant"),
    [(module, mutant) for module, mutants in json.loads(EQUIVALENT.read_text()).items() for mutant in mutants],
)
def test_a_mutant_marked_as_equivalent_is_one_of_its_module(module: str, mutant: str) -> None:
    assert mutant in mutants_by_name(module)


@cache
def mutants_by_name(module: str) -> frozenset[str]:
    return frozenset(map(str, mutants_of((mutation.ROOT / module).read_text(encoding="utf-8"))))


def test_comments_and_docstrings_do_not_matter_to_a_score() -> None:
    def code(source: str) -> str:
        return mutation._code(source)

    assert code('"""A."""\nK = 3  # three\n') == code('"""B."""\n\nK = 3\n') != code("K = 4\n")


def test_a_module_that_has_not_changed_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def score_module(module: str, sample: int, recorded: LineTests) -> ModuleScore:
        ran.append(module)
        return ModuleScore(module, mutation.digest(module, sample), 1, 1, [])

    ran: list[str] = []
    monkeypatch.setattr(mutation, "score_module", score_module)
    monkeypatch.setattr(mutation, "recorded_tests", lambda folder: LineTests({}, {}))
    arguments = ["--module", "qa/text/spelling.py", "--out", str(tmp_path), "--jobs", "1"]
    assert mutation.main(arguments) == mutation.main(arguments) == 0
    assert ran == ["qa/text/spelling.py"]
    assert mutation.main([*arguments, "--sample", "3"]) == 0
    assert ran == ["qa/text/spelling.py"] * 2
    assert len(json.loads((tmp_path / "mutation.json").read_text(encoding="utf-8"))) == 1
