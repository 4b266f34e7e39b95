"""Manifest: a generation's format, model and counts, and the size and hash of every file in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from qa.errors import LibraryDamaged, LibraryMismatch
from qa.library import schema
from qa.search import bm25, dense

FORMAT = 3
FILE = "manifest.json"
_MAX_BYTES = 4_000_000
_MAX_NAME_LENGTH = 200
_REQUIRED = frozenset({schema.FILE, *bm25.FILES})
_REQUIRED_GROUPS = tuple(map(frozenset, dense.FILES))  # one of these groups


@dataclass(frozen=True, slots=True)
class Model:
    """The encoder whose vectors a generation holds."""

    name: str
    fingerprint: str
    dimension: int


@dataclass(frozen=True, slots=True)
class File:
    """The size of a file in bytes, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of a generation, stored in its folder.

    `created` is the time of writing in ISO 8601. `counts` has the number of "sources", "posts" and "passages". `files`
    has every other file by its path below the generation's folder.
    """

    format: int
    created: str
    model: Model
    counts: Mapping[str, int]
    files: Mapping[str, File]

    def write(self, folder: Path) -> None:
        """Write the manifest into the generation's folder."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1, sort_keys=True), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read a folder's manifest; everything in it is checked.

        Raises:
            LibraryMismatch: It is in another format.
            LibraryDamaged: It is missing, is not a manifest, or does not name the files that every generation has.
        """
        path = folder / FILE
        try:
            if path.stat().st_size > _MAX_BYTES:
                raise LibraryDamaged(f"{path} is too large to be a manifest")
            content = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(content, dict) and (type(content.get("format")), content.get("format")) != (int, FORMAT):
                raise LibraryMismatch(f"{folder} is in format {content.get('format')!r}, this version reads {FORMAT}")
            counts = {name: _count(content["counts"][name]) for name in ("sources", "posts", "passages")}
            files = {
                _inner_path(name): File(_count(file["size"]), _text(file["sha256"]))
                for name, file in content["files"].items()
            }
            if missing := _missing_files(files.keys()):
                raise LibraryDamaged(f"{path} does not name {', '.join(sorted(missing))}")
            model = content["model"]
            return cls(
                FORMAT,
                _text(content["created"]),
                Model(_text(model["name"]), _text(model["fingerprint"]), _count(model["dimension"])),
                counts,
                files,
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise LibraryDamaged(f"{path} is missing or is not a manifest ({type(error).__name__})") from error

    def check_sizes(self, folder: Path) -> None:
        """Raise LibraryDamaged if a file is missing or has another size."""
        for name, expected in self.files.items():
            path = folder / name
            size = path.stat().st_size if path.is_file() else None
            if size != expected.size:
                state = "is missing" if size is None else f"has {size} bytes, not {expected.size}"
                raise LibraryDamaged(f"{path} {state}")

    def check_hashes(self, folder: Path) -> None:
        """Raise LibraryDamaged if a file is missing or its hash has changed."""
        self.check_sizes(folder)
        for name, expected in self.files.items():
            if file_hash(folder / name) != expected.sha256:
                raise LibraryDamaged(f"{folder / name} was altered since it was written: its SHA-256 has changed")


def _missing_files(named: Set[str]) -> Set[str]:
    """The files that every generation has and that are not `named`; of the dense index, one group is enough."""
    dense_files = min((group - named for group in _REQUIRED_GROUPS), key=len)
    return (_REQUIRED - named) | dense_files


def files_of(folder: Path) -> dict[str, File]:
    """The size and hash of every file below a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): File(path.stat().st_size, file_hash(path)) for path in paths}


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
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


def _inner_path(name: str) -> str:
    """The path of a file below the folder. Raises ValueError if it leads out of it."""
    path = PurePosixPath(name)
    if (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or "\x00" in name
        or not path.parts
        or len(name) > _MAX_NAME_LENGTH
    ):
        raise ValueError(f"a file outside the generation: {name!r}")
    return name
