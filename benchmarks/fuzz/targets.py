"""The parsers that are fuzzed: each takes any bytes, and raises nothing but an error of ours."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from benchmarks.formats import samples
from qa.errors import VerbatimError
from qa.library import manifest
from qa.library import pointer as pointers
from qa.library.archive import archive_blocks, extract
from qa.library.manifest import FILE, Manifest
from qa.library.pointer import Pointer
from qa.search.query import Query
from qa.sources.decode import decode
from qa.sources.worker import open_file
from qa.text.sentences import split_sentences

Parser = Callable[[bytes], object]
_MOST_BYTES = 5_000_000  # that a file may expand to: enough for any sample, and quick


def read_file(name: str, data: bytes) -> None:
    """Read bytes as a file of this name; every thread must hold together."""
    for thread in open_file(data, name, most=_MOST_BYTES).threads:
        thread.checked()


def read_manifest(data: bytes) -> None:
    """Read a generation's manifest."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        (Path(folder) / FILE).write_bytes(data)
        Manifest.read(Path(folder))


def read_pointer(data: bytes) -> None:
    """Read a library's pointer."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        (Path(folder) / pointers.FILE).write_bytes(data)
        Pointer.read(Path(folder))


def unpack(data: bytes) -> None:
    """Extract a packed library."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        extract(io.BytesIO(data), Path("fuzzed"), Path(folder))


def parse_question(data: bytes) -> None:
    """Parse a question with its filters."""
    Query.parse(data.decode("utf-8", "surrogatepass"), {})


def split(data: bytes) -> None:
    """Split a text into sentences; each is a slice of it, in order."""
    text, end = data.decode("utf-8", "replace"), 0
    for sentence in split_sentences(text):
        assert end <= sentence.start <= sentence.end <= len(text)
        end = sentence.end


def run(parser: Parser, data: bytes) -> None:
    """Run a parser; any error that is not ours comes through."""
    with suppress(VerbatimError, UnicodeDecodeError if parser is parse_question else VerbatimError):
        parser(data)


def seeds() -> Mapping[str, bytes]:
    """A good input for each parser, from which to begin."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder)
        (path / "texts.sqlite").write_bytes(b"text")
        (path / "dense.vectors").write_bytes(bytes(16))
        (path / "lexical").mkdir()
        (path / "lexical" / "meta.json").write_bytes(b"{}")
        model = manifest.Model("m", "f", 4)
        counts = {"sources": 1, "posts": 1, "passages": 1}
        whole = Manifest(manifest.FORMAT, "2025-01-01", model, counts, manifest.files_of(path))
        whole.write(path)
        packed = b"".join(archive_blocks(path, Manifest.read(path)))
        written = (path / FILE).read_bytes()
    return samples() | {
        "decode": "Ein Stück — “quoted”".encode("utf-16"),
        "manifest": written,
        "pointer": b"000001-0123abcd\n\n",
        "packed library": packed,
        "question": b'author:"Jane Doe" -word in:comments before:2012-03 "exact phrase" why?',
        "sentences": b"Dr. No arrived at 5 p.m. He left!  \xe2\x80\x9cWhy?\xe2\x80\x9d asked M.",
    }


PARSERS: Mapping[str, Parser] = {
    **{name: partial(read_file, name) for name in samples()},
    "decode": lambda data: decode(data, "fuzzed"),
    "manifest": read_manifest,
    "pointer": read_pointer,
    "packed library": unpack,
    "question": parse_question,
    "sentences": split,
}
