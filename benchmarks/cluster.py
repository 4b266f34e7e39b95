"""A library in Milvus beside the embedded one: `python -m benchmarks.cluster DIR [--set NAME …] [--uri URI]`.

Parity: builds both from the same texts and vectors, asks both every question, and compares the hits of each engine,
their scores, the rankings' nDCG@10, filters and phrases. Cost: the time of building and asking, the requests of a
question, and the bytes of a passage. Faults: builds that are killed at every request to Milvus, a server that is killed
in the middle of a build, two writers, and changes under eight readers. Without --uri it starts a server of Milvus Lite,
whose memory it measures. Writes cluster.md, unless --only one of these is asked for.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import options as settings
from benchmarks.cluster_faults import faults
from benchmarks.cluster_parity import RANKED, Parity, compare
from benchmarks.cluster_server import LiteServer
from benchmarks.hardware import processor

SETS = ("stackfaq", "squad2", "semeval-comments")
_PARTS = ("parity", "faults")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; the status is 1 if anything differs or is lost."""
    parser = settings.parser(__doc__, SETS)
    parser.add_argument("--uri", help="a Milvus; default: a server of Milvus Lite that is started for this")
    parser.add_argument("--only", choices=_PARTS, help="default: both")
    options = parser.parse_args(arguments)
    parts = [options.only] if options.only else _PARTS
    results: list[Parity] = []
    lines: list[str] = []
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="verbatim-cluster-")))
        if "parity" in parts:
            encoder = settings.encoder(options)
            for name in options.sets or SETS:
                server = None if options.uri else stack.enter_context(LiteServer(work / f"{name}-data"))
                results.append(compare(options.folder / name, encoder, work / name, options.uri, server))
                print(results[-1].row, flush=True)
        if "faults" in parts:
            for line in faults(work / "faults"):
                lines.append(line)
                print(line, flush=True)
    command = settings.command(options, "cluster", *(["--uri", "URI"] if options.uri else []))
    if not options.only:
        (options.out / "cluster.md").write_text(_report(command, results, lines), encoding="utf-8")
    return int(not all(result.is_equal for result in results) or any("FAILED" in line for line in lines))


def _report(command: str, results: Sequence[Parity], lines: Sequence[str]) -> str:
    kind, name = processor()
    header = [
        "# Milvus beside the embedded engine",
        "",
        f"`{command}`, on {name} ({kind}).",
        "",
        "## Parity",
        "",
        "Both libraries hold the same texts and vectors; every question of the set was asked of both. nDCG@10 is that "
        f"of the first {RANKED}.",
        "",
        *Parity.head,
        *(result.row for result in results),
        "",
        "## Cost",
        "",
        "Milvus Lite is written in Python and makes its index of words anew when it starts: its times and its memory",
        "are not those of a server of Milvus.",
        "",
        *Parity.cost_head,
        *(result.cost_row for result in results),
        "",
        "## Faults",
        "",
        *(f"- {line}" for line in lines),
    ]
    return "\n".join(header) + "\n"


if __name__ == "__main__":
    sys.exit(main())
