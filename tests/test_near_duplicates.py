"""Near-duplicate passages are shown once, with the places of the others."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest
from conftest import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.cli.main import main
from qa.sources.thread import Kind
from qa.text.near_duplicates import _Shingles, group_near_duplicates

LONG = "Every lens is ground and polished by hand in the old town, and then it is tested by people before it is sold."


@pytest.fixture
def repeating(tmp_path: Path, encoder: FakeEncoder) -> qa.Library:
    texts = [
        LONG,
        f"“{LONG.upper()}”",
        LONG.replace("sold", "packed"),
        LONG.replace("sold", "sold 2"),
        "A lens is glass.",
    ]
    posts, text = [], ""
    for number, words in enumerate(texts):
        kind: Kind = "comment" if number else "article"
        posts.append(qa.Post(kind, words, len(text), len(text) + len(words), "Jane" if number else None))
        text += words + "\n\n"
    return qa.build(qa.Thread("hall.txt", text, tuple(posts), "The hall"), tmp_path / "hall", encoder=encoder)


def test_a_near_duplicate_is_listed_with_the_quote_that_it_repeats(repeating: qa.Library) -> None:
    quotes = repeating.ask("is every lens polished by hand?", k=3).quotes
    assert sorted(quote.post for quote in quotes)[1:] == [3, 4]
    first = next(quote for quote in quotes if quote.also)
    assert sorted([first.post, *(place.post for place in first.also)]) == [0, 1, 2]
    for place in first.also:
        post = repeating.thread(place.source).posts[place.post]
        assert repeating.text(place.source)[place.start : place.end] == post.text
        assert (place.kind, place.author, place.title) == (post.kind, post.author, "The hall")
    assert len(repeating.search("lens", repeats=True)) == 5
    assert [quote.also for quote in repeating.search("lens", repeats=True)] == [()] * 5


def test_k_is_filled_with_different_passages(tmp_path: Path, encoder: FakeEncoder) -> None:
    same = [qa.Thread.from_text("Bread is old.", title=f"t{n}") for n in range(300)]
    other = [qa.Thread.from_text(f"Something else number {n}.", title=f"o{n}") for n in range(3)]
    library = qa.build([*same, *other], tmp_path / "many", encoder=encoder)
    quotes = library.search("bread is old", k=4)
    assert [len(quote.also) for quote in quotes] == [299, 0, 0, 0]
    assert {place.source for place in quotes[0].also} == {f"t{n}" for n in range(300)} - {quotes[0].source}


def test_the_command_line_lists_near_duplicates(repeating: qa.Library, capsys: pytest.CaptureFixture[str]) -> None:
    from qa.cli.output import print_answer

    answer = repeating.ask("every lens", k=3)
    print_answer(answer)
    place = next(place for quote in answer.quotes for place in quote.also)
    byline = " · ".join(filter(None, (place.kind, place.author, place.source)))
    assert f"    also found in: {byline}\n" in capsys.readouterr().out
    rows = sorted(answer.to_dict()["quotes"], key=len, reverse=True)
    assert [list(row)[10:] for row in rows] == [["also"], [], []]
    assert list(rows[0]["also"][0]) == ["kind", "author", "date", "post", "source", "start", "end"]
    assert json.loads(json.dumps(rows)) == rows
    assert main(["verify", "--library", str(repeating.path)]) == 0


@given(st.lists(st.text("ab ", max_size=14).map(lambda text: f"x y z {text}"), max_size=12), st.integers(1, 12))
def test_groups_are_those_of_comparing_every_pair(texts: list[str], most: int) -> None:
    expected: list[list[int]] = []
    for place, text in enumerate(texts):
        shingles = _Shingles.of(text)
        group = next((g for g in expected if shingles.is_near_duplicate(_Shingles.of(texts[g[0]]))), None)
        if group:
            group.append(place)
        elif len(expected) < most:
            expected.append([place])
    assert group_near_duplicates(texts, most) == expected


@pytest.mark.parametrize(("most", "groups"), [(1, [[0, 2]]), (2, [[0, 2], [1]]), (3, [[0, 2], [1], [3]])])
def test_a_text_that_would_be_one_group_too_many_is_left_out(most: int, groups: list[list[int]]) -> None:
    assert group_near_duplicates(["red lens", "blue lamp", "Red lens!", "old bread"], most) == groups


def test_a_number_or_a_negation_makes_a_difference() -> None:
    pairs = [LONG, f"Not {LONG}", f"{LONG} 5", f"Indeed: {LONG}"]
    assert [len(group_near_duplicates(list(pair), 9)) for pair in combinations(pairs, 2)] == [2, 2, 1, 2, 2, 2]
    assert group_near_duplicates(["?", "!", "東京", "東京。"], 9) == [[0], [1], [2, 3]]


@pytest.mark.parametrize(("one", "other"), [("can", "cannot"), ("did", "didnt"), ("all", "nobody"), ("all", "hardly")])
def test_words_that_deny_make_a_difference(one: str, other: str) -> None:
    assert group_near_duplicates([f"{LONG} {one} {LONG}", f"{LONG} {other} {LONG}"], 9) == [[0], [1]]


@pytest.mark.parametrize(
    ("changed", "groups"),
    [(1, [[0, 1]]), (2, [[0, 1]]), (3, [[0], [1]])],
    ids=["37 of 39 runs shared", "36 of 40 runs shared", "35 of 41 runs shared"],
)
def test_nine_tenths_of_the_runs_of_words_make_a_near_duplicate(changed: int, groups: list[list[int]]) -> None:
    words = [a + b for a in "bcdfghjk" for b in "aeiou"]
    other = [*words[:-changed], "xyz", *words[len(words) - changed + 1 :]]
    assert group_near_duplicates([" ".join(words), " ".join(other)], 9) == groups
