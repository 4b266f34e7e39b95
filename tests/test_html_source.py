"""Saved pages of blogs and newspapers, and of everything that a page can be."""

from __future__ import annotations

import json
import time

import pytest
from saved_pages import ARTICLE, STORY, page, quoted, read, told

import qa

WORDPRESS = """
<div id="comments" class="comments-area"><h2>3 thoughts on “An old lens”</h2><ol class="comment-list">
<li id="comment-11" class="comment even thread-even depth-1 parent"><article id="div-comment-11" class="comment-body">
 <footer class="comment-meta"><div class="comment-author vcard"><img class="avatar" alt=""><b class="fn">Ann Lee</b>
 <span class="says">says:</span></div><div class="comment-metadata"><a href="#"><time datetime="2019-06-20T02:41:00+00:00">
 June 20, 2019 at 2:41 am</time></a></div></footer>
 <div class="comment-content"><p>I own one.</p><p>It is heavy.</p></div>
 <div class="reply"><a class="comment-reply-link" href="#">Reply</a></div></article>
 <ol class="children"><li id="comment-12" class="comment byuser depth-2"><article id="div-comment-12" class="comment-body">
  <footer class="comment-meta"><div class="comment-author vcard"><b class="fn">Bob</b> says:</div>
  <div class="comment-metadata"><time datetime="2019-06-21T10:00:00+00:00">June 21, 2019</time></div></footer>
  <div class="comment-content"><p>So do I.</p></div></article></li></ol></li>
<li id="comment-13" class="comment odd depth-1"><article id="div-comment-13" class="comment-body">
 <footer class="comment-meta"><div class="comment-author vcard"><b class="fn">Cleo</b> says:</div>
 <div class="comment-metadata"><time datetime="2019-06-22">June 22, 2019</time></div></footer>
 <div class="comment-content"><p>Where is it sold?</p></div></article></li></ol>
<div id="respond" class="comment-respond"><h3>Leave a Reply</h3><form id="commentform"><textarea name="comment"></textarea>
<input type="text" name="author"></form></div></div>"""

DISQUS = """
<section id="disqus_thread"><ul id="post-list" class="post-list">
<li class="post" id="post-101"><div class="post-content"><div class="post-body"><header>
 <span class="post-byline"><span class="author publisher-anchor-color"><a href="#">Ann Lee</a></span></span>
 <span class="post-meta"><a class="time-ago" title="Thursday, June 20, 2019 2:41 AM">3 years ago</a></span></header>
 <div class="post-body-inner"><div class="post-message"><p>I own one. It is heavy.</p></div></div>
 <footer><ul><li class="voting">3</li><li class="reply"><a>Reply</a></li></ul></footer></div></div>
 <ul class="children"><li class="post" id="post-102"><div class="post-content"><div class="post-body"><header>
  <span class="post-byline"><span class="author"><a href="#">Bob</a></span></span>
  <span class="post-meta"><a class="time-ago" title="Friday, June 21, 2019 9:00 AM">3 years ago</a></span></header>
  <div class="post-body-inner"><div class="post-message"><p>So do I, since 1990.</p></div></div></div></div></li></ul></li>
<li class="post" id="post-103"><div class="post-content"><div class="post-body"><header>
 <span class="post-byline"><span class="author"><a href="#">Cleo</a></span></span>
 <span class="post-meta"><a class="time-ago" title="Saturday, June 22, 2019">3 years ago</a></span></header>
 <div class="post-body-inner"><div class="post-message"><p>Where is it sold?</p></div></div></div></div></li>
</ul></section>"""

MICRODATA = """
<div class="x1"><div itemprop="comment" itemscope itemtype="https://schema.org/Comment">
 <span itemprop="author" itemscope itemtype="https://schema.org/Person"><span itemprop="name">Ann Lee</span></span>
 <meta itemprop="dateCreated" content="2019-06-20T02:41:00Z"><div itemprop="text">I own one. It is heavy.</div></div>
<div itemprop="comment" itemscope itemtype="https://schema.org/Comment">
 <span itemprop="author">Cleo</span><time itemprop="dateCreated" datetime="2019-06-22">22 June</time>
 <div itemprop="text">Where is it sold?</div></div></div>"""

