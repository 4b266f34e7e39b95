"""Pages as their programs write them: each word is in one post, under its author and day, a quotation in no one's."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_shapes import BLOGS, FORUMS, STACK_EXCHANGE, TITLE, day_of
from saved_pages import STORY, read_thread
from test_words_kept_property import BODIES, NAMES, plain

import qa

ARTICLE = "".join(f"<p>{sentence}</p>" for sentence in STORY)
WORDS = "Has anyone replaced it on a 1998 unit? Mine leaks at about 2 l per hour."


def numbered(bodies: list[str]) -> list[tuple[str, str, int]]:
    return [(NAMES[number], html.escape(text), number + 1) for number, text in enumerate(bodies)]


def rows(posts: tuple[qa.Post, ...]) -> list[tuple[str | None, str | None, str]]:
    return [(post.author, post.date, plain(post.text)) for post in posts]


@pytest.mark.parametrize("name", FORUMS)
@settings(max_examples=3, deadline=None)
@given(st.lists(BODIES, min_size=2, max_size=3))
def test_a_forum(name: str, bodies: list[str]) -> None:
    thread = read_thread(FORUMS[name].write(numbered(bodies)))
    assert rows(thread.posts) == [(NAMES[n], day_of(n + 1), text) for n, text in enumerate(bodies)]
    assert [post.kind for post in thread.posts] == ["article", *["comment"] * (len(bodies) - 1)]
    assert thread.title == TITLE
    assert not any(post.omitted for post in thread.posts)


@pytest.mark.parametrize("name", [name for name, shape in FORUMS.items() if shape.quote])
def test_a_quotation_in_a_forum(name: str) -> None:
    shape = FORUMS[name]
    quoting = f"{shape.quoted('annlee', WORDS)}No, it stands in Bonn, next to the old mill."
    thread = read_thread(shape.write([("annlee", WORDS, 1), ("bob77", quoting, 2), ("Carl Ray", "Nice", 3)]))
    assert [post.author for post in thread.posts] == ["annlee", "bob77", "Carl Ray"]
    answer = thread.posts[1]
    own = "".join(
        character
        for place, character in enumerate(answer.text, answer.start)
        if not any(start <= place < end for start, end in answer.omitted)
    )
    assert plain(own) == "No, it stands in Bonn, next to the old mill."


@pytest.mark.parametrize("name", BLOGS)
@settings(max_examples=3, deadline=None)
@given(st.lists(BODIES, min_size=2, max_size=3))
def test_a_blog(name: str, bodies: list[str]) -> None:
    thread = read_thread(BLOGS[name].write(numbered(bodies), ARTICLE))
    assert rows(thread.comments) == [(NAMES[n], day_of(n + 1), text) for n, text in enumerate(bodies)]
    words = plain(thread.posts[0].text)
    assert thread.posts[0].kind == "article" and all(sentence in words for sentence in STORY)
    assert not any(text in words for text in bodies)
    assert (thread.title or "").startswith(TITLE)


def test_a_question_with_a_comment_and_an_answer() -> None:
    thread = read_thread(STACK_EXCHANGE.replace("{question}", WORDS).replace("{answer}", "Yes, last summer.").encode())
    assert rows(thread.posts) == [
        ("annlee", "2019-05-02", f"{WORDS} pump.stop() pump.open()"),
        ("dora", "2019-05-02", "Which model is it?"),
        ("Bob 77", "2019-05-03", "Yes, last summer."),
    ]
    assert thread.posts[0].text.endswith("\n\npump.stop()\npump.open()")
    assert thread.title == "How do I replace an impeller?"
