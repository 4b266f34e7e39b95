"""Speed compared with the peers: `python -m benchmarks.speed DIR [--rounds N] [--out DIR]`.

Encodes, ranks and reads the 1,216 paragraphs of squad2 below DIR with this project and with sentence-transformers,
txtai, LangChain and transformers, asks whole questions, and starts commands and the web page from cold. Compares the
speed with the limits of the machine, profiles where the time goes, and writes speed.md, speed.json and a plot. They
hold a measurement of each kind of processor; this one's is replaced. Run nothing else on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import qa
from benchmarks import cold_start, profiling, speed_report
from benchmarks.hardware import network_flops, peak_rates, processor, seconds
from benchmarks.options import RESULTS
from benchmarks.peers import Collection, LangChain, Peer, TxtaiHybrid
from qa.answering import close_reading
from qa.answering.reader import DEFAULT_READER, WEIGHTS, Reader
from qa.answering.select import CANDIDATES
from qa.encoding import minilm_files
from qa.encoding.bert import BertNetwork
from qa.encoding.minilm import MiniLMEncoder
from qa.encoding.precision import default_precision
from qa.evaluation.dataset import Dataset

ENCODED, QUESTIONS, WARM = 400, 200, 20
Times = list[float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds a folder for each set")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="default: 5")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    options = parser.parse_args(arguments)
    data = Dataset.read(options.folder / "squad2")
    texts = [thread.text for thread in data.documents]
    questions = list(islice(data.queries.values(), QUESTIONS))
    kind, name = processor()
    figures: dict[str, Any] = {"processor": name, "precision": default_precision(), "machine": peak_rates()}
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "encoding": lambda: encoding(texts[:ENCODED], questions, options.rounds),
        "asking": lambda: asking(data, questions, options.rounds),
        "starting": lambda: cold_start.cold_start(options.rounds),
    }
    for part, measure in parts.items():
        figures[part] = measure()
        print(part, json.dumps(figures[part], indent=1), flush=True)
    speed_report.write_report(kind, figures, options.out)
    return 0


def encoding(texts: Sequence[str], questions: Sequence[str], rounds: int) -> dict[str, Any]:
    """Passages per second, milliseconds per question, the encoders taking turns, and where the network's time goes."""
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(minilm_files.folder()), device="cpu")
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
            rates[name].append(len(texts) / seconds(lambda e=encode: e(list(texts))))  # type: ignore[misc]
            waits[name] += [seconds(lambda e=encode, q=q: e([q])) * 1e3 for q in questions[:WARM]]  # type: ignore[misc]
    tokens = np.array([min(length + 2, minilm_files.MAX_TOKENS) for length in ours.lengths(texts)])
    return {
        "tokens a passage": float(tokens.mean()),
        "GFLOP a passage": float(network_flops(tokens).mean() / 1e9),
        "passages a second": rates,
        "a question, ms": waits,
        "time shares": profiling.network_shares(),
    }


