"""Corrections: what a text takes back answers nothing, and what it says instead does."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import FakeEncoder, PointingReader

import qa
from qa.answering.corrections import _correction
from qa.sources.thread import Post, Thread
from qa.text.sentences import split_sentences

pytestmark = pytest.mark.usefixtures("calibrated")


@pytest.mark.parametrize(
    ("text", "old", "right"),
    [
        ("The quiz starts at 7.30pm, sorry, 8pm.", "7.30pm", "8pm"),
        ("It was opened in 1987 - I meant 1978.", "1987", "1978"),
        ("Tea is £2. Cake isn't £3, it's £4.", "£3", "£4"),
        ("We meet at 6pm. Note: we meet at 7pm, not 6pm.", "6pm", "7pm"),
        ("Trams run every 12 minutes instead of every 10 minutes.", "10 minutes", None),
        ("Trams run every 12 minutes instead of 10 minutes.", "10 minutes", "12 minutes"),
        ("Ms Wolf is no longer the head. Mr Lamb has taken over.", "Ms Wolf", "Mr Lamb"),
        ("An earlier version of this story said that it is 61 metres high. It is 16 metres.", "61 metres", "16 metres"),
        ("The first edition named Karl Bach as the owner. He is Kurt Bach.", "Karl Bach", "Kurt Bach"),
        ("An earlier version was wrong. It also gave the age of the driver as 43.", "43", ""),
        ("I wrote that the cable is 2 m long, but I measured it and it's 3 m.", "2 m", "3 m"),
        ("I thought it would take two hours. It took five.", "two hours", "five"),
        ("The opening was planned for 3 May. It has been moved to 10 June.", "3 May", "10 June"),
        ("The fee used to be 20 euros and is 25 euros now.", "20 euros", "25 euros"),
        ("Everyone says that it has 12 rooms. In fact there are 9.", "12", "9"),
        ("The bus goes at 9:15. Ignore that, it goes at 9:45.", "9:15", "9:45"),
        ("Take bus 14 to the end. Scratch that, bus 41.", "bus 14", "bus 41"),
        ("Entry is £5. We sell cake. EDIT: entry is £6 now.", "£5", "£6"),
        ("Entry is £5. Correction: £6.", "£5", "£6"),
        ("Entry is £5. EDIT: children pay £2.", "£5", None),
        ("Entry is £5. UPDATE 3 May: thanks, all of you.", "£5", None),
        ("The tent weighs 3 kg. It's not 4 years old.", "3 kg", None),
        ("I said that Ann would sing. He comes from Solms.", "Ann", None),
        ("I thought the walk takes 3 hours. It has 600 steps.", "3 hours", None),
        ("It opens at 9am. Sorry for the long text, we close at 5pm.", "9am", None),
        ("It was going to start on 1 May 2025. It now starts on Monday 31 May.", "1 May 2025", "Monday 31 May"),
        ("The meeting is at 7.30. EDIT: the hall is double booked, so we are now in the inn.", "7.30", None),
        ("He said it is £48 for a full plot and £30 for a half plot (now £26).", "£48", None),
        ("The lens costs 900 euros, but it is worth it.", "900 euros", None),
        ("It was going to rain at 4pm. We had tea at 5pm.", "4pm", None),
        ("Lenses are ground in Solms.", "Solms", None),
    ],
)  # fmt: skip
def test_what_is_taken_back_is_replaced_by_what_is_right(text: str, old: str, right: str | None) -> None:
    sentences = split_sentences(text)
    start = text.index(old)
    index = next(n for n, sentence in enumerate(sentences) if sentence.start <= start < sentence.end)
    correction = _correction(text, sentences, index, (start, start + len(old)))
    if right is None:
        assert correction is None
    else:
        assert correction is not None
        assert (text[slice(*correction.span)] if correction.span else "") == right


@pytest.mark.parametrize(
    ("question", "answer"), [("What time does it start?", "9pm"), ("What was the time before the change?", "8pm")]
)
def test_the_right_value_answers_unless_it_is_asked_what_was_so_before(
    question: str, answer: str, tmp_path: Path
) -> None:
    thread = qa.Thread.from_text("It starts at 8pm in the hall. Edit: it's 9pm, not 8pm.", title="Note")
    library = qa.build([thread], tmp_path / "library", encoder=FakeEncoder(), reader=PointingReader({"8pm": 8.0}))
    assert library.ask(question, min_confidence=0).text == answer


@pytest.mark.parametrize(("author", "answer"), [("Ann", "6.15"), ("Bob", "6.30")])
def test_a_later_post_of_the_same_author_takes_a_value_back(author: str, answer: str, tmp_path: Path) -> None:
    texts = ["The doors open at 6.30 and the music begins late.", "Doors open at 6.15 please, not 6.30."]
    whole = "\n\n".join(texts)
    posts = (
        Post("article", texts[0], 0, len(texts[0]), "Ann", "2024-05-01"),
        Post("comment", texts[1], len(texts[0]) + 2, len(whole), author, "2024-05-02"),
    )
    thread, reader = Thread("t", whole, posts, title="T"), PointingReader({"6.30": 8.0})
    library = qa.build([thread], tmp_path / "library", encoder=FakeEncoder(), reader=reader)
    found = library.ask("When do the doors open?", min_confidence=0)
    assert found.text == answer
