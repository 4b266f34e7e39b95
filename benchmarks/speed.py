"""Speed beside the peers in one run: `python -m benchmarks.speed DIR [--rounds N] [--out DIR]`.

Encodes and ranks the 1,216 paragraphs of squad2 below DIR with this project and with sentence-transformers, txtai and
LangChain, asks whole questions, starts the command and the web page from cold, and writes speed.md and speed.json:
medians, the spread in brackets. Nothing else should run on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import qa
from benchmarks.peers import Collection, LangChain, Peer, TxtaiHybrid
from benchmarks.quality import RESULTS
from benchmarks.table import head, row
from qa import minilm
from qa.default import shipped_corpus
from qa.encoder import MiniLMEncoder
from qa.evaluation.dataset import Dataset
from qa.network import fastest
from qa.reader import DEFAULT_READER

ENCODED, QUESTIONS, WARM = 400, 200, 20
Times = list[float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with a folder for each set")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="default: 5")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    options = parser.parse_args(arguments)
    data = Dataset.read(options.folder / "squad2")
    texts = [thread.text for thread in data.documents]
    questions = list(islice(data.queries.values(), QUESTIONS))
    found: dict[str, Any] = {"arithmetic": fastest(), "machine": machine()}
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "encoding": lambda: encoding(texts[:ENCODED], questions, options.rounds),
        "asking": lambda: asking(data, questions, options.rounds),
        "starting": lambda: starting(options.rounds),
    }
    for part, measure in parts.items():
        found[part] = measure()
        print(part, json.dumps(found[part], indent=1), flush=True)
    (options.out / "speed.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (options.out / "speed.md").write_text(report(found), encoding="utf-8")
    return 0


def machine() -> dict[str, float]:
    """What the processor can do at most: products of two matrices of 2,048² in GFLOP/s, by torch on all cores."""
    import torch

    rates = {}
    for name, kind in {"f32": torch.float32, "bf16": torch.bfloat16}.items():
        left, right = (torch.randn(2048, 2048).to(kind) for _ in range(2))
        seconds = min(_seconds(lambda a=left, b=right: a @ b) for _ in range(20))  # type: ignore[misc]
        rates[name] = 2 * 2048**3 / seconds / 1e9
    return rates


def encoding(texts: Sequence[str], questions: Sequence[str], rounds: int) -> dict[str, Any]:
    """Passages a second and milliseconds a question, taking turns; the share of the processor's limit."""
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(minilm.folder()), device="cpu")
    ours = MiniLMEncoder()
    encoders: dict[str, Callable[[list[str]], Any]] = {
        "Verbatim": ours.encode,
        "sentence-transformers": lambda batch: plain.encode(batch, show_progress_bar=False),
    }
    rates: dict[str, Times] = {name: [] for name in encoders}
    waits: dict[str, Times] = {name: [] for name in encoders}
    for encode in encoders.values():
        encode(list(texts[:64]))
    for _ in range(rounds):
        for name, encode in encoders.items():
            rates[name].append(len(texts) / _seconds(lambda e=encode: e(list(texts))))  # type: ignore[misc]
            waits[name] += [_seconds(lambda e=encode, q=q: e([q])) * 1e3 for q in questions[:WARM]]  # type: ignore[misc]
    tokens = np.array([min(length + 2, minilm.MOST_TOKENS) for length in ours.lengths(texts)])
    return {
        "tokens a passage": float(tokens.mean()),
        "GFLOP a passage": float(_operations(tokens).mean() / 1e9),
        "passages a second": rates,
        "a question, ms": waits,
    }


