"""A damaged library is reported when it is opened or verified, never by an engine's own error."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from conftest import FakeEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qa
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation
from qa.library.manifest import FORMAT


@pytest.fixture(params=[50_000, 0], ids=["exact", "ivf"])
def exact_up_to(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.search.dense.EXACT_UP_TO", request.param)


@pytest.fixture
def library(exact_up_to: None, library: qa.Library) -> qa.Library:
    """The library of the other tests with each kind of dense index: a small library's and a large one's."""
    return library


def files_of(library: qa.Library) -> list[Path]:
    folder = LibraryDirectory(library.path).current()
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in ("manifest.json", "reading.lock"))


def test_a_file_that_is_cut_off_or_missing_is_reported_at_opening(library: qa.Library, encoder: FakeEncoder) -> None:
    for file in files_of(library):
        whole = file.read_bytes()
        for broken in (whole[:-1], whole + b"x", None):
            if broken is None:
                file.unlink()
            else:
                file.write_bytes(broken)
            with pytest.raises(qa.LibraryDamaged, match="qa build PATH"):
                qa.open(library.path, encoder=encoder)
        file.write_bytes(whole)
    qa.open(library.path, encoder=encoder).verify()


def test_an_altered_file_is_reported_by_verify(library: qa.Library) -> None:
    for file in files_of(library):
        whole = file.read_bytes()
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(qa.LibraryDamaged, match="was altered"):
            library.verify()
        file.write_bytes(whole)
    library.verify()


def test_verify_checks_that_every_passage_is_a_slice(library: qa.Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.library.manifest.Manifest.check_hashes", lambda *_: None)
    with sqlite3.connect(LibraryDirectory(library.path).current() / "texts.sqlite") as connection:
        connection.execute("UPDATE passage SET text = 'Never said.' WHERE id = 0")
    connection.close()
    with pytest.raises(qa.LibraryDamaged, match="passage 0 .* is not a slice of 'Lenses'"):
        qa.open(library.path, encoder=FakeEncoder()).verify()


_ALTERATIONS: st.SearchStrategy[tuple[str, object]] = st.sampled_from(
    [
        ("format", FORMAT + 1), ("format", None), ("counts", {}), ("counts", {"passages": -1}), ("files", []),
        ("files", {"../../outside": {"size": 1, "sha256": ""}}), ("files", {"/etc/passwd": {"size": 1, "sha256": ""}}),
        ("model", {"name": 3}), ("model", None), ("created", 5),
    ]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ALTERATIONS)
def test_a_manifest_is_not_trusted(library: qa.Library, alteration: tuple[str, object]) -> None:
    path = LibraryDirectory(library.path).current() / "manifest.json"
    whole = path.read_text()
    key, value = alteration
    path.write_text(json.dumps({**json.loads(whole), key: value}))
    try:
        with pytest.raises((qa.LibraryDamaged, qa.LibraryMismatch), match="qa build PATH"):
            qa.open(library.path, encoder=FakeEncoder())
    finally:
        path.write_text(whole)


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b"[]"])
def test_a_manifest_that_is_not_one_is_damage(library: qa.Library, content: bytes) -> None:
    (LibraryDirectory(library.path).current() / "manifest.json").write_bytes(content)
    with pytest.raises(qa.LibraryDamaged):
        qa.open(library.path, encoder=FakeEncoder())


@pytest.mark.parametrize("pointer", [b"", b"../../etc", b"000009-00000000", b"\xff" * 200])
def test_a_pointer_to_no_generation_is_damage(library: qa.Library, pointer: bytes) -> None:
    (library.path / "current").write_bytes(pointer)
    with pytest.raises(qa.LibraryDamaged, match="is incomplete"):
        qa.open(library.path, encoder=FakeEncoder())
    qa.build([qa.Thread.from_text("New text.", title="new")], library.path, encoder=FakeEncoder())
    assert qa.open(library.path, encoder=FakeEncoder()).sources[0].name == "new"


def test_an_altered_file_never_raises_an_error_of_an_engine(library: qa.Library) -> None:
    import random

    generator = random.Random(7)
    for file in files_of(library):
        whole = file.read_bytes()
        for _ in range(6):
            altered = bytearray(whole)
            for _ in range(generator.choice((1, 8, 64))):
                altered[generator.randrange(len(altered))] = generator.randrange(256)
            file.write_bytes(altered)
            try:
                qa.open(library.path, encoder=FakeEncoder()).ask("bread is baked").to_dict()
            except qa.VerbatimError as error:
                assert isinstance(error, qa.LibraryDamaged)
            with pytest.raises(qa.LibraryDamaged):
                Generation.current(LibraryDirectory(library.path), check_hashes=True).verify(files=False)
        file.write_bytes(whole)


def test_verify_requires_the_files_that_every_library_has(library: qa.Library) -> None:
    manifest = LibraryDirectory(library.path).current() / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "files": {}}))
    with pytest.raises(qa.LibraryDamaged, match="does not name dense.faiss, lexical/meta.json, texts.sqlite"):
        Generation.current(LibraryDirectory(library.path), check_hashes=True).verify(files=False)
