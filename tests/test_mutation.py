"""The mutation run: which mutants a source has, which tests a module has, and the report; no mutant is run here."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from benchmarks import mutation
from benchmarks.mutants import mutants_of
from benchmarks.mutation_report import ModuleScore, read_scores, write_report

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
    assert [str(mutant).partition(" → ")[2] for mutant in mutants_of(SOURCE)] == [
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


SCORE = ModuleScore("qa/text/spelling.py", "digest", 40, 8, ["12: 5 → 6"])


def test_the_report_names_the_score_and_the_survivors(tmp_path: Path) -> None:
    write_report({SCORE.module: SCORE}, tmp_path)
    lines = (tmp_path / "mutation.md").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("**7 of 8 mutants killed (88%)**") for line in lines)
    assert "| `qa/text/spelling.py` | 40 | 8 | 7 | 88% |" in lines
    assert "- `qa/text/spelling.py:12: 5 → 6`" in lines
    assert read_scores(tmp_path) == {SCORE.module: SCORE}
    assert read_scores(tmp_path / "none") == {}


def test_a_module_that_has_not_changed_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def score_module(module: str, sample: int) -> ModuleScore:
        ran.append(module)
        return ModuleScore(module, mutation.digest(module, sample), 1, 1, [])

    ran: list[str] = []
    monkeypatch.setattr(mutation, "score_module", score_module)
    arguments = ["--module", "qa/text/spelling.py", "--out", str(tmp_path), "--jobs", "1"]
    assert mutation.main(arguments) == mutation.main(arguments) == 0
    assert ran == ["qa/text/spelling.py"]
    assert mutation.main([*arguments, "--sample", "3"]) == 0
    assert ran == ["qa/text/spelling.py"] * 2
    assert len(json.loads((tmp_path / "mutation.json").read_text(encoding="utf-8"))) == 1
