"""Saved pages: made here by hand in the manner of the software that makes such pages."""

from __future__ import annotations

import json
import time

import pytest

import qa
from qa.sources import html

STORY = (
    "The lens was ground in Solms by two people, who took eleven days for it and wrote down every step.",
    "It was sold in March to a collector, who said that he would use it every day until he died.",
    "Nobody knows how many of them are left, but the factory keeps a list, and the list is long.",
)
ARTICLE = "<h1>An old lens</h1>" + "".join(f"<p>{sentence}</p>" for sentence in STORY)


def page(comments: str, *, article: str = ARTICLE, head: str = "") -> bytes:
    title = "<title>An old lens</title>"
    return f"<!DOCTYPE html><html><head>{title}{head}</head><body><article>{article}</article>{comments}</body></html>".encode()


def read(data: bytes) -> qa.Thread:
    (thread,) = html.read(data, "page.html")
    return thread.checked()


def told(thread: qa.Thread) -> list[tuple[str | None, str | None, int | None, str]]:
    return [(post.author, post.date, post.parent, post.text) for post in thread.comments]


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


HACKER_NEWS = """<html><body><table id="hnmain"><tr><td><table class="fatitem">
<tr class="athing submission" id="1"><td class="title"><span class="titleline"><a href="https://example.org/lens">An old
lens</a></span></td></tr><tr><td class="subtext"><span class="score">9 points</span> by <a class="hnuser">dora</a>
<span class="age" title="2019-06-19T08:00:00">on June 19, 2019</span></td></tr></table><br>
<table class="comment-tree">{rows}</table></td></tr></table></body></html>"""
HACKER_ROW = """<tr class="athing comtr" id="{id}"><td><table><tr><td class="ind" indent="{deep}"><img src="s.gif" height="1"
width="{width}"></td><td class="votelinks"><div class="votearrow"></div></td><td class="default"><div><span class="comhead">
<a href="user?id={who}" class="hnuser">{who}</a> <span class="age" title="{day}T02:41:00"><a href="#">3 years ago</a></span>
<span class="navs">| <a href="#">root</a> | <a href="#">next</a> <a class="togg">[–]</a></span></span></div><br>
<div class="comment"><div class="commtext c00">{text}</div><div class="reply"><p><font size="1"><u><a>reply</a></u></font>
</div></div></td></tr></table></td></tr>"""


def test_hacker_news() -> None:
    rows = (
        ("11", 0, "ann", "2019-06-20", "I own one.<p>It is heavy."),
        ("12", 1, "bob", "2019-06-21", "<i>&gt; It is heavy.</i><p>Mine is not."),
        ("13", 2, "ann", "2019-06-21", "Lucky you."),
        ("14", 0, "cleo", "2019-06-22", "Where is it sold?"),
    )
    made = "".join(
        HACKER_ROW.format(id=name, deep=deep, width=40 * deep, who=who, day=day, text=text)
        for name, deep, who, day, text in rows
    )
    thread = read(HACKER_NEWS.format(rows=made).encode())
    first = thread.posts.index(thread.comments[0])
    assert told(thread) == [
        ("ann", "2019-06-20", None, "I own one.\n\nIt is heavy."),
        ("bob", "2019-06-21", first, "> It is heavy.\n\nMine is not."),
        ("ann", "2019-06-21", first + 1, "Lucky you."),
        ("cleo", "2019-06-22", None, "Where is it sold?"),
    ]
    assert quoted(thread, 1) == ["> It is heavy."]


def quoted(thread: qa.Thread, comment: int) -> list[str]:
    return [thread.text[start:end] for start, end in thread.comments[comment].omitted]


def old_reddit(name: str, who: str, day: str, text: str, child: str = "") -> str:
    return (
        f'<div class="thing id-t1_{name} noncollapsed comment" id="thing_t1_{name}" data-fullname="t1_{name}" '
        f'data-author="{who}"><p class="parent"><a name="{name}"></a></p><div class="midcol"></div>'
        f'<div class="entry"><p class="tagline"><a class="expand">[–]</a><a class="author">{who}</a> '
        f'<span class="score">5 points</span> <time datetime="{day}T02:41:00+00:00">3 years ago</time></p>'
        f'<form class="usertext"><div class="usertext-body"><div class="md">{text}</div></div></form>'
        f'<ul class="flat-list buttons"><li>permalink</li><li>reply</li></ul></div>'
        f'<div class="child"><div class="sitetable listing">{child}</div></div></div>'
    )