NEWS = """
<div class="leserkommentare"><h3>2 Kommentare</h3>
<div class="kommentar-item"><div class="kommentar-autor">Ann Lee</div><div class="kommentar-datum">20. Juni 2019, 14:03 Uhr</div>
<div class="kommentar-text">Ich habe eines.<br><br>Es ist schwer.</div><a class="kommentar-melden">Melden</a></div>
<div class="kommentar-item"><div class="kommentar-autor">Cleo</div><div class="kommentar-datum">22.06.2019 08:00</div>
<div class="kommentar-text">Wo kann man es kaufen?</div></div></div>"""

BLOGGER = """
<div class="comments" id="comments"><h4>2 comments:</h4><dl id="comments-block">
<dt class="comment-author" id="c1"><a href="#">Ann Lee</a> said...</dt>
<dd class="comment-body" id="Blog1_cmt-1"><p>I own one. It is heavy.</p></dd>
<dd class="comment-footer"><span class="comment-timestamp"><a href="#">June 20, 2019 at 2:41 AM</a></span></dd>
<dt class="comment-author" id="c2"><a href="#">Cleo</a> said...</dt>
<dd class="comment-body" id="Blog1_cmt-2"><p>Where is it sold?</p></dd>
<dd class="comment-footer"><span class="comment-timestamp"><a href="#">June 22, 2019 at 9:00 AM</a></span></dd></dl></div>"""

NAMELESS = """
<div class="bar">Comments</div>
<div class="row"><h3>#1 comment by Ann Lee</h3>20 June 2019, 16:19<p>I own one. It is heavy.</p></div>
<div class="row"><h3>#2 comment by Cleo</h3>22 June 2019, 16:19<p>Where is it sold?</p></div>
<div class="bar">Write a comment</div>"""


@pytest.mark.parametrize(
    ("comments", "expected"),
    [
        pytest.param(
            WORDPRESS,
            [
                ("Ann Lee", "2019-06-20", None, "I own one.\n\nIt is heavy."),
                ("Bob", "2019-06-21", 1, "So do I."),
                ("Cleo", "2019-06-22", None, "Where is it sold?"),
            ],
            id="wordpress",
        ),
        pytest.param(
            DISQUS,
            [
                ("Ann Lee", "2019-06-20", None, "I own one. It is heavy."),
                ("Bob", "2019-06-21", 1, "So do I, since 1990."),
                ("Cleo", "2019-06-22", None, "Where is it sold?"),
            ],
            id="disqus",
        ),
        pytest.param(
            MICRODATA,
            [
                ("Ann Lee", "2019-06-20", None, "I own one. It is heavy."),
                ("Cleo", "2019-06-22", None, "Where is it sold?"),
            ],
            id="microdata",
        ),
        pytest.param(
            NEWS,
            [
                ("Ann Lee", "2019-06-20", None, "Ich habe eines.\n\nEs ist schwer."),
                ("Cleo", "2019-06-22", None, "Wo kann man es kaufen?"),
            ],
            id="news",
        ),
        pytest.param(
            BLOGGER,
            [
                ("Ann Lee", "2019-06-20", None, "I own one. It is heavy."),
                ("Cleo", "2019-06-22", None, "Where is it sold?"),
            ],
            id="blogger",
        ),
        pytest.param(
            NAMELESS,
            [
                ("Ann Lee", "2019-06-20", None, "I own one. It is heavy."),
                ("Cleo", "2019-06-22", None, "Where is it sold?"),
            ],
            id="nameless",
        ),
    ],
)
def test_comments_under_an_article(comments: str, expected: list[tuple[str, str, int | None, str]]) -> None:
    thread = read(page(comments))
    assert told(thread) == expected
    assert thread.posts[0].kind == "article"
    assert all(sentence in thread.posts[0].text for sentence in STORY)
    assert "own one" not in thread.posts[0].text


def test_an_article_keeps_its_paragraphs() -> None:
    listed = f"{ARTICLE}<h2>What it needs</h2><ul><li>A body of its own</li><li>Two hands</li></ul><p>{STORY[0]}</p>"
    text = read(page("", article=listed)).posts[0].text
    assert f"{STORY[0]}\n\n{STORY[1]}\n\n{STORY[2]}" in text
    assert "A body of its own\nTwo hands" in text


def test_what_a_page_says_of_itself() -> None:
    head = (
        '<link rel="canonical" href="https://example.org/lens"><meta property="og:title" content="An old lens">'
        '<meta name="author" content="Dora Klein"><meta property="article:published_time" content="2019-06-19T08:00:00Z">'
    )
    thread = read(page(WORDPRESS, head=head))
    article = thread.posts[0]
    assert (thread.title, thread.url) == ("An old lens", "https://example.org/lens")
    assert (article.author, article.date) == ("Dora Klein", "2019-06-19")


