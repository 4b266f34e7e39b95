"""Models of others: they have no confidence until `qa calibrate` has fitted it to judged questions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.answering.reader import ScoredSpan
from qa.cli.main import main
from qa.evaluation.calibrate import LEAST_QUESTIONS, calibrate
from qa.library.calibrations import calibration_path

TOWNS = ("Solms", "Wetzlar", "Jena", "Vienna", "Prague", "Bonn", "Rome", "Oslo", "Bern", "Graz")


class TownReader:
    """Points at the first town of a passage, surely if it is about what the question asks about."""

    def read(self, question: str, passages: Sequence[str]) -> list[ScoredSpan]:
        return [self._read(question, passage) for passage in passages]

    def _read(self, question: str, passage: str) -> ScoredSpan:
        town = next((town for town in TOWNS if town in passage), passage[:1])
        start, (asked, *_) = passage.find(town), question.split()[::-1]
        return ScoredSpan(start, start + len(town), 90.0 if asked.strip("?") in passage else -90.0)


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def towns(tmp_path: Path) -> Path:
    """A set: where each of many works makes its thing, and where works of which nothing is said do."""
    folder, number = tmp_path / "towns", LEAST_QUESTIONS + 20
    folder.mkdir()
    things, others = ([f"{first}{a}{b}" for a in "abcdefghij" for b in "klmnopq"] for first in ("thing", "other"))
    rows: dict[str, list[dict[str, object]]] = {
        "corpus.jsonl": [
            {"_id": f"d{index}", "text": f"A works makes {thing} by hand. It is in {TOWNS[index % 10]} near the river."}
            for index, thing in enumerate(things)
        ],
        "queries.jsonl": [
            {"_id": f"q{index}", "text": f"Where is the works of {t}?"} for index, t in enumerate(things)
        ],
        "answers.jsonl": [{"_id": f"q{index}", "answers": [TOWNS[index % 10]]} for index in range(number)],
        "unanswerable.jsonl": [
            {"_id": f"u{index}", "text": f"Where is the works of {thing}?"} for index, thing in enumerate(others)
        ],
    }
    for name, lines in rows.items():
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    judged = [f"q{index}\td{index}\t1\n" for index in range(number)]
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(judged))
    return folder


@pytest.fixture
def library(tmp_path: Path) -> qa.Library:
    texts = [qa.Thread.from_text(f"A works makes {thing} by hand. It is in Solms.") for thing in ("lenses", "bread")]
    return qa.build(texts, tmp_path / "library", encoder=FakeEncoder(), reader=TownReader())


def test_without_a_calibration_the_reader_alone_decides_and_nothing_is_called_probable(library: qa.Library) -> None:
    answer = library.ask("Where is the works of lenses?")
    assert (answer.found, answer.text, answer.confidence, answer.certainty) == (True, "Solms", None, "none")
    assert "Solms" in str(answer) and "Solms" in answer._repr_html_()
    declined = library.ask("Where is the works of cheese?")
    assert (declined.found, declined.text, declined.confidence) == (False, None, None)
    assert library.ask("Where is the works of cheese?", min_confidence=0).found


def test_the_readers_of_this_package_have_no_confidence_with_another_encoder(tmp_path: Path) -> None:
    library = qa.build([qa.Thread.from_text("The lens is made in Solms.")], tmp_path / "l", encoder=FakeEncoder())
    assert library.ask("Where is the lens made?").confidence is None
    with_ours = qa.build([qa.Thread.from_text("The lens is made in Solms.")], tmp_path / "m")
    assert with_ours.ask("Where is the lens made?").confidence


def test_a_calibration_gives_the_same_models_a_confidence_in_every_library(
    towns: Path, library: qa.Library, tmp_path: Path
) -> None:
    report = calibrate(towns, encoder=FakeEncoder(), reader=TownReader())
    assert report.path.is_file() and report.right > 0.9 and report.given > 0.9 and report.calibration_error < 0.1
    assert (report.answerable, report.unanswerable) == (LEAST_QUESTIONS + 20,) * 2
    sure, declined = library.ask("Where is the works of lenses?"), library.ask("Where is the works of cheese?")
    assert sure.found and sure.confidence is not None and sure.confidence > 0.75
    assert not declined.found and declined.confidence is not None and declined.confidence < 0.25

    class Another(TownReader):
        """Not the one that was calibrated."""

    assert qa.open(library.path, encoder=FakeEncoder(), reader=Another()).ask("Where is bread?").confidence is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"{" * 10_000, b'{"models": []}', b"\xff\x00"])
def test_a_calibration_that_was_altered_is_named(library: qa.Library, content: bytes) -> None:
    path = calibration_path(["fake-1", f"{__name__}.TownReader", ""])
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(qa.SettingError, match=f"{path.name}.*qa calibrate again, or delete it"):
        library.ask("Where is the works of lenses?")


def test_too_few_questions_are_not_fitted_to(towns: Path) -> None:
    unanswerable = towns / "unanswerable.jsonl"
    unanswerable.write_text("".join(unanswerable.read_text().splitlines(keepends=True)[: LEAST_QUESTIONS - 1]))
    with pytest.raises(qa.SourceError, match=f"and {LEAST_QUESTIONS - 1} that are not answerable; .* needs"):
        calibrate(towns, encoder=FakeEncoder(), reader=TownReader())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"reader": None}, "without a reader"),
        ({"limit": 3}, "at least 50, not 3"),
        ({}, "these models come with their calibration"),
    ],
)
def test_what_cannot_be_calibrated_is_said_at_once(towns: Path, settings: dict[str, object], message: str) -> None:
    with pytest.raises(qa.SettingError, match=message):
        calibrate(towns, **settings)  # type: ignore[arg-type]


def test_the_command_prints_what_was_fitted_or_names_the_set_that_is_none(
    towns: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("qa.answering.reader.DEFAULT_READER", TownReader())
    monkeypatch.setattr(import_module("qa.evaluation.calibrate"), "load_encoder", lambda *_: FakeEncoder())
    assert main(["calibrate", str(towns)]) == 0
    assert f"fitted to {LEAST_QUESTIONS + 20} answerable questions" in capsys.readouterr().out
    assert main(["calibrate", str(towns.parent)]) == 2
    assert "corpus.jsonl" in capsys.readouterr().err