def test_old_reddit() -> None:
    reply = old_reddit("b", "bob", "2019-06-21", "<blockquote><p>It is heavy.</p></blockquote><p>Mine is not.</p>")
    gone = (
        '<div class="thing id-t1_d noncollapsed deleted comment" id="thing_t1_d" data-fullname="t1_d"><div class="entry">'
        '<p class="tagline"><em>[deleted]</em> <time datetime="2019-06-22T01:00:00+00:00">3 years ago</time></p>'
        '<div class="usertext-body"><div class="md"><p>[removed]</p></div></div></div><div class="child">'
        f'<div class="sitetable listing">{old_reddit("e", "eve", "2019-06-23", "<p>Why was it removed?</p>")}</div></div></div>'
    )
    made = (
        '<html><body><div class="content"><div id="siteTable" class="sitetable linklisting"><div class="thing id-t3_x link self" '
        'id="thing_t3_x" data-author="dora"><div class="entry"><p class="title"><a class="title">An old lens</a></p>'
        '<p class="tagline">submitted <time datetime="2019-06-19T08:00:00+00:00">3 years ago</time> by '
        f'<a class="author">dora</a></p><div class="expando"><form class="usertext"><div class="usertext-body">'
        f'<div class="md">{ARTICLE}</div></div></form></div></div></div></div>'
        '<div class="commentarea"><div class="panestack-title"><span class="title">all 4 comments</span></div>'
        f'<div class="sitetable nestedlisting">{old_reddit("a", "ann", "2019-06-20", "<p>I own one.</p><p>It is heavy.</p>", reply)}'
        f"{gone}</div></div></div></body></html>"
    )
    thread = read(made.encode())
    assert told(thread) == [
        ("ann", "2019-06-20", None, "I own one.\n\nIt is heavy."),
        ("bob", "2019-06-21", 1, "It is heavy.\n\nMine is not."),
        ("eve", "2019-06-23", None, "Why was it removed?"),
    ]
    assert quoted(thread, 1) == ["It is heavy."]
    assert STORY[1] in thread.posts[0].text


def test_new_reddit() -> None:
    def comment(name: str, parent: str, deep: int, who: str, text: str, child: str = "") -> str:
        above = f'parentid="{parent}"' if parent else ""
        return (
            f'<shreddit-comment author="{who}" thingid="t1_{name}" {above} depth="{deep}" created="2019-06-20T02:41:00Z">'
            f'<div slot="commentMeta"><a href="#">{who}</a> <faceplate-timeago ts="x"><time datetime="2019-06-20T02:41:00Z">'
            f'3y ago</time></faceplate-timeago></div><div slot="comment" id="t1_{name}-comment-rtjson-content"><div class="md">'
            f"<p>{text}</p></div></div><shreddit-comment-action-row><button>Reply</button></shreddit-comment-action-row>"
            f"{child}</shreddit-comment>"
        )

    tree = comment("a", "", 0, "ann", "I own one.", comment("b", "t1_a", 1, "bob", "So do I.")) + comment(
        "c", "", 0, "cleo", "Where is it sold?"
    )
    thread = read(page(f'<shreddit-comment-tree id="comment-tree">{tree}</shreddit-comment-tree>'))
    assert told(thread) == [
        ("ann", "2019-06-20", None, "I own one."),
        ("bob", "2019-06-20", 1, "So do I."),
        ("cleo", "2019-06-20", None, "Where is it sold?"),
    ]


