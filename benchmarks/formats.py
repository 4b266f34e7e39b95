"""Files read per second, by format: `python -m benchmarks.formats [--files N]`.

Writes N small files of each format into a temporary folder and reads the folder as `qa build` does: recognised, parsed
in the child process, checked. The second run counts, with the files in the system's cache and all modules compiled,
in seconds that a core works for this process and the child: other work on the machine does not count, but the start of
the child does.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import exports
from qa.sources.read import read_all

TEXT = "Lenses\n\nLenses are ground in Solms.\n\n2 comments\n\nAnn says:\nWhy?\n\nBob says:\nTradition.\n"
PAGE = (
    "<!doctype html><html><head><title>Lenses</title></head><body><article><h1>Lenses</h1>"
    f"<p>{'Lenses are ground in Solms. ' * 9}</p></article><ol class='commentlist'>"
    "<li class='comment'><cite>Ann</cite><p>Why?</p></li><li class='comment'><cite>Bob</cite><p>Tradition.</p></li>"
    "</ol></body></html>"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every format and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000, metavar="N", help="of each format (default: 1000)")
    options = parser.parse_args(arguments)
    print("| format | file | files a second | posts a second |\n| --- | --- | --- | --- |")
    for name, data in samples().items():
        format_, files, posts = measure(name, data, options.files)
        print(f"| {format_} ({name}) | {len(data):,} bytes | {files:,.0f} | {posts:,.0f} |", flush=True)
    return 0


def samples() -> dict[str, bytes]:
    """A small file of each format, by file name."""
    exported = {name: make() for name, make in exports.FORMATS.items()}
    return {"notes.txt": TEXT.encode(), "page.html": PAGE.encode(), **exported}


def measure(name: str, data: bytes, files: int) -> tuple[str, float, float]:
    """The name of the format, and the number of files and posts read per second."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(files):
            (Path(folder) / f"{number}-{name}").write_bytes(data)
        read_all(folder)
        started = _seconds()
        _, reports = read_all(folder)
        seconds = _seconds() - started
    assert all(report.outcome == "read" for report in reports)
    return str(reports[0].format), files / seconds, sum(report.posts for report in reports) / seconds


def _seconds() -> float:
    """The seconds that a core has worked for this process and for the children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    raise SystemExit(main())
