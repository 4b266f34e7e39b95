"""Folders of vectors may come from anyone: whatever is wrong with one is said, and nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

import qa
from qa.library.stored_vectors import StoredVectors
from qa.library.vector_shard import MOST_BYTES, VectorShard

pytestmark = pytest.mark.reliability
TEXTS = ["Lenses are ground in Solms.", "Bread is baked at night.", "It rains in Wetzlar."]
WHOLE = VectorShard.of(TEXTS, FakeEncoder())
CONTENT = WHOLE.to_bytes()


def written(folder: Path, content: bytes = CONTENT) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / WHOLE.file_name).write_bytes(content)
    return folder


def with_vectors(vectors: Any) -> bytes:
    """A file whose hash is right, with other vectors."""
    return replace(WHOLE, vectors=np.asarray(vectors, dtype=np.float32)).to_bytes()


def saved(metadata: dict[str, str] | None = None, **arrays: Any) -> bytes:
    """A safetensors file with the arrays of a whole shard, but for these."""
    header = json.loads(CONTENT[8 : 8 + int.from_bytes(CONTENT[:8], "little")])["__metadata__"]
    present = {name: array for name, array in (load(CONTENT) | arrays).items() if array is not None}
    return bytes(save(present, metadata=header if metadata is None else metadata))


def nan() -> bytes:
    vectors = WHOLE.vectors.copy()
    vectors[1, 5] = np.nan
    return with_vectors(vectors)


BROKEN: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "cut off": lambda: CONTENT[:-1],
    "longer": lambda: CONTENT + b"0",
    "a header that is too long": lambda: b"\xff" * 100,
    "a byte of a vector": lambda: CONTENT[:-50] + bytes([CONTENT[-50] ^ 1]) + CONTENT[-49:],
    "another model's name": lambda: CONTENT.replace(b'"fake', b'"fak3'),
    "not a number": nan,
    "infinite": lambda: with_vectors(WHOLE.vectors + np.inf),
    "zero": lambda: with_vectors(WHOLE.vectors * 0),
    "too long": lambda: with_vectors(WHOLE.vectors * 1.01),
    "no vectors": lambda: replace(WHOLE, vectors=WHOLE.vectors[:0], keys=WHOLE.keys[:0]).to_bytes(),
    "a vector fewer": lambda: saved(vectors=WHOLE.vectors[:2]),
    "double precision": lambda: saved(vectors=WHOLE.vectors.astype(np.float64)),
    "of three dimensions": lambda: saved(vectors=WHOLE.vectors[None]),
    "short keys": lambda: saved(keys=load(CONTENT)["keys"][:, :16].copy()),
    "no keys": lambda: saved(keys=None),
    "an array more": lambda: saved(more=np.zeros(1)),
    "no metadata": lambda: saved({}),
    "metadata that is no object": lambda: saved({"verbatim-vectors-1": "[]"}),
    "metadata that is nested": lambda: saved({"verbatim-vectors-1": "[" * 100_000}),
    "metadata of numbers": lambda: saved({"verbatim-vectors-1": '{"model": 1}'}),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_is_not_whole_is_named(tmp_path: Path, kind: str) -> None:
    folder = written(tmp_path / "v", BROKEN[kind]())
    with pytest.raises(qa.ModelError, match=rf"{WHOLE.file_name}.*; delete this file, and run qa encode again"):
        StoredVectors(folder, FakeEncoder())


def test_what_is_no_file_or_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "v").mkdir()
    path = tmp_path / "v" / WHOLE.file_name
    path.mkdir()
    with pytest.raises(qa.ModelError, match="is not a file of vectors"):
        StoredVectors(path.parent, FakeEncoder())
    path.rmdir()
    with path.open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(qa.ModelError, match="larger than 100,000,000 bytes"):
        StoredVectors(path.parent, FakeEncoder())


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_no_altered_byte_goes_unnoticed(position: int, by: int) -> None:
    altered = bytearray(CONTENT)
    altered[position] ^= by
    try:
        shard = VectorShard.from_bytes(bytes(altered))
    except qa.ModelError:
        return
    assert shard.to_bytes() == CONTENT  # it was white space


def test_vectors_of_another_model_are_refused_with_both_names(tmp_path: Path) -> None:
    class Other(FakeEncoder):
        name, fingerprint = "other", "other-1"

    with pytest.raises(qa.ModelError) as error:
        qa.build([qa.Thread.from_text(TEXTS[0])], tmp_path / "l", encoder=Other(), vectors=written(tmp_path / "v"))
    for words in ("'fake' ('fake-1', 256 numbers)", "'other' ('other-1', 256 numbers)", "--model 'fake'", "qa encode"):
        assert words in str(error.value)
    with pytest.raises(qa.ModelError, match="made by 'fake'"):
        qa.encode([qa.Thread.from_text(TEXTS[0])], tmp_path / "v", encoder=Other())
    assert not (tmp_path / "l").exists()


def test_a_file_that_changes_after_it_was_read_is_noticed(tmp_path: Path) -> None:
    stored = StoredVectors(written(tmp_path / "v"), FakeEncoder())
    written(tmp_path / "v", VectorShard.of(TEXTS[::-1], FakeEncoder()).to_bytes())
    with pytest.raises(qa.ModelError, match="were replaced meanwhile; begin again"):
        stored.encode(TEXTS)
    written(tmp_path / "v", VectorShard.of(TEXTS[:1], FakeEncoder()).to_bytes())
    with pytest.raises(qa.ModelError, match="were replaced meanwhile; begin again"):
        stored.encode(TEXTS)
    (tmp_path / "v" / WHOLE.file_name).unlink()
    with pytest.raises(qa.ModelError, match="cannot read the vectors in .*No such file"):
        stored.encode(TEXTS)


def test_files_of_other_kinds_are_left_alone(tmp_path: Path) -> None:
    (written(tmp_path / "v") / f".{WHOLE.file_name}.0123").write_bytes(b"half")
    (tmp_path / "v" / "notes.txt").write_text("whole")
    stored = StoredVectors(tmp_path / "v", FakeEncoder())
    assert (len(stored), stored.missing([*TEXTS, "new", "new"])) == (3, ["new", "new"])


def test_each_text_gets_its_own_vector(tmp_path: Path) -> None:
    written(tmp_path / "v")
    again = VectorShard.of([TEXTS[2], "It snows."], FakeEncoder())  # a text that is in two files
    again.write(tmp_path / "v")
    texts = ["It snows.", TEXTS[1], "new", TEXTS[2], TEXTS[1]]
    stored = StoredVectors(tmp_path / "v", FakeEncoder())
    assert np.array_equal(stored.encode(texts), FakeEncoder().encode(texts))
    assert stored.counts == qa.VectorCounts(tmp_path / "v", taken=4, encoded=1)
    (tmp_path / "none").mkdir()
    assert np.array_equal(StoredVectors(tmp_path / "none", FakeEncoder()).encode(texts), FakeEncoder().encode(texts))


def test_a_disk_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(qa.SettingError, match="cannot write"):
        WHOLE.write(tmp_path / "missing")
