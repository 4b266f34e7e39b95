"""Subtitles: the words that are spoken, without times, under those who say them."""

from __future__ import annotations

import pytest
from test_formats import post_rows, read_threads

from benchmarks import document_files


@pytest.mark.parametrize("form", ["srt", "vtt"])
@pytest.mark.parametrize("name", ["talk.srt", "talk.txt"])
def test_the_words_without_times(form: str, name: str) -> None:
    (thread,) = read_threads(document_files.subtitles(form), name)
    assert post_rows(thread) == [
        ("article", None, None, None, "Where are lenses ground?\n- In 3 < 4.\n- Why?\n\n42"),
    ]


def test_the_speakers_of_webvtt() -> None:
    data = (
        "WEBVTT - Talk\nKind: captions\n\nNOTE not\nthis\n\nSTYLE\n::cue {}\n\n"
        "intro\n00:01.000 --> 00:02.000 align:start\n<v.loud Ann Lee>Where &amp; why?</v>\n\n"
        "00:02.000 --> 00:03.000\n<v Ann Lee>Again?\n<v Bob>In Solms.\n\n"
        "NOTE nor this\n\n00:03.000 --> bad\n<v Bob>In 1869.\n\n00:04.000 --> 00:05.000\nApplause.\n"
    )
    (thread,) = read_threads(data.encode(), "talk.vtt")
    assert [(post.author, post.text) for post in thread.posts] == [
        ("Ann Lee", "Where & why? Again?"),
        ("Bob", "In Solms. In 1869."),
        (None, "Applause."),
    ]


def test_rolling_subtitles_show_each_line_once() -> None:
    data = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nlenses<00:00:01.500><c> are</c>\n\n"
        "00:02.000 --> 00:02.010\nlenses are\n \n\n"
        "00:02.010 --> 00:03.000\nlenses are\nground<00:00:02.500><c> in Solms</c>\n\n"
    )
    (thread,) = read_threads(data.encode(), "talk.vtt")
    assert thread.text == "lenses are ground in Solms"


def test_words_that_are_said_twice_stay() -> None:
    cue = "\n\n{n}\n00:00:0{n},000 --> 00:00:0{n},900\nNo."
    (thread,) = read_threads((cue.format(n=1) + cue.format(n=2)).encode(), "talk.srt")
    assert thread.text == "No. No."