def test_a_forum_opens_with_its_first_post() -> None:
    def post(number: int, who: str, text: str) -> str:
        return (
            f'<div id="post_{number}" class="topic-body crawler-post"><div class="crawler-post-meta"><span class="creator" '
            f'itemprop="author" itemscope itemtype="http://schema.org/Person"><a itemprop="url" href="#"><span itemprop="name">'
            f'{who}</span></a></span><span class="crawler-post-infos"><time datetime="2019-06-2{number}T10:00:00Z" '
            f'class="post-time">June 2{number}, 2019, 10:00am</time><span itemprop="position">{number}</span></span></div>'
            f'<div class="post" itemprop="text">{text}</div></div>'
        )

    answer = (
        '<aside class="quote" data-username="dora"><div class="title">dora:</div><blockquote><p>Where is it sold?</p></blockquote>'
        "</aside><p>In Wetzlar, in the old shop.</p>"
    )
    made = post(1, "dora", "<p>I look for an old lens.</p><p>Where is it sold?</p>") + post(2, "ann", answer)
    made += post(3, "bob", "<p>And in Solms, on Mondays.</p>")
    thread = read(
        f"<html><head><title>Old lens</title></head><body><div id='main-outlet'>{made}</div></body></html>".encode()
    )
    article = thread.posts[0]
    assert (article.kind, article.author, article.date) == ("article", "dora", "2019-06-21")
    assert article.text == "I look for an old lens.\n\nWhere is it sold?"
    assert [(post.author, post.date) for post in thread.comments] == [("ann", "2019-06-22"), ("bob", "2019-06-23")]
    assert thread.comments[0].text.endswith("In Wetzlar, in the old shop.")
    assert quoted(thread, 0) == ["dora:\n\nWhere is it sold?"]


def test_phpbb() -> None:
    def post(number: int, who: str, text: str) -> str:
        return (
            f'<div id="p{number}" class="post has-profile bg2"><div class="inner"><dl class="postprofile"><dt><a class="username">'
            f'{who}</a></dt><dd class="profile-posts">Posts: 7</dd></dl><div class="postbody"><h3><a href="#">Re: Old lens</a></h3>'
            f'<p class="author">by <strong><a class="username">{who}</a></strong> » Thu Jun 2{number}, 2019 2:41 am</p>'
            f'<div class="content">{text}</div><div class="signature">Sent from my camera</div></div></div></div>'
        )

    answer = "<blockquote><div><cite>dora wrote:</cite>Where is it sold?</div></blockquote>In Wetzlar, in the old shop."
    thread = read(f"<html><body>{post(1, 'dora', 'Where is it sold?')}{post(2, 'ann', answer)}</body></html>".encode())
    assert [(p.kind, p.author, p.date) for p in thread.posts] == [
        ("article", "dora", "2019-06-21"),
        ("comment", "ann", "2019-06-22"),
    ]
    assert thread.posts[0].text == "Where is it sold?"
    assert thread.posts[1].text.endswith("In Wetzlar, in the old shop.")
    assert quoted(thread, 0) == ["dora wrote:\nWhere is it sold?"]


def test_questions_and_answers_with_comments_of_their_own() -> None:
    def signed(who: str, day: str) -> str:
        return (
            f'<div class="user-info"><div class="user-action-time">answered <span title="{day} 10:00:00Z" class="relativetime">'
            f'Jun 20, 2019 at 10:00</span></div><div class="user-details" itemprop="author"><a href="#">{who}</a></div></div>'
        )

    comment = (
        '<ul class="comments-list"><li id="comment-7" class="comment js-comment"><div class="comment-text"><div class="comment-body">'
        '<span class="comment-copy">Only on Mondays.</span> – <a class="comment-user">bob</a> <span class="comment-date">'
        '<span title="2019-06-22 10:00:00Z" class="relativetime-clean">Jun 22, 2019 at 10:00</span></span></div></div></li></ul>'
    )
    made = (
        f'<h1>Where is it sold?</h1><div class="question" id="question" data-questionid="1"><div class="s-prose js-post-body" '
        f'itemprop="text"><p>I look for an old lens, and nobody has one.</p></div>{signed("dora", "2019-06-20")}</div>'
        f'<div id="answers"><div id="answer-2" class="answer" data-answerid="2"><div class="s-prose js-post-body" itemprop="text">'
        f"<p>In Wetzlar, in the old shop.</p></div>{signed('ann', '2019-06-21')}{comment}</div></div>"
    )
    thread = read(f"<html><body>{made}</body></html>".encode())
    assert [(p.kind, p.author, p.date, p.parent, p.text) for p in thread.posts] == [
        ("article", "dora", "2019-06-20", None, "I look for an old lens, and nobody has one."),
        ("comment", "ann", "2019-06-21", None, "In Wetzlar, in the old shop."),
        ("comment", "bob", "2019-06-22", 1, "Only on Mondays."),
    ]


