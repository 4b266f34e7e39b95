"""The comparison of hand-chosen constants: which constants, what a changed value reaches, and the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder

import qa
from benchmarks import constants
from benchmarks.constants import CONSTANTS, RANKING, Constant, measure_constant, patched
from benchmarks.constants_report import ConstantResult, read_results, write_report
from benchmarks.sampled_answers import AnswerSample, SampledQuestion
from benchmarks.sampled_rankings import RankingSample, misspell
from qa.answering import select
from qa.encoding.minilm import MiniLMEncoder
from qa.evaluation.dataset import Answers
from qa.library import opened
from qa.search import hybrid

BETA = Constant("qa.search.hybrid", "ROCCHIO_BETA", RANKING, (0.0, 0.6))


@pytest.mark.parametrize("constant", CONSTANTS, ids=lambda constant: constant.name)
def test_each_constant_exists_and_is_compared_with_other_values(constant: Constant) -> None:
    assert constant.in_use not in constant.values
    assert len(set(constant.values)) == len(constant.values) >= 2


def test_a_changed_value_reaches_every_module_that_imported_it_and_is_restored() -> None:
    importer = vars(opened)
    assert select.CANDIDATES is importer["CANDIDATES"]
    in_use = select.CANDIDATES
    with pytest.raises(ZeroDivisionError), patched(Constant("qa.answering.select", "CANDIDATES", RANKING, ()), 3.0):
        assert (select.CANDIDATES, importer["CANDIDATES"]) == (3, 3)
        assert isinstance(select.CANDIDATES, int)
        _ = 1 / 0
    assert (in_use, in_use) == (select.CANDIDATES, importer["CANDIDATES"])


def test_every_value_is_measured_with_everything_else_unchanged() -> None:
    def measure() -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
        return {"set": np.array([hybrid.ROCCHIO_BETA, 1.0])}

    result = measure_constant(BETA, measure, measure())
    assert [(tried.value, tried.by_set) for tried in result.values] == [
        (0.0, {"set": 0.5}), (0.3, {"set": 0.65}), (0.6, {"set": 0.8}),
    ]  # fmt: skip
    assert (result.name, result.in_use, result.best) == ("qa.search.hybrid.ROCCHIO_BETA", 0.3, 0.6)


def result(first: float, second: float) -> ConstantResult:
    scores = {
        1.0: {"a": np.array([first] * 8), "b": np.array([1.0])},
        2.0: {"a": np.array([second] * 8), "b": np.ones(1)},
    }
    return ConstantResult.of("qa.module.LIMIT", "nDCG@10", 2.0, scores)


def test_a_row_shows_each_value_and_whether_another_is_better() -> None:
    row = "| `qa.module.LIMIT` | 2 | nDCG@10: a (8), b (1) | 1: {} / 1.0000<br>**2**: {} / 1.0000 | {} |"
    assert result(0.25, 0.5).row() == row.format("0.2500", "0.5000", "in use")
    assert result(0.5, 0.5).row() == row.format("0.5000", "0.5000", "in use")
    assert result(0.5, 0.25).row() == row.format("0.5000", "0.2500", "1, p = 0.01")


def test_the_report_is_written_as_a_table_and_read_back(tmp_path: Path) -> None:
    written = result(0.25, 0.5)
    write_report([written], "python -m …", tmp_path)
    assert written.row() in (tmp_path / "constants.md").read_text(encoding="utf-8").splitlines()
    assert read_results(tmp_path) == {"qa.module.LIMIT": written}
    assert read_results(tmp_path / "none") == {}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def write(name: str, lines: list[str]) -> None:
        (tmp_path / "made" / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    (tmp_path / "made").mkdir()
    texts = {"d1": "Lenses are ground in Solms.", "d2": "Bread is baked at night.", "d3": "Cameras are sold in Paris."}
    write("corpus.jsonl", [json.dumps({"_id": name, "title": "", "text": text}) for name, text in texts.items()])
    write(
        "queries.jsonl", [json.dumps({"_id": "q1", "text": "bread baked"}), json.dumps({"_id": "q2", "text": "Paris"})]
    )
    write("qrels.tsv", ["query-id\tcorpus-id\tscore", "q1\td2\t1", "q2\td3\t1"])
    return tmp_path


def test_a_sample_is_ranked_by_the_code_as_it_is(folder: Path, encoder: FakeEncoder) -> None:
    sample = RankingSample.build(folder / "made", folder / "library", encoder)
    assert sample.ndcg().tolist() == [1.0, 1.0]
    assert {query: question.text for query, question in sample.misspelt.items()} == {"q1": "braed baked", "q2": "Pairs"}


def test_the_constants_of_the_ranking_are_compared_on_a_folder_of_sets(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.options.MiniLMEncoder", FakeEncoder)
    monkeypatch.setattr(constants, "RANKED_SETS", ("made",))
    arguments = [str(folder), "--only", "ROCCHIO", "--cache", str(folder / "cache"), "--out", str(folder / "out")]
    assert constants.main(arguments) == 0
    assert "| `qa.search.hybrid.ROCCHIO_BETA` | 0.3 | nDCG@10: made (2) | 0: 1.0000<br>" in capsys.readouterr().out
    (measured,) = read_results(folder / "out").values()
    assert (measured.best, measured.p_of_best) == (0.3, 1.0)


def test_a_question_without_a_long_word_is_not_misspelt() -> None:
    assert [misspell(text) for text in ("Who was it?", "aaaaaaa bb", "lenses in Solms")] == [
        "Who was it?", "aaaaaaa bb", "leness in Solms",
    ]  # fmt: skip


def test_highlights_are_judged_against_every_quote_highlighted(
    leica: qa.Library, real_encoder: MiniLMEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(select, "_ALWAYS_READ", 5)  # what was not read cannot be highlighted
    unread = qa.open(leica.path, encoder=real_encoder, reader=None)
    questions = [SampledQuestion("Where are Leica lenses made?", answers) for answers in (Answers(["Solms"]), None)]
    right, wrong = AnswerSample(questions, leica, unread).marks()
    highlighted = [bool(quote.highlights) for quote in leica.ask(questions[0].text).quotes[1:]]
    assert highlighted.count(False) / len(highlighted) == pytest.approx(wrong)
    assert 0 <= right <= 1
