"""Plain text as a thread: article, comments, authors, dates, boilerplate."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import LEICA
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.sources.patterns import attribution
from qa.sources.patterns.boilerplate import is_boilerplate
from qa.sources.patterns.lines import split_lines
from qa.sources.plaintext import comments
from qa.sources.plaintext.page import MOST_HEADINGS, CopiedPage


def posts(text: str) -> list[tuple[str, str | None, str | None, str]]:
    return [(post.kind, post.author, post.date, post.text) for post in qa.Thread.from_text(text).posts]


GARDEN = "Garden\n\nThe roses are out."
FORM = "\n\nLeave a Reply\nName *"
ANN, BOB = "Ann says:\nMay 2, 2015\nLovely.", "Bob says:\nMay 3, 2015\nVery."
BOTH = [("Ann", "2015-05-02", "Lovely."), ("Bob", "2015-05-03", "Very.")]
UNDATED = [("Ann", None, "Lovely."), ("Bob", None, "Very.")]


def replies(text: str) -> list[tuple[str | None, str | None, str]]:
    """The comments of a text under GARDEN, after checking that the article is GARDEN."""
    article, *found = posts(text)
    assert article == ("article", None, None, GARDEN)
    assert all(kind == "comment" for kind, *_ in found)
    return [(author, date, text) for _, author, date, text in found]


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


def test_boilerplate_of_leica_is_in_no_post() -> None:
    (thread,) = qa.read(LEICA)
    for boilerplate in ("Visited 3,568", "Submit a comment", "email address will not be published"):
        assert boilerplate in thread.text
        assert not any(boilerplate in post.text for post in thread.posts)


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


def test_as_many_paragraphs_as_the_heading_announces_are_comments() -> None:
    assert [kind for kind, *_ in posts("Text.\n\nThree responses to “Text”\n\none\n\ntwo\n\nthree")] == [
        "article",
        "comment",
        "comment",
        "comment",
    ]


def test_the_byline_of_the_article_is_not_a_comment() -> None:
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
        "Council\n\nThey met.\n\nMayor Jane Smith said:\nWe build it.\n\nCouncillor Bob Jones said:\nWe do not.",
        'Fable\n\nThey met.\n\nThe fox said:\n"They are sour."\n\nThe crow said:\n"Ha."\n\nThe Times writes:\nFine.',
        "Fable\n\nThey met.\n\nMy grandmother always said:\nEat.\n\nLater Ann said:\nI do.\n\nOur cat said:\nMiaow.",
        "Play\n\nIt is night.\n\nHamlet says:\nTo be.\n\nOphelia says:\nGood my lord.",
        "Interview\n\nWe met.\n\nAnn: How are you?\n\nBob: Fine.\n\nAnn: Good.",
        "Yes.\n\nOn Sun, Mar 2, 2014 at 9:00 AM Bob <bob@example.org> wrote:\n> Are you there?\n\n"
        "On Sat, Mar 1, 2014 at 9:00 AM Ann <ann@example.org> wrote:\n> Hm.",
        "My trip\n\nIt was long.\n\nRome, 3 May 2011\nHot.\n\nPisa, 4 May 2011\nLeans.\n\nLucca, 5 May 2011\nWalls.",
        "My garden\n\n2 Comments\n\nPara one.\n\nPara two.",
        "My garden\n\n1 Comment\n\nPara one.",
        "My list\n\n2 Comments\n\n- One.\n\n- Two.",
        "# Style\n\nText is.\n\n## Comments\n\n- Use them.\n- Rarely.\n\n## Conclusion\n\nDone.",
        "# Style\n\nText is.\n\n## Discussion\n\n- Use them.\n\n- Rarely.\n\n## Conclusion\n\nDone.",
        "Paper\n\nWe did.\n\nDiscussion\n\nSmith and Lee wrote, 12 May 2010:\nall is well.\n\nWe think so.",
        "Soup\n\nGood soup.\n\nShare this:\n\n- water\n\n- salt\n\n- leek",
        "One.\nTwo.\nThree.\nFour.\nFive.\nPosted by Ed on May 2, 2015\n\nMore is here.\nPosted by Al on May 1, 2015",
        "Survey\n\nWe asked people.\n\n12 responses\n\nMost people said yes.\n\nOthers said no.\n\nThe end.",
        "Story\n\nOnce it was.\n\nMary said:\nHello there.\n\nJohn said:\nGoodbye.",
        "Report\n\nIt rains.",
        "# Report\n\nIt rains.",
        "Print\n\nIt rains.\n\nQuote\n\nMore.\n\nEdit",
    ],
)
def test_a_text_without_comments_is_an_article_alone(text: str) -> None:
    assert posts(text) == [("article", None, None, text)]


def test_boilerplate_inside_a_post_is_shown_and_not_indexed() -> None:
    (post,) = qa.Thread.from_text("First part.\n\nShare this:\n\nSecond part.").posts
    assert "Share this:" in post.text
    assert [post.text[start:end] for start, end in post.omitted] == ["Share this:"]


@pytest.mark.parametrize(
    "comments",
    [
        f"Comments\n========\n\n{ANN}\n\n{BOB}",
        f"2 comments\n----------\n\n---\n\n{ANN}\n\n***\n\n{BOB}\n\n* * *",
        "2 comments\n\n**Ann** on May 2, 2015\n\nLovely.\n\n**Bob** on May 3, 2015\n\nVery.",
        "2 comments\n\n1. Ann says:\nMay 2, 2015\nLovely.\n\n2. Bob says:\nMay 3, 2015\nVery.",
        "2 comments\n\n#1 Ann - May 2, 2015\nLovely.\n\n#2 Bob - May 3, 2015\nVery.",
        "2 comments\n\n1 Ann\nMay 2, 2015\nLovely.\n\n2 Bob\nMay 3, 2015\nVery.",
        f"{ANN}\n\n{BOB}",
        f"17 comments\n\n{ANN}\n\n{BOB}",
        f"Comments\n\n{ANN}\n\n1 reply\n\n{BOB}",
        f"Comments\n\n{ANN}\nReply Share ›\n\n{BOB}\n• Reply • Share ›",
        f"{ANN}\n\n{BOB}{FORM}\n\nRecent Posts\n\n- Tulips\n\n- Soil\n\n© 2011 Lily",
        f"2 comments\n\n{ANN}\n\n{BOB}\n\n© 2011 Lily",
        "Comments\n\nAnn\nMay 2, 2015 at 10:00 am\n\nLovely.\nReply\n\nBob\nMay 3, 2015 at 10:00 am\n\nVery.\nReply",
        f"Ann\nMay 2, 2015 at 10:00 am\nLovely.\n\nBob\nMay 3, 2015 at 10:00 am\nVery.{FORM}",
        "2 comments\n\nSaturday, May 2, 2015\nAnn\nLovely.\n\nSunday, May 3, 2015\nBob\nVery.",
        "2 comments\n\nMay 2, 2015\nAnn says:\nLovely.\n\nMay 3, 2015\nBob says:\nVery.",
        "2 comments:\n\nAnn said...\nLovely.\nMay 2, 2015 at 9:00 AM\n\nBob said...\nVery.\nMay 3, 2015 at 9:00 AM",
    ],
)
def test_named_and_dated_comments(comments: str) -> None:
    assert replies(f"{GARDEN}\n\n{comments}") == BOTH


@pytest.mark.parametrize(
    "comments",
    [
        f"2 comments\n\nAnn: Lovely.\nBob: Very.{FORM}",
        f"Comments\n\nAnn: Lovely.\n\nBob: Very.{FORM}",
        "2 comments\n\nAnn\n3 hours ago\nLovely.\n\nBob\n2 days ago\nVery.",
        "2 comments\n\nAnn says: Lovely.\n\nBob says: Very.",
        "2 comments\n\nAnn, 03/04/2011 10:15\nLovely.\n\nBob, 05/04/2011 11:00\nVery.",
        "2 Comments\n\nAnn • 3 years ago\nLovely.\n\nBob • 2 years ago\nVery.",
        "Ann 3 hours ago | parent | next [–]\n\nLovely.\n\nreply\n\nBob 2 hours ago | prev [–]\n\nVery.\n\nreply",
        "Ann 5 points 3 hours ago\nLovely.\n\n[–]Bob 1 point 2 hours ago\nVery.",
        "u/Ann · 3 hr. ago\nLovely.\n\nu/Bob · 2 hr. ago\nVery.",
    ],
)
def test_named_comments_with_an_ambiguous_day_or_none(comments: str) -> None:
    assert replies(f"{GARDEN}\n\n{comments}") == UNDATED


@pytest.mark.parametrize(
    "body",
    [
        "Ann wrote:\n> Lovely.\nI agree with her.",
        'Ann wrote:\n\n"Lovely."\n\nI agree with her.',
        "Ann says:\nLovely.\nI agree with her.",
        "We met\n\nOnce on 3 May 1911\n\nAgain at 4 May 1912\n\nthere.",
        "Monday, May 4, 2015\nwas a day.",
    ],
)
@pytest.mark.parametrize("heading", ["2 comments\n\n", "Comments\n\n", ""])
def test_names_and_dates_inside_a_comment_belong_to_its_text(heading: str, body: str) -> None:
    text = f"{GARDEN}\n\n{heading}{ANN}\n\nBob says:\nMay 3, 2015\n{body}"
    assert replies(text) == [BOTH[0], ("Bob", "2015-05-03", body)]


@pytest.mark.parametrize(
    ("comments", "expected"),
    [
        ("17 comments\n\nLovely.\n\nVery.", ["Lovely.", "Very."]),
        ("17 comments\n\n- Lovely.\n- Very.", ["Lovely.", "Very."]),
        (f"• Lovely.\n\n• Very.{FORM}\n\n• Other post\n\n• And one more", ["Lovely.", "Very."]),
        ("2 comments\n\n- I grow:\n- roses\n- tulips\n\n- Very.", ["I grow:\n- roses\n- tulips", "Very."]),
        ("2 comments\n\n1. Why:\n1. fresh\n2. cheap\n\n2. Mill Street", ["Why:\n1. fresh\n2. cheap", "Mill Street"]),
        ("2 comments\n\nOnce on 3 May 2011\n\nAgain at 4 May 2012", ["Once on 3 May 2011", "Again at 4 May 2012"]),
    ],
)  # fmt: skip
def test_comments_without_names(comments: str, expected: list[str]) -> None:
    assert replies(f"{GARDEN}\n\n{comments}") == [(None, None, text) for text in expected]


def test_a_day_without_the_hour_heads_no_comment_if_the_others_have_it() -> None:
    ann, see = "Ann\nMay 2, 2015 at 10:00 am\n", "See\n\nTulips\nMay 3, 2014\n\nfor more."
    assert replies(f"{GARDEN}\n\nComments\n\n{ann}{see}") == [("Ann", "2015-05-02", see)]


def test_signatures_that_do_not_close_the_comments_name_no_author() -> None:
    text = f"{GARDEN}\n\n2 comments\n\nNice.\nPosted by Ann on May 2, 2015\n\nNot.\nPosted by Bob on May 3, 2015\n\nPS."
    assert not {author for _, author, *_ in posts(text)} & {"Ann", "Bob"}


def test_a_later_markdown_heading_ends_the_comments_and_continues_the_article() -> None:
    text = f"# Garden\n\nThe roses are out.\n\n## Comments\n\n{ANN}\n\n{BOB}\n\n## Conclusion\n\nDone."
    assert posts(text) == [
        ("article", None, None, "# Garden\n\nThe roses are out."),
        *(("comment", *comment) for comment in BOTH),
        ("article", None, None, "## Conclusion\n\nDone."),
    ]


def test_a_long_text_after_the_form_is_not_lost() -> None:
    *_, last = posts(f"{GARDEN}\n\n{ANN}\n\n{BOB}{FORM}\n\n{'More of it. ' * 300}")
    assert last[0] == "article" and last[3].endswith("More of it.")


def test_leica_with_a_footer_after_the_form() -> None:
    text = LEICA.read_bytes().decode()
    assert posts(text + "\n\n© 2011 Leica\n") == posts(text)


def test_only_the_last_headings_of_comments_are_considered() -> None:
    page = CopiedPage(split_lines("Text is.\n\n" + f"2 comments\n\n{ANN}\n\n{BOB}\n\n" * 200))
    assert len(page.headings) == MOST_HEADINGS
    shapes = {byline.shape for byline in page.bylines}
    assert len(list(comments.comment_sections(page))) <= MOST_HEADINGS + len(shapes)


def test_many_indents_and_forms_make_few_candidate_sections() -> None:
    text = "".join(" " * (n % 200) + "- item.\n\n" for n in range(500)) + "- item.\n\nSubmit a comment\n\n" * 100
    assert len(list(comments.comment_sections(CopiedPage(split_lines(text))))) <= 20


def test_lines_of_spaces_are_read_as_an_article() -> None:
    text = "Title\n\n" + (" " * 80 + "| cell |\n") * 200
    assert [kind for kind, *_ in posts(text)] == ["article"]
    assert attribution.parse_attribution(" " * 100 + "| cell |") is None


@pytest.mark.parametrize("text", [None, 5, b"", b"bytes", ["a"]])
def test_a_text_that_is_not_a_string_is_refused(text: object) -> None:
    with pytest.raises(qa.SourceError, match=f"a text is a string, not {type(text).__name__}"):
        qa.Thread.from_text(text)  # type: ignore[arg-type]


def test_a_lone_surrogate_is_refused_in_text_and_title() -> None:
    with pytest.raises(qa.SourceError, match="title holds half a character .* at position 1"):
        qa.Thread.from_text("Text.", title="a\ud800")
    with pytest.raises(qa.SourceError, match="half a character .* at position 4"):
        qa.Thread.from_text("Text\udc00.")


@pytest.mark.parametrize(
    "line", ["Reply", "Reply Share ›", "12 views", "Notify me of new comments by email", "Like this:"]
)
def test_button_labels_counters_and_forms_are_boilerplate(line: str) -> None:
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
def test_no_word_outside_boilerplate_and_attributions_is_lost(lines: list[str]) -> None:
    text = "\n".join(["Opening words.", *lines])
    kept = "\n".join(post.text for post in qa.Thread.from_text(text).posts)
    # What follows the form that ends the comments is the page's footer, which is in no post.
    before_a_form = text.partition("Submit a comment")[0]
    for content in ("Text here.", "bullet", "item", "one", "two"):
        assert before_a_form.count(content) <= kept.count(content) <= text.count(content)


def test_from_text_reads_as_a_file_is_read(tmp_path: Path) -> None:
    text = LEICA.read_bytes().decode()
    (tmp_path / "a.txt").write_bytes(text.encode())
    (from_file,) = qa.read(tmp_path / "a.txt")
    assert from_file.posts == qa.Thread.from_text(text).posts


def test_words_under_a_bold_name_and_after_one_are_comments_alike() -> None:
    text = "# The mill\n\nIt burned twice.\n\n## Comments\n\n**Henk** (12 April 2022):\n\nHe worked there.\n\n"
    text += "**Ria**:\nWhen?\n\n**Old Salt** (1 May 2022): Great post.\n"
    thread = qa.Thread.from_text(text)
    assert [(post.author, post.date, post.text) for post in thread.comments] == [
        ("Henk", "2022-04-12", "He worked there."),
        ("Ria", None, "When?"),
        ("Old Salt", "2022-05-01", "Great post."),
    ]
