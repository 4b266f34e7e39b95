"""`qa doctor`: whether everything that Verbatim needs is there, and what to do about what is not."""

from __future__ import annotations

import argparse
import platform
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from qa.cli.output import library_path, print_line
from qa.cli.shared import SharedOptions
from qa.encoding.minilm_files import NAME, folder
from qa.encoding.precision import SETTING, default_precision
from qa.errors import LibraryMissing, VerbatimError
from qa.library.defaults import default_path
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation
from qa.text.counted import counted

_PROBLEM = 2
_PACKAGES = ("verbatim-qa", "faiss-cpu", "gradio", "openvino", "tantivy", "tokenizers", "torch")
_FREE_BYTES = 500_000_000  # for uploads and temporary files, besides the next generation


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check has found: whether it is all right, and what to say."""

    right: bool
    text: str


def add_commands(commands: Any, shared: SharedOptions) -> None:
    """Add the command to the parser, as `qa.cli.ask.add_commands` does."""
    command = commands.add_parser(
        "doctor", parents=[shared.library], help="check the model, the processor, a library, the disk and the port"
    )
    command.add_argument("--host", default="127.0.0.1", help="the address that qa serve is to listen on")
    command.add_argument("--port", type=int, default=7860, help="its port (default: 7860)")
    command.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    path = library_path(options)
    checks: dict[str, Callable[[], Finding]] = {
        "versions": _versions,
        "model": _model,
        "processor": _processor,
        "library": lambda: _library(path),
        "disk": lambda: _disk(path),
        "temporary": _temporary,
        "port": lambda: _port(options.host, options.port),
    }
    problems = 0
    for name, check in checks.items():
        try:
            finding = check()
        except VerbatimError as error:
            finding = Finding(False, str(error))
        problems += not finding.right
        print_line(f"{'ok' if finding.right else 'PROBLEM':8} {name:10} {finding.text}")
    return _PROBLEM if problems else 0


def _versions() -> Finding:
    found = dict(_installed())
    missing = [name for name, number in found.items() if number is None]
    if missing:
        return Finding(
            False, f"{', '.join(missing)} cannot be found; in Verbatim's checkout: pip install --force-reinstall ."
        )
    return Finding(True, ", ".join([f"Python {platform.python_version()}", *(f"{n} {v}" for n, v in found.items())]))


def _installed() -> Iterator[tuple[str, str | None]]:
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, None


def _model() -> Finding:
    folder()
    return Finding(True, f"{NAME}, with the published weights")


def _processor() -> Finding:
    return Finding(True, f"{platform.machine()}, computing in {default_precision()} (set it with {SETTING})")


def _library(path: Path) -> Finding:
    try:
        generation = Generation.current(LibraryDirectory(path))
    except LibraryMissing:
        if path == default_path():
            return Finding(True, f"none at {path} yet; the first question builds it")
        return Finding(False, f"there is none at {path}; make it with: qa build PATH --library {path}")
    status, remote = generation.status(), generation.manifest.remote
    where = "" if remote is None else f" in Milvus at {remote.server.uri}"
    return Finding(
        True,
        f"{status.path}: {counted(status.sources, 'source')}, {counted(status.passages, 'passage')}{where}; "
        "qa verify checks them",
    )


def _disk(path: Path) -> Finding:
    existing = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    needed = _FREE_BYTES + sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    text = f"{free:,} bytes are free at {existing}"
    if free < needed:
        return Finding(False, f"{text}; to change the library {needed:,} are needed: free some, or move it")
    return Finding(True, text)


def _temporary() -> Finding:
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        return Finding(False, f"nothing can be written to the temporary folder: {error}; set TMPDIR to another")
    return Finding(True, f"{tempfile.gettempdir()} can be written")


def _port(host: str, port: int) -> Finding:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.create_server((host, port), family=family):
            pass
    except (OSError, OverflowError) as error:
        return Finding(False, f"{port} on {host} cannot be used: {error}; choose another: qa serve --port N")
    return Finding(True, f"{port} on {host} is free")
