"""A damaged library is reported when it is opened or verified, never by an engine's own error."""

from __future__ import annotations

import errno
import json
import os
import random
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from conftest import FakeEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qa
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation
from qa.library.manifest import FORMAT, READ_LOCK, File, _content_hash, check_hash, file_hash
from qa.library.store import Store

pytestmark = pytest.mark.reliability


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
            with pytest.raises(qa.LibraryDamaged, match="qa build --replace PATH"):
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


def folder_of(library: qa.Library) -> Path:
    return LibraryDirectory(library.path).current()


def forge(folder: Path, **altered: object) -> None:
    """Write the manifest again over altered files, with true hashes, as a stranger can who makes up a library."""
    manifest = json.loads((folder / "manifest.json").read_text())
    names = (path for path in folder.rglob("*") if path.is_file() and path.name not in ("manifest.json", READ_LOCK))
    manifest["files"] = {
        path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": file_hash(path)} for path in names
    }
    del manifest["sha256"]
    manifest |= altered
    (folder / "manifest.json").write_text(json.dumps({**manifest, "sha256": _content_hash(manifest)}))


def execute(library: qa.Library, script: str) -> None:
    """Run SQL on a library's texts, and forge its manifest."""
    with closing(sqlite3.connect(folder_of(library) / "texts.sqlite")) as connection:
        connection.executescript(script)
    forge(folder_of(library))


def test_a_flipped_bit_in_any_file_is_found_at_opening(library: qa.Library, encoder: FakeEncoder) -> None:
    generator = random.Random(11)
    for file in [*files_of(library), folder_of(library) / "manifest.json"]:
        whole = file.read_bytes()
        for position in generator.sample(range(len(whole)), min(8, len(whole))):
            flipped = bytearray(whole)
            flipped[position] ^= 1 << generator.randrange(8)
            file.write_bytes(flipped)
            with pytest.raises((qa.LibraryDamaged, qa.LibraryMismatch)):
                qa.open(library.path, encoder=encoder)
        file.write_bytes(whole)
    qa.open(library.path, encoder=encoder).verify()


def test_the_texts_of_another_generation_are_not_read(library: qa.Library, encoder: FakeEncoder) -> None:
    before = (folder_of(library) / "texts.sqlite").read_bytes()
    library.rebuild([replace(library.thread(row.name), url="https://x.org/") for row in library.sources])
    assert len(before) == (folder_of(library) / "texts.sqlite").stat().st_size
    (folder_of(library) / "texts.sqlite").write_bytes(before)
    with pytest.raises(qa.LibraryDamaged, match=r"texts\.sqlite was altered"):
        qa.open(library.path, encoder=encoder)


FIRST_USES: dict[str, Callable[[qa.Library], object]] = {
    "ask": lambda library: library.ask("bread is baked"),
    "search": lambda library: library.search("bread"),
    "filters": lambda library: library.ask("in:comments author:Jane"),
    "map": lambda library: library.passage_map(),
}


@pytest.mark.parametrize("use", FIRST_USES)
def test_an_altered_file_that_is_too_large_for_opening_is_found_before_it_is_used(
    library: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch, use: str
) -> None:
    monkeypatch.setattr("qa.library.manifest.HASHED_AT_OPENING", 0)
    FIRST_USES["search"](qa.open(library.path, encoder=encoder))
    unused = {"map": "lexical"}.get(use, "nothing")
    for file in files_of(library):
        whole = file.read_bytes()
        place = len(whole) // 2
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        if unused not in str(file):
            for _ in range(2):  # and not only once
                with pytest.raises(qa.LibraryDamaged, match="altered"):
                    FIRST_USES[use](qa.open(library.path, encoder=encoder))
        file.write_bytes(whole)


