"""Answering: what is made of a reader's readings, and how much of a passage a question gets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.answering import question_type
from qa.answering.calibration import ConfidenceFeatures, load_calibration
from qa.answering.highlight import extend_span, trim_span
from qa.answering.reader import ScoredSpan


class Pointer:
    """Points at a word of its own choice, as surely as it is told to."""

    def __init__(self, word: str, margin: float = 8.0) -> None:
        self.word, self.margin = word, margin
        self.asked: list[tuple[str, int]] = []

    def read(self, question: str, passages: Sequence[str]) -> list[ScoredSpan]:
        self.asked.append((question, len(passages)))
        return [self._read(passage) for passage in passages]

    def _read(self, passage: str) -> ScoredSpan:
        at = passage.find(self.word)
        return ScoredSpan(at, at + len(self.word), self.margin) if at >= 0 else ScoredSpan(0, 1, -self.margin)


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


def test_what_fits_far_worse_than_the_first_is_not_read(tmp_path: Path) -> None:
    def asked_of(do_what: str) -> tuple[int, qa.Answer]:
        texts = ["Ann bakes rye bread at night.", *(f"Baker{number} {do_what}." for number in range(20))]
        pointer = Pointer("Ann")
        threads = [qa.Thread.from_text(text, title=text[:9]) for text in texts]
        library = qa.build(threads, tmp_path / do_what[:3], encoder=FakeEncoder(), reader=pointer)
        answer = library.ask("Who bakes rye bread at night?", k=15, min_confidence=0)
        return pointer.asked[0][1], answer

    assert asked_of("bakes rye bread at night")[0] == 12
    passages_read, answer = asked_of("boils water")
    assert (passages_read, answer.text, len(answer.quotes)) == (4, "Ann", 15)
    scores = [quote.score for quote in answer.quotes]
    assert scores == sorted(scores, reverse=True)


def test_a_reader_is_given_the_titles_where_it_takes_them(bread: Path) -> None:
    class Titled(Pointer):
        def read(self, question: str, passages: Sequence[str], titles: Sequence[str | None] = ()) -> list[ScoredSpan]:
            self.titles = titles
            return super().read(question, passages)

    reader = Titled("Anton")
    assert opened(bread, reader).ask("Who is the baker?", min_confidence=0).text == "Anton"
    assert sorted(map(str, reader.titles)) == ["Baker", "Bread", "News"]


def test_the_answer_is_the_span_and_every_quote_that_says_it_is_marked(bread: Path) -> None:
    answer = opened(bread, Pointer("Anton")).ask("Who is the baker that sells bread?", min_confidence=0)
    assert answer.found and answer.text == "Anton"
    said = {quote.source: [quote.text[a - quote.start : b - quote.start] for a, b in quote.highlights]
            for quote in answer.quotes}  # fmt: skip
    assert said == {"Baker": ["Anton"], "News": ["Anton"], "Bread": []}


def test_where_nothing_answers_the_closest_passages_stay_unmarked(bread: Path) -> None:
    answer = opened(bread, Pointer("nowhere")).ask("Who bakes bread?")
    assert (answer.found, answer.text) == (False, None)
    assert answer.confidence is not None and 0 < answer.confidence < load_calibration().threshold
    assert len(answer.quotes) == 3 and not any(quote.highlights for quote in answer.quotes)


def test_who_asks_moves_the_threshold(bread: Path) -> None:
    library = opened(bread, Pointer("Anton"))
    confidence = library.ask("Who bakes bread?").confidence
    assert confidence is not None
    assert library.ask("Who bakes bread?", min_confidence=confidence).found
    assert not library.ask("Who bakes bread?", min_confidence=math.nextafter(confidence, 1)).found
    library.min_confidence = 1.0
    assert not library.ask("Who bakes bread?").found
    for wrong in (-0.1, 1.1, "high", math.nan):
        with pytest.raises(qa.SettingError, match="min_confidence is a probability, from 0 to 1, not"):
            library.ask("Who bakes bread?", min_confidence=wrong)  # type: ignore[arg-type]


def test_evidence_moves_a_passage_up_and_scores_still_fall(bread: Path) -> None:
    question = "Who is the baker with rye bread?"
    first = opened(bread, None).ask(question).quotes[0].source
    other = "Anton, the" if first != "News" else "rye"
    library = opened(bread, Pointer(other, 12.0))
    answer = library.ask(question)
    scores = [quote.score for quote in answer.quotes]
    assert scores == sorted(scores, reverse=True) and min(scores) >= 0 and max(scores) <= 1
    assert [quote.source for quote in library.search(question, read=True)] == [q.source for q in answer.quotes]
    assert library.search(question)[0].source == first


def test_the_passage_that_answers_goes_before_one_that_fits_better(
    bread: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_evidence = replace(load_calibration(), evidence_weight=0.0)
    monkeypatch.setattr("qa.answering.select.fitted", lambda: without_evidence)
    question = "Who is the baker with rye bread?"
    *_, last = opened(bread, None).ask(question).quotes
    word = last.text.split()[-1].strip(".")
    sure = opened(bread, Pointer(word, 12.0))
    answer = sure.ask(question, min_confidence=0)
    assert (answer.quotes[0].source, answer.text) == (last.source, word)
    unsure = sure.ask(question, min_confidence=1)
    assert not unsure.found and unsure.quotes[0].source != last.source
    scores = [quote.score for quote in answer.quotes]
    assert scores == sorted(scores, reverse=True)
    for least, expected in ((0.0, answer), (1.0, unsure)):
        sure.min_confidence = least
        assert [q.source for q in sure.search(question, read=True)] == [q.source for q in expected.quotes]
    words = sure.ask("baker rye bread", min_confidence=0)
    assert words.quotes[0].source == opened(bread, None).ask("baker rye bread").quotes[0].source


def test_filters_alone_are_listed_unread(bread: Path) -> None:
    pointer = Pointer("Anton")
    answer = opened(bread, pointer).ask("source:Bread")
    assert (answer.found, answer.text, answer.confidence, len(answer.quotes)) == (True, None, 0.0, 1)
    assert pointer.asked == []


def test_filters_that_leave_nothing_find_nothing(bread: Path) -> None:
    answer = opened(bread, Pointer("Anton")).ask("bread author:Nobody")
    assert (answer.found, answer.text, answer.confidence, answer.quotes) == (False, None, 0.0, ())


def test_the_reader_is_asked_without_the_filters(bread: Path) -> None:
    pointer = Pointer("Anton")
    opened(bread, pointer).ask("Who bakes? in:article", k=1)
    assert pointer.asked == [("Who bakes?", 3)]


@pytest.mark.parametrize("readings", [[], [ScoredSpan(0, 9_999, 1.0)] * 3, [ScoredSpan(5, 2, 1.0)] * 3])
def test_a_reader_that_points_outside_is_told(readings: list[ScoredSpan], bread: Path) -> None:
    class Wrong:
        def read(self, question: str, passages: Sequence[str]) -> list[ScoredSpan]:
            return readings

    with pytest.raises(qa.ModelError, match="the reader 'Wrong' gave no span inside each of the 3 passages"):
        opened(bread, Wrong()).ask("Who bakes bread?")


def test_what_cannot_read_is_no_reader(bread: Path) -> None:
    with pytest.raises(qa.ModelError, match=r"read\(question, passages\); 'int' has none"):
        opened(bread, 3)


def test_confidence_grows_with_each_sign() -> None:
    plain = ConfidenceFeatures(margins=[2.0, -6.0], fit=0.5, fits=[0.5, 0.3], rival=0.0, support=0, likeness=0.5)
    by = load_calibration()
    assert 0 < by.confidence(plain) < 1
    for surer in ({"margins": [6.0, -6.0]}, {"rival": -9.0}, {"likeness": 0.8}, {"support": 2}):
        assert by.confidence(replace(plain, **surer)) > by.confidence(plain)
    assert by.confidence(replace(plain, fit=0.3)) < by.confidence(plain)  # another passage fits better
    assert by.confidence(replace(plain, margins=[-math.inf, -math.inf])) < 0.1
    alone = replace(plain, margins=[2.0], fits=[0.5], rival=-math.inf)
    assert 0 < by.confidence(alone) < 1
    assert by.evidence("Who bakes?", 4.0) > by.evidence("Who bakes?", -4.0)
    assert by.evidence("Why is it hot?", 4.0) < by.evidence("Who bakes?", 4.0)


def test_how_well_a_collection_fits_as_a_whole_tells_nothing() -> None:
    better = ConfidenceFeatures(margins=[2.0, -6.0], fit=0.75, fits=[0.75, 0.5], rival=0.0, support=0, likeness=0.5)
    assert replace(better, fit=0.5, fits=[0.5, 0.25]).terms() == better.terms()


LIST = "It is made so:\n\n1. Glass is melted. It takes days.\n2. It is ground.\n3. It is polished.\n\nThen it is sold."


@pytest.mark.parametrize(
    ("question", "text", "span", "shown"),
    [
        ("Who came?", "It rained. Ann came late.", "Ann", "Ann"),
        ("Why did Ann stay?", "It rained. Ann stayed due to rain. Bob left.", "due to rain", "Ann stayed due to rain."),
        ("Did Ann come?", "It rained. Ann came late.", "Ann", "Ann came late."),
        ("How many came?", "It rained. Then 30 came.", "30", "30"),
        ("How is it made?", LIST, "ground", LIST[LIST.index("1.") : LIST.index("\n\nThen")]),
        ("What are the steps?", LIST, "melted", LIST[LIST.index("1.") : LIST.index("\n\nThen")]),
        ("Is it ground?", LIST, "ground", "It is ground."),
        ("What is ground?", LIST, "It is ground", "It is ground"),
    ],
)
def test_the_answer_is_as_long_as_the_question_asks(question: str, text: str, span: str, shown: str) -> None:
    at = text.index(span)
    assert text[slice(*extend_span(question, text, (at, at + len(span))))] == shown


def test_an_answer_stays_on_one_side_of_a_bracket() -> None:
    text = "(a) The pass (it covers damage) and a [red] dot."
    for span, shown in (
        ("damage) and a [red] dot", "damage"),
        ("pass (it", "pass"),
        ("(it covers", "it covers"),
        ("[red] dot", "[red] dot"),
        ("(a) The pass (it covers damage)", "(a) The pass (it covers damage)"),
        (" covers", "covers"),
        (") and a [red", "and a"),
        ("pass (it covers damage) and a [red", "pass (it covers damage) and a"),
    ):
        at = text.index(span)
        assert text[slice(*trim_span(text, (at, at + len(span))))] == shown
    assert trim_span("It is (in [the] end) so.", (7, 23)) == (7, 19)


@pytest.mark.parametrize(
    ("question", "fact", "explanation", "yes_or_no"),
    [
        ("Who founded it?", True, False, False),
        ("In what year did it begin?", True, False, False),
        ("How old is it?", True, False, False),
        ("How does it work?", False, True, False),
        ("how to unmount a volume", False, True, False),
        ("Is there a warranty?", False, False, True),
        ("Vitamin D reduces the risk of fractures.", False, False, False),
    ],
)
def test_what_a_question_asks_for(question: str, fact: bool, explanation: bool, yes_or_no: bool) -> None:
    assert question_type.asks_fact(question) == fact
    assert question_type.asks_explanation(question) == explanation
    assert question_type.asks_yes_no(question) == yes_or_no


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("Where is it made?", True),
        ("who grinds the lenses", True),
        ("is it dear", True),
        ("Tell me about the red dot", True),
        ("lens price?", True),
        ("lens price", False),
        ("Lenses are made in Japan.", False),
    ],
)
def test_mere_words_are_told_what_would_help(words: str, whole: bool) -> None:
    said = question_type.no_answer_message(words)
    assert said.startswith("The text does not answer this.")
    assert ("whole question" in said) is not whole


def test_words_that_no_text_says_are_told_where_nothing_answers(bread: Path) -> None:
    library = opened(bread, Pointer("nowhere"))
    answer = library.ask("How much does the bakers' guild get for Kouign-amann breed now?")
    assert answer.missing_terms == ("guild", "Kouign", "amann")  # "breed" is a slip, "bakers" an ending
    assert answer.to_dict()["missing_terms"] == ["guild", "Kouign", "amann"]
    assert (
        library.ask("Who bakes bread?").missing_terms == ()
        and "missing_terms" not in library.ask("Who bakes bread?").to_dict()
    )
    assert library.ask("guild", min_confidence=0).missing_terms == ()
    assert opened(bread, None).ask("guild author:Nobody").missing_terms == ("guild",)
    assert (
        question_type.missing_message([f"w{n}" for n in range(10)])
        == "Not mentioned in any text: w0, w1, w2, w3, w4, w5, w6, w7 and 2 words more."
    )


LEICA_ANSWERED = [
    ("Where are Leica lenses produced?", "Solms"),
    ("What did a mint Digilux 3 go for on eBay?", "£799"),
]


LEICA_UNANSWERED = [
    "Who founded Leica?",
    "When did Leica move its factory to Wetzlar?",
    "How many megapixels does the D-Lux 5 have?",
    "What is the capital of France?",
]


@pytest.mark.parametrize(("question", "answer"), LEICA_ANSWERED)
def test_leica_answers(question: str, answer: str, leica: qa.Library) -> None:
    found = leica.ask(question)
    assert found.found and found.text is not None and answer in found.text
    quote = found.quotes[0]
    start, end = quote.highlights[0]
    assert leica.text(quote.source)[start:end] == found.text


@pytest.mark.parametrize("question", LEICA_UNANSWERED)
def test_leica_does_not_say(question: str, leica: qa.Library) -> None:
    answer = leica.ask(question)
    assert (answer.found, answer.text) == (False, None)
    assert answer.quotes and answer.confidence is not None
