"""Passages cover their post, fit the encoder and are exact slices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest
from conftest import LEICA, FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.encoding.minilm import MiniLMEncoder
from qa.search import chunker
from qa.search.chunker import MAX_CHARACTERS, Passage, _word_spans, split_passages
from qa.text.sentences import Sentence, split_sentences

_PIECES = st.sampled_from(
    ["A sentence. ", "Dr. Who came at 3.5 p.m. ", "word ", "\n", "\r\n", "\n\n", "- item\n", "(a) lettered\n", "漢字。",
     "x" * 90, "😀", "é\u0301", "\x00", "\u202e", "\t", "Why? ", '"He said so." ', "\u2028", "\xa0"]
)  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=120).map("".join) | st.text(st.characters(codec="utf-8"), max_size=400)


def split(text: str, title: str | None = None, language: str | None = None) -> tuple[qa.Thread, list[Passage]]:
    thread = qa.Thread.from_text(text, title=title)
    return thread, list(split_passages(thread, FakeEncoder(), language))


@given(_TEXTS, st.none() | st.text("ab ", min_size=1, max_size=300))
def test_passages_are_slices_that_cover_every_post(text: str, title: str | None) -> None:
    try:
        thread, found = split(text, title)
    except qa.SourceError:
        return
    encoder = FakeEncoder()
    for number, post in enumerate(thread.posts):
        covered = [False] * len(text)
        end = post.start
        for passage in (p for p in found if p.post == number):
            assert passage.text == text[passage.start : passage.end] == passage.text.strip()
            assert end <= passage.start < passage.end <= post.end
            covered[passage.start : passage.end] = [True] * (passage.end - passage.start)
            end = passage.end
            assert encoder.lengths([passage.in_context])[0] <= encoder.max_tokens
            assert len(passage.text) <= MAX_CHARACTERS
        omitted = set().union(*(range(*span) for span in post.omitted))
        missed = [i for i in range(post.start, post.end) if not covered[i] and not text[i].isspace()]
        assert set(missed) <= omitted


def test_passages_end_at_sentence_ends() -> None:
    text = " ".join(f"Sentence number {n} has seven words here." for n in range(30))
    _, found = split(text)
    assert len(found) > 3
    assert all(passage.text.endswith("here.") for passage in found)


def test_a_german_text_is_split_at_german_sentence_ends() -> None:
    """By English rules, a sentence would end after "3."."""
    sentence = "Die Objektive werden in Solms ab dem 3. Mai von Hand gefertigt, geschliffen und geprüft."
    _, found = split(" ".join([sentence] * 8), language="de")
    assert [passage.text for passage in found] == [" ".join([sentence] * 2)] * 4


def test_passages_end_at_paragraphs_if_possible() -> None:
    paragraphs = [" ".join(f"word{n}" for n in range(25)) + "." for _ in range(4)]
    _, found = split("\n\n".join(paragraphs))
    assert [passage.text for passage in found] == paragraphs


@pytest.mark.parametrize(("first", "is_alone"), [(14, True), (13, False)], ids=["half", "less than half"])
def test_a_paragraph_ends_a_passage_that_it_half_fills(first: int, is_alone: bool) -> None:
    """Two of the three lines fit together; the first ends a paragraph, and 14 words are half of what is to be split."""
    lines = [" ".join(["word"] * count) + "." for count in (first, 14, 20)]
    _, found = split(f"{lines[0]}\n\n{lines[1]}\n{lines[2]}", title="A title")
    alone, together = [lines[0], "\n".join(lines[1:])], ["\n\n".join(lines[:2]), lines[2]]
    assert [passage.text for passage in found] == (alone if is_alone else together)


def test_a_long_sentence_is_split_into_pieces_of_nine_tenths_of_what_fits() -> None:
    """The title leaves room for 38 of 40 words, so a piece has 34; the last has the rest, and neighbours join."""
    sentence = " ".join(f"w{n:03}" for n in range(100))
    _, found = split(f"Before it.\n\n{sentence}\n\nAfter it.", title="A title")
    assert [len(passage.text.split()) for passage in found] == [2 + 34, 34, 32 + 2]


def test_a_letter_is_not_cut_from_its_accent() -> None:
    assert list(_word_spans("ab\u0301cd", 0, 5, 2)) == [(0, 1), (1, 3), (3, 5)]


def test_list_items_stay_whole() -> None:
    items = [f"({letter}) " + " ".join(["thing"] * 11) + "." for letter in "abcdefgh"]
    _, found = split("The list:\n" + "\n".join(items))
    for item in items:
        assert sum(item in passage.text for passage in found) == 1


def test_a_short_comment_is_one_passage() -> None:
    thread, found = split("The article.\n\n1 comment\n\nShort. And sweet.\n\nAs it is.")
    assert [passage.text for passage in found if passage.post == 1] == [thread.posts[1].text]


def test_a_title_is_context_unless_the_passage_contains_it() -> None:
    _, (passage,) = split("Text.", title="A title")
    assert passage.in_context == "A title. Text."
    _, (passage,) = split("A title\n\nText.")
    assert passage.in_context == "A title\n\nText."


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "lorem ipsum " * 20_000, "漢" * 30_000, "e\u0301" * 5_000, "e" + "\u0301" * 2_500]
)
def test_text_without_sentence_ends_is_split_too(text: str, real_encoder: MiniLMEncoder) -> None:
    found = list(split_passages(qa.Thread.from_text(text), real_encoder))
    assert re.sub(r"\s", "", "".join(p.text for p in found)) == re.sub(r"\s", "", text)
    assert max(real_encoder.lengths([p.in_context for p in found])) <= real_encoder.max_tokens
    assert max(len(p.text) for p in found) <= MAX_CHARACTERS


def test_leica_fits_the_real_encoder_and_its_list_items_are_whole(real_encoder: MiniLMEncoder) -> None:
    (thread,) = qa.read(LEICA)
    found = list(split_passages(thread, real_encoder))
    assert max(real_encoder.lengths([p.in_context for p in found])) <= real_encoder.max_tokens
    items = [line.strip() for line in thread.posts[3].text.splitlines() if re.match(r"\s*\([a-j]\)", line)]
    assert len(items) == 10
    for item in items:
        assert sum(item in passage.text for passage in found) == 1


class _Counting(FakeEncoder):
    """Counts the texts that it is asked about: what splitting costs, without a clock."""

    asked = 0

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        self.asked += len(texts)
        return super().lengths(texts)


@pytest.mark.parametrize(
    "unit", ["\u0301", "e\u0301\u0302\u0303", "\u200d", "👩\u200d", "H" + "\u0338\u0321\u032a" * 40]
)
def test_splitting_a_run_of_joined_characters_costs_no_more_than_its_length(unit: str) -> None:
    text = "e" + (unit * 40_000)[:40_000]
    counter = _Counting()
    passages = list(split_passages(qa.Thread.from_text(text), counter))
    assert "".join(passage.text for passage in passages) == text
    assert counter.asked < 100


def test_a_letter_keeps_the_accents_that_unicode_allows_it() -> None:
    letter = "e" + "\u0301" * 30
    passages = list(split_passages(qa.Thread.from_text(letter * 200), FakeEncoder()))
    assert len(passages) > 1
    assert all(passage.text.startswith("e") for passage in passages)


SHOPS = "# Our shops\n\n## Berlin\n\nIt opens at nine.\n\n## Paris\n\nIt opens at ten.\n\nIt closes at six.\n"


def test_no_passage_runs_across_a_heading() -> None:
    _, found = split(SHOPS)
    assert [(passage.text, passage.context) for passage in found] == [
        ("# Our shops\n\n## Berlin\n\nIt opens at nine.", "Our shops. Berlin."),
        ("## Paris\n\nIt opens at ten.\n\nIt closes at six.", "Our shops. Paris."),
    ]


def test_a_passage_knows_the_headings_that_stand_before_an_earlier_one() -> None:
    sentence = "It is open on every day of the week but Monday, when it is closed."
    _, found = split(f"# Our shops\n\n## Paris\n\n{' '.join([sentence] * 6)}")
    assert len(found) > 2
    assert {passage.context for passage in found} == {"Our shops. Paris."}
    assert found[-1].text.startswith("It is open")


def test_a_heading_stays_with_a_paragraph_that_fills_a_passage() -> None:
    line = " ".join(["word"] * 29) + "."
    text = f"A short opening of the text.\n\nA heading of five words\n\n{line}"
    thread = qa.Thread.from_text(text, title="Title")
    assert split_passages(thread, FakeEncoder())[-1].text == f"A heading of five words\n\n{line}"


def test_only_the_passages_of_a_short_text_are_encoded_with_its_title() -> None:
    short, long = ("\n\n".join(f"# Part {n}\n\nSome words." for n in range(parts)) for parts in (3, 20))
    assert {passage.title for passage in split(short, "The title")[1]} == {"The title"}
    _, found = split(long, "The title")
    assert {passage.title for passage in found} == {""}
    assert found[7].in_context == found[7].text
    assert found[7].context == "The title. Part 7."


def test_too_many_headings_leave_the_innermost() -> None:
    text = "".join(f"{'#' * level} {' '.join([f'level{level}'] * 10)}\n\n" for level in (1, 2, 3)) + "Some text."
    assert split(text, "T")[1][0].context == f"T. {' '.join(['level2'] * 10)}. {' '.join(['level3'] * 10)}."


@pytest.mark.parametrize(
    ("answered", "known"),
    [
        ("I have knees. How steep is the walk?", "How steep is the walk?"),
        ("How steep is the walk? I have knees. Is it wet?", "How steep is the walk? Is it wet?"),
        ("I have knees. It is steep.", "I have knees. It is steep."),
        (f"Is it {'very ' * 30}steep? It is.", ""),
    ],
)
def test_a_reply_knows_what_it_answers_without_quotations(answered: str, known: str) -> None:
    text = f"The article is about boats.\n\nOld words.\n\n{answered}\n\nVery steep."
    places = [text.index(words) for words in ("The article", "Old words", "Very steep")]
    posts = (
        qa.Post("article", text[: places[1] - 2], 0, places[1] - 2),
        qa.Post(
            "comment", text[places[1] : places[2] - 2], places[1], places[2] - 2, omitted=((places[1], places[1] + 10),)
        ),
        qa.Post("comment", text[places[2] :], places[2], len(text), parent=1),
    )
    found = split_passages(qa.Thread("walk", text, posts), FakeEncoder())
    assert [passage.reply_to for passage in found] == ["", "", known]
    assert found[-1].in_context == "Very steep."


def test_the_sentences_of_a_long_post_are_gone_through_as_often_as_those_of_a_short_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once more for each passage, and a book takes hours."""

    class Counted(list[Sentence]):
        times = 0

        def __iter__(self) -> Iterator[Sentence]:
            type(self).times += 1
            return super().__iter__()

    monkeypatch.setattr(chunker, "split_sentences", lambda *text: Counted(split_sentences(*text)))
    times = []
    for chapters in (3, 300):
        Counted.times = 0
        _, found = split("# Shops\n\nOpening hours are nine to six, on every day of the week.\n\n" * chapters)
        assert len(found) == chapters
        times.append(Counted.times)
    assert times[0] == times[1]
