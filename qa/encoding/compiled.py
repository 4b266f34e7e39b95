"""Compiled networks in the user's cache folder: to load one takes half as long as to read its weights and compile it.

A file holds the SHA-256 of its name and of what follows, which is what OpenVINO exports. It is named by a hash of
everything that the network depends on: its weights, the code of its graph, the precision, OpenVINO's version and the
processor. A file that is damaged, another user's, or that others may write, is not used: the network is then compiled
from its weights.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from openvino import Model

_SUFFIX = ".network"
_KEPT = 5  # files, of 43 and 50 MB: those of two installations, and one that an update has replaced
_DIGEST_BYTES = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class CompiledNetwork:
    """A compiled network, and the mapped file that it was loaded from; None if it was compiled now."""

    network: Any
    mapped: mmap.mmap | None = None

    def release_memory(self) -> None:
        """Release the file's memory, once the runtime has copied the weights; it is read again if it is used."""
        if self.mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            self.mapped.madvise(mmap.MADV_DONTNEED)


@dataclass(frozen=True, slots=True)
class KeptAs:
    """What identifies a network.

    Attributes:
        weights: The hashes of its weights.
        code: The files of the code that builds its graph: another version of them may build another.
    """

    weights: tuple[str, ...]
    code: tuple[Path, ...]

    def with_code(self, file: Path) -> KeptAs:
        """The same, with a file more."""
        return replace(self, code=(*self.code, file))

    def file(self, core: Any, settings: Mapping[str, str]) -> Path | None:
        """Where the network is kept; None if the code cannot be read, as in an archive, or the user has no home.

        Args:
            core: OpenVINO's runtime.
            settings: What the network is compiled with.
        """
        from openvino import get_version
        from platformdirs import user_cache_path

        processor = [core.get_property("CPU", name) for name in ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")]
        everything = hashlib.sha256(repr((self.weights, sorted(settings.items()), get_version(), processor)).encode())
        try:
            for file in self.code:
                everything.update(file.read_bytes())
        except OSError:
            return None
        folder = user_cache_path("verbatim", appauthor=False)
        return folder / f"{everything.hexdigest()[:32]}{_SUFFIX}" if folder.is_absolute() else None


def load_or_compile(
    core: Any, build: Callable[[], Model], settings: Mapping[str, str], file: Path | None
) -> CompiledNetwork:
    """Load a network that is kept, or compile it and keep it.

    Args:
        core: OpenVINO's runtime.
        build: Builds its graph.
        settings: What to compile it with.
        file: Where to keep it; None to keep it nowhere.
    """
    if file is not None and (kept := load_compiled(core, file, settings)) is not None:
        return kept
    compiled = CompiledNetwork(core.compile_model(build(), "CPU", settings))
    if file is None:
        return compiled
    keep_compiled(compiled.network, file)
    # The one that was compiled also holds what it was compiled from.
    return load_compiled(core, file, settings) or compiled


def load_compiled(core: Any, file: Path, settings: Mapping[str, str]) -> CompiledNetwork | None:
    """The network that is kept in a file; None if there is none that can be used.

    Args:
        core: OpenVINO's runtime.
        file: Where it is kept.
        settings: What it was compiled with.
    """
    from openvino import Tensor

    with suppress(OSError, ValueError), file.open("rb") as stream:
        if not _is_own(os.fstat(stream.fileno())):
            return None
        digest = stream.read(_DIGEST_BYTES)
        if hashlib.file_digest(stream, lambda: _hash_of(file)).digest() != digest:
            return None
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
        content = Tensor(np.frombuffer(mapped, np.uint8, offset=_DIGEST_BYTES), shared_memory=True)
        with suppress(RuntimeError):  # another OpenVINO of the same version
            return CompiledNetwork(core.import_model(content, "CPU", dict(settings)), mapped)
    return None


def keep_compiled(network: Any, file: Path) -> None:
    """Write a compiled network into its file, and remove older ones; without a word if the folder cannot be written."""
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, unfinished = tempfile.mkstemp(_SUFFIX, dir=file.parent)  # one that is left behind is removed as old
        try:
            with os.fdopen(descriptor, "wb") as stream:
                content, digest = network.export_model().getbuffer(), _hash_of(file)
                digest.update(content)
                stream.write(digest.digest())
                stream.write(content)
            Path(unfinished).replace(file)
        except OSError:
            Path(unfinished).unlink()
            raise
        kept = sorted(file.parent.glob(f"*{_SUFFIX}"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in kept[_KEPT:]:
            old.unlink()


def _hash_of(file: Path) -> Any:
    """The SHA-256 of the file's name so far, since another network's file is whole too."""
    return hashlib.sha256(file.name.encode())


def _is_own(status: os.stat_result) -> bool:
    """Whether a file belongs to the user and no one else can write to it; on Windows a user's folder is."""
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)
