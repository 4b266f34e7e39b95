"""Time, memory and recall by size: `python -m benchmarks.scale DIR [--set NAME …] [--size N …] [--work DIR]`.

Builds libraries of synthetic passages, mixed from the real ones of the sets below DIR (see benchmarks/synthetic.py),
opens each in a separate process, and ranks the sets' questions, whose vectors are precomputed. Writes scale.md,
scale.json and a plot. They keep what other runs measured of other kinds of processor and other sizes.
"""

from __future__ import annotations

import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

import qa
from benchmarks import options as settings
from benchmarks.hardware import processor
from benchmarks.scale_report import ScaleReport, SizeResult, write_report
from benchmarks.synthetic import RealPassages, SyntheticPassages
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation
from qa.search.choice import Choice
from qa.search.filters import Filters
from qa.search.query import EncodedQuery

SETS = ("stackfaq", "squad2", "cranfield", "cisi")
SIZES = (1_000, 10_000, 100_000, 1_000_000)
_PART = 1_000_000  # passages built at once, which takes 11 GB
_ADDED = 1_000
_QUESTIONS = 200
_DEPTH = 30  # ten quotes, and twenty more for near-duplicates
_TOP = 10
_BLOCK = 10_000
_SEED = 6
_Result = TypeVar("_Result")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every size, print a line for each as it comes, and write the results."""
    parser = settings.parser(__doc__, SETS)
    parser.add_argument("--size", dest="sizes", action="append", type=int, metavar="N", help="default: 1 k to 1 M")
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="where libraries are built; default: a temporary folder"
    )
    options = parser.parse_args(arguments)

    encoder = settings.encoder(options)
    real = RealPassages.read([options.folder / name for name in options.sets or SETS], encoder)
    kind, _ = processor()
    sizes = []
    for size in options.sizes or SIZES:
        sizes.append(_measure(real, size, options.work))
        print(sizes[-1], flush=True)
        # After every size: an interrupted run leaves what it measured.
        write_report(kind, ScaleReport(sizes), options.out)
    return 0


def _measure(real: RealPassages, size: int, work: Path | None) -> SizeResult:
    """Build, open, rank and add to a library of `size` passages."""
    synthetic = SyntheticPassages(real)
    chosen = np.random.default_rng(_SEED).choice(len(real.questions), min(_QUESTIONS, len(real.questions)), False)
    questions = [EncodedQuery(real.questions[number], real.question_vectors[number]) for number in chosen]
    best = _nearest(synthetic, size, real.question_vectors[chosen])
    folder = Path(tempfile.mkdtemp(prefix="verbatim-scale-", dir=work))
    try:
        build_s, library = _timed(lambda: _built(synthetic, size, folder / "l"))
        status = library.status()
        assert status.passages == size, "a synthetic passage was split"
        del library
        # A fresh process, where resident memory is that of the library.
        with multiprocessing.get_context("spawn").Pool(1) as fresh:
            opened = fresh.apply(_opened, (folder / "l", questions, best))
        library = qa.open(folder / "l", encoder=synthetic)
        add_s, _ = _timed(lambda: library.add(list(synthetic.threads(size, size + _ADDED))))
        verify_s, _ = _timed(library.verify)
        return SizeResult(
            size,
            len(real.sentences),
            len(real.questions),
            build_s=build_s,
            add_s=add_s,
            verify_s=verify_s,
            disk_mb=status.bytes / 1e6,
            **opened,
        )
    finally:
        shutil.rmtree(folder)


def _built(synthetic: SyntheticPassages, size: int, path: Path) -> qa.Library:
    """A library of `size` passages; one that is too large to be built at once grows by parts."""
    library = qa.build(list(synthetic.threads(0, min(size, _PART))), path, encoder=synthetic)
    for start in range(_PART, size, _PART):
        library.add(list(synthetic.threads(start, min(start + _PART, size))))
    return library


def _opened(path: Path, questions: Sequence[EncodedQuery], best: NDArray[np.int64]) -> dict[str, float]:
    """The figures of a freshly opened library, by the field of SizeResult."""
    before = _resident_mb()
    open_s, library = _timed(lambda: Generation.current(LibraryDirectory(path)))
    first_s, _ = _timed(lambda: library.search(questions[0], _DEPTH))
    times = _milliseconds(library, questions, None)
    resident = _resident_mb()
    found = [library.dense.search(question, _TOP).ids for question in questions]
    recall = np.mean([len(np.intersect1d(ids, exact)) / len(exact) for ids, exact in zip(found, best, strict=True)])
    author_s, author = _timed(lambda: library.select(Filters(author=("Author 7",))).passages)
    comments_s, comments = _timed(lambda: library.select(Filters(kind=("comment",))).passages)
    return {
        "open_s": open_s,
        "first_ms": first_s * 1e3,
        "median_ms": float(np.median(times)),
        "p95_ms": float(np.quantile(times, 0.95)),
        "resident_mb": resident,
        "empty_mb": before,
        "recall": float(recall),
        "select_author_ms": author_s * 1e3,
        "author_p95_ms": float(np.quantile(_milliseconds(library, questions, author), 0.95)),
        "select_comments_ms": comments_s * 1e3,
        "comments_p95_ms": float(np.quantile(_milliseconds(library, questions, comments), 0.95)),
    }


def _milliseconds(library: Generation, questions: Sequence[EncodedQuery], among: Choice | None) -> NDArray[np.float64]:
    """The milliseconds that each question takes to rank."""
    times = []
    for question in questions:
        start = time.perf_counter()
        library.search(question, _DEPTH, among)
        times.append((time.perf_counter() - start) * 1e3)
    return np.array(times)


def _nearest(synthetic: SyntheticPassages, size: int, vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """The numbers of the ten nearest passages of each vector, by brute force."""
    ids = np.zeros((len(vectors), 0), dtype=np.int64)
    cosines = np.zeros((len(vectors), 0), dtype=np.float32)
    for start in range(0, size, _BLOCK):
        numbers = np.arange(start, min(start + _BLOCK, size))
        cosines = np.hstack([cosines, vectors @ synthetic.vectors(numbers.tolist()).T])
        ids = np.hstack([ids, np.tile(numbers, (len(vectors), 1))])
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :_TOP]
        ids, cosines = np.take_along_axis(ids, best, 1), np.take_along_axis(cosines, best, 1)
    return ids


def _timed(call: Callable[[], _Result]) -> tuple[float, _Result]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def _resident_mb() -> float:
    """Resident memory of this process, mapped files included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    sys.exit(main())
