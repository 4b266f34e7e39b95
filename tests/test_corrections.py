"""Corrections: what a text takes back answers nothing, and what it says instead does."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import FakeEncoder, PointingReader

import qa
from qa.answering.corrections import _Value
from qa.sources.thread import Post, Thread
from qa.text.sentences import split_sentences

pytestmark = pytest.mark.usefixtures("calibrated")


def corrected(text: str, old: str, question: str = "What is it?") -> str | None:
    """What a text says instead of a value that stands in it."""
    sentences, start = split_sentences(text), text.index(old)
    index = next(n for n, sentence in enumerate(sentences) if sentence.start <= start < sentence.end)
    value = _Value.in_span(text, sentences, index, (start, start + len(old)))
    correction = value.correction(question) if value else None
    return text[slice(*correction.span)] if correction else None


@pytest.mark.parametrize(
    ("text", "old", "right"),
    [
        ("The quiz starts at 7.30pm, sorry, 8pm.", "7.30pm", "8pm"),
        ("The quiz is at 12.30pm, sorry, 2.30pm.", "12.30pm", "2.30pm"),
        ("It was opened in 1987 - I meant 1978.", "1987", "1978"),
        ("Boil it for 15 minutes, no wait, 5 minutes.", "15 minutes", "5 minutes"),
        ("Cake isn't £3, it's £4.", "£3", "£4"),
        ("We meet at 6pm. Note: we meet at 7pm, not 6pm.", "6pm", "7pm"),
        ("The doors open at 6.30pm sharp. It's 6.15, not 6.30.", "6.30pm", "6.15"),
        ("The meeting was moved from 3 May to 10 June.", "3 May", "10 June"),
        ("Ms Wolf is no longer the head. Mr Lamb has taken over.", "Ms Wolf", "Mr Lamb"),
        ("Ms Wolf is no longer the head. Since March, Mr Lamb has taken over.", "Ms Wolf", "Mr Lamb"),
        ("Ms Wolf is no longer the head. In May Mr Lamb took over.", "Ms Wolf", "Mr Lamb"),
        ("An earlier version of this story said that it is 61 metres high. It is 16 metres.", "61 metres", "16 metres"),
        ("An earlier version of this page gave the name Karl Bach. He is Kurt Bach.", "Karl Bach", "Kurt Bach"),
        ("I wrote that the cable is 2 m long, but I measured it and it's 3 m.", "2 m", "3 m"),
        ("I thought it would take two hours. It took five.", "two hours", "five"),
        ("Rumour has it that she is 60. She's 54.", "60", "54"),
        ("Everyone says that it was built in 1340. It wasn't: the beam is of 1412.", "1340", "1412"),
        ("The opening was planned for 3 May. It has been moved to 10 June.", "3 May", "10 June"),
        ("It was going to start on 1 May 2025. It now starts on Monday 31 May.", "1 May 2025", "Monday 31 May"),
        ("The bus goes at 9:15. Ignore that, it goes at 9:45.", "9:15", "9:45"),
        ("Take bus 14 to the end. Scratch that, bus 41.", "bus 14", "bus 41"),
        ("Entry is £5. We sell cake. EDIT: entry is now £6.", "£5", "£6"),
        ("Entry is £5. Correction: £6.", "£5", "£6"),
        ("Entry is £5. Edit: it's £6 now. EDIT 2: it's £7.", "£5", "£7"),
        ("We meet at 6pm. [Edit: 7pm]", "6pm", "7pm"),
        ("It costs 10 euros. EDIT: it is 12 euros now because they raised it.", "10 euros", "12 euros"),
        ("I thought the room cost £80, but it's £95 these days.", "£80", "£95"),
        ("I thought entry was £5, but it's £6 or more.", "£5", "£6"),
        ("The head is Bob Hay, sorry, April Jones.", "Bob Hay", "April Jones"),
    ],
)  # fmt: skip
def test_what_is_taken_back_is_replaced_by_what_is_right(text: str, old: str, right: str) -> None:
    assert corrected(text, old, "Who is the head?" if "head" in text else "What is it?") == right


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("The lens costs 900 euros, but it is worth it.", "900 euros"),
        ("Lenses are ground in Solms.", "Solms"),
        ("Entry is £5. EDIT: children pay £2.", "£5"),
        ("Entry to the fair is £5. EDIT: it's worth bringing £2 for the car park.", "£5"),
        ("Entry is £5. EDIT: the cafe is now open, tea is £1.50.", "£5"),
        ("Adults pay £5. UPDATE: Children should pay £2 at the gate.", "£5"),
        ("Entry is £5. UPDATE 3 May: thanks, all of you.", "£5"),
        ("Doors open at 9:00. Edited at 10:45 because it is now on Friday.", "9:00"),
        ("The meeting is at 7.30. EDIT: the hall is double booked, so we are now in the inn.", "7.30"),
        ("The tent weighs 3 kg. It's not 4 years old.", "3 kg"),
        ("I said that Ann would sing. He comes from Solms.", "Ann"),
        ("I thought the walk takes 3 hours. It has 600 steps.", "3"),
        ("It opens at 9am. Sorry for the long text, we close at 5pm.", "9am"),
        ("The pool opens at 9am. Sorry, no dogs after 5pm.", "9am"),
        ("It was going to rain at 4pm. We had tea at 5pm.", "4pm"),
        ("He said it is £48 for a full plot and £30 for a half plot (now £26).", "£48"),
        ("The first edition was published in 1987 and the second one in 1999.", "1987"),
        ("The original version has 12 tracks. The remaster has 15 tracks.", "12 tracks"),
        ("The first version was released in 1954. It has a viewfinder with three frames.", "1954"),
        ("It was originally built in 1890 and was moved to its present site in 1950.", "1890"),
        ("The village was initially settled in 1645. It now has 2,000 inhabitants.", "1645"),
        ("They say the inn was built in 1890. It has 12 rooms and a garden.", "1890"),
        ("Everyone says that the hut has 12 beds. It was built in 1890.", "12"),
        ("I posted it in 2019. It has 30 comments.", "2019"),
        ("The label claims 90 % wool. I found 10 % silk too.", "90 %"),
        ("Breakfast is served at 8am in the dining room. Dinner is at 7pm, not 8pm.", "8am"),
        ("The hut has room for 20 guests. The bus costs £30 and takes 45 guests, not 20.", "20"),
        ("The camp is 5 km away. The lake isn't 5 km but 8 km away.", "5 km"),
        ("Put the loaf in at 230 degrees, but turn it down to 200 degrees.", "230 degrees"),
        ("The seller said it costs £50, but I paid £70 with the lens.", "£50"),
        ("It is open daily from 10 to 5, but not on Mondays.", "Mondays"),
        ("The new lens weighs 300 g instead of 420 g like the old lens.", "420 g"),
        ("He chose Rome rather than Paris, where his sister lives.", "Paris"),
        ("If not Monday, come on Tuesday.", "Monday"),
        ("The M5 is no longer made. The M6 is still made in Wetzlar.", "M5"),
        ("The hotel has 40 rooms. Update: 3 rooms are closed for painting.", "40"),
        ("The bakery opens at 7am. Update: 9am and there is already a queue.", "7am"),
        ("Adult tickets are £20. It's £10 for students, not £20.", "£20"),
        ("The wedding was planned for 4 July in Bath. The honeymoon was moved to 9 August.", "4 July"),
        ("The repair cost me £60. Update: it's £20 cheaper if you bring the part.", "£60"),
        ("Check-in is from 3pm. No, 11am is check-out time.", "3pm"),
        ("We thought the room cost £80. It is £15 more for breakfast.", "£80"),
        ("The show isn't at 8pm only; there is a matinee at 2pm.", "8pm"),
        ("The fire began at 2am. UPDATE: 6am: the firefighters have left.", "2am"),
        ("We thought the room cost £80, but it is £15 more for breakfast.", "£80"),
        ("The warranty is 5 years. EDIT: it's 2 years now and I still love it.", "5 years"),
        ("The hall has 100 seats. The hall has 120 seats, not 10.", "100"),
    ],
)  # fmt: skip
def test_what_stands_beside_another_value_is_not_taken_back(text: str, old: str) -> None:
    assert corrected(text, old, "Who is it?" if "no longer" in text else "What is it?") is None


@pytest.mark.parametrize(
    ("question", "answer"), [("What time does it start?", "9pm"), ("What was the time before the change?", "8pm")]
)
def test_the_right_value_answers_unless_it_is_asked_what_was_so_before(
    question: str, answer: str, tmp_path: Path
) -> None:
    thread = qa.Thread.from_text("It starts at 8pm in the hall. Edit: it's 9pm, not 8pm.", title="Note")
    library = qa.build([thread], tmp_path / "library", encoder=FakeEncoder(), reader=PointingReader({"8pm": 8.0}))
    assert library.ask(question, min_confidence=0).text == answer


def test_what_an_earlier_version_said_does_not_answer_though_nothing_takes_its_place(tmp_path: Path) -> None:
    text = "The driver is 19. An earlier version said that the bus is red. It also gave his age as 21."
    thread, reader = qa.Thread.from_text(text, title="Bus"), PointingReader({"21": 8.0})
    library = qa.build([thread], tmp_path / "library", encoder=FakeEncoder(), reader=reader)
    assert "21" not in (library.ask("How old is the driver?", min_confidence=0).text or "")


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