def test_xenforo() -> None:
    def post(number: int, who: str, text: str) -> str:
        return (
            f'<article class="message message--post js-post" data-author="{who}" data-content="post-{number}" id="js-post-{number}">'
            f'<div class="message-inner"><div class="message-cell message-cell--user"><section class="message-user"><h4 '
            f'class="message-name"><a class="username">{who}</a></h4><h5 class="userTitle message-userTitle">Member</h5></section>'
            f'</div><div class="message-cell message-cell--main"><header class="message-attribution"><time class="u-dt" '
            f'datetime="2019-06-2{number}T10:00:00+0200">Jun 2{number}, 2019</time><a>#{number}</a></header>'
            f'<div class="message-content"><article class="message-body"><div class="bbWrapper">{text}</div></article></div>'
            f'<footer class="message-footer"><div class="message-actionBar actionBar"><a>Reply</a></div></footer></div></div></article>'
        )

    answer = (
        '<blockquote class="bbCodeBlock bbCodeBlock--quote"><div class="bbCodeBlock-title"><a>dora said:</a></div>'
        '<div class="bbCodeBlock-content">Where is it sold?</div></blockquote>In Wetzlar, in the old shop.'
    )
    made = post(1, "dora", "I look for a lens.<br><br>Where is it sold?") + post(2, "ann", answer)
    thread = read(f"<html><body><h1>Old lens</h1><div class='block-body'>{made}</div></body></html>".encode())
    assert [(p.kind, p.author, p.date) for p in thread.posts] == [
        ("article", "dora", "2019-06-21"),
        ("comment", "ann", "2019-06-22"),
    ]
    assert thread.posts[0].text == "I look for a lens.\n\nWhere is it sold?"
    assert quoted(thread, 0) == ["dora said:\n\nWhere is it sold?"]
    assert thread.comments[0].text.endswith("In Wetzlar, in the old shop.")


def test_vbulletin() -> None:
    def post(number: int, who: str, text: str) -> str:
        return (
            f'<li class="postbitlegacy postbitim postcontainer old" id="post_{number}"><div class="posthead"><span class="postdate old">'
            f'<span class="date">0{number}.06.2019, <span class="time">10:00</span></span></span><span class="nodecontrols"><a '
            f'class="postcounter">#{number}</a></span></div><div class="postdetails"><div class="userinfo"><div '
            f'class="username_container"><a class="username offline"><strong>{who}</strong></a></div><dl class="userinfo_extra"><dt>'
            f'Beiträge</dt><dd>12</dd></dl></div><div class="postbody"><div class="postrow"><h2 class="title icon">Altes Objektiv</h2>'
            f'<div class="content"><div id="post_message_{number}"><blockquote class="postcontent restore">{text}</blockquote></div>'
            f"</div></div></div></div></li>"
        )

    made = post(3, "dora", "Wo wird es verkauft?") + post(4, "ann", "In Wetzlar, im alten Laden.")
    thread = read(f"<html><body><ol id='posts' class='posts'>{made}</ol></body></html>".encode())
    assert [(p.kind, p.author, p.date) for p in thread.posts] == [
        ("article", "dora", "2019-06-03"),
        ("comment", "ann", "2019-06-04"),
    ]
    assert thread.comments[0].text.endswith("In Wetzlar, im alten Laden.")
    assert quoted(thread, 0) == []


def test_replies_of_replies_in_boxes() -> None:
    def item(name: str, deep: str) -> str:
        return (
            f'<li class="comment" id="comment-{name}"><div class="the-comment"><div class="comment-box"><div class="comment-author">'
            f"<strong>{name}</strong></div><div class='comment-text'><p>Words of {name}.</p></div></div></div>"
            f'<ul class="children">{deep}</ul></li>'
        )

    tree = item("Ann", item("Bob", "") + item("Cleo", item("Dora", ""))) + item("Eve", "")
    thread = read(page(f'<div id="comments"><ol class="comment-list">{tree}</ol></div>'))
    assert [(post.author, post.parent) for post in thread.comments] == [
        ("Ann", None),
        ("Bob", 1),
        ("Cleo", 1),
        ("Dora", 3),
        ("Eve", None),
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
