"""A question's words are found in whatever way the texts write them, and in their bylines."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from indexes import ask, lexical

from qa.search.analyzer import Analyzer
from qa.search.bm25 import LexicalIndex
from qa.search.chunker import Passage
from qa.search.spellings import other_spellings


@pytest.mark.parametrize(
    ("question", "found"),
    [
        # Characters that are not seen, and letters that NFKD does not take apart.
        ("harbourmaster", [0]),
        ("har\u00adbour\u200bmaster", [0]),
        ("Lodz", [1]),
        ("oresund", [1]),
        ("Øre\u00adsund", [1]),
        # Numbers and codes.
        ("12500", [2]),
        ("12,500", [2]),
        ("12.500", [2]),
        ("12\u00a0500", [2]),
        ("12 500", [2]),
        ("1300", [3]),
        ("1,300", [3]),
        ("4.4", [4]),
        ("v4.4", [4]),
        ("4.2", [5]),
        ("E1043", [6]),
        ("e-1043", [6]),
        ("E\u20111043", [6]),
        ("TN-2410", [7]),
        ("TN2410", [7]),
        ("X-100-S", [7]),
        # Dashes.
        ("handmade", [8]),
        ("hand\u2013made", [8]),
        ("over-night", [8]),
        # Scripts without spaces.
        ("咖啡馆", [9]),
        ("馆", [9]),
        ("1987", [9]),
        ("กาแฟ", [10]),
        ("東京", []),
    ],
)
def test_words_are_found_in_other_spellings(tmp_path: Path, question: str, found: list[int]) -> None:
    texts = [
        "The har\u00adbour\u00admas\u00adter waits",
        "From Łódź across the Øresund",
        "It carries 12,500 cars",
        "It is 1 300 metres long",
        "Version 4.4 is out",
        "Version 4.2 was before",
        "E-1043 is the toner",
        "Take TN2410 or the X100S",
        "A hand-made boat overnight",
        "李明于1987年开设了这家咖啡馆",
        "ร้านกาแฟปิด",
    ]
    index = lexical(tmp_path, texts)
    assert index.search(ask(question), 3).ids.tolist()[:1] == found
    assert index.missing(ask(question)) == (() if found else (question,))
    if found:
        assert index.terms(ask(question), [texts[found[0]]])[0]
        assert index.coverage(ask(question), [texts[found[0]]]) > 0.4
    for phrase_found in found:
        holding = index.containing_phrase(question)
        assert holding is None or phrase_found in holding.tolist()


def test_a_version_is_unlike_another(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["Version 4.2 of 4 parts", "Nothing here"])
    assert index.missing(ask("version 4.4")) == ("4.4",)
    assert index.missing(ask("firmware 4")) == ("firmware",)


def test_a_run_without_spaces_is_missing_only_if_none_of_it_is_there(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["港口咖啡馆", "other"])
    assert index.missing(ask("咖啡馆星期五休息吗")) == ()
    assert index.missing(ask("東京大学 tea")) == ("東京大学", "tea")


def test_another_spelling_scores_as_the_word_itself(tmp_path: Path) -> None:
    (tmp_path / "apart").mkdir()
    whole = lexical(tmp_path, ["the E1043 toner", "the drum here"])
    apart = lexical(tmp_path / "apart", ["the E-1043 toner", "the drum here"])
    scores = [index.search(ask("E1043"), 2).scores.tolist() for index in (whole, apart)]
    assert scores[0] == pytest.approx(scores[1], rel=0.15)  # the texts' lengths differ by a word


def test_known_words_are_not_cut_in_two(tmp_path: Path) -> None:
    index = lexical(tmp_path, ["overnight trains", "over night trains", "other"])
    assert index.query_terms(ask("overnight")).spellings == {}
    assert index.query_terms(ask("handmade other")).spellings == {}


def test_authors_and_dates_are_searched_and_never_missing(tmp_path: Path) -> None:
    rows = [
        ("It does not run.", "Ulla Björk", "2012-03-04T10:00"),
        ("It runs daily.", "Ralf", "2011-05"),
        ("No.", "", ""),
    ]
    LexicalIndex.create(
        tmp_path, [Passage(text, 0, len(text), 0, author=author, date=day) for text, author, day in rows]
    )
    index = LexicalIndex.open(tmp_path, 3)
    question = ask("What did Ulla Bjork say in March 2012, on 4 May or 2012-03-04?")
    assert index.missing(question) == ()
    assert index.search(question, 3).ids.tolist() == [0]
    assert index.query_terms(ask("Ralf")).bylines == {
        "ralf": pytest.approx(1.5 * 0.64 * (math.log(1 + 2.5 / 1.5) / math.log(8)) ** 2)
    }
    assert index.search(ask("Ralf"), 3).scores[0] <= index.query_terms(ask("Ralf")).max_score * 1.0001
    assert index.query_terms(ask("late")).bylines == {}
    assert index.missing(ask("June 2013 Rolf")) == ("June", "2013", "Rolf")
    assert index.terms(ask("did Ralf go"), ["Ralf It runs daily."]) == [("Ralf",)]


def test_a_word_that_is_mostly_no_name_hardly_counts_as_one(tmp_path: Path) -> None:
    texts = [("An old boat.", "Ann"), ("The old mill.", "Bo"), ("New things.", "Old Joe"), ("Else.", "Cy")]
    LexicalIndex.create(tmp_path, [Passage(text, 0, len(text), 0, author=author) for text, author in texts])
    index = LexicalIndex.open(tmp_path, 4)
    bylines = index.query_terms(ask("old Joe")).bylines
    assert bylines["old"] == pytest.approx(bylines["joe"] / 3)


@pytest.mark.parametrize(
    ("word", "spellings"),
    [
        ("X100S", [("x", "100", "s"), ("x", "100s"), ("x100", "s")]),
        ("E1043", [("e", "1043")]),
        ("123", []),
        ("12500", [("12", "500")]),
    ],
)
def test_a_code_is_cut_where_letters_and_digits_meet_and_a_number_into_thousands(
    word: str, spellings: list[tuple[str, ...]]
) -> None:
    analyzer = Analyzer()
    assert [spelling.terms for spelling in other_spellings(analyzer.words(word), analyzer)] == spellings
