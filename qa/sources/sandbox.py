"""A child process that parses files, so that a hostile or broken one cannot harm this process.

Each file is limited in time, memory and expanded size. One child reads many files; a file that crashes it, hangs or
exceeds a limit is lost, and a new child reads the rest. Children are started as a module, not forked, so that reading
works from a notebook and from an unguarded script alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from qa.errors import SourceError
from qa.sources.bounds import MOST_BYTES
from qa.sources.detect import NotRecognised
from qa.sources.protocol import BYTES_A_SECOND, OUT_OF_MEMORY, ReadRequest, thread_from_message
from qa.sources.thread import Thread, check_text

PROGRAM = ("-m", "qa.sources.worker")
_MOST_CRASHES = 10  # files of one archive that may end the child; a longer row of them is an attack
_MOST_SECONDS = 3_600.0  # for one archive, however many files it holds


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one file.

    `seconds` is the time to read it, and one second more for each megabyte; each file of an archive has that time.
    `memory` is the child's address space in bytes (enforced on Linux alone). `expanded` is the most bytes of a text, or
    that a compressed file or an archive expands to.
    """

    seconds: float = 30.0
    memory: int = 3 << 30
    expanded: int = MOST_BYTES


@dataclass(frozen=True, slots=True)
class FileContent:
    """The threads of a file, the name of its format, and what was wrong with the rest of the file, if anything."""

    threads: tuple[Thread, ...]
    format: str
    error: str | None


class Sandbox:
    """A child process that reads files; leaving the context ends it."""

    def __init__(self, limits: Limits | None = None, *, program: Sequence[str] = PROGRAM) -> None:
        self._limits = limits or Limits()
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child; reading another file starts a new one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def read_file(self, path: Path, name: str) -> FileContent:
        """Read the file at `path`.

        Args:
            path: Where the file is.
            name: What to call it, in its threads and in error messages.

        Raises:
            NotRecognised: The file's format cannot be read.
            SourceError: The file cannot be read within its limits.
            OSError: There is no such file.
        """
        seconds = self._limits.seconds + path.stat().st_size / BYTES_A_SECOND
        return self._read(ReadRequest(str(path.absolute()), name, seconds), repr(name))

    def read_text(self, text: str, title: str | None = None) -> Thread:
        """Read a text in memory, exactly as `Thread.from_text` does.

        Raises:
            SourceError: The text is empty, cannot be stored, or cannot be read within its limits.
        """
        check_text("a title", title or "")
        check_text("a text", text)
        subject = f"the text {title!r}" if title else "the text"
        data = text.encode("utf-8")
        if len(data) > self._limits.expanded:
            raise SourceError(
                f"{subject} has {len(data):,} bytes, more than the limit of {self._limits.expanded:,}; "
                "split it into parts"
            )
        seconds = self._limits.seconds + len(data) / BYTES_A_SECOND
        try:
            with tempfile.TemporaryDirectory(prefix="verbatim-") as folder:
                path = Path(folder) / "text"
                path.write_bytes(data)
                request = ReadRequest(str(path), title or "the text", seconds, is_text=True, title=title)
                return self._read(request, subject).threads[0]
        except OSError as error:
            raise SourceError(f"cannot store {subject} in a temporary file: {error.strerror or error}") from error

    def _read(self, request: ReadRequest, subject: str) -> FileContent:
        answer = _Answer()
        give_up = time.monotonic() + _MOST_SECONDS
        while not answer.complete:
            try:
                self._receive(request, subject, answer)
            except SourceError as error:  # of an archive, the file that ended the child is lost, and no other
                crashes = len(answer.crashes)
                if answer.member < request.first_member or crashes >= _MOST_CRASHES or time.monotonic() > give_up:
                    if answer.threads:
                        return answer.content(str(error))
                    raise
                answer.crashes.append(str(error))
                request = replace(request, first_member=answer.member + 1)
        content = answer.content()
        if not content.threads:
            raise (SourceError if answer.recognised else NotRecognised)(content.error or f"{subject} holds no text")
        return content

    def _receive(self, request: ReadRequest, subject: str, answer: _Answer) -> None:
        """Send a request and add what the child answers to `answer`. Raises SourceError if the child ends before."""
        complete = False
        try:
            process = self._send(request, subject)
            deadline = _Deadline(process, request.seconds)
            try:
                _receive(process, answer, deadline)
            finally:
                deadline.cancel()
            complete = True
        except EOFError:
            reason = self._why_ended(process.wait(), deadline.seconds if deadline.passed else None)
            raise SourceError(f"{answer.member_name or subject} {reason}") from None
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            raise SourceError(f"the process that reads {subject} sent an invalid answer") from error
        finally:  # after half an answer, whatever the reason, the next file must not get the other half
            if not complete:
                self.close()

    def _send(self, request: ReadRequest, subject: str) -> subprocess.Popen[bytes]:
        for attempt in (1, 2):
            try:
                process = self._process = self._process or self._start()
                assert process.stdin is not None
                process.stdin.write(request.to_line())
                process.stdin.flush()
                break
            except OSError as error:  # the child was ended while it waited
                self.close()
                if attempt == 2:
                    raise SourceError(f"cannot start a process to read {subject}: {error}") from error
        return process

    def _start(self) -> subprocess.Popen[bytes]:
        # -P: a module in the working folder, which can be a folder of downloads, must not replace one of ours.
        command = [sys.executable, "-P", *self._program, str(self._limits.memory), str(self._limits.expanded)]
        return subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        )

    def _why_ended(self, status: int, seconds: float | None) -> str:
        if seconds is not None:
            return f"took longer than {seconds:,.0f} seconds to read; split it into parts, or save it as plain text"
        if status == OUT_OF_MEMORY:
            return f"needs more than {self._limits.memory / (1 << 30):.1f} GiB of memory; split it into parts"
        return f"crashed the process that reads it (exit status {status}); save it again, or as plain text"


