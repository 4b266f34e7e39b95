"""The quality gate: `python -m benchmarks.gate DIR [--set NAME …] [--pin]`.

Recomputes nDCG@10 on public sets below DIR and fails where one fell more than 0.005 below its floor in floors.json,
which names the hash of the data that the floor was measured on. `--pin` writes the measured figures as the new floors;
a floor that goes down needs its reason in the commit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from qa.evaluation import evaluate

FLOORS = Path(__file__).parent / "floors.json"
TOLERANCE = 0.005
# The two that are measured in a minute and pull in opposite directions: paraphrases, and technical terms.
FAST = ("stackfaq", "cranfield")
_DATA = ("corpus.jsonl", "queries.jsonl", "qrels.tsv")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a line a set, and return 1 where a floor was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with a folder for each set")
    parser.add_argument("--set", dest="sets", action="append", metavar="NAME", help=f"default: {', '.join(FAST)}")
    parser.add_argument("--pin", action="store_true", help="write the figures as the new floors")
    options = parser.parse_args(arguments)

    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.is_file() else {}
    broken = 0
    for name in options.sets or FAST:
        digest = data_hash(options.folder / name)
        measured = evaluate(options.folder / name).ranking.ndcg_at_10
        floor = floors.get(name)
        if options.pin:
            floors[name] = {"ndcg_at_10": round(measured, 4), "data_sha256": digest}
            print(f"{name}: pinned at {measured:.4f}", flush=True)
            continue
        verdict = judged(measured, digest, floor)
        broken += verdict != "holds"
        print(f"{name}: nDCG@10 {measured:.4f}, floor {floor and floor['ndcg_at_10']}: {verdict}", flush=True)
    if options.pin:
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 1 if broken else 0


def judged(measured: float, digest: str, floor: dict[str, object] | None) -> str:
    """Whether a floor holds: "holds", or why not."""
    if floor is None:
        return "no floor is pinned for it"
    if floor["data_sha256"] != digest:
        return "the data is not what the floor was measured on"
    return "holds" if measured >= float(str(floor["ndcg_at_10"])) - TOLERANCE else "BROKEN"


def data_hash(folder: Path) -> str:
    """The SHA-256 over a set's documents, questions and judgements."""
    digest = hashlib.sha256()
    for name in _DATA:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
