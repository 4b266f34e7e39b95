"""`qa evaluate`: the set's layout, the figures against a hand count, the files it writes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.answering.reader import ScoredSpan
from qa.encoding.encoder import Vectors
from qa.evaluation import evaluate
from qa.evaluation.answers import calibration_error, confidence_figures, coverage, exact_match, f1, is_right
from qa.evaluation.dataset import Answers, Dataset
from qa.evaluation.ranking import ranking_figures
from qa.types import Progress, no_progress


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def write(name: str, rows: list[object]) -> None:
        (tmp_path / name).write_text("".join(f"{json.dumps(row)}\n" for row in rows))

    write("corpus.jsonl", [
        {"_id": "d1", "title": "Lenses", "text": "Lenses are ground in Solms. They are glass."},
        {"_id": "d2", "title": "", "text": "Bread is baked at night.  "},
        {"_id": "d3", "title": "Comments", "text": "2 comments\n\nJane says:\nnot a thread here"},
        {"_id": "d4", "title": "Empty", "text": " "},
        {"_id": "d1", "title": "Again", "text": "Repeated."},
        "odd",
    ])  # fmt: skip
    write("queries.jsonl", [
        {"_id": "q1", "text": "where are lenses ground"}, {"_id": "q2", "text": "when is bread baked"},
        {"_id": "q3", "text": "not judged"}, {"_id": "q4", "text": "lenses of glass"},
    ])  # fmt: skip
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\nq2\td3\t0\nq4\td2\t1\nodd\n")
    write("answers.jsonl", [
        {"_id": "q1", "answers": [{"text": "Solms", "answer_start": 21}]},
        {"_id": "q2", "answer": [["at  Night"]]},
        {"_id": "q4", "answer_sentences": []},
    ])  # fmt: skip
    write("unanswerable.jsonl", [{"_id": "u1", "text": "who is the king"}, {"_id": "u2", "text": "?"}])
    return tmp_path


def test_a_set_with_malformed_rows_is_read_and_the_rows_are_reported(folder: Path) -> None:
    data = Dataset.read(folder)
    assert [(d.source, d.title, len(d.posts)) for d in data.documents] == [
        ("d1", "Lenses", 1), ("d2", None, 1), ("d3", "Comments", 1),
    ]  # fmt: skip
    assert data.judgements == {"q1": {"d1": 1}, "q2": {"d2": 2, "d3": 0}, "q4": {"d2": 1}}
    assert data.answers == {"q1": Answers(["Solms"]), "q2": Answers(["at  Night"])}
    assert sorted(data.notes) == [
        "answers.jsonl: 1 answer rows not readable",
        "corpus.jsonl: 1 documents with the id of an earlier one, skipped",
        "corpus.jsonl: 1 documents without a text, skipped",
        "corpus.jsonl: 1 rows not readable",
        "qrels.tsv: 1 queries without a judgement, skipped",
        "qrels.tsv: 1 rows not readable",
    ]


def test_the_report_and_the_files_written_are_right(folder: Path, tmp_path: Path) -> None:
    report = evaluate(folder, run=tmp_path / "run", answers=tmp_path / "answers", encoder=FakeEncoder(), reader=None)
    ranking = report.ranking
    assert report.answer_figures is None
    assert (report.documents, ranking.queries) == (3, 3)
    assert ranking.recall_at_1 == pytest.approx(2 / 3)
    assert report.quotes_with_answer == report.answers_with_answer == 1.0
    assert "nDCG@10" in str(report) and "note: corpus.jsonl" in str(report)

    rows = [line.split() for line in (tmp_path / "run").read_text().splitlines()]
    assert {row[0] for row in rows} == {"q1", "q2", "q4"}
    assert all(len(row) == 6 and row[1] == "Q0" and row[5] == "verbatim" for row in rows)
    for query in ("q1", "q2", "q4"):
        own = [row for row in rows if row[0] == query]
        assert [int(row[3]) for row in own] == list(range(1, len(own) + 1))
        assert all(float(a[4]) > float(b[4]) for a, b in itertools.pairwise(own))
        assert len({row[2] for row in own}) == len(own)

    answers = [json.loads(line) for line in (tmp_path / "answers").read_text().splitlines()]
    assert [answer["_id"] for answer in answers] == ["q1", "q2", "q3", "q4", "u1", "u2"]
    texts = {d.source: d.text for d in Dataset.read(folder).documents}
    for answer in answers[:-1]:
        assert list(answer) == ["_id", "found", "text", "confidence", "doc", "start", "end"]
        assert texts[answer["doc"]][answer["start"] : answer["end"]] == answer["text"]
    assert answers[-1] == {
        "_id": "u2", "found": False, "text": None, "confidence": None, "doc": None, "start": None, "end": None,
    }  # fmt: skip


def test_the_reader_is_measured_if_answers_are_known(
    folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    class Reader:
        """Finds Solms, and nothing else."""

        def read(self, question: str, passages: Sequence[str]) -> list[ScoredSpan]:
            starts = [passage.find("Solms") for passage in passages]
            return [ScoredSpan(n, n + 5, 9.0) if n >= 0 else ScoredSpan(0, 1, -9.0) for n in starts]

    not_calibrated = evaluate(folder, encoder=FakeEncoder(), reader=Reader()).answer_figures
    assert not_calibrated and not_calibrated.exact_match == 0.5 and not_calibrated.confidence is None
    assert "qa calibrate" in str(not_calibrated)

    request.getfixturevalue("calibrated")
    report = evaluate(folder, answers=tmp_path / "answers", encoder=FakeEncoder(), reader=Reader())
    measured = report.answer_figures
    assert measured is not None and measured.confidence is not None
    assert measured.exact_match == 0.5 and measured.f1 == pytest.approx(0.5, abs=0.2)
    assert measured.gold_exact_match == 0.5
    assert 0 <= measured.confidence.calibration_error <= 1 and measured.confidence.auroc is not None
    rows = {row["_id"]: row for row in map(json.loads, (tmp_path / "answers").read_text().splitlines())}
    assert rows["q1"]["found"] and rows["q1"]["text"] == "Solms"
    assert all(row["confidence"] is not None for row in rows.values())
    refused = rows["u1"]
    assert not refused["found"] and refused["text"] is None and refused["doc"] is not None
    assert refused["start"] is not None and 0 < refused["confidence"] < 0.5
    everything = evaluate(folder, answers=tmp_path / "all", encoder=FakeEncoder(), reader=Reader(), min_confidence=0)
    assert everything.answer_figures is not None
    assert all(json.loads(row)["found"] for row in (tmp_path / "all").read_text().splitlines()[:-1])


@pytest.mark.parametrize(
    ("given", "answers", "exactly", "overlap"),
    [
        ("The Solms.", ["solms"], 1, 1),
        ("in Solms", ["Solms", "Wetzlar"], 0, 2 / 3),
        ("", ["Solms"], 0, 0),
        ("the", ["a"], 1, 1),
        ("Kodak", [], 0, 0),
    ],
)
def test_exact_match_and_f1_are_those_of_squad(given: str, answers: list[str], exactly: float, overlap: float) -> None:
    assert exact_match(given, answers) == exactly
    assert f1(given, answers) == pytest.approx(overlap)


def test_part_of_an_answer_sentence_is_right() -> None:
    sentence = Answers(["Lenses are ground in Solms, a town."], whole_sentences=True)
    assert is_right("Solms", sentence) and not is_right("Wetzlar", sentence) and not is_right(".", sentence)
    assert not is_right("Solms", Answers(sentence.texts))


def test_confidence_figures_equal_a_count_by_hand() -> None:
    confidences = [0.9] * 30 + [0.1] * 30
    right = [True] * 27 + [False] * 33
    measured = confidence_figures(confidences, right, [True] * 30 + [False] * 30)
    assert measured.auroc == measured.average_precision == 1
    assert measured.calibration_error == pytest.approx(0.1, abs=0.05)
    assert measured.coverage == 0.5
    assert confidence_figures(confidences, right, [True] * 60).auroc is None
    assert calibration_error([0.5] * 30, [True, False] * 15) < 0.01 < calibration_error([0.9] * 30, [False] * 30)
    assert coverage([], []) == 0


def test_limit_asks_only_the_first_questions(folder: Path, tmp_path: Path) -> None:
    report = evaluate(folder, limit=1, answers=tmp_path / "a", encoder=FakeEncoder())
    assert report.ranking.queries == 1
    assert [json.loads(row)["_id"] for row in (tmp_path / "a").read_text().splitlines()] == ["q1", "u1"]


def test_ranking_figures_equal_a_count_by_hand() -> None:
    import math

    run = {"a": [("x", 3.0), ("y", 2.0), ("z", 1.0)], "b": [(f"d{n}", 20.0 - n) for n in range(12)]}
    measured = ranking_figures(run, {"a": {"y": 1, "gone": 1}, "b": {"d10": 1}})
    ideal = 1 + 1 / math.log2(3)
    assert measured.ndcg_at_10 == pytest.approx((1 / math.log2(3) / ideal + 0) / 2)
    assert measured.mrr_at_10 == pytest.approx((1 / 2 + 0) / 2)
    assert (measured.recall_at_1, measured.recall_at_5, measured.recall_at_10) == (0, 0.25, 0.25)


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_or_useless_file_is_named(folder: Path, missing: str) -> None:
    (folder / missing).write_text("x\n")
    with pytest.raises(qa.SourceError, match=f"{missing}.*has no usable row"):
        Dataset.read(folder)
    (folder / missing).unlink()
    with pytest.raises(qa.SourceError, match=f"{missing}.*No such file"):
        Dataset.read(folder)


def test_a_file_that_cannot_be_written_is_reported(folder: Path) -> None:
    with pytest.raises(qa.LibraryNotWritable, match="cannot write '/nowhere/run'"):
        evaluate(folder, run=Path("/nowhere/run"), encoder=FakeEncoder())


def test_another_error_is_not_called_an_unwritable_file(folder: Path, tmp_path: Path) -> None:
    class Broken(FakeEncoder):
        def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
            raise ConnectionError("the model's server is gone")

    with pytest.raises(ConnectionError, match="server is gone"):
        evaluate(folder, run=tmp_path / "run", encoder=Broken())


def test_ties_are_measured_in_the_order_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text("".join(f'{{"_id": "{n}", "text": "Same text."}}\n' for n in range(300)))
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "same text"}\n')
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\t5\t1\n")
    report = evaluate(tmp_path, run=tmp_path / "run", encoder=FakeEncoder())
    ranked = [line.split()[2] for line in (tmp_path / "run").read_text().splitlines()]
    assert ranked == [str(n) for n in range(100)]
    assert report.ranking.mrr_at_10 == pytest.approx(1 / 6)
    assert report.ranking.recall_at_10 == 1


def test_malformed_rows_are_skipped(folder: Path, tmp_path: Path) -> None:
    with (folder / "queries.jsonl").open("a") as stream:
        stream.write('{"_id": "q 5", "text": "???"}\n{"_id": "q6", "text": "' + "long " * 9_000 + '"}\n')
    with (folder / "qrels.tsv").open("a") as stream:
        stream.write("q 5\td1\t1\nq6\td1\t1\nq1\td2\t1e400\nq1\td3\t99999999999\n")
    with (folder / "corpus.jsonl").open("a") as stream:
        stream.write('{"_id": "d 9", "title": "\\ud800", "text": "lenses"}\n')
    report = evaluate(folder, run=tmp_path / "run", encoder=FakeEncoder())
    assert report.ranking.queries == 5
    assert report.ranking.recall_at_1 == pytest.approx(2 / 5)
    assert all(len(line.split()) == 6 for line in (tmp_path / "run").read_text().splitlines())
    assert "d_9" in (tmp_path / "run").read_text()


def test_a_byte_order_mark_loses_no_row(folder: Path) -> None:
    corpus = folder / "corpus.jsonl"
    corpus.write_bytes(b"\xef\xbb\xbf" + corpus.read_bytes())
    assert Dataset.read(folder).documents[0].source == "d1"