def test_json_ld_is_read_where_the_page_shows_no_comment() -> None:
    data = {
        "@type": "Article",
        "headline": "An old lens",
        "comment": [
            {
                "@type": "Comment",
                "text": "I own one.",
                "author": {"@type": "Person", "name": "Ann Lee"},
                "dateCreated": "2019-06-20T02:41:00Z",
                "comment": [{"@type": "Comment", "text": "So do I.", "author": {"name": "Bob"}}],
            },
            {"@type": "Comment", "text": "Where &amp; when?", "author": "Cleo"},
        ],
    }
    thread = read(page("", head=f'<script type="application/ld+json">{json.dumps(data)}</script>'))
    assert told(thread) == [
        ("Ann Lee", "2019-06-20", None, "I own one."),
        ("Bob", None, 1, "So do I."),
        ("Cleo", None, None, "Where & when?"),
    ]


def comments(*bodies: str, attributes: str = "") -> str:
    items = "".join(
        f'<div class="comment" {attributes}><span class="comment-author">Ann</span><time datetime="2019-06-20">then</time>'
        f'<div class="comment-text">{body}</div></div>'
        for body in bodies
    )
    return f'<div id="comments">{items}</div>'


@pytest.mark.parametrize(
    "gone",
    [
        "[deleted]",
        "[removed]",
        "This comment has been removed by a moderator.",
        "Dieser Kommentar wurde gelöscht.",
        "Ce commentaire a été supprimé.",
        "<span style='display:none'>Secret words of somebody</span>",
    ],
)
def test_what_was_taken_down_stays_out(gone: str) -> None:
    thread = read(page(comments("I own one.", gone)))
    assert [post.text for post in thread.comments] == ["I own one."]
    assert "Secret" not in thread.text


@pytest.mark.parametrize("how", ['style="color: red; DISPLAY: none"', "hidden", 'class="is-hidden"'])
def test_a_hidden_comment_stays_out(how: str) -> None:
    hidden = f'<li {how}><div class="comment"><b class="author">Eve</b> <time datetime="2019-06-21">then</time><p>Secret.</p></div></li>'
    thread = read(
        page(
            f'<ul id="comments"><li><div class="comment"><b class="author">Ann</b> <time datetime="2019-06-20">then</time><p>I own one.</p></div></li>{hidden}</ul>'
        )
    )
    assert [post.text for post in thread.comments] == ["I own one."]
    assert "Secret" not in thread.text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<blockquote>It is heavy.</blockquote><p>Mine is not.</p>", "It is heavy."),
        ("<p>&gt; It is heavy.</p><p>Mine is not.</p>", "> It is heavy."),
        ("<p>Bob wrote:</p><blockquote>It is heavy.</blockquote><p>Mine is not.</p>", "Bob wrote:\n\nIt is heavy."),
        ('<div class="bbcode_quote">It is heavy.</div>Mine is not.', "It is heavy."),
        ("Bob schrieb:<br>&gt; It is heavy.<br>Mine is not.", "Bob schrieb:\n> It is heavy."),
    ],
)
def test_quoted_words_are_shown_and_not_credited(body: str, expected: str) -> None:
    thread = read(page(comments(body)))
    assert quoted(thread, 0) == [expected]
    assert thread.comments[0].text.endswith("Mine is not.")


def test_latest_comments_beside_an_article_are_no_comments_on_it() -> None:
    aside = (
        '<aside><h3>Recent comments</h3><ul id="recentcomments"><li class="recentcomments"><span class="comment-author-link">Eve'
        "</span> on <a>Another lens</a></li></ul></aside>"
    )
    assert read(page(aside)).comments == ()


def test_a_form_is_no_comment() -> None:
    form = (
        '<div id="comments"><div class="comment-form"><p class="comment-notes">Your email address will not be published.</p>'
        '<div class="comment"><label>Comment</label><textarea></textarea></div></div></div>'
    )
    assert read(page(form)).comments == ()


def test_words_without_a_main_text_are_read_as_they_are_seen() -> None:
    assert read(b"<html><body><div>Back soon.</div><script>var no</script></body></html>").text == "Back soon."


