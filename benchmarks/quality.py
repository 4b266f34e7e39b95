"""Ranking quality compared with the peers: `python -m benchmarks.quality DIR [--set NAME …] [--cache DIR] [--out DIR]`.

Ranks the documents of the public sets below DIR with this project and with every installed peer, all with the same
vectors of the same model, and writes quality.md and quality.json. Vectors are cached by model and text in the user's
cache directory, so a second run encodes nothing.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

import qa
from benchmarks import options as settings
from benchmarks.options import OURS
from benchmarks.peers import PEERS, Collection, Peer
from benchmarks.quality_report import QualityReport, SetResult
from benchmarks.ranking_metrics import Gains, ndcg, p_value
from benchmarks.retrieval_task import SETS, RetrievalTask
from qa.encoding.encoder import Encoder
from qa.evaluation.ranking import DOCUMENTS, ranked_documents
from qa.search.query import embed_question

_MOST_PASSAGES = 10_000
_INSTALL = "pip install -e '.[peers]'"
_OUR_PACKAGES = ("verbatim-qa", "sentence-transformers", "torch", "faiss-cpu", "tantivy", "pytrec-eval-terrier")
Search = Callable[[str], Sequence[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every system on every set, print each figure as it comes, and write the results."""
    options = settings.parser(__doc__, SETS).parse_args(arguments)

    # Peers warn about their future versions; only their rankings matter here.
    warnings.simplefilter("ignore")
    versions = _versions(*_OUR_PACKAGES, *(package for peer in PEERS for package in peer.packages))
    print(", ".join(f"{name} {version}" for name, version in versions.items()), flush=True)
    present = [peer for peer in PEERS if all(package in versions for package in peer.packages)]
    missing = {peer.name: _INSTALL for peer in PEERS if peer not in present}
    for name, command in missing.items():
        print(f"{name} is not installed and is left out; {command}", flush=True)

    encoder = settings.encoder(options)
    command = settings.command(options, "quality")
    sets: dict[str, SetResult] = {}
    for name in options.sets or SETS:
        sets[name] = _measure(RetrievalTask.read(options.folder / name), present, encoder)
        # After every set: an interrupted run leaves what it measured.
        QualityReport(command, encoder.name, encoder.fingerprint, versions, missing, sets).write(options.out)
    return 0


def _versions(*packages: str) -> dict[str, str]:
    """The versions of the packages that are installed, and Python's own."""
    found = {"Python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _measure(task: RetrievalTask, peers: Sequence[type[Peer]], encoder: Encoder) -> SetResult:
    """The figures of every system on one set."""
    collection = Collection(
        list(task.documents), list(task.documents.values()), encoder.encode(list(task.documents.values()))
    )
    encoder.encode(list(task.questions.values()))
    vectors = {question: embed_question(question, encoder) for question in task.questions.values()}
    depth = len(task.documents) if task.judged_alone else DOCUMENTS
    gains = {}
    with tempfile.TemporaryDirectory(prefix="verbatim-benchmark-") as folder:
        gains[OURS] = _gains(task, _ours(task, encoder, Path(folder) / "library"), OURS)
    for kind in peers:
        peer = kind(collection)

        def search(question: str, peer: Peer = peer) -> Sequence[str]:
            return peer.search(question, vectors[question], depth)

        gains[kind.name] = _gains(task, search, kind.name)
    return SetResult(
        task.data_sha256,
        len(task.documents),
        len(task.judgements),
        {name: float(np.mean(values)) for name, values in gains.items()},
        {name: p_value(gains[OURS], values) for name, values in gains.items() if name != OURS},
    )


def _ours(task: RetrievalTask, encoder: Encoder, path: Path) -> Search:
    """This project's ranking of documents, each by its best passage, without the reader."""
    library = qa.build(task.threads, path, encoder=encoder, reader=None)
    if not task.judged_alone:
        return lambda question: [name for name, _ in ranked_documents(library, question)]
    depth = min(library.status().passages, _MOST_PASSAGES)

    def search(question: str) -> Sequence[str]:
        return list(dict.fromkeys(quote.source for quote in library.search(question, k=depth, repeats=True)))

    return search


def _gains(task: RetrievalTask, search: Search, name: str) -> Gains:
    run: Mapping[str, Sequence[str]] = {
        query: task.counted(query, search(question)) for query, question in task.questions.items()
    }
    gains = ndcg(run, task.judgements)
    print(f"{task.name:18}{name:26}nDCG@10 {gains.mean():.4f}", flush=True)
    return gains


if __name__ == "__main__":
    sys.exit(main())
