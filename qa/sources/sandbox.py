"""Files parsed where a bad one can harm nothing: in a child process, bounded in time, memory and expanded size.

One child reads many files; when a file makes it crash, hang or swell, that file alone is lost, and another child reads
the rest. Children are started as a module, not forked, so that it works from a notebook or an unguarded script alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from qa.errors import SourceError
from qa.sources.detect import MOST_BYTES, NotRecognised
from qa.sources.thread import Thread
from qa.sources.thread_json import thread_from_row
from qa.sources.worker import MEMORY_ENDED

PROGRAM = ("-m", "qa.sources.worker")
_BYTES_A_SECOND = 1_000_000  # slower than the slowest reader, so that a large file has its time


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: seconds (and one more for each megabyte of it), bytes of memory, bytes expanded."""

    seconds: float = 30.0
    memory: int = 3 << 30
    expanded: int = MOST_BYTES


@dataclass(frozen=True, slots=True)
class FileContent:
    """The threads of a file, the name of its format, and what was wrong with the rest of it."""

    threads: tuple[Thread, ...]
    format: str
    flaw: str | None


class Sandbox:
    """A child process that reads files; a context manager, which ends it."""

    def __init__(self, limits: Limits | None = None, *, program: Sequence[str] = PROGRAM) -> None:
        self._limits = limits or Limits()
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child; a later file starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def read(self, path: Path, name: str) -> FileContent:
        """The threads of the file at `path`, called `name`.

        Raises NotRecognised where nothing here reads it, SourceError where it cannot be read within its limits.
        """
        seconds = self._limits.seconds + path.stat().st_size / _BYTES_A_SECOND
        whole = False
        try:
            process = self._asked(path, name, seconds)
            with _ended_after(process, seconds) as late:
                threads, format_, flaw, recognised = _answered(process)
            whole = True
        except EOFError:
            why = self._why(name, process.wait(), seconds if late.is_set() else None)
            raise SourceError(why) from None
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            raise SourceError(f"the process that reads {name!r} gave what is not an answer") from error
        finally:  # after half an answer, for Ctrl-C or whatever else, the next file must not get the rest of it
            if not whole:
                self.close()
        if not threads:
            raise (SourceError if recognised else NotRecognised)(flaw or f"{name!r} holds no text")
        return FileContent(threads, format_, flaw)

    def _asked(self, path: Path, name: str, seconds: float) -> subprocess.Popen[bytes]:
        asked = {"path": str(path.absolute()), "name": name, "seconds": seconds}
        question = json.dumps(asked).encode("ascii") + b"\n"
        for attempt in (1, 2):
            try:
                process = self._process = self._process or self._started()
                assert process.stdin is not None
                process.stdin.write(question)
                process.stdin.flush()
                break
            except OSError as error:  # it was ended while it waited
                self.close()
                if attempt == 2:
                    raise SourceError(f"{name!r}: no process can be started to read it in: {error}") from error
        return process

    def _started(self) -> subprocess.Popen[bytes]:
        # -P: a module in the working folder, which may be a folder of downloads, must not stand in for one of ours.
        command = [sys.executable, "-P", *self._program, str(self._limits.memory), str(self._limits.expanded)]
        return subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        )

    def _why(self, name: str, code: int, seconds: float | None) -> str:
        if seconds is not None:
            return f"{name!r} took longer than {seconds:,.0f} seconds to read; cut it into parts, or save it as text"
        if code == MEMORY_ENDED:
            return f"{name!r} needs more than {self._limits.memory / (1 << 30):.1f} GiB of memory; cut it into parts"
        return f"{name!r} made the process that reads it end ({code}); save it again, or as text"


@contextmanager
def _ended_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """End the process unless the block is left in time; the event tells whether that happened."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    clock = threading.Timer(seconds, end)
    clock.daemon = True
    clock.start()
    try:
        yield late
    finally:
        clock.cancel()


def _answered(process: subprocess.Popen[bytes]) -> tuple[tuple[Thread, ...], str, str | None, bool]:
    """The threads of an answer, its format, what was wrong, and whether the format is one that is read.

    Raises EOFError where the child ends before the answer does.
    """
    threads: list[Thread] = []
    format_ = ""
    assert process.stdout is not None
    for line in process.stdout:
        if not line.endswith(b"\n"):
            break
        answer = json.loads(line)
        if "thread" in answer:
            threads.append(thread_from_row(answer["thread"]))
        elif "format" in answer:
            format_ = answer["format"]
        else:
            return tuple(threads), format_, answer["done"], answer["recognised"]
    with suppress(subprocess.TimeoutExpired):
        process.wait(1)
    process.kill()  # one whose output has ended must end too
    raise EOFError


def _environment() -> dict[str, str]:
    """Ours, with the folder that this package was imported from where the child would not look for it."""
    home = str(Path(__file__).resolve().parents[2])
    environment = dict(os.environ)
    if home not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        known = [path for path in (os.environ.get("PYTHONPATH"),) if path]
        environment["PYTHONPATH"] = os.pathsep.join([home, *known])
    return environment
