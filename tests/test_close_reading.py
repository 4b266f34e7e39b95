"""Close reading: a deeper reader reads the best passages again where the first one leaves a doubt."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder, PointingReader

import qa
from qa.answering import close_reading
from qa.answering.answer import Place
from qa.answering.calibration import load_calibration, load_close_calibration
from qa.answering.candidate import Candidate, ReadCandidate
from qa.answering.close_reading import SETTING, close_reading_for, is_doubtful, to_read_closely
from qa.answering.deep_reader import DEEP_READER, WEIGHTS
from qa.answering.options import Option, OptionFeatures
from qa.answering.reader import HOPELESS, ScoredSpan
from qa.answering.reading import Part, read_with
from qa.cli.main import main
from qa.errors import SettingError
from qa.evaluation.calibration_fit import JudgedAnswers
from qa.text.sentences import split_sentences

OVEN = "The oven of the mill was lit by Anton."
CLOCK = "The clock of the mill was lit by Berta."
BREAD = "Bread of the mill is baked at night."


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., qa.Answer]:
    """Ask who lit the mill, of three texts, two readers and how sure the first one is."""
    texts = [qa.Thread.from_text(text, title=text[4:9]) for text in (OVEN, CLOCK, BREAD)]
    qa.build(texts, tmp_path / "library", encoder=FakeEncoder(), reader=None).close()

    def asked(first: PointingReader, deep: PointingReader, confidence: float) -> qa.Answer:
        equally_sure = replace(load_calibration(), constant=math.log(confidence / (1 - confidence)), weights=[0.0] * 4)
        monkeypatch.setattr("qa.library.opened.calibration_of", lambda *_: equally_sure)
        monkeypatch.setattr(close_reading, "DEEP_READER", deep)
        return qa.open(tmp_path / "library", encoder=FakeEncoder(), reader=first).ask("Who lit the mill?")

    monkeypatch.setenv(SETTING, "on")
    return asked


def test_an_answer_in_doubt_is_read_closely_in_the_two_best_passages(ask: Callable[..., qa.Answer]) -> None:
    deep = PointingReader({"Berta": 12.0})
    answer = ask(PointingReader({"Anton": 6.0, "Berta": 5.0}), deep, 0.4)
    assert sorted(deep.read_passages) == [CLOCK, OVEN]
    assert answer.found and answer.text == "Berta" == answer.quotes[0].marked()[0]
    assert {quote.text for quote in answer.quotes} == {OVEN, CLOCK, BREAD}
    scores = [quote.score for quote in answer.quotes]
    assert scores == sorted(scores, reverse=True)


def test_the_first_readers_margin_counts_too(ask: Callable[..., qa.Answer]) -> None:
    deep = PointingReader({"Anton": 1.5, "Berta": 2.0})
    assert ask(PointingReader({"Anton": 6.0, "Berta": 5.5}), deep, 0.4).text == "Berta"
    assert ask(PointingReader({"Anton": 6.0, "Berta": 0.0}), deep, 0.4).text == "Anton"


@pytest.mark.parametrize("confidence", [0.71, 0.9])
def test_an_answer_without_doubt_is_not(confidence: float, ask: Callable[..., qa.Answer]) -> None:
    deep = PointingReader({"Berta": 12.0})
    answer = ask(PointingReader({"Anton": 6.0, "Berta": 5.0}), deep, confidence)
    assert deep.read_passages == [] and answer.confidence == pytest.approx(confidence) and answer.found


def test_what_the_first_reader_thinks_hopeless_is_read_closely(ask: Callable[..., qa.Answer]) -> None:
    deep = PointingReader({"Berta": 12.0})
    assert ask(PointingReader({"Anton": 6.0, "Berta": 5.0}), deep, 0.02).text == "Berta"


def test_it_can_be_switched_off(ask: Callable[..., qa.Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "off")
    deep = PointingReader({"Berta": 12.0})
    assert ask(PointingReader({"Anton": 6.0}), deep, 0.6).text == "Anton" and deep.read_passages == []
    assert close_reading_for(load_calibration()) is None
    monkeypatch.setenv(SETTING, "maybe")
    with pytest.raises(SettingError, match=f"{SETTING} is on or off, not 'maybe'"):
        close_reading_for(load_calibration())


def test_a_command_names_a_wrong_setting(
    library: qa.Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SETTING, "perhaps")
    assert main(["ask", "Who lit it?", "--library", str(library.path)]) == 2
    assert f"{SETTING} is on or off, not 'perhaps'" in capsys.readouterr().err


def test_models_of_others_are_not_followed_by_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "on")
    assert close_reading_for(replace(load_calibration(), models=["another", "", ""])) is None
    ours = close_reading_for(load_calibration())
    assert ours is not None and ours.reader is DEEP_READER and ours.calibration is load_close_calibration()


def test_the_calibration_was_fitted_to_these_weights() -> None:
    assert load_close_calibration().models == [*load_calibration().models, DEEP_READER.fingerprint]
    assert WEIGHTS.stat().st_size <= 60_000_000


def test_the_best_sentences_of_the_best_passages_are_read_those_about_something_else_last() -> None:
    def option(passage: str, index: int, margin: float, *, admissible: bool = True) -> Option:
        features = replace(OptionFeatures(*[0.0] * 14), margin=margin)
        return Option(passages[passage], index, ScoredSpan(0, 1, margin), features, admissible)

    def read(options: Sequence[Option]) -> list[str]:
        return [part.text for part in to_read_closely(options, load_calibration())]

    texts = {name: " ".join(f"{name}{number} is {'so ' * 40}long." for number in range(4)) for name in "abcd"}
    passages = {name: whole(text) for name, text in texts.items()}
    options = [option("a", 0, 9, admissible=False), option("b", 1, 1), option("b", 2, 5), option("c", 0, 2)]
    assert [text.split(" is ")[0] for text in read([*options, option("d", 3, 3)])] == ["b1", "d2"]
    assert [text.count(".") for text in read(options)] == [2, 2]
    assert [text[:2] for text in read(options[:2])] == ["b0", "a0"]
    assert read([]) == []


def whole(text: str, author: str | None = None) -> ReadCandidate:
    """A passage in which nothing was found."""

    def no_thread(source: str) -> qa.Thread:
        raise KeyError(source)

    candidate = Candidate(text, Place("article", author, None, 0, "Text", None, 0, len(text)), 1.0, no_thread)
    return read_with(PointingReader({}), "Who?", [Part.whole(candidate)])[0]


def test_a_part_has_its_spans_where_the_passage_has_them() -> None:
    passage = whole("Anton bakes. Berta lights the oven. Carl sells.")

    def part(index: int, characters: int) -> Part:
        return Part.around(passage.candidate, passage.sentences, index, characters)

    texts = [part(index, characters).text for index, characters in ((1, 40), (2, 34), (2, 5), (0, 99))]
    assert texts[:2] == ["Anton bakes. Berta lights the oven.", "Berta lights the oven. Carl sells."]
    assert texts[2:] == ["Carl sells.", passage.candidate.text]
    read = read_with(PointingReader({"oven": 3.0}), "What?", [part(2, 34)])[0]
    assert passage.candidate.text[slice(*read.span)] == "oven" and read.margin == 3.0
    assert [span.margin for span in read.spans][:2] == [HOPELESS, 3.0]
    assert [passage.candidate.text[span.start : span.end] for span in read.spans][1] == "oven"
    assert read.sentence_evidence == [HOPELESS, 0.0, 0.0]


def test_who_is_asked_of_a_post_with_its_author_before_it() -> None:
    text = "It squeaks. I used talc."
    of_ann = Part.around(whole(text, "ann").candidate, split_sentences(text), 1, 12)
    reader = PointingReader({"ann": 4.0, "talc": 2.0})
    who, what, elsewhere = (
        read_with(reader, "Who used talc?", [of_ann])[0],
        read_with(reader, "What did she use?", [of_ann])[0],
        read_with(PointingReader({"talc": 2.0}), "Who used talc?", [of_ann])[0],
    )
    assert reader.read_passages == ["ann: I used talc.", "I used talc."]
    assert (who.author_margin, who.margin, what.author_margin, what.margin) == (4.0, 4.0, HOPELESS, 2.0)
    assert text[slice(*who.span)] == "I used talc." and text[slice(*what.span)] == "talc"
    assert (text[slice(*elsewhere.span)], elsewhere.margin, elsewhere.author_margin) == ("talc", 2.0, HOPELESS)


@pytest.mark.parametrize(
    ("span", "author_margin", "said"),
    [
        ((0, 3), 4.0, "I used talc."),
        ((0, 12), 4.0, "I used talc."),
        ((3, 12), 4.0, "I used talc."),
        ((4, 11), HOPELESS, "I used"),
        ((0, 0), HOPELESS, ""),
    ],
)
def test_a_span_that_begins_in_the_authors_name_is_the_author(
    span: tuple[int, int], author_margin: float, said: str
) -> None:
    class Fixed(PointingReader):
        def _read(self, _passage: str) -> ScoredSpan:
            return ScoredSpan(*span, 4.0)

    text = "I used talc."
    read = read_with(Fixed({}), "Who used talc?", [Part.whole(whole(text, "ann").candidate)])[0]
    assert (read.author_margin, read.margin, text[slice(*read.span)]) == (author_margin, 4.0, said)


def test_any_answer_below_a_confidence_is_in_doubt() -> None:
    assert [is_doubtful(confidence) for confidence in (0.0, 0.01, 0.4, 0.69, 0.7, 1.0)] == [0, 1, 1, 1, 0, 0]
    assert [is_doubtful(confidence, points_at_author=True) for confidence in (0.0, 0.01, 0.7, 1.0)] == [0, 1, 1, 1]


def test_status_says_whether_it_is_on(
    leica: qa.Library, library: qa.Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def readers(of: qa.Library, setting: str) -> str:
        monkeypatch.setenv(SETTING, setting)
        assert main(["status", "--library", str(of.path)]) == 0
        return capsys.readouterr().out.split("reading     ")[1].split(" (")[0]

    assert (readers(leica, "on"), readers(leica, "off"), readers(library, "on")) == (
        "two readers", "one reader", "one reader"
    )  # fmt: skip


def test_only_answers_in_doubt_are_those_of_the_deeper_reader() -> None:
    def judged(confidences: list[float], right: list[bool]) -> JudgedAnswers:
        at_author = np.array([False] * (len(right) - 1) + [True])
        return JudgedAnswers(
            "set", 1.0, np.array(confidences), np.array(right), np.array([True] * len(right)), at_author
        )

    first = judged([0.0, 0.4, 0.9, 0.9], [False, False, True, True])
    both = first.read_closely(judged([0.8, 0.7, 0.2, 0.3], [True, True, False, False]))
    assert both.confidences.tolist() == [0.0, 0.7, 0.9, 0.3] and both.right.tolist() == [False, True, True, False]
    with pytest.raises(ValueError, match="broadcast"):
        first.read_closely(judged([0.8, 0.7], [True, True]))


def test_the_deeper_reader_finds_what_the_first_one_doubts(leica: qa.Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "on")
    question = "Where are Leica lenses made?"
    spans = DEEP_READER.read(question, ["Leica lenses are ground and made in Wetzlar, Germany.", "He likes bread."])
    assert spans[0].margin > 0 > spans[1].margin
    assert "Wetzlar" in "Leica lenses are ground and made in Wetzlar, Germany."[spans[0].start : spans[0].end]
    closely = leica.ask(question)
    monkeypatch.setenv(SETTING, "off")
    alone = leica.ask(question)
    assert closely.found and closely.text and "Solms" in closely.text
    assert alone.confidence != closely.confidence, "it was not in doubt, or not read closely"
