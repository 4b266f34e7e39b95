"""Manifest: what a generation says of itself, and the size and hash of every file in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from qa.errors import LibraryDamaged, LibraryMismatch
from qa.search import dense

FORMAT = 2
FILE = "manifest.json"
_MOST_BYTES = 4_000_000
_LONGEST_NAME = 200
_NEEDED = frozenset({"texts.sqlite", "lexical/meta.json"})
_NEEDED_OF_DENSE = tuple(map(frozenset, dense.FILES))


@dataclass(frozen=True, slots=True)
class Model:
    """The encoder whose vectors a generation holds."""

    name: str
    fingerprint: str
    dimension: int


@dataclass(frozen=True, slots=True)
class File:
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`created` is the moment in ISO 8601; `files` are named by their path below the generation's folder."""

    format: int
    created: str
    model: Model
    counts: Mapping[str, int]
    files: Mapping[str, File]

    def write(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1, sort_keys=True), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read a folder's manifest, trusting nothing in it.

        Raises LibraryMismatch where it is of another format, LibraryDamaged where it is not a manifest.
        """
        path = folder / FILE
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise LibraryDamaged(f"{path} is too large to be a manifest")
            found = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(found, dict) and (type(found.get("format")), found.get("format")) != (int, FORMAT):
                raise LibraryMismatch(f"{folder} is in format {found.get('format')!r}, this version reads {FORMAT}")
            counts = {name: _count(found["counts"][name]) for name in ("sources", "posts", "passages")}
            files = {_inside(name): File(_count(f["size"]), _text(f["sha256"])) for name, f in found["files"].items()}
            if missing := _missing(files.keys()):
                raise LibraryDamaged(f"{path} does not name {', '.join(sorted(missing))}")
            model = found["model"]
            return cls(
                FORMAT,
                _text(found["created"]),
                Model(_text(model["name"]), _text(model["fingerprint"]), _count(model["dimension"])),
                counts,
                files,
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise LibraryDamaged(f"{path} is missing or is not a manifest ({type(error).__name__})") from error

    def check_sizes(self, folder: Path) -> None:
        """Raises LibraryDamaged where a file is missing or has another size."""
        for name, expected in self.files.items():
            path = folder / name
            size = path.stat().st_size if path.is_file() else None
            if size != expected.size:
                state = "is missing" if size is None else f"has {size} bytes, not {expected.size}"
                raise LibraryDamaged(f"{path} {state}")

    def check_hashes(self, folder: Path) -> None:
        """Raises LibraryDamaged where a file has another hash than when it was written."""
        self.check_sizes(folder)
        for name, expected in self.files.items():
            if file_hash(folder / name) != expected.sha256:
                raise LibraryDamaged(f"{folder / name} was altered since it was written: its SHA-256 is another")


def _missing(named: Set[str]) -> Set[str]:
    """What every library has and this one does not name; of vectors, one of the ways to hold them."""
    least = min((group - named for group in _NEEDED_OF_DENSE), key=len)
    return (_NEEDED - named) | least


def files_of(folder: Path) -> dict[str, File]:
    """The size and hash of every file below a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): File(path.stat().st_size, file_hash(path)) for path in paths}


def file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"not a count: {value!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"not a text: {value!r}")
    return value


def _inside(name: str) -> str:
    """A file's name, refused where it would lead out of the folder."""
    path = PurePosixPath(name)
    if (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or "\x00" in name
        or not path.parts
        or len(name) > _LONGEST_NAME
    ):
        raise ValueError(f"a file outside the generation: {name!r}")
    return name
