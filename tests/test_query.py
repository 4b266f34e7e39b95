"""The search syntax: how a question is parsed, and what its filters leave."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.search.filters import Filters
from qa.search.query import Query, embed_question
from qa.text.normalize import normalize, phrase_pattern, without_invisible


@pytest.mark.parametrize(
    ("question", "text", "filters"),
    [
        ("What does the option -v print?", "What does the option -v print?", Filters()),
        ("Who said -no -\"not now\"?", "Who said -no -\"not now\"?", Filters()),
        ("What is -x in:comments", "What is -x", Filters(kind=("comment",))),
        ("lenses \u2212Sony \u2013\u201cmass produced\u201d", "lenses", Filters(exclude=("Sony", "mass produced"))),
        ("len\u00adses \u200b-Pana\u00adsonic", "lenses", Filters(exclude=("Panasonic",))),
        ("lenses \u2014Panasonic", "lenses \u2014Panasonic", Filters()),
        ("Where are lenses made?", "Where are lenses made?", Filters()),
        ("lenses -Panasonic", "lenses", Filters(exclude=("Panasonic",))),
        ('lenses -"mass produced".', "lenses .", Filters(exclude=("mass produced",))),
        ("What is said in:comments?", "What is said", Filters(kind=("comment",))),
        ("IN:Article lens", "lens", Filters(kind=("article",))),
        ('author:"Jane Doe" lens author:Bob,', "lens", Filters(author=("Jane Doe", "Bob"))),
        ("author:“Jane Doe” lens", "lens", Filters(author=("Jane Doe",))),
        ("lens before:2012-03-04 after:2011", "lens", Filters(before=("2012-03-04",), after=("2011",))),
        ("source:leica.txt lens", "lens", Filters(source=("leica.txt",))),
        ("after:2012-02", "", Filters(after=("2012-02",))),
        ('"Leica Passport"', "Leica Passport", Filters(phrase=("Leica Passport",))),
        ('"Leica Passport"?', "Leica Passport ?", Filters(phrase=("Leica Passport",))),
        ("“Leica Passport” in:comments", "Leica Passport", Filters(kind=("comment",), phrase=("Leica Passport",))),
        ("foo:bar note: this", "foo:bar note: this", Filters()),
        ("who is the author: Jane", "who is the author: Jane", Filters()),
        ("f -5 - x --y a-b 5\" and 6\"", "f -5 - x --y a-b 5\" and 6\"", Filters()),
        ('an "unclosed phrase', 'an "unclosed phrase', Filters()),
    ],
)  # fmt: skip
def test_a_question_is_parsed_into_words_and_filters(question: str, text: str, filters: Filters) -> None:
    query = Query.parse(question, {})
    assert (query.raw, query.text, query.filters) == (question, text, filters)
    assert Query.literal(question, {}) == Query(question, without_invisible(question))


def test_a_phrase_in_a_question_ranks_and_among_search_words_it_is_required() -> None:
    question = Query.parse('What does the "Leica Passport" cover?', {})
    assert (question.text, question.phrases) == ("What does the Leica Passport cover?", ("Leica Passport",))
    assert not question.filters
    for request in ("Explain", "Summarize", "Please define", "Compare", "What about"):
        assert not Query.parse(f'{request} the "Leica Passport"', {}).filters
    words = Query.parse('"Leica Passport" damage', {})
    assert (words.text, words.phrases, words.filters.phrase) == ("Leica Passport damage", (), ("Leica Passport",))


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("lens before:yesterday", "'before:yesterday' is not understood: a date is .* quotation marks"),
        ("lens after:2012-13-01", "'after:2012-13-01'"),
        ("made in:Germany", "'in:Germany' is not understood: write in:article or in:comments"),
        ("lens -author:Jane", "'-author:Jane' is not understood: a minus"),
        ('lens author:""', "names nothing"),
    ],
)
def test_an_invalid_filter_is_reported_with_a_way_to_search_for_it(question: str, message: str) -> None:
    with pytest.raises(qa.QuestionError, match=message):
        Query.parse(question, {})
    assert Query.literal(question, {}).text == question


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("lens -(Solms).", Filters()),
        ("lens -Solms).", Filters(exclude=("Solms",))),
        ('lens -"Why?"', Filters(exclude=("Why?",))),
        ("lens author:“Jane,", Filters(author=("Jane",))),
        ("lens author:Jane”!", Filters(author=("Jane",))),
    ],
)
def test_closing_punctuation_and_quotation_marks_are_no_part_of_a_value(question: str, filters: Filters) -> None:
    assert Query.parse(question, {}).filters == filters


def test_a_question_too_long_for_the_encoder_is_encoded_in_equal_parts() -> None:
    encoder = FakeEncoder()  # which takes 40 words
    words = [f"w{number}" for number in range(100)]
    parts = encoder.encode([" ".join(words[start : start + 34]) for start in (0, 34, 68)])
    mean = parts.mean(axis=0)
    np.testing.assert_allclose(embed_question(" ".join(words), encoder), mean / np.linalg.norm(mean), rtol=1e-5)
    np.testing.assert_allclose(embed_question("a  b", encoder), encoder.encode(["a  b"])[0], rtol=1e-5)


@given(st.text(max_size=80))
def test_any_question_is_parsed_or_refused(question: str) -> None:
    try:
        query = Query.parse(question, {})
    except qa.QuestionError:
        return
    assert query.text or query.filters


POSTS = [
    ("article", "Ann Lee", "2011-05-01", "The glass comes from Wetzlar. A café sells “hand-made” lenses."),
    ("comment", "Jané Doe", "2012-03-04T10:00", "Lens prices in Wetzlar are high."),
    ("comment", "Jane", "2012-04", "Panasonic makes lenses too."),
    ("comment", None, None, "Lenses are hand  made here."),
]


@pytest.fixture
def dated(tmp_path: Path, encoder: FakeEncoder) -> qa.Library:
    posts: list[qa.Post] = []
    text = ""
    for kind, author, day, words in POSTS:
        start = len(text)
        text += words + "\n\n"
        posts.append(qa.Post(kind, words, start, start + len(words), author, day))  # type: ignore[arg-type]
    other = qa.Thread.from_text("Lenses of the naïve painter. Panasonics.", title="Other (lens) things")
    return qa.build([qa.Thread("wetzlar.txt", text, tuple(posts)), other], tmp_path / "dated", encoder=encoder)


def found(library: qa.Library, question: str, **only: Any) -> list[int]:
    """Which posts were found, 9 for the other text."""
    return sorted(9 if q.source != "wetzlar.txt" else q.post for q in library.search(question, **only))


@pytest.mark.parametrize(
    ("question", "posts"),
    [
        ("lenses", [0, 1, 2, 3, 9]),
        ("lenses in:comments", [1, 2, 3]),
        ("lenses in:article", [0, 9]),
        ("lenses in:article in:comments", [0, 1, 2, 3, 9]),
        ("lenses author:jane", [2]),
        ("lenses author:doe", [1]),
        ('lenses author:"jane doe"', [1]),
        ("lenses author:jan", []),
        ("lenses author:jane author:ann", [0, 2]),
        ("lenses source:wetzlar.txt", [0, 1, 2, 3]),
        ("lenses source:wetzlar", [0, 1, 2, 3]),
        ("lenses source:things", [9]),
        ("lenses before:2012", [0]),
        ("lenses before:2012-03-05", [0, 1]),
        ("lenses before:2012-03-04", [0]),
        ("lenses after:2012", []),
        ("lenses after:2011", [1, 2]),
        ("lenses after:2012-03 before:2012-05", [2]),
        ("lenses after:2012-04-02", []),
        ("lenses -panasonic", [0, 1, 3, 9]),
        ("lenses -PANASONIC -café", [1, 3, 9]),
        ('"HAND MADE"', [0, 3]),
        ('"hand-made"', [0, 3]),
        ('"handmade"', [0]),
        ('"hand mad"', []),
        ('"lens"', [1]),
        ('"a cafe sells \'hand"', []),
        ('"sells “hand-made”"', [0]),
        ('"wetzlar are"', [1]),
        ('"wetzlar lens"', []),
        ('"the naive painter" author:jane', []),
        ('is the "naive painter" here?', [0, 1, 2, 3, 9]),
    ],
)
def test_filters_leave_the_passages_that_pass(dated: qa.Library, question: str, posts: list[int]) -> None:
    assert found(dated, question) == posts


@pytest.mark.parametrize(
    "name", ["jean pierre lukasz", "Jean-Pierre", "Jean\u2011Pierre Łukasz", "jeanpierre lu\u00adkasz", "LUKASZ"]
)
def test_dashes_strokes_and_invisible_characters_do_not_count_in_names(
    tmp_path: Path, encoder: FakeEncoder, name: str
) -> None:
    posts = (
        qa.Post("article", "A lens.", 0, 7, "Jean\u2010Pierre Łu\u200bkasz"),
        qa.Post("comment", "A lens?", 8, 15, "Jean"),
    )
    library = qa.build(qa.Thread("t", "A lens. A lens?", posts), tmp_path / "names", encoder=encoder)
    assert [quote.post for quote in library.search("lens", author=name)] == [0]
    assert [quote.post for quote in library.search(f'lens author:"{name}"')] == [0]


def test_phrases_and_minus_ignore_strokes_dashes_and_grouping(tmp_path: Path, encoder: FakeEncoder) -> None:
    texts = [
        "The fair in Łódź",
        "A sour\u00addough loaf",
        "It cost 1,250,000 dollars",
        "The E-1043 toner",
        "Version 4.4 of it",
    ]
    threads = [qa.Thread.from_text(text, title=f"T{index}") for index, text in enumerate(texts)]
    library = qa.build(threads, tmp_path / "spelled", encoder=encoder)
    wanted = {"Lodz": 0, "sourdough": 1, "1250000 dollars": 2, "1 250 000": 2, "e1043": 3, "E 1043 toner": 3, "4.4": 4}
    for phrase, index in wanted.items():
        assert [quote.title for quote in library.search(f'"{phrase}"')] == [f"T{index}"], phrase
        assert f"T{index}" not in {
            quote.title for quote in library.search("fair loaf cost toner version", exclude=phrase)
        }
    for phrase in ("4", "44", "1043 toners", "250", "odz", "0.4"):
        assert not library.search(f'"{phrase}"'), phrase


def test_filters_can_be_keyword_arguments(dated: qa.Library) -> None:
    assert found(dated, "lenses", kind="comment", author="jane") == [2]
    assert found(dated, "lenses", before=date(2012, 3, 5), after="2011-06") == [1]
    assert found(dated, "lenses", before=datetime(2012, 3, 5, 10, 30), after="2011-06") == [1]
    assert found(dated, "lenses", source=["wetzlar"], exclude=["panasonic", "glass"]) == [1, 3]
    assert found(dated, "lenses", phrase="are hand made") == [3]
    assert found(dated, "lenses in:comments", author="jane", search_syntax=False) == [2]
    assert [a.quotes[0].post for a in dated.ask_many(["lenses", "glass"], author=["ann"])] == [0, 0]
    wrong: Any
    for wrong in ({"kind": "comments"}, {"before": "soon"}, {"author": ""}, {"exclude": [3]}):
        with pytest.raises(qa.SettingError, match="is not understood"):
            dated.ask("lenses", **wrong)
    with pytest.raises(TypeError, match="authors"):
        dated.ask("lenses", authors="jane")  # type: ignore[call-arg]


def test_a_phrase_in_a_question_lifts_the_passage_that_contains_it(dated: qa.Library) -> None:
    plainly, quoted = (dated.search(f"what is {words} lens?") for words in ("hand made", '"hand made"'))
    assert {q.start for q in plainly} == {q.start for q in quoted}
    assert quoted[0].text == POSTS[3][3]


def test_an_empty_selection_is_not_found_and_filters_alone_list_passages(dated: qa.Library) -> None:
    nothing = dated.ask("lenses author:nobody")
    assert (nothing.question, nothing.found, nothing.text, nothing.quotes) == ("lenses author:nobody", False, None, ())
    listed = dated.ask("in:comments source:wetzlar.txt", k=2)
    assert (listed.found, listed.text, [q.post for q in listed.quotes]) == (True, None, [1, 2])
    assert not dated.ask("author:nobody").found


@pytest.mark.parametrize(
    ("question", "left_out"),
    [
        ("lenses -panasonic", ("-panasonic",)),
        ("lenses -nikon", ()),
        ('"hand made" lenses -"lens prices" -panasonic', ('"hand made"',)),
        ('lenses -"lens prices" -panasonic', ('-"lens prices"', "-panasonic")),
        ("-panasonic", ("-panasonic",)),
        ("what is -panasonic", ()),
        ("lenses author:jane", ()),
    ],
)
def test_phrases_and_minuses_that_left_passages_out_are_named(
    dated: qa.Library, question: str, left_out: tuple[str, ...]
) -> None:
    answer = dated.ask(question)
    assert answer.left_out == left_out
    assert answer.to_dict().get("left_out", []) == list(left_out)


def test_filters_apply_before_the_best_k_are_taken(tmp_path: Path, encoder: FakeEncoder) -> None:
    crowd = [f"lens lens lens number {n}" for n in range(400)]
    rare = "One that says lens once among a good many other words, by somebody else"
    posts, text = [], ""
    for words in [*crowd, rare]:
        posts.append(qa.Post("comment", words, len(text), len(text) + len(words), "x" if words in crowd else "Mia"))
        text += words + "\n"
    library = qa.build(qa.Thread("many", text, tuple(posts)), tmp_path / "many", encoder=encoder)
    assert [q.text for q in library.search("lens author:mia")] == [rare]
    assert [q.text for q in library.search("lens lens lens", k=3, exclude="number")] == [rare]


def test_phrases_in_scripts_without_spaces(tmp_path: Path, encoder: FakeEncoder) -> None:
    library = qa.build(qa.Thread.from_text("東京都に住んでいます。", title="T"), tmp_path / "t", encoder=encoder)
    assert [quote.text for quote in library.search('"東京"')] == ["東京都に住んでいます。"]
    assert not library.search('"京東"')


@given(st.text(max_size=40))
def test_normalizing_twice_changes_nothing_more(text: str) -> None:
    assert (
        normalize(normalize(text)) == normalize(text) == normalize(f" {text.upper()}\n")
        or "ı" in text
        or not text.isascii()
    )
    if any(char.isalnum() for char in text):
        assert phrase_pattern(text).search(normalize(f"({text})"))
