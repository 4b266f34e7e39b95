"""Answering: which candidates are read, and what happens to the spans that the reader chooses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import FakeEncoder, PointingReader

import qa
from qa.answering.answer import Place
from qa.answering.calibration import load_calibration
from qa.answering.candidate import Candidate
from qa.answering.options import OptionFeatures
from qa.answering.reader import ScoredSpan
from qa.answering.select import read_candidates
from qa.text.sentences import Sentence, split_sentences

pytestmark = pytest.mark.usefixtures("calibrated")


@pytest.fixture
def bread(tmp_path: Path) -> Path:
    qa.build(
        [
            qa.Thread.from_text("Bread is baked at night. The oven is hot, because bakers begin early.", title="Bread"),
            qa.Thread.from_text("Our baker sells rye bread. He is called Anton.", title="Baker"),
            qa.Thread.from_text("Anton, the baker with the bread, has retired.", title="News"),
        ],
        tmp_path / "library",
        encoder=FakeEncoder(),
        reader=None,
    )
    return tmp_path / "library"


def opened(path: Path, reader: object) -> qa.Library:
    return qa.open(path, encoder=FakeEncoder(), reader=reader)  # type: ignore[arg-type]


def candidates(*fits: float) -> list[Candidate]:
    def no_thread(source: str) -> qa.Thread:
        raise KeyError(source)

    return [
        Candidate(f"Passage {n}.", Place("article", None, None, 0, f"Source {n}", None, 0, 10), fit, no_thread)
        for n, fit in enumerate(fits)
    ]


@pytest.mark.parametrize(
    ("fits", "passages_read"),
    [
        ([1.0] * 20, 6),
        ([1.0, 0.95, 0.9, 0.87, 0.86, 0.84, 0.84], 5),
        ([1.0, 0.1, 0.1, 0.1, 0.1, 0.1], 4),
        ([0.3, 0.2], 2),
    ],
)
def test_only_candidates_that_fit_nearly_as_well_as_the_first_are_read(fits: list[float], passages_read: int) -> None:
    reader = PointingReader({"Passage": 1.0})
    read = read_candidates("Who?", candidates(*fits), reader)
    assert reader.calls == [("Who?", passages_read)]
    assert [candidate.fit for candidate in read] == fits[:passages_read]
    assert {(candidate.span, candidate.margin) for candidate in read} == {((0, 7), 1.0)}


def test_without_candidates_nothing_is_read() -> None:
    reader = PointingReader({})
    assert read_candidates("Who?", [], reader) == [] and reader.calls == []


def test_a_passage_that_is_not_read_is_still_quoted(tmp_path: Path) -> None:
    texts = ["Ann bakes rye bread at night.", *(f"Baker{number} boils water." for number in range(20))]
    reader = PointingReader({"Ann": 8.0})
    threads = [qa.Thread.from_text(text, title=text[:9]) for text in texts]
    library = qa.build(threads, tmp_path / "library", encoder=FakeEncoder(), reader=reader)
    answer = library.ask("Who bakes rye bread at night?", k=15, min_confidence=0)
    assert (reader.calls[0][1], answer.text, len(answer.quotes)) == (4, "Ann", 15)
    scores = [quote.score for quote in answer.quotes]
    assert scores == sorted(scores, reverse=True)


def test_a_reader_is_given_titles_and_sentences_if_it_takes_them(bread: Path) -> None:
    class ReaderWithContext(PointingReader):
        def read(
            self,
            question: str,
            passages: Sequence[str],
            titles: Sequence[str | None] = (),
            sentences: Sequence[Sequence[Sentence]] = (),
        ) -> list[ScoredSpan]:
            self.titles, self.passages, self.sentences = titles, passages, sentences
            return super().read(question, passages)

    reader = ReaderWithContext({"Anton": 8.0})
    assert opened(bread, reader).ask("Who is the baker?", min_confidence=0).text == "Anton"
    assert sorted(map(str, reader.titles)) == ["Baker.", "Bread.", "News."]
    assert reader.sentences == [split_sentences(passage) for passage in reader.passages]


def test_the_answer_is_the_span_and_every_quote_that_says_it_is_highlighted(bread: Path) -> None:
    answer = opened(bread, PointingReader({"Anton": 8.0})).ask("Who is the baker that sells bread?", min_confidence=0)
    assert answer.found and answer.text == "Anton"
    assert {quote.source: quote.marked() for quote in answer.quotes} == {
        "Baker": ["Anton"], "News": ["Anton"], "Bread": []
    }  # fmt: skip
    assert {answer.quotes[index].source for index in answer.supported_by} | {answer.quotes[0].source} == {
        "Baker", "News"
    }  # fmt: skip


@pytest.mark.parametrize(("margin", "highlighted"), [(2.0, ["retired"]), (math.nextafter(2.0, 0), [])])
def test_another_answer_is_highlighted_if_its_margin_is_two_or_more(
    margin: float, highlighted: list[str], bread: Path
) -> None:
    reader = PointingReader({"Our baker": 12.0, "retired": margin})
    answer = opened(bread, reader).ask("Who is the baker that sells rye bread?", min_confidence=0)
    assert answer.text == "Our baker"
    assert {quote.source: quote.marked() for quote in answer.quotes} == {
        "Baker": ["Our baker"], "News": highlighted, "Bread": []
    }  # fmt: skip


def test_if_nothing_answers_the_closest_passages_are_not_highlighted(
    bread: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(load_calibration(), sure=0.9, likely=0.9, perhaps=0.9)
    monkeypatch.setattr("qa.library.opened.calibration_of", lambda *_: strict)
    answer = opened(bread, PointingReader({})).ask("Who bakes bread?")
    assert (answer.found, answer.text) == (False, None)
    assert answer.confidence is not None and 0 < answer.confidence < strict.likely
    assert len(answer.quotes) == 3 and not any(quote.highlights for quote in answer.quotes)


def test_min_confidence_moves_the_threshold(bread: Path) -> None:
    library = opened(bread, PointingReader({"Anton": 8.0}))
    confidence = library.ask("Who bakes bread?").confidence
    assert confidence is not None
    assert library.ask("Who bakes bread?", min_confidence=confidence).found
    assert not library.ask("Who bakes bread?", min_confidence=math.nextafter(confidence, 1)).found
    library.min_confidence = 1.0
    assert not library.ask("Who bakes bread?").found
    for wrong in (-0.1, 1.1, "high", math.nan):
        with pytest.raises(qa.SettingError, match="min_confidence is a probability, from 0 to 1, not"):
            library.ask("Who bakes bread?", min_confidence=wrong)  # type: ignore[arg-type]


def test_a_sentence_of_another_passage_goes_first_if_its_words_answer_better(bread: Path) -> None:
    library = opened(bread, PointingReader({}))
    assert library.ask("Who has retired?", min_confidence=0).quotes[0].source == "News"


def test_what_is_only_perhaps_an_answer_is_shown_as_the_closest(bread: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unsure = replace(load_calibration(), sure=1.0, likely=1.0, perhaps=0.0)
    monkeypatch.setattr("qa.library.opened.calibration_of", lambda *_: unsure)
    answer = opened(bread, PointingReader({"Anton": 8.0})).ask("Who is the baker that sells bread?")
    assert (answer.found, answer.text, answer.certainty, answer.closest) == (False, None, "perhaps", "Anton")
    assert [quote.marked() for quote in answer.quotes] == [["Anton"], [], []]
    assert answer.to_dict()["closest"] == "Anton"


@pytest.mark.parametrize(
    ("bounds", "certainty"), [((0.0, 0.0, 0.0), "sure"), ((1.0, 0.0, 0.0), "likely"), ((1.0, 1.0, 1.0), "none")]
)
def test_the_certainty_is_the_band_of_the_confidence(
    bounds: tuple[float, float, float], certainty: str, bread: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure, likely, perhaps = bounds
    fitted = replace(load_calibration(), sure=sure, likely=likely, perhaps=perhaps)
    monkeypatch.setattr("qa.library.opened.calibration_of", lambda *_: fitted)
    answer = opened(bread, PointingReader({"Anton": 8.0})).ask("Who is the baker that sells bread?")
    assert (answer.certainty, answer.found, answer.closest) == (certainty, certainty != "none", None)


def test_evidence_moves_a_passage_up_and_scores_still_fall(bread: Path) -> None:
    question = "Who is the baker with rye bread?"
    first = opened(bread, None).ask(question).quotes[0].source
    library = opened(bread, PointingReader({"Anton, the" if first != "News" else "rye": 12.0}))
    answer = library.ask(question)
    scores = [quote.score for quote in answer.quotes]
    assert scores == sorted(scores, reverse=True) and min(scores) >= 0 and max(scores) <= 1
    assert [quote.source for quote in library.search(question, read=True)] == [q.source for q in answer.quotes]
    assert library.search(question)[0].source == first != answer.quotes[0].source


def test_the_passage_that_answers_goes_before_one_that_fits_better(
    bread: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_evidence = replace(load_calibration(), evidence_weight=0.0)
    monkeypatch.setattr("qa.library.opened.calibration_of", lambda *_: without_evidence)
    question = "Who is the baker with rye bread?"
    best_fit, *_, last = opened(bread, None).ask(question).quotes
    word = last.text.split()[-1].strip(".")
    library = opened(bread, PointingReader({word: 12.0}))
    found = library.ask(question, min_confidence=0)
    assert (found.quotes[0].source, found.text) == (last.source, word)
    assert [quote.score for quote in found.quotes[:2]] == [best_fit.score, best_fit.score]
    ranked = library.search(question, read=True)
    assert [(q.source, q.score, q.highlights) for q in ranked] == [(q.source, q.score, ()) for q in found.quotes]


def test_filters_alone_are_listed_unread(bread: Path) -> None:
    reader = PointingReader({"Anton": 8.0})
    answer = opened(bread, reader).ask("source:Bread")
    assert (answer.found, answer.text, answer.confidence, len(answer.quotes)) == (True, None, 0.0, 1)
    assert reader.calls == []


def test_filters_that_nothing_passes_find_nothing(bread: Path) -> None:
    answer = opened(bread, PointingReader({"Anton": 8.0})).ask("bread author:Nobody")
    assert (answer.found, answer.text, answer.confidence, answer.quotes) == (False, None, 0.0, ())


def test_the_reader_is_asked_without_the_filters(bread: Path) -> None:
    reader = PointingReader({"Anton": 8.0})
    opened(bread, reader).ask("Who bakes? in:article", k=1)
    assert reader.calls == [("Who bakes?", 3)]


@pytest.mark.parametrize("spans", [[], [ScoredSpan(0, 9_999, 1.0)] * 3, [ScoredSpan(5, 2, 1.0)] * 3])
def test_a_reader_whose_spans_are_outside_the_passages_is_an_error(spans: list[ScoredSpan], bread: Path) -> None:
    class WrongReader:
        def read(self, question: str, passages: Sequence[str]) -> list[ScoredSpan]:
            return spans

    with pytest.raises(qa.ModelError, match="the reader 'WrongReader' gave no span inside each of the 3 passages"):
        opened(bread, WrongReader()).ask("Who bakes bread?")


def test_an_object_without_read_is_not_a_reader(bread: Path) -> None:
    with pytest.raises(qa.ModelError, match=r"read\(question, passages\); 'int' has none"):
        opened(bread, 3)


OPTION = OptionFeatures(
    margin=2.0,
    evidence=1.0,
    answers=1.0,
    likeness=0.5,
    coverage=0.5,
    behind=-0.05,
    asks=0.0,
    heading=0.0,
    comment=0.0,
    in_list=0.0,
    named=0.0,
    unmentioned=0.0,
    likeness_before=0.0,
    coverage_before=0.0,
)


@pytest.mark.parametrize("surer", [{"margin": 6.0}, {"answers": 5.0}, {"coverage": 1.0}, {"behind": 0.0}])
def test_confidence_grows_with_what_speaks_for_the_answer(surer: dict[str, float]) -> None:
    less, more = (load_calibration().confidence(option) for option in (OPTION, replace(OPTION, **surer)))
    assert less and more and 0 < less < more < 1


def test_a_sentence_that_asks_or_only_names_what_follows_is_chosen_last() -> None:
    calibration = load_calibration()
    for worse in ({"asks": 1.0}, {"heading": 1.0}, {"margin": -6.0}, {"evidence": -6.0}, {"likeness": 0.2}):
        assert calibration.option_score(replace(OPTION, **worse)) < calibration.option_score(OPTION)


def test_evidence_grows_with_the_margin_and_counts_less_for_explanations() -> None:
    calibration = load_calibration()
    assert calibration.evidence("Who bakes?", 4.0) > calibration.evidence("Who bakes?", -4.0)
    assert calibration.evidence("Why is it hot?", 4.0) < calibration.evidence("Who bakes?", 4.0)
    assert calibration.score(1.0, 1.0) == 1.0 > calibration.score(1.0, 0.5) > calibration.score(0.5, 0.5) == 0.5


def test_missing_terms_are_those_that_no_text_contains(bread: Path) -> None:
    library = opened(bread, PointingReader({}))
    answer = library.ask("How much does the bakers' guild get for Kouign-amann breed now?")
    assert answer.missing_terms == ("guild", "Kouign", "amann")  # "breed" is a misspelling, "bakers" another ending
    assert answer.to_dict()["missing_terms"] == ["guild", "Kouign", "amann"]
    complete = library.ask("Who bakes bread?")
    assert complete.missing_terms == () and "missing_terms" not in complete.to_dict()
    assert library.ask("guild", min_confidence=0).missing_terms == ()
    assert opened(bread, None).ask("guild author:Nobody").missing_terms == ("guild",)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Where are Leica lenses produced?", "Solms"),
        ("What did a mint Digilux 3 go for on eBay?", "£799"),
    ],
)
def test_questions_that_the_leica_text_answers(question: str, text: str, leica: qa.Library) -> None:
    answer = leica.ask(question)
    assert answer.found and answer.text is not None and text in answer.text
    quote = answer.quotes[0]
    start, end = quote.highlights[0]
    assert leica.text(quote.source)[start:end] == answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Who founded Leica?",
        "When did Leica move its factory to Wetzlar?",
        "How many megapixels does the D-Lux 5 have?",
        "What is the capital of France?",
    ],
)
def test_questions_that_the_leica_text_does_not_answer(question: str, leica: qa.Library) -> None:
    answer = leica.ask(question)
    assert (answer.found, answer.text) == (False, None)
    assert answer.quotes and answer.confidence is not None


@pytest.mark.parametrize("name", ["Vienna", "Zora"])
def test_a_name_that_no_text_mentions_makes_the_answer_less_likely(bread: Path, name: str) -> None:
    library = opened(bread, PointingReader({"Anton": 1.0}))
    known = library.ask("Who is the baker with the bread, Anton?").confidence
    unknown = library.ask(f"Who is the baker with the bread, {name}?").confidence
    assert known and unknown and unknown / (1 - unknown) < 0.5 * known / (1 - known)


@pytest.mark.parametrize("name", ["GB", "BBC", "Bbc"])
def test_an_abbreviation_that_no_text_mentions_changes_little(bread: Path, name: str) -> None:
    library = opened(bread, PointingReader({"Anton": 1.0}))
    known = library.ask("Who is the baker with the bread, Anton?").confidence
    unknown = library.ask(f"Who is the baker with the bread, {name}?").confidence
    assert known and unknown and unknown / (1 - unknown) > 0.5 * known / (1 - known)
