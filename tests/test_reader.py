"""The reader: the spans that it points at, and its weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import qa
from qa.answering.calibration import load_calibration
from qa.answering.reader import SHA256, WEIGHTS, ScoredSpan, SpanReader

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
    found = reader.read(question, PASSAGES)
    assert answer in PASSAGES[passage][found[passage].start : found[passage].end]
    assert max(range(3), key=lambda number: found[number].margin) == passage
    assert found[passage].margin > 0 > max(one.margin for number, one in enumerate(found) if number != passage)


def test_an_empty_passage_has_an_empty_span_and_is_no_answer(reader: SpanReader) -> None:
    empty = reader.read("Where?", PASSAGES)[2]
    assert (empty.start, empty.end) == (0, 0) and empty.margin < -1e6
    assert reader.read("Where?", []) == []


def test_a_passage_is_read_alike_whatever_stands_beside_it(reader: SpanReader) -> None:
    question = "Where are Leica lenses produced?"
    alone = reader.read(question, PASSAGES[:1])[0]
    among = reader.read(question, [PASSAGES[1] * 6, PASSAGES[0], PASSAGES[1]])[1]
    assert (alone.start, alone.end) == (among.start, among.end)
    assert alone.margin == pytest.approx(among.margin, abs=0.5)


def test_an_answer_at_the_end_of_a_long_passage_is_found(reader: SpanReader) -> None:
    passage = "The weather was mild and nothing happened. " * 120 + PASSAGES[0]
    found = reader.read("Where are Leica lenses produced? " + "Please tell. " * 100, [passage])[0]
    assert "Solms" in passage[found.start : found.end]


@pytest.mark.parametrize(
    "text", ["\x00\x01", "🙂" * 300, "unbrokenword" * 200, "ﷺ مرحبا", "e\u0301 a\u0308 x", " \n\t "]
)
def test_any_text_can_be_read_and_spans_cut_no_word(text: str, reader: SpanReader) -> None:
    found = reader.read("What is it?", [text])[0]
    assert 0 <= found.start <= found.end <= len(text)
    before, after = text[found.start - 1 : found.start + 1], text[found.end - 1 : found.end + 1]
    assert not (found.start and found.end > found.start and before.isascii() and before.isalnum())
    assert not (found.end > found.start and len(after) == 2 and after.isascii() and after.isalnum())


def watched(reader: SpanReader, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the reader looks at from now on, look by look."""
    looked: list[list[str]] = []
    plain, tokenizer = reader._looks, reader._ready()[1]

    def looks(asked: list[int], parts: Sequence[Any]) -> list[ScoredSpan]:
        looked.append([tokenizer.decode([text.ids[token] for token in part]) for text, part in parts])
        return plain(asked, parts)

    monkeypatch.setattr(reader, "_looks", looks)
    return looked


def test_a_span_that_may_answer_is_looked_at_again_from_closer_by(
    reader: SpanReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = watched(reader, monkeypatch)
    passage = "The firm is old. It has a factory. Its lenses are made in Berlin. Cats sleep."
    (reading,) = reader.read("Where are the lenses made?", [passage])
    assert passage[reading.start : reading.end] == "Berlin"
    assert looked == [
        ["the firm is old. it has a factory. its lenses are made in berlin. cats sleep."],
        [
            "it has a factory. its lenses are made in berlin.",
            "the firm is old. it has a factory. its lenses are made in berlin.",
        ],
    ]
    reader.read("Who was the first man on the moon?", [passage])
    assert looked[3] == []


def test_a_title_tells_what_the_passage_is_about_and_answers_nothing(reader: SpanReader) -> None:
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


def test_from_closer_by_the_title_stands_for_the_first_sentence(
    reader: SpanReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = watched(reader, monkeypatch)
    passage = "The firm is old. It has a factory. Its lenses are made in Berlin. Cats sleep."
    reader.read("Where are the lenses made?", [passage], ["Leica"])
    assert looked == [
        ["leica. the firm is old. it has a factory. its lenses are made in berlin. cats sleep."],
        [
            "it has a factory. its lenses are made in berlin.",
            "leica. it has a factory. its lenses are made in berlin.",
        ],
    ]


def test_a_slip_in_the_question_is_read_as_the_passage_spells_it() -> None:
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


def test_the_calibration_was_fitted_to_these_weights() -> None:
    assert load_calibration().reader == SHA256
    assert WEIGHTS.stat().st_size <= 25_000_000
