"""The reader: the spans that it chooses, their margins, and its weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import qa
from qa.answering.calibration import load_calibration
from qa.answering.reader import SHA256, WEIGHTS, SpanReader
from qa.encoding import minilm_files
from qa.encoding.once import Once
from qa.text.sentences import split_sentences

PASSAGES = [
    "Leica lenses are made in Solms, Germany, by about 200 people.",
    "The image sensors of the M8 come from Kodak, those of the others from Sony.",
    "",
]


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return SpanReader()


@pytest.mark.parametrize(
    ("question", "passage", "answer"),
    [("Where are Leica lenses produced?", 0, "Solms"), ("Who makes the sensors of the M8?", 1, "Kodak")],
)
def test_the_span_is_the_answer_and_only_its_passage_answers(
    question: str, passage: int, answer: str, reader: SpanReader
) -> None:
    spans = reader.read(question, PASSAGES)
    assert answer in PASSAGES[passage][spans[passage].start : spans[passage].end]
    assert max(range(3), key=lambda index: spans[index].margin) == passage
    assert spans[passage].margin > 0 > max(span.margin for index, span in enumerate(spans) if index != passage)


def test_each_sentence_has_the_best_span_inside_it(reader: SpanReader) -> None:
    passage = "It rained all day. Leica lenses are made in Solms, Germany. The shop closes at six."
    sentences = split_sentences(passage)
    spans = reader.read_sentences("Where are Leica lenses produced?", [passage], [None], [sentences])[0]
    assert len(spans.by_sentence) == 3 and spans.by_sentence[1] == spans.best
    for sentence, span in zip(sentences, spans.by_sentence, strict=True):
        assert sentence.start <= span.start < span.end <= sentence.end
        assert span.margin <= spans.best.margin


def test_no_answer_spans_two_cells_of_a_table(reader: SpanReader) -> None:
    passage = "Boat | Fee | Deposit\nDinghy | 10 euros | 5 euros\nYacht | 40 euros | 25 euros"
    for question in ("What is the fee for a dinghy?", "What is the deposit for a yacht?", "What does a yacht cost?"):
        span = reader.read(question, [passage])[0]
        assert "|" not in passage[span.start : span.end].strip(" |")


@pytest.mark.parametrize(
    ("question", "passage", "answer"),
    [
        ("What do vegans lack?", "They lack iron, zinc, B12 and calcium, she said.", "iron, zinc, B12 and calcium"),
        ("Which towns are named?", "It stops in some towns, such as Ulm, Mainz and Jena.", "Ulm, Mainz and Jena"),
        ("List the makers", "Systems at a glance: Ibis / Velo Micro / Cyber, all sold.", "Ibis / Velo Micro / Cyber"),
        ("Who called first?", "Ann Drew, Bill Hook and Cath Low came, but Bill Hook called first.", "Bill Hook"),
        ("Which town is the last stop?", "It stops in Ulm, Mainz and Jena. Jena is the last stop.", "Jena"),
    ],
)  # fmt: skip
def test_an_answer_of_several_things_is_all_of_a_series(
    question: str, passage: str, answer: str, reader: SpanReader
) -> None:
    span = reader.read(question, [passage])[0]
    assert passage[span.start : span.end] == answer


def test_an_empty_passage_has_an_empty_span_and_does_not_answer(reader: SpanReader) -> None:
    empty = reader.read("Where?", PASSAGES)[2]
    assert (empty.start, empty.end) == (0, 0) and empty.margin < -1e6
    assert reader.read("Where?", []) == []


def test_a_passage_is_read_the_same_in_any_batch(reader: SpanReader) -> None:
    question = "Where are Leica lenses produced?"
    alone = reader.read(question, PASSAGES[:1])[0]
    among = reader.read(question, [PASSAGES[1] * 6, PASSAGES[0], PASSAGES[1]])[1]
    assert (alone.start, alone.end) == (among.start, among.end)
    assert alone.margin == pytest.approx(among.margin, abs=0.5)


def test_sentences_that_are_given_are_not_split_again(reader: SpanReader, monkeypatch: pytest.MonkeyPatch) -> None:
    question, sentences = "Where are Leica lenses produced?", [split_sentences(passage) for passage in PASSAGES]
    expected = reader.read(question, PASSAGES)

    def no_splitting(text: str) -> None:
        raise AssertionError(text)

    monkeypatch.setattr("qa.answering.reader.split_sentences", no_splitting)
    assert reader.read(question, PASSAGES, sentences=sentences) == expected


def test_an_answer_at_the_end_of_a_long_passage_is_found(reader: SpanReader) -> None:
    passage = "The weather was mild and nothing happened. " * 120 + PASSAGES[0]
    span = reader.read("Where are Leica lenses produced? " + "Please tell. " * 100, [passage])[0]
    assert "Solms" in passage[span.start : span.end]


@pytest.mark.parametrize(
    "text", ["\x00\x01", "🙂" * 300, "unbrokenword" * 200, "ﷺ مرحبا", "e\u0301 a\u0308 x", " \n\t "]
)
def test_any_text_can_be_read_and_no_span_cuts_a_word(text: str, reader: SpanReader) -> None:
    span = reader.read("What is it?", [text])[0]
    assert 0 <= span.start <= span.end <= len(text)
    before, after = text[span.start - 1 : span.start + 1], text[span.end - 1 : span.end + 1]
    assert not (span.start and span.end > span.start and before.isascii() and before.isalnum())
    assert not (span.end > span.start and len(after) == 2 and after.isascii() and after.isalnum())


class WordNetwork:
    """Replaces the network: scores an answer by the words it starts and ends with, no answer by 0."""

    def __init__(self, starts: Mapping[str, float], ends: Mapping[str, float]) -> None:
        self.starts, self.ends = starts, ends

    def run(
        self, ids: Sequence[Sequence[int]], types: Sequence[Sequence[int]]
    ) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        tokenizer = minilm_files.tokenizer()
        for index, row in enumerate(ids):
            words = [str(tokenizer.id_to_token(token)) for token in row]
            scores = [[*(of.get(word, -99.0) for of in (self.starts, self.ends)), 0.0] for word in words]
            yield [index], np.array([[[0.0, 0.0, 0.0], *scores[1:]]], dtype=np.float32)


def read_by(network: WordNetwork, question: str, passage: str, title: str | None = None) -> tuple[str, Any]:
    """The text of the span and its margin, as the reader takes them from this network."""
    reader = SpanReader()
    stand_in: Any = network
    reader._loaded = Once(lambda: (stand_in, minilm_files.tokenizer()))
    (span,) = reader.read(question, [passage], [title])
    return passage[span.start : span.end], span.margin


@pytest.mark.parametrize(("end", "answer"), [(1.5, "Berlin"), (1.5 + 0.11, "Berlin"), (1.5 + 0.13, "Berlin, Germany")])
def test_a_longer_span_must_score_six_hundredths_more_for_each_token(end: float, answer: str) -> None:
    network = WordNetwork({"berlin": 0.5}, {"berlin": 1.5, "germany": end})
    text, margin = read_by(network, "Which town?", "Made in Berlin, Germany")
    assert (text, margin) == (answer, pytest.approx(0.5 + (1.5 if answer == "Berlin" else end)))  # no penalty in it


@pytest.mark.parametrize(("cats", "answer", "margin"), [(4.9, "Berlin", 1.0), (5.1, "Cats", 1.1)])
def test_a_span_of_another_kind_than_the_question_asks_for_loses_four(cats: float, answer: str, margin: float) -> None:
    scores = {"berlin": 0.5, "cats": cats / 2}
    passage = "Cats " + "and " * 40 + "live in Berlin"  # no span has both
    assert read_by(WordNetwork(scores, scores), "Where?", passage) == (answer, pytest.approx(margin))


def test_a_span_has_at_most_forty_tokens() -> None:
    passage = "one " + "and " * 38 + "two three"
    network = WordNetwork({"one": 1.0}, {"one": 0.0, "two": 50.0, "three": 99.0})
    assert read_by(network, "What?", passage) == (passage[: passage.index(" three")], pytest.approx(51.0))


def test_a_title_names_the_subject_and_never_answers(reader: SpanReader) -> None:
    passage = "It was founded in 1849 by an optician from Frankfurt."
    question = "Who founded the Optical Institute of Wetzlar?"
    untitled, titled, mistitled = reader.read(
        question, [passage] * 3, [None, "The Optical Institute of Wetzlar", "The brewery of Pilsen"]
    )
    assert titled.margin > max(untitled.margin, mistitled.margin)
    assert passage[titled.start : titled.end] == "an optician from Frankfurt"
    (only,) = reader.read("What is in Wetzlar?", ["It rains."], ["The Optical Institute of Wetzlar"])
    assert only.end <= len("It rains.")
    assert reader.read(question, ["", passage], ["A title", ""])[1] == untitled
    (empty,) = reader.read(question, [""], ["The Optical Institute of Wetzlar"])
    assert (empty.start, empty.end) == (0, 0) and empty.margin < 0


def test_a_misspelled_question_is_read_as_the_passages_spell_it() -> None:
    passages = ["The cannonball weighs nine pounds.", "It was cast in Birmingham in 1811."]
    reader = SpanReader()
    right = reader.read("How much does the cannonball weigh?", passages)
    assert reader.read("How much does the canonball weigh?", passages) == right


def test_weights_of_another_hash_are_refused() -> None:
    with pytest.raises(qa.ModelError, match="reader.safetensors' have the hash .*not 000000000000.*--no-reader"):
        SpanReader(sha256="0" * 64).read("Where?", ["Here."])


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(qa.ModelError, match=r"cannot read the reader's weights 'gone': .*install again"):
        SpanReader(tmp_path / "gone").read("Where?", ["Here."])


def test_empty_weights_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(qa.ModelError, match=r"cannot read the reader's weights 'empty': .*install again"):
        SpanReader(tmp_path / "empty").read("Where?", ["Here."])


def test_the_calibration_was_fitted_to_these_weights() -> None:
    assert load_calibration().models == [minilm_files.SHA256, SHA256, ""]
    assert WEIGHTS.stat().st_size <= 25_000_000
