"""Encoding in one process and on Ray: `python -m benchmarks.encoding DIR [--set NAME …] [--passages N] [--work DIR]`.

Encodes the distinct passages of the sets below DIR with `qa.encode`, in this process and then on a Ray cluster of this
machine, one of whose workers is killed while it encodes its fifth shard. Says whether the files are equal byte for byte
and how many passages a second each way encodes, and writes encoding.md and encoding.json.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import qa
from benchmarks import options as settings
from benchmarks.hardware import processor
from benchmarks.markdown import head, row
from qa.encoding.encoder import Vectors
from qa.encoding.minilm import MiniLMEncoder
from qa.encoding.precision import Precision
from qa.evaluation.dataset import Dataset
from qa.library.ray_encoding import LOCAL
from qa.library.vector_shard import TEXTS
from qa.search.chunker import split_passages
from qa.types import Progress, no_progress

SETS = ("wikiqa", "semeval-comments", "squad2", "cranfield", "cisi", "stackfaq", "covid-qa", "scifact")
_PASSAGES = 23_000
_KILLED_AT = 5  # the shard at which a worker is killed


@dataclass(frozen=True, slots=True)
class EncodingResult:
    """What was measured.

    Attributes:
        command: The command that repeats it.
        processor: The name of the processor.
        cores: How many cores there are.
        precision: In which precision the network was computed.
        texts: How many texts were encoded.
        bytes: How large the files are together.
        here_s: The seconds that one process took, with all cores.
        here_cpu_s: The seconds of the processors that it used.
        ray_s: The seconds that Ray took, with one actor a core less one, from the start of the cluster.
        actors: How many actors there were.
        killed: Whether a worker was killed.
        equal: Whether both ways wrote the same files, byte for byte.
    """

    command: str
    processor: str
    cores: int
    precision: str
    texts: int
    bytes: int
    here_s: float
    here_cpu_s: float
    ray_s: float
    actors: int
    killed: bool
    equal: bool

    def write(self, folder: Path) -> None:
        """Write `encoding.md` and `encoding.json` into a folder."""
        (folder / "encoding.json").write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        (folder / "encoding.md").write_text(self.markdown(), encoding="utf-8")

    def markdown(self) -> str:
        """The result as a page."""
        killed = "A worker of Ray was killed in the middle of a shard" if self.killed else "No worker of Ray was killed"
        equal = "are equal byte for byte" if self.equal else "**differ**"
        return "\n".join(
            [
                "# Encoding",
                "",
                f"`{self.command}`, on {self.processor}, {self.cores} cores, precision {self.precision}.",
                "",
                f"{self.texts:,} distinct passages of the evaluation sets, in shards of {TEXTS:,}: "
                f"{self.bytes / self.texts:,.0f} bytes a passage.",
                "",
                *head("", "passages/s", "s"),
                row("one process", *self._rates(self.here_s)),
                row(f"Ray, {self.actors} actor{'s' * (self.actors > 1)}", *self._rates(self.ray_s)),
                "",
                f"The one process used {self.here_cpu_s:,.0f} seconds of the processors: "
                f"{self.texts / self.here_cpu_s:.1f} passages for each. Other programs ran at the same time, which "
                "slows both rows.",
                "",
                f"{killed}. The files of both ways {equal}.",
                "",
            ]
        )

    def _rates(self, seconds: float) -> tuple[str, str]:
        return f"{self.texts / seconds:,.1f}", f"{seconds:,.0f}"


class KilledOnce(MiniLMEncoder):
    """The default model, whose process is killed once: while it encodes its fifth shard."""

    def __init__(self, killed: Path, precision: Precision | None = None) -> None:
        super().__init__(precision)
        self._killed, self._calls = killed, 0

    def __reduce__(self) -> tuple[type[KilledOnce], tuple[Path, Precision]]:  # type: ignore[override]
        return type(self), (self._killed, self.precision)

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        self._calls += 1
        if self._calls == _KILLED_AT and not self._killed.exists():
            super().encode(texts[: len(texts) // 2])  # its work is lost with it
            self._killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts, progress=progress)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both ways, print and write the result; the status is 1 if the files differ."""
    parser = settings.parser(__doc__, SETS)
    parser.add_argument("--passages", type=int, default=_PASSAGES, metavar="N", help=f"default: {_PASSAGES}")
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="where vectors are written; default: a temporary folder"
    )
    options = parser.parse_args(arguments)
    threads = _threads(options.folder, options.sets or SETS, options.passages)
    work = Path(tempfile.mkdtemp(prefix="verbatim-encoding-", dir=options.work))
    try:
        command = settings.command(options, "encoding", "--passages", str(options.passages))
        result = _measure(command, threads, work)
    finally:
        shutil.rmtree(work)
    result.write(options.out)
    print(result.markdown())
    return int(not result.equal)


def _threads(folder: Path, sets: Sequence[str], passages: int) -> list[qa.Thread]:
    """As many texts of the sets, in their order, as have so many distinct passages together."""
    counter, texts, threads = MiniLMEncoder(), set[str](), list[qa.Thread]()
    for thread in (thread for name in sets for thread in Dataset.read(folder / name).documents):
        if len(texts) >= passages:
            break
        threads.append(thread)
        texts.update(passage.in_context for passage in split_passages(thread, counter))
    return threads


def _measure(command: str, threads: Sequence[qa.Thread], work: Path) -> EncodingResult:
    """Encode both ways."""
    killed = work / "killed"
    here, ray = _Clock(), _Clock()
    report = qa.encode(threads, work / "here", encoder=MiniLMEncoder(), progress=here)
    qa.encode(threads, work / "ray", encoder=KilledOnce(killed), ray=LOCAL, progress=ray)
    content, on_ray = _content(work / "here"), _content(work / "ray")
    cores = len(os.sched_getaffinity(0))
    return EncodingResult(
        command=command,
        processor=processor()[1],
        cores=cores,
        precision=MiniLMEncoder().precision,
        texts=report.texts,
        bytes=sum(map(len, content.values())),
        here_s=here.seconds,
        here_cpu_s=here.cpu_seconds,
        ray_s=ray.seconds,
        actors=cores - 1,
        killed=killed.exists(),
        equal=content == on_ray,
    )


class _Clock:
    """A progress callback that takes the time from the first text that is encoded to the last."""

    def __init__(self) -> None:
        self.seconds = self.cpu_seconds = 0.0
        self._started: tuple[float, float] | None = None
        self._shown = 0

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        if stage != "encoding":
            return
        now = time.perf_counter(), time.process_time()
        self._started = self._started or now
        self.seconds, self.cpu_seconds = now[0] - self._started[0], now[1] - self._started[1]
        if done - self._shown >= TEXTS:
            self._shown = done
            print(f"{done:,} of {total:,} after {self.seconds:,.0f} s", flush=True)


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


if __name__ == "__main__":
    sys.exit(main())
