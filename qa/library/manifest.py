"""Manifest: a generation's format, model and counts, and the size and hash of every file in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from qa.errors import LibraryDamaged, LibraryMismatch
from qa.library import schema
from qa.search import bm25, cells, dense, flat
from qa.search.engine import reporting_damage
from qa.search.milvus import statistics
from qa.search.remote import Remote

FORMAT = 6
FILE = "manifest.json"
READ_LOCK = "reading.lock"
"""Held by every reader of the generation; it has no content."""
MAX_BYTES = 4_000_000
_MAX_NAME_LENGTH = 200
_UNNAMED = frozenset({FILE, READ_LOCK})  # files of a generation that its manifest does not name
HASHED_AT_OPENING = 128_000_000
"""Files of up to so many bytes are read and hashed when a generation is opened: at 0.4 to 2 GB a second, that takes
less than a tenth of a second for 10,000 passages. A larger one is hashed before it is first used."""
_READ_AT_OPENING = frozenset({flat.FILE, cells.CENTROIDS, cells.SIZES})  # whole, however large
_REQUIRED = frozenset({schema.FILE, *bm25.FILES})
_REQUIRED_GROUPS = tuple(map(frozenset, dense.FILES))  # one of these groups
_REQUIRED_BESIDE_REMOTE = frozenset({schema.FILE, statistics.FILE})


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
    has every other file by its path below the generation's folder. `remote` is where its indexes are, None if they are
    in its folder. The file also holds the SHA-256 of the rest of it.
    """

    format: int
    created: str
    model: Model
    counts: Mapping[str, int]
    files: Mapping[str, File]
    remote: Remote | None = None

    def write(self, folder: Path) -> None:
        """Write the manifest into the generation's folder."""
        content = asdict(self)
        del content["remote"]
        if self.remote is not None:
            content["remote"] = self.remote.to_dict()
        content["sha256"] = _content_hash(content)
        (folder / FILE).write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read a folder's manifest; everything in it is checked.

        Raises:
            LibraryMismatch: It is in another format.
            LibraryDamaged: It is missing, altered or not a manifest, or does not name the files that every generation
                has.
            LibraryNotReadable: The system does not let it be read.
        """
        path = folder / FILE
        with reporting_damage(path, OSError):
            is_file, size = path.is_file(), path.stat().st_size
        if not is_file or size > MAX_BYTES:
            raise LibraryDamaged(f"{path} is not a file, or is too large to be a manifest")
        with reporting_damage(path, OSError):
            data = path.read_bytes()
        try:
            content = json.loads(data.decode("utf-8"))
            if isinstance(content, dict) and (type(content.get("format")), content.get("format")) != (int, FORMAT):
                raise LibraryMismatch(f"{folder} is in format {content.get('format')!r}, this version reads {FORMAT}")
            if content.pop("sha256") != _content_hash(content):
                raise LibraryDamaged(f"{path} was altered since it was written: its SHA-256 has changed")
            counts = {name: _count(content["counts"][name]) for name in ("sources", "posts", "passages")}
            files = {
                _inner_path(name): File(_count(file["size"]), _text(file["sha256"]))
                for name, file in content["files"].items()
            }
            remote = Remote.from_dict(content["remote"]) if "remote" in content else None
            if missing := _missing_files(files.keys(), is_remote=remote is not None):
                raise LibraryDamaged(f"{path} does not name {', '.join(sorted(missing))}")
            model = content["model"]
            return cls(
                FORMAT,
                _text(content["created"]),
                Model(_text(model["name"]), _text(model["fingerprint"]), _count(model["dimension"])),
                counts,
                files,
                remote,
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise LibraryDamaged(f"{path} is not a manifest ({type(error).__name__})") from error

    def check_files(self, folder: Path) -> None:
        """Check what does not take long: which files there are, their sizes, and the hashes of all but large ones.

        Args:
            folder: The generation's folder.

        Raises:
            LibraryDamaged: A file is missing, has another size, was altered, is a link or is not named here.
            LibraryNotReadable: The system does not let one be read.
        """
        self._check_names(folder)
        for name, expected in self.files.items():
            if name not in self.large_files:
                check_hash(folder / name, expected)

    @property
    def large_files(self) -> Mapping[str, File]:
        """The files that `check_files` does not hash, by their names."""
        return {
            name: file
            for name, file in self.files.items()
            if file.size > HASHED_AT_OPENING and name not in _READ_AT_OPENING
        }

    def check_hashes(self, folder: Path) -> None:
        """Check every file's hash. It takes and raises what `check_files` does."""
        self._check_names(folder)
        for name, expected in self.files.items():
            check_hash(folder / name, expected)

    def _check_names(self, folder: Path) -> None:
        with reporting_damage(folder, OSError):
            present = {path.relative_to(folder).as_posix(): path for path in _files_below(folder)}
            for name, path in present.items():
                if name not in self.files and name not in _UNNAMED:
                    raise LibraryDamaged(f"{path} is not a file of the library: its manifest does not name it")
            for name, expected in self.files.items():
                path = folder / name
                if name not in present or not path.is_file() or path.is_symlink():
                    raise LibraryDamaged(f"{path} is missing, or is not a file")
                if (size := path.stat().st_size) != expected.size:
                    raise LibraryDamaged(f"{path} has {size} bytes, not {expected.size}")


def _files_below(folder: Path) -> Iterator[Path]:
    """Whatever is below a folder and is not a folder itself. Raises OSError, where `rglob` passes over what it may not
    enter."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            yield from _files_below(path)
        else:
            yield path


def check_hash(path: Path, expected: File) -> None:
    """Check a file by its hash.

    Raises:
        LibraryDamaged: It was altered.
        LibraryNotReadable: The system does not let it be read.
    """
    if file_hash(path) != expected.sha256:
        raise LibraryDamaged(f"{path} was altered since it was written: its SHA-256 has changed")


def _content_hash(content: Mapping[str, Any]) -> str:
    return schema.text_hash(json.dumps(content, sort_keys=True))


def _missing_files(named: Set[str], *, is_remote: bool) -> Set[str]:
    """The files that every generation has and that are not `named`; of the dense index, one group is enough."""
    if is_remote:
        return _REQUIRED_BESIDE_REMOTE - named
    dense_files = min((group - named for group in _REQUIRED_GROUPS), key=len)
    return (_REQUIRED - named) | dense_files


def files_of(folder: Path) -> dict[str, File]:
    """The size and hash of every file below a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): File(path.stat().st_size, file_hash(path)) for path in paths}


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with reporting_damage(path, OSError), path.open("rb") as stream:
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
