"""Locations: the page, the box on it, or the time that a quote stands at, from the file to what is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st
from test_formats import read_threads
from test_pdf import annotated, drawn

import qa
from benchmarks import comment_exports, document_files
from qa.answering.answer import Quote
from qa.sources.location import Location, locate_lines
from qa.sources.thread_json import thread_from_row, thread_to_row
from qa.web import cards, thread_view
from qa.web.words import words

LINES = (
    "Lenses are ground in Solms, which is a small",
    "town. The glass is melted in Mainz, where the sand is",
    "clean. Bread is baked at night and sold at",
    "dawn.",
)
BOOK = drawn([(50, 700, LINES[0]), (50, 688, LINES[1])], [(50, 700, LINES[2]), (50, 688, LINES[3])])


def marked_words(thread: qa.Thread) -> list[tuple[int | None, str]]:
    return [(each.page, thread.text[each.start : each.end]) for post in thread.posts for each in post.locations]


def test_each_line_of_a_pdf_has_its_page_and_its_box() -> None:
    (thread,) = read_threads(BOOK, "book.pdf")
    assert marked_words(thread) == list(zip((1, 1, 2, 2), LINES, strict=True))
    for location, bottom in zip(thread.posts[0].locations, (700, 688, 700, 688), strict=True):
        assert location.box is not None
        assert location.box[0] == pytest.approx(50, abs=2) and bottom - 4 < location.box[1] <= bottom
        assert location.box[3] - location.box[1] < 14


def test_a_word_that_is_broken_between_lines_belongs_to_both() -> None:
    lines = ("All of the lenses that are sold there are hand-", "made; all of the cam-", "eras are handmade.")
    (thread,) = read_threads(drawn([(50, 700 - 12 * n, line) for n, line in enumerate(lines)]), "a.pdf")
    assert [words for _, words in marked_words(thread)][1:] == ["made; all of the cam", "eras are handmade."]


def test_a_comment_in_a_pdf_has_the_place_of_its_mark() -> None:
    (thread,) = read_threads(annotated(), "a.pdf")
    assert thread.comments
    for post in thread.comments:
        ((start, end, page, box),) = ((each.start, each.end, each.page, each.box) for each in post.locations)
        assert (start, end, page) == (post.start, post.end, 1) and box is not None


@given(st.lists(st.text("ab \n", max_size=6), max_size=6), st.randoms())
def test_lines_are_found_in_the_text_that_was_joined_from_them(lines: list[str], chance: object) -> None:
    text = " ".join(" ".join(line.split()) for line in lines)
    places = list(locate_lines([(line, Location(0, 0)) for line in lines], text))
    shown = [" ".join(line.split()) for line in lines if line.strip()]
    assert [text[each.start : each.end] for each in places] == shown


def test_words_that_are_spoken_have_their_time() -> None:
    (thread,) = read_threads(document_files.subtitles("vtt"), "talk.vtt")
    times = [(each.time, thread.text[each.start : each.end]) for each in thread.posts[0].locations]
    assert times == [
        ("0:01", "Where are"), ("0:01", "lenses ground?"), ("0:03", "- In 3 < 4."), ("0:03", "- Why?"),
        ("1:00:09", "42"),
    ]  # fmt: skip
    late = "1\n01:12:03,000 --> 01:12:04,000\nLate.\n"
    (thread,) = read_threads(late.encode(), "talk.srt")
    assert thread.posts[0].locations == (Location(0, 5, time="1:12:03"),)


@pytest.mark.parametrize("name", ["whatsapp.txt", "telegram.json", "discord.json", "slack.zip"])
def test_a_message_of_a_chat_has_its_time_of_day(name: str) -> None:
    (thread,) = read_threads(comment_exports.FORMATS[name](), name)
    for post in thread.posts:
        (location,) = post.locations
        assert (location.start, location.end) == (post.start, post.end)
        assert location.time is not None


@pytest.mark.parametrize(
    ("line", "time"),
    [("3/2/24, 2:05 PM - Ann: In Solms.", "14:05"), ("[02.03.24, 00:05:11] Ann: In Solms.", "00:05"),
     ("3/2/24, 12:05 AM - Ann: In Solms.", "00:05"), ("02/03/2024, 9:05 p. m. - Ann: In Solms.", "21:05")],
)  # fmt: skip
def test_the_time_of_a_message_is_counted_to_24(line: str, time: str) -> None:
    (thread,) = read_threads(line.encode(), "chat.txt")
    assert [each.time for each in thread.posts[0].locations] == [time]


def quote_of(library: qa.Library, question: str) -> Quote:
    return library.search(question, k=1)[0]


@pytest.fixture
def located(tmp_path: Path, encoder: FakeEncoder) -> qa.Library:
    files = {"book.pdf": BOOK, "talk.srt": b"1\n00:12:03,000 --> 00:12:04,000\nCheese is made of milk.\n"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    chat = "3/2/24, 2:05 PM - Ann: Tea grows in Assam.\n3/2/24, 2:06 PM - Bob: And in Kenya.\n"
    (tmp_path / "chat.txt").write_text(chat)
    return qa.build([tmp_path / name for name in (*files, "chat.txt")], tmp_path / "library", encoder=encoder)


def test_a_quote_says_where_it_stands(located: qa.Library, encoder: FakeEncoder) -> None:
    for library in (located, qa.open(located.path, encoder=encoder, reader=None)):
        book = quote_of(library, "Lenses are ground in Solms")
        assert (book.page, book.time, book.locations[0].page) == (1, None, 1)
        assert book.locations == located.thread(book).posts[0].locations[: len(book.locations)]
        assert (quote_of(library, "cheese is made of milk").time, quote_of(library, "tea grows").time) == (
            "12:03",
            "14:05",
        )
    assert str(book).endswith("book.pdf · page 1")
    assert book.to_dict()["locations"][0]["page"] == 1
    located.verify()


def test_what_is_copied_to_the_next_generation_keeps_its_places(located: qa.Library) -> None:
    before = {source.name: located.thread(source.name) for source in located.sources}
    located.add([qa.Thread.from_text("Something else.", title="new")])
    assert {name: located.thread(name) for name in before} == before
    assert quote_of(located, "cheese is made of milk").time == "12:03"


def test_an_export_keeps_the_places(located: qa.Library, tmp_path: Path, encoder: FakeEncoder) -> None:
    located.export(tmp_path / "threads.jsonl")
    copy = qa.build([tmp_path / "threads.jsonl"], tmp_path / "copy", encoder=encoder)
    for source in located.sources:
        assert copy.thread(source.name) == located.thread(source.name)


def test_the_page_shows_page_and_time(located: qa.Library) -> None:
    book, talk = quote_of(located, "Lenses are ground in Solms"), quote_of(located, "cheese is made of milk")
    for quote, language, shown in ((book, "en", "page 1"), (book, "de", "Seite 1"), (talk, "en", "12:03")):
        card = cards.card(quote, None, 1, words(language), named=True, opened=True)
        assert f'<span class="where">{shown}</span>' in card and f'data-where="{shown}"' in card
    chat = thread_view.thread_html(located.thread("chat.txt"), thread_view.Passages(), words())
    assert '<span class="where">14:06</span>' in chat


@pytest.mark.parametrize(
    "bad",
    [{"start": 0, "end": 99, "page": 1}, {"start": 0, "end": 2, "page": 0}, {"start": 0, "end": 2, "page": True},
     {"start": 0, "end": 2, "box": [1, 2, 3]}, {"start": 0, "end": 2, "box": [1, 2, 3, float("nan")]},
     {"start": 0, "end": 2, "time": "<b>"}, {"start": 1, "end": 1, "time": "1:00"}, {"end": 2}],
)  # fmt: skip
def test_places_from_outside_are_checked(bad: dict[str, object]) -> None:
    row = thread_to_row(qa.Thread.from_text("It rains.", title="Rain"))
    row["posts"][0]["locations"] = [bad]
    with pytest.raises(qa.SourceError):
        thread_from_row(json.loads(json.dumps(row)))
