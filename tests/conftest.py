"""Fixtures that several tests share: a fake encoder for exact assertions, the real one, libraries, a served page."""

from __future__ import annotations

import hashlib
import logging
import os
import signal
from collections.abc import Generator, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import settings

import qa
from qa.answering.calibration import load_calibration
from qa.answering.reader import ScoredSpan
from qa.encoding import minilm_files
from qa.encoding.encoder import Vectors
from qa.encoding.minilm import MiniLMEncoder
from qa.types import Progress, no_progress

if TYPE_CHECKING:
    import httpx

# Hypothesis fails an example that takes longer than 200 ms by the clock; tests measure no time.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")

# Close reading has tests of its own (test_close_reading.py) and is measured by the gate. In the others it would only
# take half a second a question; the processes that they start inherit this.
os.environ["VERBATIM_CLOSE_READING"] = "off"

CORPUS = Path(__file__).parent.parent / "corpus"
LEICA = CORPUS / "leica-manufacturing-process.txt"


class FakeEncoder:
    """Each word, hashed, is a dimension: the cosine of two texts is the share of words that they have in common."""

    name = "fake"
    fingerprint = "fake-1"
    dimension = 256
    max_tokens = 40

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        return [len(text.split()) for text in texts]

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        vectors = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, hashlib.sha256(word.strip(".,?!").encode("utf-8", "replace")).digest()[0]] += 1
        progress("encoding", len(texts), len(texts))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="session", autouse=True)
def ctrl_c() -> Iterator[None]:
    """Heed Ctrl-C, which a shell has ignored by what it runs in the background; child processes inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def log_settings() -> Iterator[None]:
    """Undo what a test changed in the loggers that `qa serve` sets up for its whole process."""
    loggers = [logging.getLogger(name) for name in ("qa", "uvicorn")]
    before = [(logger.handlers, logger.propagate, logger.level) for logger in loggers]
    yield
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def real_encoder() -> MiniLMEncoder:
    return MiniLMEncoder()


@pytest.fixture(scope="session")
def leica(tmp_path_factory: pytest.TempPathFactory, real_encoder: MiniLMEncoder) -> qa.Library:
    """The shipped corpus, built with the real model; tests only read it."""
    return qa.build([CORPUS], tmp_path_factory.mktemp("leica") / "library", encoder=real_encoder)


@pytest.fixture
def library(tmp_path: Path, encoder: FakeEncoder) -> qa.Library:
    """Two small texts with the fake encoder; a test may change it."""
    threads = [
        qa.Thread.from_text("Lenses are ground in Solms. The price is high.", title="Lenses"),
        qa.Thread.from_text(
            "Bread is baked at night.\n\nTwo comments\n\nI like bread.\n\nBread is old.", title="Bread"
        ),
    ]
    return qa.build(threads, tmp_path / "library", encoder=encoder)


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory, real_encoder: MiniLMEncoder) -> Path:
    """A folder with another sentence-transformers model: the default one with a single weight changed."""
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(minilm_files.folder()), device="cpu")
    with torch.no_grad():
        next(model.parameters())[5] += 0.1
    folder = tmp_path_factory.mktemp("models") / "other-model"
    model.save(str(folder))
    return folder


@pytest.fixture
def calibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let fake encoders and readers have the confidence that was fitted to the real ones."""
    for module in ("qa.library.opened", "qa.evaluation.evaluate"):
        monkeypatch.setattr(import_module(module), "calibration_of", lambda *_: load_calibration())


@pytest.fixture
def as_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training examples with questions and titles as the sets have them, but for question marks."""
    from training import shares

    monkeypatch.setattr(shares, "HEADED_SHARE", 0.0)
    monkeypatch.setattr(shares, "KEYWORDS_SHARE", 0.0)


@pytest.fixture(scope="module")
def upload_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the folders for uploads are, one for each server."""
    from web_requests import uploads_below

    with uploads_below(tmp_path_factory.mktemp("uploads")) as folder:
        yield folder


@pytest.fixture(scope="module")
def open_library(tmp_path_factory: pytest.TempPathFactory) -> qa.Library:
    """A library that can be changed from its page; the tests that share it say so if they do."""
    text = qa.Thread.from_text("Lenses are ground in Solms. The price is high.", title="Lenses")
    return qa.build([text], tmp_path_factory.mktemp("open") / "library", encoder=FakeEncoder())


@pytest.fixture(scope="module")
def client(open_library: qa.Library, upload_folder: Path) -> Iterator[httpx.Client]:
    """A page on this machine alone, where the library can be changed."""
    from web_requests import served

    with served(open_library) as client:
        yield client


@pytest.fixture
def own_folder(client: httpx.Client, upload_folder: Path) -> Path:
    """The folder of this page's uploads."""
    from web_requests import API

    (path,) = client.post(f"{API}/upload", files={"files": ("own.txt", b"Own.")}).json()
    folder = Path(path).parents[1]
    assert folder.parent == upload_folder
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Escape what UTF-8 cannot hold in what a test printed or failed with: a worker could not send it."""
    return _escaped((yield))


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_escaped(key): _escaped(one) for key, one in value.items()}
    return type(value)(map(_escaped, value)) if isinstance(value, (list, tuple)) else value


class PointingReader:
    """Chooses the first of its words that the passage contains, with its margin, and notes what it was given."""

    def __init__(self, words: Mapping[str, float]) -> None:
        self.words = words
        self.calls: list[tuple[str, int]] = []
        self.read_passages: list[str] = []

    def read(self, question: str, passages: Sequence[str]) -> list[ScoredSpan]:
        self.calls.append((question, len(passages)))
        self.read_passages += passages
        return [self._read(passage) for passage in passages]

    def _read(self, passage: str) -> ScoredSpan:
        for word, margin in self.words.items():
            if (start := passage.find(word)) >= 0:
                return ScoredSpan(start, start + len(word), margin)
        return ScoredSpan(0, 1, -8.0)
