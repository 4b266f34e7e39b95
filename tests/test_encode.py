"""Encoding ahead of building: what is written, what goes on after an end, and a library built from it."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import CORPUS, FakeEncoder

import qa
from qa.cli.main import main
from qa.encoding.encoder import Vectors
from qa.encoding.minilm import MiniLMEncoder
from qa.encoding.sentence_transformers import SentenceEncoder
from qa.library.stored_vectors import StoredVectors
from qa.types import Progress, no_progress

pytestmark = pytest.mark.reliability
Output = pytest.CaptureFixture[str]


class Counting(FakeEncoder):
    """Counts the texts that it encodes, and may be stopped by Ctrl-C when it has encoded so many."""

    def __init__(self, until: int | None = None) -> None:
        self.encoded, self._until = 0, until

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        self.encoded += len(texts)
        if self._until is not None and self.encoded > self._until:
            raise KeyboardInterrupt
        return super().encode(texts, progress=progress)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten texts a shard, so that a few texts make several."""
    monkeypatch.setattr("qa.library.encode.TEXTS", 10)


@pytest.fixture
def lenses() -> list[qa.Thread]:
    """Texts of one passage each, 45 in all."""
    return [qa.Thread.from_text(f"Lens {n} was ground in Solms.", title=f"Number {n}") for n in range(45)]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def dense(library: qa.Library) -> bytes:
    return (library.path / "generations" / library.status().generation / "dense.vectors").read_bytes()


def test_a_library_built_from_vectors_has_the_same_bits_and_encodes_nothing(
    tmp_path: Path, lenses: list[qa.Thread]
) -> None:
    report = qa.encode(lenses, tmp_path / "v", encoder=FakeEncoder())
    assert (report.texts, report.encoded, len(content(tmp_path / "v"))) == (45, 45, 5)
    encoder = Counting()
    library = qa.build(lenses, tmp_path / "l", encoder=encoder, vectors=tmp_path / "v")
    assert library.vector_counts == qa.VectorCounts(tmp_path / "v", taken=45, encoded=0)
    assert encoder.encoded == 0
    assert dense(library) == dense(qa.build(lenses, tmp_path / "m", encoder=FakeEncoder()))
    assert library.ask("Which lens is number 7?").quotes
    assert library.vector_counts.encoded == 0  # questions are encoded by the model itself


def test_the_default_model_gives_the_same_bits_both_ways(tmp_path: Path, leica: qa.Library) -> None:
    encoder = MiniLMEncoder()
    assert qa.encode([CORPUS], tmp_path / "v", encoder=encoder).encoded == 11
    library = qa.build([CORPUS], tmp_path / "l", encoder=encoder, vectors=tmp_path / "v")
    assert dense(library) == dense(leica)


def test_texts_without_a_vector_are_encoded_and_counted(tmp_path: Path, lenses: list[qa.Thread]) -> None:
    qa.encode(lenses[:30], tmp_path / "v", encoder=FakeEncoder())
    encoder = Counting()
    library = qa.build(lenses[:20], tmp_path / "l", encoder=encoder, vectors=tmp_path / "v")
    assert library.add(lenses[20:], vectors=tmp_path / "v").added == tuple(f"Number {n}" for n in range(20, 45))
    assert (library.vector_counts, encoder.encoded) == (qa.VectorCounts(tmp_path / "v", 10, 15), 15)
    assert dense(library) == dense(qa.build(lenses, tmp_path / "m", encoder=FakeEncoder()))
    library.rebuild(lenses, vectors=tmp_path / "v")
    assert library.vector_counts == qa.VectorCounts(tmp_path / "v", 0, 0)  # the library itself had them all
    library.remove("Number 1")
    assert library.vector_counts is None


def test_a_text_that_comes_twice_is_encoded_once(tmp_path: Path, lenses: list[qa.Thread]) -> None:
    encoder = Counting()
    report = qa.encode([*lenses[:3], *lenses[:3]], tmp_path / "v", encoder=encoder)
    assert (report.texts, report.encoded, encoder.encoded) == (3, 3, 3)


