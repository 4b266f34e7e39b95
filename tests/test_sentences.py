"""Headings among the sentences of a text, and edges of sentences."""

from __future__ import annotations

import pytest

from qa.text.sentences import Break, Sentence, begins_an_item, headings, split_sentences, trim


@pytest.mark.parametrize(
    ("line", "is_heading"),
    [
        ("word " * 13 + "word", True),
        ("word " * 14 + "word", False),
        ("Lenses", True),
        ("Lenses.", False),
        ("Lenses?”", False),
    ],
)
def test_a_heading_has_at_most_14_words_and_no_full_stop(line: str, is_heading: bool) -> None:
    text = f"Some prose.\n\n{line}\n\nMore prose."
    found = [text[heading.start : heading.end] for heading in headings(text, split_sentences(text))]
    assert found == ([line] if is_heading else [])


def test_a_heading_is_alone_in_its_paragraph() -> None:
    text = "A heading\n\nA line\n- an item\n\nThe last"
    found = [text[heading.start : heading.end] for heading in headings(text, split_sentences(text))]
    assert found == ["A heading", "The last"]


@pytest.mark.parametrize("width", [100, 101])
def test_a_line_break_counts_where_a_line_is_longer_than_100_characters(width: int) -> None:
    text = "x" * width + "\nand more"
    sentences = split_sentences(text)
    whole = [Sentence(0, len(text), Break.PARAGRAPH)]
    two = [Sentence(0, width, Break.PARAGRAPH), Sentence(width + 1, len(text), Break.LINE)]
    assert sentences == (whole if width == 100 else two)


def test_a_part_of_a_text_is_split_at_offsets_into_the_whole() -> None:
    text = "Not this. One here. Two.\n\n- Three. Four? Not that."
    sentences = split_sentences(text, 10, 40)
    assert [(text[s.start : s.end], s.after) for s in sentences] == [
        ("One here.", Break.PARAGRAPH), ("Two.", Break.SENTENCE),
        ("- Three.", Break.PARAGRAPH), ("Four?", Break.SENTENCE),
    ]  # fmt: skip
    assert [begins_an_item(text, s) for s in sentences] == [False, False, True, False]


@pytest.mark.parametrize(
    ("start", "end", "span"), [(0, 8, (2, 6)), (1, 7, (2, 6)), (3, 5, None), (0, 2, None), (2, 3, (2, 3)), (4, 4, None)]
)
def test_white_space_at_the_edges_is_trimmed(start: int, end: int, span: tuple[int, int] | None) -> None:
    assert trim("  a  b  ", start, end) == span


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("200 g flour\n2 eggs\na pinch of salt", 3),
        ("Open on:\nMonday to Friday: 8 to 6\nSaturday: 9 to 1\nSunday: closed", 4),
        ("Ulm\n1 tbsp of the purée or six tomatoes blended with the above\nsalt\nsome of the oil", 4),
        ("It rains\nin the winter\nhere.", 1),
        ("It rained all through the winter, and the river\nrose until it reached the door of the mill, and\nstayed", 1),
        ("See the map at https://example.org/a-long-address-of-a-map\nbefore you go there, or\nask.", 1),
        ("first\nsecond", 1),
        ("2 eggs\n200 g flour\nsalt\n", 3),
        ("2 eggs\n200 g flour\nsalt\n \n\n", 3),
        ("\n\n", 0),
        ("I never told him\nthat the key was under\nthe third stone\nby the well", 1),
        ("The ferry leaves\nfrom the old pier\nevery hour and takes\nabout ten minutes", 1),
        ("2 eggs\n200 g flour\nsalt, pepper etc.\nmilk", 4),
        ("1 large cauliflower cut into florets, all of it\n2 tablespoons of the best olive oil and more\n3 cloves", 3),
    ],
)  # fmt: skip
def test_a_list_without_marks_is_read_by_line_and_wrapped_prose_is_not(text: str, lines: int) -> None:
    assert len(split_sentences(text)) == lines
    assert len(split_sentences(text.replace("\n", "\r\n"))) == lines  # as Windows writes it
