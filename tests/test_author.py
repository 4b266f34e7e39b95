"""Authors: who wrote a post may be who a question asks for, or whom it asks about."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_options import ask

import qa
from qa.answering.answer import Place
from qa.answering.author import author_answers, byline_to_read
from qa.answering.candidate import Candidate
from qa.answering.deep_reader import DEEP_READER
from qa.answering.reading import Part, read_with


@pytest.mark.parametrize(
    ("question", "sentence", "margin", "author_margin", "is_author"),
    [
        ("Who had four flats?", "I had four flats near the bridge.", 3.0, -1.0, True),
        ("Who visited Milwaukee?", "We were visiting Milwaukee in May.", 3.0, -1.0, True),
        ("Who asked for a German forum?", "Any plans for a German one?", -5.0, -6.0, True),
        ("Who recommends touring tyres?", "Touring tyres are the best.", 5.0, 3.0, True),
        ("Who saw Heart live?", "My sister and I were there when they played live.", -2.0, -3.0, True),
        ("Who got the mail?", "Mine from the shop came at seven.", 1.0, 4.0, True),
        ("Which reader got the mail?", "Mine from the shop came at seven.", 1.0, 4.0, True),
        ("Who got the mail?", "It came from the shop at seven.", 1.0, 4.0, False),
        ("Who laid the pipes?", "I think Emil laid the pipes.", 5.0, -4.0, False),
        ("Who designed the house?", "It was designed by Clara Voss.", 6.0, 7.0, False),
        ("When did you ride?", "I rode in May.", 6.0, 7.0, False),
        ("Who is the manager?", "I asked the manager, Emil Krause.", 9.0, -9.0, False),
        ("Who is the manager?", "I'm the manager of the shop.", 1.0, -1.0, True),
        ("Who is the new manager?", "I was the manager for years.", 1.0, -1.0, True),
        ("Who is the manager?", "I'm a regular there and the manager is Emil.", 9.0, -9.0, False),
        ("Who was at the concert?", "I was at the concert, Emil saw it at home.", 5.0, -1.0, True),
        ("Who was the driver?", "We thanked the driver, Emil Krause.", 9.0, -9.0, False),
        ("Who else has complained?", "I complained in May.", 3.0, -1.0, True),
        ("Who here has ever tried it?", "I tried it with Emil.", 3.0, -1.0, True),
        ("Who has preferred rye?", "Rye is better.", -1.0, -3.0, True),
    ],
)
def test_the_author_answers_who_did_what_the_post_says(
    question: str, sentence: str, margin: float, author_margin: float, *, is_author: bool
) -> None:
    assert author_answers(question, sentence, margin, author_margin) is is_author


@pytest.mark.parametrize(
    ("sentence", "someone", "is_author"),
    [
        ("The neighbour downstairs has complained twice.", "neighbour", False),
        ("I complained about the neighbour.", "neighbour", True),
        ("Too loud, said the neighbour.", "neighbour", True),
    ],
)
def test_someone_else_answers_who_is_said_to_have_said_it(sentence: str, someone: str, *, is_author: bool) -> None:
    assert author_answers("Who complained?", sentence, 1.0, 0.0, someone, sentence.split(someone)[1]) is is_author


@pytest.mark.parametrize(
    ("question", "sentence", "found", "is_author"),
    [
        ("Who got a refund?", "Mine leaked and the shop paid.", "Mine", True),
        ("Who got a refund?", "My brother did, I hear.", "My brother", False),
        ("What does the WHO recommend?", "The WHO recommends boiling it, so I do.", "boiling it", False),
        ("What did the man who fell say?", "He said I was late.", "I was late", False),
        ("Does anyone know who got a refund?", "Mine leaked and the shop paid.", "Mine", True),
        ("WHO GOT A REFUND", "Mine leaked and the shop paid.", "Mine", True),
    ],
)
def test_only_who_asks_for_a_person_and_i_am_the_author(
    question: str, sentence: str, found: str, *, is_author: bool
) -> None:
    assert author_answers(question, sentence, 3.0, -2.0, found, " did.") is is_author


def test_a_question_that_names_the_author_does_not_ask_for_them() -> None:
    assert byline_to_read("Who did Ann visit?", "Ann Berg", "I visited Emil.") == ""
    assert byline_to_read("Who visited Emil?", "Ann Berg", "I visited Emil.") == "Ann Berg: "
    assert byline_to_read("Who asked?", "Ann Berg", "  ") == ""


def test_the_author_of_an_article_is_not_who_contradicts_the_author() -> None:
    text = "I disagree with those who want the old route."
    assert byline_to_read("Who disagreed with the author?", "Ann Berg", text, "article") == ""
    assert byline_to_read("Who disagreed with the author?", "Ann Berg", text, "comment") == "Ann Berg: "


@pytest.mark.usefixtures("calibrated")
def test_an_author_is_also_called_by_the_name_without_its_digits(tmp_path: Path) -> None:
    text = "Floor\n\nIt squeaks.\n\n2 comments\n\nmarek77 says:\nI used talc.\n\nAnn says:\nI used chalk."
    answer = ask(tmp_path, text, "What did Marek use?")
    assert answer.quotes[0].author == "marek77" and answer.missing_terms == ()


@pytest.mark.usefixtures("calibrated")
def test_an_author_who_answers_is_named_and_the_sentence_is_highlighted(tmp_path: Path) -> None:
    text = "Tour\n\nBy Lena Vogt\n\nWe rode far.\n\n1 comment\n\nRalf says:\nI had four flats on the way."
    answer = ask(tmp_path, text, "Who had four flats?")
    assert answer.text == "Ralf" == answer.quotes[0].author
    assert answer.quotes[0].marked() == ["I had four flats on the way."]


@pytest.mark.usefixtures("calibrated")
def test_the_author_of_an_article_does_not_contradict_themselves(tmp_path: Path) -> None:
    text = "Tour\n\nBy Lena Vogt\n\nI disagreed with the map."
    assert ask(tmp_path, text, "Who disagreed with the map?").text == "Lena Vogt"
    assert ask(tmp_path / "again", text, "Who disagreed with the author?").text != "Lena Vogt"


@pytest.mark.parametrize(
    ("question", "author"),
    [
        ("who has never changed a tyre?", "Jo Berg"),
        ("whose spoke snapped at the lake?", "kestrel"),
        ("which reader got a refund from the shop", "Mia Lund"),
        ("Who asked about trains?", "otter_9"),
    ],
)
def test_an_author_who_answers_is_found_though_the_post_does_not_name_them(
    question: str, author: str, tmp_path: Path
) -> None:
    posts = {
        "Jo Berg": "Great report! I’ve never changed a tyre before, my brother does it for me.",
        "kestrel": "Lovely lake. One of my spokes snapped right there, on the gravel.",
        "Mia Lund": "Same pump here. Mine leaked, but the shop gave me my money back after two mails.",
        "otter_9": "Any idea whether bikes are allowed on the night train? We would like to go in May.",
    }
    comments = "\n\n".join(f"{name} says:\n{text}" for name, text in posts.items())
    text = f"Tour\n\nBy Lena Vogt\n\nThe tour along the lake took nine days.\n\n4 comments\n\n{comments}"
    answer = qa.build([qa.Thread.from_text(text, title="Tour")], tmp_path / "library").ask(question)
    assert answer.found and answer.text == author == answer.quotes[0].author


@pytest.mark.parametrize("author", ["Émile", "otter", "@otter", "李雷", "Ann: Berg"])
def test_the_reader_points_at_any_authors_name(author: str) -> None:
    post = "I had four flats on the way, near the bridge."
    candidate = Candidate(
        post, Place("comment", author, None, 1, "Text", None, 0, len(post)), 1.0, lambda _: qa.Thread.from_text(post)
    )
    read = read_with(DEEP_READER, "Who had four flats?", [Part.whole(candidate)])[0]
    assert read.author_margin > read.spans[0].margin + 4  # more than a name that was not known as one would lose


def test_a_post_of_short_lines_is_read_to_its_end(tmp_path: Path) -> None:
    text = "Pump\n\nIt leaked.\n\n1 comment\n\nMia says:\nSame here\n\nMy neighbour Emil Krause fixed the pump for me"
    answer = qa.build([qa.Thread.from_text(text, title="Pump")], tmp_path / "library").ask("Who fixed the pump?")
    assert answer.found and answer.text and "Emil Krause" in answer.text
