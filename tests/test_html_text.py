"""The HTML of an export's post to plain text."""

from __future__ import annotations

import pytest

from qa.sources.html_text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<p>It  rains.</p>\n<p>Still.</p>", "It rains.\n\nStill.", id="paragraphs"),
        pytest.param("<p>It rains.<br>Still.<br><br>No more.</p>", "It rains.\nStill.\n\nNo more.", id="line breaks"),
        pytest.param("It <b>rains</b>.\nStill.\n\nNo more.", "It rains.\nStill.\n\nNo more.", id="a blog's newlines"),
        pytest.param("It rains.<br />\nStill.", "It rains.\nStill.", id="a newline after a tag is the source's"),
        pytest.param("<ul>\n<li>One</li>\n<li>Two</li>\n</ul>\nThree", "• One\n• Two\n\nThree", id="a list"),
        pytest.param(
            "<div>Dear Ann,</div><div><br></div><div>It rains.</div><div>Bob</div>",
            "Dear Ann,\n\nIt rains.\nBob",
            id="a mail's lines",
        ),
        pytest.param("<pre>  if rain:\n\n    go()\n</pre><p>Done.</p>", "  if rain:\n\n    go()\n\nDone.", id="pre"),
        pytest.param("<p>Call <code>go()</code> twice.</p>", "Call go() twice.", id="code in a sentence"),
        pytest.param("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 | 2\n3", id="a table"),
        pytest.param("<ol><li>One</li><li><p>Two</p></li></ol>", "1. One\n\n2. Two", id="a numbered list"),
        pytest.param(
            '<ol start="3"><li>One<li value="7">Two<li>Three</ol>', "3. One\n7. Two\n8. Three", id="its numbers"
        ),
        pytest.param("<ol><li>One<ul><li>a</ul><li>Two</ol>", "1. One\n\n• a\n\n2. Two", id="a list in a list"),
        pytest.param("<p>2&nbsp;mm &lt; 3&nbsp;mm</p>", "2 mm < 3 mm", id="references"),
        pytest.param("<p>Seen.</p><div style='display: none'>Hidden.</div>", "Seen.", id="hidden words"),
        pytest.param("<div hidden>Hidden.</div>", "", id="nothing but hidden words"),
        pytest.param("<style>p { color: red }</style><script>go()</script><p>Seen.</p>", "Seen.", id="no code"),
        pytest.param("<p>a&#1;b&#xD800;c</p>", "abc", id="references that no text may hold"),
        pytest.param("AT&T is <3", "AT&T is <3", id="no markup"),
        pytest.param("<div>" * 3_000 + "deep", "deep", id="deeper than the parser goes"),
        pytest.param(None, "", id="no string"),
    ],
)
def test_html_is_laid_out_as_it_is_shown(html: object, text: str) -> None:
    assert html_to_text(html) == (text, ())


@pytest.mark.parametrize(
    ("html", "quotes"),
    [
        ("<blockquote>It rains.</blockquote><p>No.</p>", ["It rains."]),
        ("<blockquote><p>It rains.</p><blockquote>Does it?</blockquote></blockquote>No.", ["It rains.\n\nDoes it?"]),
        ('<aside class="quote"><div class="title">ann:</div><p>It rains.</p></aside><p>No.</p>', ["ann:\n\nIt rains."]),
        ('<div class="gmail_attr">Ann wrote:</div><div class="gmail_quote">It rains.</div>', ["Ann wrote:\nIt rains."]),
        ("<p>Ann wrote:</p><p>&gt; It rains.</p><p>No.</p>", ["Ann wrote:\n\n> It rains."]),
        ("<p>No quotation.</p>", []),
    ],
)
def test_quoted_words_are_marked(html: str, quotes: list[str]) -> None:
    text, spans = html_to_text(html)
    assert [text[start:end] for start, end in spans] == quotes


def test_a_link_shows_its_whole_address_if_it_was_cut_off() -> None:
    link = '<p>See <a href="https://example.org/lenses">https://example.org/len...</a> and <a href="/x">this</a>.</p>'
    assert html_to_text(link)[0] == "See https://example.org/lenses and this."