def test_a_large_file_is_proved_once_and_not_at_opening(
    library: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []

    def noted(path: Path, expected: File) -> None:
        hashed.append(path.name)
        check_hash(path, expected)

    texts = folder_of(library) / "texts.sqlite"
    monkeypatch.setattr("qa.library.manifest.HASHED_AT_OPENING", texts.stat().st_size - 1)
    monkeypatch.setattr("qa.library.manifest.check_hash", noted)
    monkeypatch.setattr("qa.library.large_files.check_hash", noted)
    opened = qa.open(library.path, encoder=encoder)
    assert hashed and texts.name not in hashed
    hashed.clear()
    for _ in range(2):
        assert opened.ask("bread").quotes
        assert opened.sources
    assert hashed == [file.name for file in files_of(library) if file.stat().st_size >= texts.stat().st_size]
    assert texts.name in hashed


def test_a_manifest_that_was_altered_is_found_by_its_own_hash(library: qa.Library, encoder: FakeEncoder) -> None:
    manifest = folder_of(library) / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"created": "20', '"created": "19'))
    with pytest.raises(qa.LibraryDamaged, match="manifest.json was altered"):
        qa.open(library.path, encoder=encoder)


@pytest.mark.parametrize("name", ["lexical/extra.term", "note.txt", "texts.sqlite-journal"])
def test_a_file_that_the_manifest_does_not_name_is_refused(
    library: qa.Library, encoder: FakeEncoder, name: str
) -> None:
    (folder_of(library) / name).write_text("x")
    with pytest.raises(qa.LibraryDamaged, match="its manifest does not name it"):
        qa.open(library.path, encoder=encoder)


def test_a_link_out_of_the_library_is_not_followed(library: qa.Library, encoder: FakeEncoder, tmp_path: Path) -> None:
    (file := folder_of(library) / "texts.sqlite").rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(qa.LibraryDamaged, match=r"texts\.sqlite is missing, or is not a file"):
        qa.open(library.path, encoder=encoder)


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
@pytest.mark.parametrize("name", ["current", "manifest.json", "reading.lock", "texts.sqlite", "writing.lock"])
def test_a_pipe_is_not_waited_for(library: qa.Library, name: str) -> None:
    path = (library.path if name in ("current", "writing.lock") else folder_of(library)) / name
    path.unlink()
    os.mkfifo(path)
    for use in (lambda: qa.open(library.path, encoder=FakeEncoder()), lambda: library.rebuild()):
        with suppress(qa.LibraryDamaged):
            use()


CRAFTED = {
    "a view": "ALTER TABLE source RENAME TO s; CREATE VIEW source AS SELECT * FROM s;",
    "a view that never ends": (
        "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;"
    ),
    "a trigger": "CREATE TRIGGER t BEFORE INSERT ON post BEGIN DELETE FROM source; END;",
    "a virtual table": "CREATE VIRTUAL TABLE f USING fts5(x);",
    "another index": "CREATE INDEX more ON source (title);",
    "a generated column": "ALTER TABLE source ADD COLUMN g AS (upper(text));",
    "no index": "DROP INDEX post_author;",
}


@pytest.mark.parametrize("script", CRAFTED.values(), ids=CRAFTED)
def test_a_store_with_other_tables_is_refused(library: qa.Library, encoder: FakeEncoder, script: str) -> None:
    execute(library, script)
    with pytest.raises(qa.LibraryDamaged, match="its tables are not those|cannot be read as a store"):
        qa.open(library.path, encoder=encoder)


WRONG = {
    "bytes for a text": "UPDATE passage SET text = x'ff00'; UPDATE source SET text = x'ff00'",
    "bytes for a name": "UPDATE source SET name = CAST(name AS BLOB)",
    "a text for a place": "UPDATE passage SET start = 'x'",
    "no post": "UPDATE passage SET post = 99",
    "another kind of post": "UPDATE post SET kind = 'advert'",
    "a number that no post has": "UPDATE post SET number = number + 7; UPDATE passage SET post = post + 7",
    "a place outside the text": 'UPDATE passage SET start = -5, "end" = 1000000000',
    "spans that are not JSON": "UPDATE post SET omitted = '[['",
    "spans nested deeply": "UPDATE post SET omitted = '" + "[" * 5_000 + "'",
    "no passages": "DELETE FROM passage",
    "fewer passages": "DELETE FROM passage WHERE id = 1",
    "no sources": "DELETE FROM source",
    "nothing where a number belongs": (
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, '\"start\" INTEGER NOT NULL', "
        "'\"start\" INTEGER') WHERE name = 'passage'; PRAGMA writable_schema = RESET; UPDATE passage SET start = NULL; "
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, '\"start\" INTEGER', "
        "'\"start\" INTEGER NOT NULL') WHERE name = 'passage';"
    ),
    "a source with another name": "UPDATE source SET name = name || '!'",
    "a source with another number": "UPDATE source SET id = id + 5",
}


@pytest.mark.parametrize("script", WRONG.values(), ids=WRONG)
def test_values_that_no_library_holds_raise_no_error_of_an_engine(library: qa.Library, script: str) -> None:
    execute(library, script)
    raised: list[qa.VerbatimError] = []
    for use in USES:
        try:
            use(qa.open(library.path, encoder=FakeEncoder()))
        except qa.VerbatimError as error:
            assert isinstance(error, (qa.LibraryDamaged, qa.SourceError))
            raised.append(error)
    assert raised


USES: list[Callable[[qa.Library], object]] = [
    lambda library: library.ask("bread is baked").to_dict(),
    lambda library: [quote.context() for quote in library.search("bread", k=4)],
    lambda library: library.ask("author:Jane source:Bread in:comments"),
    lambda library: library.ask('"is baked" -lens'),
    lambda library: [library.thread(row.name) for row in library.sources],
    lambda library: [library.text(row.name) for row in library.sources],
    lambda library: [library.comment_place(quote) for quote in library.search("bread", repeats=True)],
    lambda library: library.verify(),
]


@pytest.mark.parametrize("altered", [{"model": {"name": "fake", "fingerprint": "fake-1", "dimension": 128}}])
def test_vectors_of_another_length_are_refused(
    library: qa.Library, encoder: FakeEncoder, altered: dict[str, object]
) -> None:
    forge(folder_of(library), **altered)
    with pytest.raises(qa.LibraryDamaged):
        qa.open(library.path, encoder=encoder)


@pytest.mark.parametrize("other", [FORMAT - 1, FORMAT + 1])
def test_a_library_of_another_format_is_refused_with_the_command_that_builds_it(
    library: qa.Library, encoder: FakeEncoder, other: int
) -> None:
    forge(folder_of(library), format=other)
    command = (
        rf"is in format {other}, this version reads {FORMAT}; build it again with: qa build --replace PATH… --library "
    )
    with pytest.raises(qa.LibraryMismatch, match=command):
        qa.open(library.path, encoder=encoder)
    assert qa.build(library.thread("Bread"), library.path, encoder=encoder).verify().sources == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e4])