@dataclass(slots=True)
class _Answer:
    """What the child has sent about one file, over all requests for it."""

    threads: list[Thread] = field(default_factory=list)
    format: str = ""
    error: str | None = None
    recognised: bool = True
    complete: bool = False
    member: int = -1  # the number of the file in an archive that is being read, and its name for messages
    member_name: str = ""
    crashes: list[str] = field(default_factory=list)

    def content(self, error: str | None = None) -> FileContent:
        """The file's content; `error` is why the rest of it is not read."""
        reasons = [reason for reason in (self.error, *self.crashes, error) if reason]
        return FileContent(tuple(self.threads), self.format, "; ".join(reasons) or None)


class _Deadline:
    """Kills a process that takes too long."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self.passed = False
        self.restart(seconds)

    def restart(self, seconds: float) -> None:
        """Give the process that many seconds from now on."""
        self.seconds = seconds
        self._timer = threading.Timer(seconds, self._kill)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Let the process run."""
        self._timer.cancel()

    def _kill(self) -> None:
        self.passed = True
        self._process.kill()


def _receive(process: subprocess.Popen[bytes], answer: _Answer, deadline: _Deadline) -> None:
    """Add the child's answers to `answer`. Raises EOFError if the child ends before the last one."""
    assert process.stdout is not None
    seconds = deadline.seconds
    before = answer.error
    for line in process.stdout:
        if not line.endswith(b"\n"):
            break
        message = json.loads(line)
        if "thread" in message:
            answer.threads.append(thread_from_message(message["thread"]))
        elif "format" in message:
            answer.format = message["format"]
        else:
            answer.error = "; ".join(filter(None, (before, message["error"]))) or None
            if "member" not in message:
                answer.recognised = message["recognised"]
                answer.complete = True
                return
            answer.member, answer.member_name = int(message["member"]), repr(message["name"])
            deadline.cancel()
            deadline.restart(seconds + int(message["size"]) / BYTES_A_SECOND)
    with suppress(subprocess.TimeoutExpired):
        process.wait(1)
    process.kill()  # a child that has closed its output must end too
    raise EOFError


def _environment() -> dict[str, str]:
    """Our environment; the child also finds this package if it was imported from a folder outside site-packages."""
    home = str(Path(__file__).resolve().parents[2])
    environment = dict(os.environ)
    if home not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        known = [path for path in (os.environ.get("PYTHONPATH"),) if path]
        environment["PYTHONPATH"] = os.pathsep.join([home, *known])
    return environment
