"""Plain text as a thread: article, comments, authors, dates, page furniture."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import LEICA
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.sources.boilerplate import is_boilerplate


def posts(text: str) -> list[tuple[str, str | None, str | None, str]]:
    return [(post.kind, post.author, post.date, post.text) for post in qa.Thread.from_text(text).posts]


def test_leica_is_one_article_and_three_comments() -> None:
    (thread,) = qa.read(LEICA)
    assert thread.title == "The Leica Manufacturing Process"
    assert thread.source == "leica-manufacturing-process.txt"
    assert thread.text == LEICA.read_bytes().decode("utf-8")
    assert [post.kind for post in thread.posts] == ["article", "comment", "comment", "comment"]
    article, first, second, long = (post.text for post in thread.posts)
    assert article.startswith("The Leica Manufacturing Process") and article.endswith("tour information.")
    assert first.startswith("There is the reason") and first.endswith("Thank you.")
    assert second.startswith("Do the Panasonic-derived") and second.endswith("asked above.)")
    assert long.startswith("Vila and Carlos Sanchez") and long.endswith("outstanding lasting quality.")
    assert all(f"({letter}) " in long for letter in "abcdefghij")


def test_leica_furniture_is_in_no_post() -> None:
    (thread,) = qa.read(LEICA)
    for furniture in ("Visited 3,568", "Submit a comment", "email address will not be published"):
        assert furniture in thread.text
        assert not any(furniture in post.text for post in thread.posts)


def test_names_above_comments_with_the_date_below_the_name() -> None:
    text = (
        "A title\n\nThe article.\n\n2 comments\n\n"
        "Jane Doe says:\nMarch 3, 2011 at 4:15 pm\nI like it.\n\nA lot.\nReply\n\n"
        "Bob says:\nMarch 4, 2011 at 9:00 am\nSo do I.\n\nLeave a Reply\nYour email address will not be published."
    )
    assert posts(text) == [
        ("article", None, None, "A title\n\nThe article."),
        ("comment", "Jane Doe", "2011-03-03", "I like it.\n\nA lot."),
        ("comment", "Bob", "2011-03-04", "So do I."),
    ]


def test_names_below_comments() -> None:
    text = (
        "The article.\n\nComments (2)\n\nNice.\nPosted by Ann on 2012-01-02\n\n"
        "Not nice.\nAt all.\nPosted by Bob on 3 May 2012 at 10:00"
    )
    assert posts(text)[1:] == [
        ("comment", "Ann", "2012-01-02", "Nice."),
        ("comment", "Bob", "2012-05-03", "Not nice.\nAt all."),
    ]


def test_comments_of_several_paragraphs_in_bullets_keep_their_inner_list() -> None:
    text = "The article.\n\n2 Comments\n* One.\n\n  More of one:\n  - a\n  - b\n* Two."
    assert [text for *_, text in posts(text)] == ["The article.", "One.\n\n  More of one:\n  - a\n  - b", "Two."]


def test_a_numbered_count_of_paragraphs() -> None:
    assert [kind for kind, *_ in posts("Text.\n\nThree responses to “Text”\n\none\n\ntwo\n\nthree")] == [
        "article",
        "comment",
        "comment",
        "comment",
    ]


def test_the_article_s_own_author_is_not_a_comment() -> None:
    text = "A title\nPosted by Ed on March 1, 2020\n\nThe article.\n\nComments\n\nAnna | March 3, 2020\nGood."
    assert [(kind, author, date) for kind, author, date, _ in posts(text)] == [
        ("article", "Ed", "2020-03-01"),
        ("comment", "Anna", "2020-03-03"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "My list\n\nThings:\n\n- one\n\n- two\n\n- three",
        "He said:\nI am here.\nShe said:\nNo.",
        "# Style\n\nText.\n\n## Comments\n\nUse comments sparingly.\n\nIn code.",
        "A report on 3 comments that were made.\n\nIt goes on.",
        "Only one line",
        "They asked us to submit a comment to the agency. We did.",
    ],
)
def test_a_text_without_comments_is_an_article_alone(text: str) -> None:
    assert posts(text) == [("article", None, None, text)]


def test_furniture_inside_a_post_is_shown_and_not_indexed() -> None:
    (post,) = qa.Thread.from_text("First part.\n\nShare this:\n\nSecond part.").posts
    assert "Share this:" in post.text
    assert [post.text[start:end] for start, end in post.omitted] == ["Share this:"]


@pytest.mark.parametrize("line", ["Reply", "12 views", "Notify me of new comments by email", "Like this:"])
def test_furniture(line: str) -> None:
    assert is_boilerplate(line)


def test_titles() -> None:
    assert qa.Thread.from_text("# A heading\n\nText.").title == "A heading"
    assert qa.Thread.from_text("A sentence, then more.\n\nText.").title is None
    assert qa.Thread.from_text("Alone").title is None
    assert qa.Thread.from_text("Alone").posts[0].text == "Alone"
    assert qa.Thread.from_text("Text.", title="Given").title == "Given"


def test_untitled_texts_have_distinct_names() -> None:
    names = {qa.Thread.from_text(f"Same beginning of a text, other end {n}").source for n in range(20)}
    assert len(names) == 20


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_every_post_is_its_slice_and_posts_do_not_overlap(text: str) -> None:
    try:
        thread = qa.Thread.from_text(text)
    except qa.SourceError:
        return
    end = 0
    for post in thread.posts:
        assert end <= post.start < post.end <= len(text)
        assert post.text == text[post.start : post.end] == post.text.strip()
        end = post.end


_LINES = st.sampled_from(
    ["", "Text here.", "• bullet", "  - item", "2 comments", "Comments", "Jane says:", "March 3, 2011", "Reply",
     "Submit a comment", "Posted by Bob on 2012-01-02", "1. one", "2. two", "---", "(Visited 3 times)", "By Ann"]
)  # fmt: skip


@given(st.lists(_LINES, max_size=14))
def test_no_word_outside_furniture_and_attributions_is_lost(lines: list[str]) -> None:
    text = "\n".join(["Opening words.", *lines])
    kept = "\n".join(post.text for post in qa.Thread.from_text(text).posts)
    for content in ("Text here.", "bullet", "item", "one", "two"):
        assert kept.count(content) == text.count(content)


def test_from_text_reads_as_a_file_is_read(tmp_path: Path) -> None:
    text = LEICA.read_bytes().decode()
    (tmp_path / "a.txt").write_bytes(text.encode())
    (from_file,) = qa.read(tmp_path / "a.txt")
    assert from_file.posts == qa.Thread.from_text(text).posts
