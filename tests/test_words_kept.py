"""No word of a comment is lost: what looks like a button, a day or a notice is left out only where it is one, whole."""

from __future__ import annotations

import pytest
from saved_pages import comment_rows, page, read_thread

from qa.sources.patterns.boilerplate import LineKind, line_kind
from qa.sources.patterns.removed import is_removal_notice

WORDS = (
    "I sold mine yesterday.", "It was 2.50 too much", "Heute gekauft!", "Gestern", "Read more", "12", "Reply", "+1",
    "?", "The answer is hidden in plain sight.", "The message of the film was hidden well.",
    "This post about lenses was hidden in the archive for years.", "Deleted scenes: all of them", "Bob",
    "You must log in to comment.", "On 3 May 2011",
    "Bob, 3 May 2011", "Comments are closed on Sundays, but the shop is open", "Order by phone", "Bob wrote:", "Share",
)  # fmt: skip
BODIES = (
    '<div class="comment-content"><p>{0}</p></div>', '<div class="comment-content">{0}</div>', "<p>{0}</p>",
    '<p class="comment-text">{0}</p>', '<div class="comment-body">{0}</div>',
    '<div class="comment-content"><p>{0}</p><p>Indeed.</p></div>', "<p>It rains.</p><p>{0}</p>",
)  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("words", WORDS)
def test_the_words_of_a_comment_are_in_it_under_its_author(words: str, body: str) -> None:
    def item(name: str, text: str) -> str:
        return (
            f'<li class="comment"><b class="fn">{name}</b> <time datetime="2019-06-20">June 20, 2019</time>'
            f'{body.format(text)}<div class="reply"><a href="#respond">Reply</a></div></li>'
        )

    items = item("Ann", "I own one.") + item("Bob", words) + item("Cleo", "Where is it sold?")
    thread = read_thread(page(f'<section id="comments"><ol class="comment-list">{items}</ol></section>'))
    around = body.replace("</p>", "\n").replace("<p>", "\n")
    expected = [line for line in _visible(around.format(words)).split("\n") if line.strip()]
    assert [(author, day) for author, day, *_ in comment_rows(thread)] == [
        ("Ann", "2019-06-20"), ("Bob", "2019-06-20"), ("Cleo", "2019-06-20"),
    ]  # fmt: skip
    assert comment_rows(thread)[1][3] == "\n\n".join(expected)


def _visible(markup: str) -> str:
    import re

    return re.sub(r"<[^<>]*>", "\n", markup)


@pytest.mark.parametrize(
    "notice",
    [
        "[deleted]", "[removed]", "This comment has been removed by the author.", "Comment deleted by user",
        "This comment has been removed by a blog administrator.", "Removed by moderator", "[gelöscht]",
        "This comment was removed because it broke the rules of this forum.", "Dieser Kommentar wurde entfernt.",
        "Dieser Beitrag wurde von einem Moderator gelöscht.", "Ce commentaire a été supprimé par l'auteur.",
        "Este comentario ha sido eliminado por el autor.", "Questo commento è stato eliminato dall'autore.",
        "Deze reactie is verwijderd.", "Entfernt. Bitte bleiben Sie beim Thema. Danke, die Redaktion/vh",
    ],
)  # fmt: skip
def test_a_notice_of_removal_is_no_comment(notice: str) -> None:
    assert is_removal_notice(notice)


@pytest.mark.parametrize(
    "words",
    [
        "The answer is hidden in plain sight.", "The message of the film was hidden well.", "Removed the lens cap.",
        "This post about lenses was hidden in the archive for years.", "The post was removed by the city in 1990.",
        "Deleted scenes: all of them", "This comment was removed because it rained.", "Gelöscht: der Brand in Kiel",
    ],
)  # fmt: skip
def test_words_that_hold_those_of_a_notice_are_words(words: str) -> None:
    assert not is_removal_notice(words)


@pytest.mark.parametrize(
    "line",
    [
        "Order by phone", "Comments are closed on Sundays, but the shop is open",
        "Next post office: in Kiel, on the left",
        "Share this on Sunday", "Powered by wind and water", "Visited 3 times, and never again",
        "Email me about the boat",
        "Click to print the whole book in one go", "Copyright law is hard to read", "I must log in to comment.",
    ],
)  # fmt: skip
def test_a_line_is_boilerplate_only_as_a_whole(line: str) -> None:
    assert line_kind(line) in (LineKind.CONTENT, LineKind.FOOTER) and not line_kind(line) & LineKind.BOILERPLATE


def test_the_numbers_of_a_list_in_a_comment_stay_and_those_of_the_comments_do_not() -> None:
    item = (
        '<li class="comment"><b class="fn">Ann</b> <time datetime="2019-06-20">x</time><div class="comment-content">'
        "<ol><li>One</li><li>Two</li></ol></div></li>"
    )
    thread = read_thread(page(f'<ol class="comment-list">{item}{item}</ol>'))
    assert [text for *_, text in comment_rows(thread)] == ["1. One\n2. Two"] * 2