@pytest.mark.parametrize("data", [b"", b"  \n", b"<html></html>", b"<!-- nothing -->", b"<script>var x = 1;</script>"])
def test_a_page_without_a_word_is_told(data: bytes) -> None:
    with pytest.raises(qa.SourceError, match=r"page\.html holds no text"):
        read(data)


UMLAUTS = "Über die Größe des Gehäuses wurde lange gestritten, bis es für alle paßte."


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("utf-8", "utf-8"), ("iso-8859-1", "cp1252"), ("iso-8859-1", "utf-8"), ("utf-8", "cp1252"), ("nonsense", "utf-8"),
     ("hex", "utf-8"), ("utf-16", "utf-8"), ("utf-8", "utf-16")],
)  # fmt: skip
def test_a_wrong_declaration_is_seen_through(declared: str, encoding: str) -> None:
    made = f'<html><head><meta charset="{declared}"></head><body><p>{UMLAUTS}</p></body></html>'
    assert read(made.encode(encoding)).text == UMLAUTS


def test_a_right_declaration_is_kept() -> None:
    text = "Объектив был сделан в Зольмсе, и никто не знает, сколько их осталось."
    made = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=koi8-r"></head><body><p>{text}</p></body></html>'
    assert read(made.encode("koi8-r")).text == text


HOSTILE = {
    "nested": b"<div>" * 100_000 + b"deep</div>",
    "nested comments": b'<div class="comment"><b class="author">Ann</b><i>1 May 2011</i>words ' * 5_000,
    "nested authors": b'<div class="comment"><div class="author">' * 5_000 + b"Ann",
    "nested lists": b"<ul><li>" * 50_000 + b"x",
    "unclosed": b"<p><b><i><table><tr>" * 5_000,
    "many comments": b'<div class="comment"><b class="author">A</b><time datetime="2011-05-01">x</time>Yes.</div>'
    * 4_000,
    "many classes": b'<div class="' + b"comment-x " * 200_000 + b'">x</div>',
    "one class": b'<div class="' + b"comment" * 300_000 + b'">x</div>',
    "long attribute": b'<div title="' + b"a" * 8_000_000 + b'">x</div>',
    "long style": b'<div class="comment" style="' + b"display:" * 500_000 + b'">x</div>',
    "many brackets": b"<p>" + b"&gt;<br>" * 10_000,
    "long line": b"<p>" + b"ab " * 1_000_000,
    "blanks": b"<p>" + b" " * 4_000_000 + b"x",
    "siblings": b"<i></i>" * 60_000 + b"x",
    "headings": b"<h2>Comments</h2>" * 5_000 + b"<p>1 May 2011</p>",
    "replies": b'<ul class="children">' * 1_500 + b'<li class="comment"><b class="author">A</b>x</li>' * 2_000,
    "entities": b'<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;">]><p>&b; &xxe; &#0; &#xD800; &#x110000; words</p>',
    "outside": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><p>&f; words</p>',
    "json": b'<script type="application/ld+json">' + b'{"comment":[' * 100_000 + b"</script>x",
    "nul": b"<p>a\x00b</p><div class='comment\x00'>c</div>",
    "controls": b"<div>x&#8;<div class='comment'><b class='author'>A</b>1 May 2011 y&#x1F;</div>&#12;z&#xFFFE;\x0c</div>",
    "bidi": "<p>\u202eevil\u202c \u2066words\u2069</p>".encode(),
    "surrogate": b"<p>half \xed\xa0\x80 a letter, and many words more after it, so that it is text, which it is</p>",
    "cut": page(WORDPRESS)[:1_400],
    "cut in a tag": page(WORDPRESS)[:700] + b"<div class='comm",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_read_or_refused(name: str) -> None:
    began = time.process_time()
    try:
        thread = read(HOSTILE[name])
    except qa.SourceError as error:
        assert "page.html" in str(error)
    else:
        assert "root:" not in thread.text
        assert "\x00" not in thread.text
    assert time.process_time() - began < 20


def test_replies_that_go_in_a_circle() -> None:
    items = "".join(
        f'<div class="comment" id="{own}" data-parent-id="{above}"><b class="author">Ann</b><time datetime="2019-06-20">x</time>'
        f"<p>Words of {own}.</p></div>"
        for own, above in (("a", "b"), ("b", "a"), ("c", "nobody"), ("d", "d"))
    )
    assert len(read(page(f'<div id="comments">{items}</div>')).comments) == 4
