"""Saved pages of blogs and newspapers: articles, comments, metadata, and hostile pages."""

from __future__ import annotations

import json
import time

import pytest
from saved_pages import ARTICLE, STORY, comment_rows, omitted_texts, page, read_thread

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

WITHOUT_CLASSES = """
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
            WITHOUT_CLASSES,
            [
                ("Ann Lee", "2019-06-20", None, "I own one. It is heavy."),
                ("Cleo", "2019-06-22", None, "Where is it sold?"),
            ],
            id="without classes",
        ),
    ],
)
def test_comments_under_an_article(comments: str, expected: list[tuple[str, str, int | None, str]]) -> None:
    thread = read_thread(page(comments))
    assert comment_rows(thread) == expected
    assert thread.posts[0].kind == "article"
    assert all(sentence in thread.posts[0].text for sentence in STORY)
    assert "own one" not in thread.posts[0].text


def test_an_article_keeps_its_paragraphs() -> None:
    listed = f"{ARTICLE}<h2>What it needs</h2><ul><li>A separate body</li><li>Two hands</li></ul><p>{STORY[0]}</p>"
    text = read_thread(page("", article=listed)).posts[0].text
    assert f"{STORY[0]}\n\n{STORY[1]}\n\n{STORY[2]}" in text
    assert "• A separate body\n• Two hands" in text


def test_declared_metadata_is_read() -> None:
    head = (
        '<link rel="canonical" href="https://example.org/lens"><meta property="og:title" content="An old lens">'
        '<meta name="author" content="Dora Klein"><meta property="article:published_time" content="2019-06-19T08:00:00Z">'
    )
    thread = read_thread(page(WORDPRESS, head=head))
    article = thread.posts[0]
    assert (thread.title, thread.url) == ("An old lens", "https://example.org/lens")
    assert (article.author, article.date) == ("Dora Klein", "2019-06-19")


def test_an_undeclared_author_and_day_are_found_in_the_text() -> None:
    byline = '<div class="byline">By <span class="author">Dora KLEIN</span> on <time datetime="2019-06-19">June 19, 2019</time></div>'
    article = read_thread(page(WORDPRESS, article=f"{ARTICLE}{byline}")).posts[0]
    assert (article.author, article.date) == ("Dora KLEIN", "2019-06-19")


def test_declared_metadata_wins_over_the_text() -> None:
    head = '<meta name="author" content="Dora Klein">'
    byline = '<div class="byline">By <span class="author">Eve Other</span> on <time datetime="2019-06-19">June 19, 2019</time></div>'
    article = read_thread(page("", article=f"{ARTICLE}{byline}", head=head)).posts[0]
    assert (article.author, article.date) == ("Dora Klein", "2019-06-19")


def test_the_label_of_a_form_field_is_not_an_author() -> None:
    form = '<form><p class="comment-form-author"><label for="author" class="author">Name</label><input name="author"></p></form>'
    assert read_thread(page(form)).posts[0].author is None


def test_inline_code_stays_in_its_sentence_and_a_code_block_is_a_paragraph() -> None:
    code = f"<p>{STORY[0]} Call <code>grind()</code> first, and then <code>polish()</code>.</p><pre>grind()\npolish()</pre><p>{STORY[2]}</p>"
    text = read_thread(page(comments(code))).comments[0].text
    expected = f"{STORY[0]} Call grind() first, and then polish().\n\ngrind()\npolish()\n\n{STORY[2]}"
    assert text == expected
    assert (
        "Call grind() first, and then polish().\n\n" in read_thread(page("", article=f"{ARTICLE}{code}")).posts[0].text
    )


def test_json_ld_comments_are_read_if_the_page_shows_none() -> None:
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
    thread = read_thread(page("", head=f'<script type="application/ld+json">{json.dumps(data)}</script>'))
    assert comment_rows(thread) == [
        ("Ann Lee", "2019-06-20", None, "I own one."),
        ("Bob", None, 1, "So do I."),
        ("Cleo", None, None, "Where & when?"),
    ]


def test_the_html_of_a_json_ld_comment_is_read_as_any_other() -> None:
    text = "<blockquote>It is heavy.</blockquote><p>Mine is <i>not</i>.<br>Look!</p>"
    data = {
        "@graph": [{"@type": "Article", "comment": [{"@type": "Comment", "text": text, "author": {"name": "Bob"}}]}]
    }
    thread = read_thread(page("", head=f'<script type="application/ld+json">{json.dumps(data)}</script>'))
    assert comment_rows(thread) == [("Bob", None, None, "It is heavy.\n\nMine is not.\nLook!")]
    assert omitted_texts(thread, 0) == ["It is heavy."]


def test_the_author_and_day_of_an_article_are_read_from_json_ld() -> None:
    teaser = {"@type": "NewsArticle", "author": "Eve Other", "datePublished": "2011-01-01"}
    article = {"@type": ["NewsArticle"], "author": [{"name": "Dora Klein"}], "datePublished": "2019-06-19T08:00:00Z"}
    data = {"@graph": [{"@type": "ItemList", "itemListElement": [teaser]}, {"@type": "Thing", "mainEntity": article}]}
    post = read_thread(page("", head=f'<script type="application/ld+json">{json.dumps(data)}</script>')).posts[0]
    assert (post.author, post.date) == ("Dora Klein", "2019-06-19")


def comments(*bodies: str, attributes: str = "") -> str:
    items = "".join(
        f'<div class="comment" {attributes}><span class="comment-author">Ann</span><time datetime="2019-06-20">then</time>'
        f'<div class="comment-text">{body}</div></div>'
        for body in bodies
    )
    return f'<div id="comments">{items}</div>'


@pytest.mark.parametrize(
    "removed",
    [
        "[deleted]",
        "[removed]",
        "This comment has been removed by a moderator.",
        "Dieser Kommentar wurde gelöscht.",
        "Ce commentaire a été supprimé.",
        "<span style='display:none'>Secret words</span>",
    ],
)
def test_a_removed_comment_is_left_out(removed: str) -> None:
    thread = read_thread(page(comments("I own one.", removed)))
    assert [post.text for post in thread.comments] == ["I own one."]
    assert "Secret" not in thread.text


@pytest.mark.parametrize("attribute", ['style="color: red; DISPLAY: none"', "hidden", 'class="is-hidden"'])
def test_a_hidden_comment_is_left_out(attribute: str) -> None:
    hidden = f'<li {attribute}><div class="comment"><b class="author">Eve</b> <time datetime="2019-06-21">then</time><p>Secret.</p></div></li>'
    thread = read_thread(
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
def test_quoted_words_are_shown_but_omitted_from_the_index(body: str, expected: str) -> None:
    thread = read_thread(page(comments(body)))
    assert omitted_texts(thread, 0) == [expected]
    assert thread.comments[0].text.endswith("Mine is not.")


def test_the_latest_comments_of_a_site_are_not_comments_on_the_article() -> None:
    aside = (
        '<aside><h3>Recent comments</h3><ul id="recentcomments"><li class="recentcomments"><span class="comment-author-link">Eve'
        "</span> on <a>Another lens</a></li></ul></aside>"
    )
    assert read_thread(page(aside)).comments == ()


def test_a_comment_form_is_not_a_comment() -> None:
    form = (
        '<div id="comments"><div class="comment-form"><p class="comment-notes">Your email address will not be published.</p>'
        '<div class="comment"><label>Comment</label><textarea></textarea></div></div></div>'
    )
    assert read_thread(page(form)).comments == ()


def test_a_page_without_a_main_text_is_read_as_shown() -> None:
    assert read_thread(b"<html><body><div>Back soon.</div><script>var no</script></body></html>").text == "Back soon."


@pytest.mark.parametrize("data", [b"", b"  \n", b"<html></html>", b"<!-- nothing -->", b"<script>var x = 1;</script>"])
def test_a_page_without_words_is_refused(data: bytes) -> None:
    with pytest.raises(qa.SourceError, match=r"page\.html holds no text"):
        read_thread(data)


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
        thread = read_thread(HOSTILE[name])
    except qa.SourceError as error:
        assert "page.html" in str(error)
    else:
        assert "root:" not in thread.text
        assert "\x00" not in thread.text
    assert time.process_time() - began < 20


def test_circular_replies_are_read() -> None:
    items = "".join(
        f'<div class="comment" id="{own}" data-parent-id="{above}"><b class="author">Ann</b><time datetime="2019-06-20">x</time>'
        f"<p>Words of {own}.</p></div>"
        for own, above in (("a", "b"), ("b", "a"), ("c", "nobody"), ("d", "d"))
    )
    assert len(read_thread(page(f'<div id="comments">{items}</div>')).comments) == 4


@pytest.mark.parametrize(("levels", "authors"), [(1, ["Ann Lee", "Bob Ray"]), (6, ["Ann Lee", "Bob Ray"]), (7, [])])
def test_a_name_up_to_six_levels_above_a_comment_is_its_author(levels: int, authors: list[str]) -> None:
    comments = ""
    for name, text in (("Ann Lee", "I own one of them and use it."), ("Bob Ray", "Mine was stolen in the spring.")):
        body = f'<div class="comment"><p>{text}</p></div>'
        for _ in range(levels - 1):
            body = f"<div>{body}</div>"
        comments += f'<div><b class="author">{name}</b> <time datetime="2015-03-03">3 March 2015</time>{body}</div>'
    assert [author for author, *_ in comment_rows(read_thread(page(f"<div>{comments}</div>")))] == authors
