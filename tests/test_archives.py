"""Archives: each file in one is read as a file of a folder is, and one bad file costs itself."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import qa
from benchmarks import exports
from qa.sources.read import read_all
from qa.sources.sandbox import Limits
from qa.sources.worker import open_file


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(data) if kind == tarfile.REGTYPE else 0, kind, "/etc/passwd"
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


FILES = {"notes/rain.txt": b"It rains.", "topic.json": exports.discourse(), "blog.xml": exports.wxr()}


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("a.zip", zipped),
        ("a.tar", tarred),
        ("a.tgz", lambda files: gzip.compress(tarred(files))),
        ("a.tar.bz2", lambda files: bz2.compress(tarred(files))),
        ("a.tar.xz", lambda files: lzma.compress(tarred(files))),
    ],
)
def test_the_files_of_an_archive_are_read(
    name: str, packed: Callable[[Mapping[str, bytes]], bytes], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(packed(FILES))
    threads, (report,) = read_all(tmp_path)
    assert [(thread.source, len(thread.posts)) for thread in threads] == [
        (f"{name} · rain.txt", 1),
        (f"{name} · topic.json", 3),
        (f"{name} · blog.xml · Lenses 0", 4),
    ]
    assert (report.outcome, report.format, report.reason) == ("read", "archive", None)


def test_a_compressed_text_is_read_under_its_own_name() -> None:
    for compress, suffix in ((gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")):
        (thread,) = open_file(compress(b"It rains."), f"a.txt.{suffix}").threads
        assert (thread.source, thread.text) == (f"a.txt.{suffix}", "It rains.")


def test_a_bad_file_costs_itself_and_is_reported(tmp_path: Path) -> None:
    files = {"empty.txt": b"", "noise.json": b"[1]", "rain.txt": b"It rains.", "picture.png": b"\x89PNG"}
    (tmp_path / "a.zip").write_bytes(zipped(files))
    (thread,), (report,) = read_all(tmp_path)
    assert thread.text == "It rains."
    assert report.reason == (
        "2 of the files in 'a.zip' cannot be read: the first of them: a.zip · empty.txt is empty; give a text with at"
        " least one word; 1 of the files in 'a.zip' were skipped, because files of their suffix are not read from an"
        " archive"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not enforce the memory limit")
def test_a_file_that_ends_the_child_costs_itself(tmp_path: Path) -> None:
    big = b"It rains. " * 6_000_000
    files = {"1.txt": b"One.", "empty.txt": b"", "big.txt": big, "2.txt": b"Two.", "noise.json": b"[1]"}
    (tmp_path / "a.zip").write_bytes(zipped(files))
    threads, (report,) = read_all(tmp_path / "a.zip", limits=Limits(memory=256 << 20))
    assert [thread.text for thread in threads] == ["One.", "Two."]
    assert report.reason is not None
    assert "a.zip · empty.txt is empty" in report.reason
    assert "'a.zip · noise.json' is not a .json file" in report.reason
    assert "'a.zip · big.txt' needs more than 0.2 GiB of memory" in report.reason


def test_archives_in_archives_are_read_to_a_depth(tmp_path: Path) -> None:
    data = b"It rains."
    name = "rain.txt"
    for _ in range(3):
        data, name = zipped({name: data}), "inner.zip"
    assert [thread.text for thread in open_file(data, "a.zip").threads] == ["It rains."]
    with pytest.raises(qa.SourceError, match="lies in more than 3 archives"):
        list(open_file(zipped({"inner.zip": data}), "a.zip").threads)


def test_the_files_of_an_archive_share_one_limit() -> None:
    files = {"a.txt": b"A " * 1_000, "b.txt.gz": gzip.compress(b"B " * 1_000), "c.txt": b"C."}
    threads = open_file(zipped(files), "a.zip", most=3_000).threads
    assert [next(threads).text[:2], next(threads).text[:2]] == ["A ", "C."]
    with pytest.raises(qa.SourceError, match=r"'a.zip · b.txt.gz' expands to more than the limit of 3,000 bytes"):
        next(threads)


def test_nothing_outside_an_archive_is_read_or_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "a.zip").write_bytes(zipped({"../../evil.txt": b"It rains.", "/etc/b.txt": b"Snow."}))
    (home / "b.tar").write_bytes(tarred({"c.txt": b""}, tarfile.SYMTYPE))
    threads, reports = read_all(home)
    assert [(thread.source, thread.text) for thread in threads] == [
        ("a.zip · evil.txt", "It rains."),
        ("a.zip · b.txt", "Snow."),
    ]
    assert [report.outcome for report in reports] == ["read", "failed"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "b.tar", "home"]
