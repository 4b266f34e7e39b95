"""Readers of transformers and cross-encoders of sentence-transformers, as tiny models with random weights."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.answering.cross_encoder import CrossEncoderReranker
from qa.answering.transformers_reader import TransformersReader
from qa.cli.main import main
from qa.encoding import minilm_files


def save_tiny(folder: Path, kind: str, labels: int = 1) -> Path:
    """A model of one layer with the tokenizer of the default one."""
    import torch
    import transformers

    torch.manual_seed(0)
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(minilm_files.folder()))
    config = transformers.BertConfig(  # type: ignore[call-arg]
        vocab_size=tokenizer.vocab_size,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        num_labels=labels,
        pad_token_id=tokenizer.pad_token_id,
    )
    getattr(transformers, kind)(config).save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="module")
def reader_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("models") / "reader", "BertForQuestionAnswering", labels=2)


@pytest.fixture(scope="module")
def reranker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("models") / "reranker", "BertForSequenceClassification")


def test_a_reader_of_transformers_points_into_each_passage_however_long(reader_folder: Path) -> None:
    reader = TransformersReader(reader_folder)
    passages = ["The lens is made in Solms.", "", "A word of many, " * 200 + "and Jena."]
    spans = reader.read("Where is the lens made?", passages)
    assert all(0 <= span.start <= span.end <= len(text) for span, text in zip(spans, passages, strict=True))
    assert spans[0].start < spans[0].end and spans[2].start < spans[2].end
    # Each passage is read as if it were alone, and what is far behind is read too.
    assert [reader.read("Where is the lens made?", [text])[0] for text in passages] == pytest.approx(spans, abs=1e-3)
    end = reader.read("Where is the lens made?", ["A word of many, " * 200 + passages[0]])[0]
    assert end.margin >= spans[2].margin - 20 and reader.fingerprint == TransformersReader(reader_folder).fingerprint


def test_a_question_of_long_words_is_cut(reader_folder: Path) -> None:
    (span,) = TransformersReader(reader_folder).read("Donaudampfschifffahrtsgesellschaft " * 48, ["In Solms."])
    assert 0 <= span.start <= span.end <= len("In Solms.")


def test_a_model_that_was_not_trained_to_point_at_answers_is_refused(reranker_folder: Path) -> None:
    with pytest.raises(qa.ModelError, match="was not trained to point at answers: it lacks qa_outputs"):
        TransformersReader(reranker_folder).read("Where?", ["There."])


def test_a_cross_encoder_scores_each_passage_alone_whatever_its_place(reranker_folder: Path) -> None:
    reranker, passages = CrossEncoderReranker(reranker_folder), ["The lens.", "Bread, " * 30, "It is made in Solms."]
    scores = reranker.score("Where?", passages)
    assert scores[::-1] == pytest.approx(reranker.score("Where?", passages[::-1]), abs=1e-5)
    assert all(0 < score < 1 for score in scores) and len({round(score, 6) for score in scores}) == 3


def test_a_model_of_several_outputs_is_no_reranker(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path / "classes", "BertForSequenceClassification", labels=3)
    with pytest.raises(qa.ModelError, match="has 3 outputs"):
        CrossEncoderReranker(folder).score("Where?", ["There."])


@pytest.mark.parametrize("option", ["--reader", "--reranker"])
def test_a_model_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], leica: qa.Library, option: str
) -> None:
    assert main(["ask", "Where?", "--library", str(leica.path), option, str(tmp_path / "nothing")]) == 2
    error = capsys.readouterr().err
    assert "cannot load the model" in error and str(tmp_path / "nothing") in error and error.count("\n") == 1


def test_the_command_line_asks_with_both(
    reader_folder: Path, reranker_folder: Path, leica: qa.Library, capsys: pytest.CaptureFixture[str]
) -> None:
    models = ["--reader", str(reader_folder), "--reranker", str(reranker_folder), "--library", str(leica.path)]
    code = main(["ask", "Where are the lenses made?", "--json", *models])
    assert code in (0, 1) and '"confidence": null' in capsys.readouterr().out


class LastFirst:
    """Ranks the passages by the number in them."""

    def score(self, _question: str, passages: Sequence[str]) -> list[float]:
        return [int(passage.split()[-1].strip(".")) / 39 for passage in passages]


def test_a_reranker_orders_what_is_asked_and_searched(tmp_path: Path) -> None:
    texts = [qa.Thread.from_text(f"The lens is number {number}.", title=f"T{number}") for number in range(40)]
    library = qa.build(texts, tmp_path / "library", encoder=FakeEncoder(), reader=None, reranker=LastFirst())
    quotes = library.search("Which lens is it?", k=40)
    numbers = [int(quote.text.split()[-1].strip(".")) for quote in quotes]
    assert numbers[:32] == sorted(numbers[:32], reverse=True) and sorted(numbers) == [*range(40)]
    assert all(before.score >= after.score for before, after in pairwise(quotes))
    answer = library.ask("Which lens is it?", k=3)
    assert [quote.text for quote in answer.quotes] == [quote.text for quote in quotes[:3]]


@pytest.mark.parametrize("scores", [[], [0.5], [2.0] * 3, [float("nan")] * 3, [-1.0] * 3])
def test_scores_that_are_none_are_refused(tmp_path: Path, scores: list[float]) -> None:
    class Wrong:
        def score(self, _question: str, _passages: Sequence[str]) -> list[float]:
            return scores

    texts = [qa.Thread.from_text(f"The lens is number {number}.", title=f"T{number}") for number in range(3)]
    library = qa.build(texts, tmp_path / "library", encoder=FakeEncoder(), reader=None, reranker=Wrong())
    with pytest.raises(qa.ModelError, match="'Wrong' gave no number from 0 to 1 for each of the 3 passages"):
        library.ask("Which lens is it?")
    with pytest.raises(qa.ModelError, match="a method score"):
        qa.open(library.path, encoder=FakeEncoder(), reranker=object())  # type: ignore[arg-type]