def _operations(tokens: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Of six layers of width 384: the dense products, and attention's two."""
    return np.asarray(6 * tokens * (2 * 12 * 384**2 + 4 * tokens * 384))


def asking(data: Dataset, questions: Sequence[str], rounds: int) -> dict[str, Any]:
    """Milliseconds a question: ranked, and answered whole; questions a second, one by one and eight at once."""
    encoder = MiniLMEncoder()
    with tempfile.TemporaryDirectory() as folder:
        library = qa.build(list(data.documents), Path(folder) / "library", encoder=encoder, reader=None)
        reading = qa.open(library.path, encoder=encoder, reader=DEFAULT_READER)
        vectors = encoder.encode([thread.text for thread in data.documents])
        collection = Collection([t.source for t in data.documents], [t.text for t in data.documents], vectors)
        peers: dict[str, Peer] = {"txtai hybrid": TxtaiHybrid(collection), "LangChain + FAISS": LangChain(collection)}
        asked = dict(zip(questions, encoder.encode(list(questions)), strict=True))
        ways: dict[str, Callable[[str], Any]] = {
            "Verbatim, ranking alone": _ranking(library, asked),
            **{f"{name}, ranking alone": partial(_searched, peer, asked) for name, peer in peers.items()},
            "Verbatim, search": lambda q: library.search(q, search_syntax=False),
            "Verbatim, whole answer": lambda q: reading.ask(q, search_syntax=False),
            "Verbatim, whole answer without the reader": lambda q: library.ask(q, search_syntax=False),
        }
        times: dict[str, Times] = {name: [] for name in ways}
        for ask in ways.values():
            for question in questions[:WARM]:
                ask(question)
        for _ in range(rounds):
            for name, ask in ways.items():
                times[name] += [_seconds(lambda a=ask, q=q: a(q)) * 1e3 for q in questions]  # type: ignore[misc]
        ask = ways["Verbatim, whole answer"]
        with ThreadPoolExecutor(8) as pool:
            alone = [len(questions) / _seconds(lambda: list(map(ask, questions))) for _ in range(rounds)]
            at_once = [len(questions) / _seconds(lambda: list(pool.map(ask, questions))) for _ in range(rounds)]
    return {"ms": times, "questions a second": {"one by one": alone, "eight at once": at_once}}


def _ranking(library: qa.Library, vectors: dict[str, Any]) -> Callable[[str], Any]:
    from qa.generation import Generation
    from qa.question import Question
    from qa.shelf import Shelf

    generation = Generation.current(Shelf(library.path))
    return lambda question: generation.search(Question(question, vectors[question]), 10)


def _searched(peer: Peer, vectors: dict[str, Any], question: str) -> Sequence[str]:
    return peer.search(question, vectors[question], 10)


def starting(rounds: int) -> dict[str, Any]:
    """Seconds from cold, each in a process of its own, and the memory of the web chat on the Leica library."""
    command = shutil.which("qa", path=Path(sys.executable).parent) or "qa"
    with tempfile.TemporaryDirectory() as folder:
        library = str(Path(folder) / "library")
        qa.build(shipped_corpus(), library)
        question = "Where are Leica lenses made?"
        times = {
            "qa --help": [_seconds(lambda: _run(command, "--help")) for _ in range(rounds)],
            "qa ask": [_seconds(lambda: _run(command, "ask", question, "--library", library)) for _ in range(rounds)],
            "import of sentence-transformers alone": [
                _seconds(lambda: _run(sys.executable, "-c", "import sentence_transformers")) for _ in range(rounds)
            ],
        }
        pages = [_page(command, library, question) for _ in range(rounds)]
    times["web chat, first answer"] = [seconds for seconds, _ in pages]
    return {"s": times, "web chat, resident after five answers, MB": [megabytes for _, megabytes in pages]}


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 — our own words


def _page(command: str, library: str, question: str) -> tuple[float, float]:
    """Seconds from the start of the web chat to its first answer, and its resident megabytes after five."""
    from gradio_client import Client

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    started = time.perf_counter()
    arguments = [command, "serve", "--library", library, "--port", str(port)]
    with _ended(subprocess.Popen(arguments)) as server:  # noqa: S603 — our own words
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        client = Client(f"http://127.0.0.1:{port}", verbose=False)
        client.predict(question, api_name="/ask")
        seconds = time.perf_counter() - started
        for _ in range(4):
            client.predict(question, api_name="/ask")
        return seconds, _resident(server.pid)


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _resident(process: int) -> float:
    """Linux tells it."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def report(found: dict[str, Any]) -> str:
    """The tables in Markdown."""
    part, asked, started = found["encoding"], found["asking"], found["starting"]
    rates = part["passages a second"]
    limit = found["machine"]["bf16" if found["arithmetic"] == "bf16" else "f32"]
    reached = statistics.median(rates["Verbatim"]) * part["GFLOP a passage"]
    ratio = statistics.median(rates["Verbatim"]) / statistics.median(rates["sentence-transformers"])
    lines = [
        "# Speed",
        "",
        f"`python -m benchmarks.speed ../shared/eval`, arithmetic {found['arithmetic']}. Medians; in brackets the 5th "
        "and 95th percentile.",
        "",
        f"Encoding, {part['tokens a passage']:.0f} tokens a passage ({part['GFLOP a passage']:.1f} GFLOP): "
        f"**{ratio:.1f} times** sentence-transformers. The processor multiplies matrices at "
        f"{found['machine']['f32']:.0f} GFLOP/s in f32 and {found['machine']['bf16']:.0f} in bf16; encoding reaches "
        f"{reached:.0f}, {reached / limit:.0%} of its limit.",
        "",
        *head("", "passages/s", "a question, ms"),
        *(row(name, _spread(rates[name]), _spread(part["a question, ms"][name])) for name in rates),
        "",
        "A question over the 1,216 paragraphs of `squad2`:",
        "",
        *head("", "ms", "99th percentile"),
        *(row(name, _spread(times), f"{np.percentile(times, 99):.1f}") for name, times in asked["ms"].items()),
        "",
        *head("whole answers", "questions/s"),
        *(row(name, _spread(values)) for name, values in asked["questions a second"].items()),
        "",
        *head("from cold", "s"),
        *(row(name, _spread(times, 2)) for name, times in started["s"].items()),
        "",
        "The web chat with the Leica library and the reader holds "
        f"{_spread(started['web chat, resident after five answers, MB'])} MB after five answers.",
        "",
    ]
    return "\n".join(lines)


def _spread(values: Sequence[float], digits: int = 1) -> str:
    low, high = np.percentile(values, [5, 95])
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


if __name__ == "__main__":
    sys.exit(main())
