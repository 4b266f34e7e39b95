"""The quality gate: `python -m benchmarks.gate DIR [--set NAME …] [--pin]`.

Recomputes nDCG@10 on public sets below DIR, and how well the reader reads passages that it was not trained on. It fails
where a figure fell more than 0.005 below its floor in floors.json, which names the hash of the data that the floor was
measured on. `--pin` writes the measured figures as the new floors; one that goes down needs its reason in the commit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.answering.reader import DEFAULT_READER
from qa.evaluation import evaluate
from training.evaluate import SETS, read_figures

FLOORS = Path(__file__).parent / "floors.json"
TOLERANCE = 0.005
# The two that are measured in a minute and pull in opposite directions: paraphrases, and technical terms.
FAST = ("stackfaq", "cranfield")
RANKED_DATA = ("corpus.jsonl", "queries.jsonl", "qrels.tsv")
_READ_DATA = ("corpus.jsonl", "answers.jsonl", "unanswerable.jsonl")
# The margins' threshold is no quality, and exact match follows F1.
_HELD = ("ndcg_at_10", "f1", "best_f1", "auroc", "inside")

Floor = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a set, and the hash of the data that they were measured on."""

    name: str
    figures: Mapping[str, float]
    data_sha256: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a line for each figure, and return 1 where a floor was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with a folder for each set")
    parser.add_argument(
        "--set", dest="sets", action="append", metavar="NAME", help=f"rank this; default: {', '.join(FAST)}, and read"
    )
    parser.add_argument("--pin", action="store_true", help="write the figures as the new floors")
    options = parser.parse_args(arguments)

    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.is_file() else {}
    broken = 0
    for measured in _measured(options.folder, options.sets):
        if options.pin:
            rounded = {name: round(value, 4) for name, value in measured.figures.items()}
            floors[measured.name] = rounded | {"data_sha256": measured.data_sha256}
        floor = floors.get(measured.name)
        for name, value in measured.figures.items():
            verdict = judged(name, value, measured.data_sha256, floor)
            broken += verdict != "holds"
            print(f"{measured.name}: {name} {value:.4f}, floor {floor and floor.get(name)}: {verdict}", flush=True)
    if options.pin:
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 1 if broken else 0


def _measured(folder: Path, sets: Sequence[str] | None) -> Iterator[Measured]:
    for name in sets or FAST:
        ranking = evaluate(folder / name).ranking
        yield Measured(name, {"ndcg_at_10": ranking.ndcg_at_10}, data_hash(folder / name, RANKED_DATA))
    for name in () if sets else SETS:
        read = {
            figure: value for figure, value in read_figures(DEFAULT_READER, folder, name).items() if figure in _HELD
        }
        yield Measured(f"{name} read", read, data_hash(folder / name, _READ_DATA))


def judged(name: str, value: float, digest: str, floor: Floor | None) -> str:
    """Whether a floor holds: "holds", or why not."""
    if floor is None or name not in floor:
        return "no floor is pinned for it"
    if floor["data_sha256"] != digest:
        return "the data is not what the floor was measured on"
    return "holds" if value >= float(str(floor[name])) - TOLERANCE else "BROKEN"


def data_hash(folder: Path, names: Sequence[str]) -> str:
    """The SHA-256 over these files of a set."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