@pytest.mark.parametrize("until", [0, 10, 25, 40])
def test_what_was_interrupted_goes_on_and_ends_as_if_it_had_not_been(
    tmp_path: Path, lenses: list[qa.Thread], until: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        qa.encode(lenses, tmp_path / "v", encoder=Counting(until))
    done = content(tmp_path / "v")
    assert len(done) == until // 10  # whole shards, and nothing else
    report = qa.encode(lenses, tmp_path / "v", encoder=FakeEncoder())
    assert (report.texts, report.encoded) == (45, 45 - until // 10 * 10)
    qa.encode(lenses, tmp_path / "w", encoder=FakeEncoder())
    assert content(tmp_path / "v") == content(tmp_path / "w")
    assert done.items() <= content(tmp_path / "v").items()


def test_a_folder_grows_with_its_sources(tmp_path: Path, lenses: list[qa.Thread]) -> None:
    qa.encode(lenses[:7], tmp_path / "v", encoder=FakeEncoder())
    assert str(qa.encode(lenses, tmp_path / "v", encoder=FakeEncoder())) == (
        f"{tmp_path / 'v'}: vectors of 45 texts, 38 encoded now and 7 there before"
    )
    assert len(StoredVectors(tmp_path / "v", FakeEncoder())) == 45


def test_progress_counts_the_texts_of_all_shards(tmp_path: Path, lenses: list[qa.Thread]) -> None:
    seen: list[tuple[str, int, int]] = []
    qa.encode(lenses[:25], tmp_path / "v", encoder=FakeEncoder(), progress=lambda *step: seen.append(step))
    encoding = [(done, total) for stage, done, total in seen if stage == "encoding"]
    assert sorted(set(encoding)) == [(0, 25), (10, 25), (20, 25), (25, 25)]
    assert encoding == sorted(encoding)


def test_an_encoder_of_other_lengths_is_stored_at_length_one(tmp_path: Path, lenses: list[qa.Thread]) -> None:
    class Long(FakeEncoder):
        def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
            return np.asarray(super().encode(texts, progress=progress) * 3, dtype=np.float32)

    qa.encode(lenses, tmp_path / "v", encoder=Long())
    library = qa.build(lenses, tmp_path / "l", encoder=Long(), vectors=tmp_path / "v")
    assert library.vector_counts == qa.VectorCounts(tmp_path / "v", 45, 0)


def test_nothing_to_index_is_said(tmp_path: Path) -> None:
    with pytest.raises(qa.SourceError, match="nothing to read in"):
        qa.encode([], tmp_path / "v", encoder=FakeEncoder())


def test_the_folder_is_made_in_one_that_is_there(tmp_path: Path, lenses: list[qa.Thread]) -> None:
    with pytest.raises(qa.SettingError, match="cannot write .*v.*give the path of a file in an existing folder"):
        qa.encode(lenses, tmp_path / "missing" / "v", encoder=FakeEncoder())
    with pytest.raises(qa.SettingError, match="no folder of vectors at .*qa encode makes one"):
        qa.build(lenses, tmp_path / "l", encoder=FakeEncoder(), vectors=tmp_path / "v")
    assert list(tmp_path.iterdir()) == []


def test_the_commands_encode_and_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    for module in ("encode", "library"):
        monkeypatch.setattr(f"qa.library.{module}.load_encoder", lambda *_: FakeEncoder())
    monkeypatch.setattr("qa.cli.change.load_encoder", lambda *_: FakeEncoder())
    monkeypatch.chdir(tmp_path)
    Path("rain.txt").write_text("It rains in Wetzlar.")
    Path("snow.txt").write_text("It snows in Solms.")
    Path("hail").mkdir()
    Path("hail/hail.txt").write_text("It hails.")
    Path("hail/bad.bin").write_bytes(b"\0\1\2")
    assert main(["encode", "rain.txt", "snow.txt", "--out", "v"]) == 0
    assert capsys.readouterr().out == "v: vectors of 2 texts, 2 encoded now and 0 there before\n"
    assert main(["build", "rain.txt", "--library", "l", "--vectors", "v"]) == 0
    assert capsys.readouterr().out.startswith("1 vector taken from v\n")
    assert main(["add", "snow.txt", "hail", "--library", "l", "--vectors", "v"]) == 0
    assert capsys.readouterr().out.startswith("1 vector taken from v; it lacked 1, which were encoded\n")
    capsys.readouterr()
    assert main(["encode", "hail", "rain.txt", "snow.txt", "--out", "v"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "v: vectors of 3 texts, 1 encoded now and 2 there before\n"
    assert "skipped: 1 file with other extensions (1 .bin)" in captured.err


def test_ctrl_c_says_that_the_rest_can_be_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr("qa.library.encode.load_encoder", lambda *_: Counting(until=0))
    (tmp_path / "rain.txt").write_text("It rains in Wetzlar.")
    assert main(["encode", str(tmp_path / "rain.txt"), "--out", str(tmp_path / "v")]) == 130
    assert "cancelled; what was encoded is kept, and the same command encodes the rest" in capsys.readouterr().err


def test_encoders_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(MiniLMEncoder("f16"))).precision == "f16"
    assert pickle.loads(pickle.dumps(SentenceEncoder("nobody/none"))).name == "nobody/none"
