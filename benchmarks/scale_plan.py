"""What more passages would take: `python -m benchmarks.scale_plan DIR [--set NAME …]`.

Measures what a passage of the sets below DIR takes, reads what `benchmarks.scale` and `benchmarks.speed` have measured,
and extends both with published figures to a billion passages. Writes scale_plan.json, and the tables of docs/scale.md.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np

import qa
from benchmarks import options as settings
from benchmarks.scale_model import Figures, Million, tables
from benchmarks.scale_report import read_reports
from qa.encoding.encoder import Vectors
from qa.encoding.minilm import MiniLMEncoder
from qa.evaluation.dataset import Dataset
from qa.library import schema
from qa.search.analyzer import Analyzer
from qa.search.chunker import split_passages
from qa.text.language import language_of
from qa.types import Progress, no_progress

SETS = ("stackfaq", "squad2", "semeval-comments")
PAGE = Path(__file__).parents[1] / "docs" / "scale.md"
FILE = "scale_plan.json"
BEGIN, END = "<!-- plan -->", "<!-- /plan -->"
_PROCESSOR = "AVX512-BF16"  # of benchmarks.speed: what machines to rent have
_CORES = 2  # of its machines
# To Milvus for a question: so many make 36 of 40 on stackfaq and 35 of 40 on squad2, with a reader or without.
_REQUESTS = 4


class _WithoutVectors(MiniLMEncoder):
    """The default model's tokens, without its vectors: each is the same."""

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        vectors[:, 0] = 1
        progress("encoding", len(texts), len(texts))
        return vectors


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and write the figures and the tables."""
    options = settings.parser(__doc__, SETS).parse_args(arguments)
    figures = _measured([options.folder / name for name in options.sets or SETS])
    (options.out / FILE).write_text(json.dumps(asdict(figures), indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    print(tables(figures))
    return 0


def with_tables(page: str, figures: Figures) -> str:
    """The page with the tables of these figures between its marks."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{tables(figures)}\n\n{END}{rest.partition(END)[2]}"


def read_figures(folder: Path = settings.RESULTS) -> Figures:
    """The figures that were written into a folder."""
    content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return Figures(**content | {"million": Million(**content["million"])})


def _measured(folders: Sequence[Path]) -> Figures:
    encoder, analyzer = _WithoutVectors(), Analyzer()
    sets = [Dataset.read(folder) for folder in folders]
    split_passages(sets[0].documents[0], encoder, language_of(sets[0].documents[0].text))  # the models are loaded
    gc.collect()
    threads, before = [thread for data in sets for thread in data.documents], _resident_bytes()
    text_bytes = sum(len(thread.text.encode()) for thread in threads)
    started = time.process_time()
    passages = [one for thread in threads for one in split_passages(thread, encoder, language_of(thread.text))]
    seconds, memory = time.process_time() - started, _resident_bytes() - before + text_bytes
    count = len(passages)
    terms = [(analyzer.terms(one.in_context), analyzer.terms(one.context)) for one in passages]
    frequencies = Counter(term for text, _ in terms for term in set(text))
    questions = [question for data in sets for question in data.queries.values()]
    postings = [sum(frequencies[term] for term in set(analyzer.terms(question))) for question in questions]
    speed = json.loads((settings.RESULTS / "speed.json").read_text(encoding="utf-8"))[_PROCESSOR]["encoding"]
    return Figures(
        passages=count,
        tokens=float(np.mean(encoder.lengths([one.in_context for one in passages]))),
        texts_bytes=_stored_bytes(threads, encoder) / count,
        nonzeros=float(np.mean([_nonzeros(text) + _nonzeros(context) for text, context in terms])),
        terms_bytes=float(np.mean([len(" ".join([*text, *context]).encode()) for text, context in terms])),
        postings_share=float(np.mean(postings)) / count,
        build_bytes=memory / count,
        split_rate=count / seconds,
        encode_rate=float(np.median(speed["passages a second"]["Verbatim"])) / _CORES,
        encode_tokens=speed["tokens a passage"],
        million=_million(),
        requests=_REQUESTS,
    )


def _nonzeros(terms: Sequence[str]) -> int:
    """How many different words and pairs of neighbours there are, each a number of a sparse vector."""
    return len(set(terms)) + len(set(pairwise(terms)))


def _stored_bytes(threads: Sequence[qa.Thread], encoder: MiniLMEncoder) -> int:
    """The bytes of the texts of a library."""
    with tempfile.TemporaryDirectory(prefix="verbatim-plan-") as folder:
        library = qa.build(threads, Path(folder) / "l", encoder=encoder, reader=None)
        size = (library.path / "generations" / library.status().generation / schema.FILE).stat().st_size
        library.close()
        return size


def _million() -> Million:
    """What a million passages took, on the kind of processor that was measured first."""
    sizes = next(iter(read_reports(settings.RESULTS).values())).sizes
    (found,) = [size for size in sizes if size.passages == 1_000_000]
    return Million(**{name: getattr(found, name) for name in Million.__dataclass_fields__})


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4_096


if __name__ == "__main__":
    sys.exit(main())