def asking(data: Dataset, questions: Sequence[str], rounds: int) -> dict[str, Any]:
    """Milliseconds per question, ranked and answered; questions per second, one by one and eight at once."""
    encoder = MiniLMEncoder()
    with tempfile.TemporaryDirectory() as folder:
        path = qa.build(list(data.documents), Path(folder) / "library", encoder=encoder, reader=None).path
        vectors = encoder.encode([thread.text for thread in data.documents])
        collection = Collection([t.source for t in data.documents], [t.text for t in data.documents], vectors)
        peers: dict[str, Peer] = {"txtai hybrid": TxtaiHybrid(collection), "LangChain + FAISS": LangChain(collection)}
        question_vectors = dict(zip(questions, encoder.encode(list(questions)), strict=True))
        library = qa.open(path, encoder=encoder, reader=None)

        def answering(reader: Reader | None = DEFAULT_READER) -> Callable[[str], Any]:
            """The library, opened anew: it remembers no sentence that an earlier round encoded."""
            opened = qa.open(path, encoder=encoder, reader=reader)
            return lambda question: opened.ask(question, search_syntax=False)

        def without_close_reading(ask: Callable[[str], Any]) -> Callable[[str], Any]:
            def asked(question: str) -> Any:
                with patch.dict(os.environ, {close_reading.SETTING: "off"}):
                    return ask(question)

            return asked

        def systems() -> dict[str, Callable[[str], Any]]:
            return {
                "Verbatim, ranking alone": _ranking(library, question_vectors),
                **{
                    f"{name}, ranking alone": partial(_searched, peer, question_vectors) for name, peer in peers.items()
                },
                "Verbatim, search": lambda question: library.search(question, search_syntax=False),
                "Verbatim, whole answer": answering(),
                "Verbatim, whole answer without close reading": without_close_reading(answering()),
                "Verbatim, whole answer without the reader": answering(None),
            }

        for ask in systems().values():
            for question in questions[:WARM]:
                ask(question)
        times: dict[str, Times] = defaultdict(list)
        for _ in range(rounds):
            for name, ask in systems().items():
                times[name] += [seconds(lambda a=ask, q=q: a(q)) * 1e3 for q in questions]  # type: ignore[misc]
        with ThreadPoolExecutor(8) as pool:
            alone = [len(questions) / seconds(lambda: list(map(answering(), questions))) for _ in range(rounds)]
            at_once = [len(questions) / seconds(lambda: list(pool.map(answering(), questions))) for _ in range(rounds)]
        return {
            "ms": times,
            "questions a second": {"one by one": alone, "eight at once": at_once},
            "vectors, MB": library.status().passages * encoder.dimension * 4 / 1e6,
            "reading": _reading(library, questions, rounds),
            "time shares": profiling.answer_shares(answering(), questions),
        }


def _reading(library: qa.Library, questions: Sequence[str], rounds: int) -> dict[str, Any]:
    """Milliseconds to read all of a question's candidates, compared with a single reading in transformers."""
    import torch

    from training.model import ReaderNetwork, load_weights

    plain = ReaderNetwork().eval()
    plain.bert.set_attn_implementation("sdpa")
    plain.load_trained({name: weight.float() for name, weight in load_weights(WEIGHTS).items()})
    tokenizer = deepcopy(minilm_files.tokenizer())  # the reader's own, which must not pad
    tokenizer.enable_padding()
    tokenizer.enable_truncation(minilm_files.MAX_TOKENS)
    lengths: dict[str, list[int]] = {"Verbatim": [], "transformers": []}

    def read_plainly(question: str, texts: Sequence[str]) -> None:
        encoded = tokenizer.encode_batch([(question, text) for text in texts])
        ids, types, mask = (
            torch.tensor([getattr(one, name) for one in encoded]) for name in ("ids", "type_ids", "attention_mask")
        )
        lengths["transformers"].extend(mask.sum(dim=1).tolist())
        with torch.inference_mode():
            plain(ids, types, mask)

    readers: dict[str, Callable[[str, Sequence[str]], Any]] = {
        "Verbatim": DEFAULT_READER.read,
        "transformers": read_plainly,
    }
    pairs = [
        (question, [quote.text for quote in library.search(question, k=CANDIDATES, search_syntax=False)])
        for question in questions[:WARM]
    ]
    run = BertNetwork.run

    def counted(network: BertNetwork, rows: Sequence[Sequence[int]], parts: Sequence[Sequence[int]]) -> Any:
        lengths["Verbatim"].extend(map(len, rows))
        return run(network, rows, parts)

    with patch.object(BertNetwork, "run", counted):
        for read in readers.values():
            for pair in pairs:
                read(*pair)
    flops = {name: float(network_flops(np.array(tokens)).sum()) / len(pairs) / 1e9 for name, tokens in lengths.items()}
    times: dict[str, Times] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            times[name] += [seconds(lambda r=read, pair=pair: r(*pair)) * 1e3 for pair in pairs]  # type: ignore[misc]
    return {"ms": times, "GFLOP a question": flops}


def _ranking(library: qa.Library, vectors: dict[str, Any]) -> Callable[[str], Any]:
    from qa.library.directory import LibraryDirectory
    from qa.library.generation import Generation
    from qa.search.query import EncodedQuery

    generation = Generation.current(LibraryDirectory(library.path))
    return lambda question: generation.search(EncodedQuery(question, vectors[question]), 10)


def _searched(peer: Peer, vectors: dict[str, Any], question: str) -> Sequence[str]:
    return peer.search(question, vectors[question], 10)


if __name__ == "__main__":
    sys.exit(main())