def test_vectors_that_are_none_are_damage(library: qa.Library, encoder: FakeEncoder, value: float) -> None:
    (file,) = (file for file in files_of(library) if file.name in ("dense.vectors", "dense.lists"))
    numbers = np.fromfile(file, "<f4" if file.suffix == ".vectors" else "<f2")
    numbers[:8] = value
    file.write_bytes(numbers.tobytes())
    forge(folder_of(library))
    with pytest.raises(qa.LibraryDamaged, match="not of length one"):
        qa.open(library.path, encoder=encoder).passage_map()


def test_verify_checks_that_every_passage_is_a_slice(library: qa.Library) -> None:
    execute(library, "UPDATE passage SET text = 'Never said.' WHERE id = 0")
    with pytest.raises(qa.LibraryDamaged, match="passage 0 .* is not a slice of 'Lenses'"):
        qa.open(library.path, encoder=FakeEncoder()).verify()


SYSTEM_CALLS = ("pathlib.Path.open", "pathlib.Path.read_bytes", "numpy.fromfile", "tempfile.TemporaryDirectory")


def unreadable(code: int) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.EMFILE])
@pytest.mark.parametrize(
    ("exact_up_to", "call"),
    [
        *((size, call) for size in (50_000, 0) for call in SYSTEM_CALLS),
        (0, "numpy.memmap"),  # the vectors of a small library are read, not mapped
    ],
    indirect=["exact_up_to"],
)
def test_an_error_of_the_system_is_not_called_damage(
    library: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch, code: int, call: str
) -> None:
    monkeypatch.setattr(call, unreadable(code))
    with pytest.raises(qa.LibraryNotReadable, match=re.escape(os.strerror(code))):
        qa.open(library.path, encoder=encoder)


def test_too_little_memory_is_not_called_damage(
    library: qa.Library, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr("numpy.fromfile", fail)
    with pytest.raises(qa.LibraryNotReadable, match="not enough memory"):
        qa.open(library.path, encoder=encoder)


def test_a_query_that_would_never_end_is_ended(library: qa.Library, encoder: FakeEncoder) -> None:
    database = Store.open(folder_of(library))
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(1) FROM n"
    with pytest.raises(qa.LibraryDamaged, match="interrupted"):
        database.rows(endless)
    much = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT ? FROM n"
    with pytest.raises(qa.LibraryDamaged, match="more text than it can hold"):
        database.rows(much, "x" * 10_000)
    assert database.rows("SELECT count(1) FROM source") == [(2,)]


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
    path = folder_of(library) / "manifest.json"
    whole = path.read_text()
    key, value = alteration
    forge(folder_of(library), **{key: value})
    try:
        with pytest.raises((qa.LibraryDamaged, qa.LibraryMismatch), match="qa build --replace PATH"):
            qa.open(library.path, encoder=FakeEncoder())
    finally:
        path.write_text(whole)


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b"[]"])
def test_a_manifest_that_is_not_one_is_damage(library: qa.Library, content: bytes) -> None:
    (LibraryDirectory(library.path).current() / "manifest.json").write_bytes(content)
    with pytest.raises(qa.LibraryDamaged):
        qa.open(library.path, encoder=FakeEncoder())


def test_verify_requires_the_files_that_every_library_has(library: qa.Library) -> None:
    forge(folder_of(library), files={})
    with pytest.raises(qa.LibraryDamaged, match=r"does not name dense.vectors, lexical/meta.json, texts.sqlite"):
        Generation.current(LibraryDirectory(library.path), check_hashes=True).verify(files=False)
