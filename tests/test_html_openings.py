"""Saved pages of discussions whose opening post is named otherwise than what answers it."""

from __future__ import annotations

import pytest
from saved_pages import read_thread

from qa.sources.webpage.blocks import lay_out
from qa.sources.webpage.parse import parse_page

HACKER_NEWS = """<html><head><title>Ask HN: Which oil? | Hacker News</title></head><body><table id="hnmain"><tr><td>
<table class="fatitem"><tr class="athing submission" id="1"><td class="title"><span class="rank"></span></td><td></td>
<td class="title"><span class="titleline"><a href="item?id=1">Ask HN: Which oil?</a></span></td></tr><tr><td
colspan="2">
</td><td class="subtext"><span class="score">9 points</span> by <a class="hnuser">dora</a> <span class="age"
title="2019-06-19T08:00:00">on June 19, 2019</span> | <a>hide</a> |
<a>3&nbsp;comments</a></td></tr>{text}<tr><td></td>
<td><form><textarea></textarea><input type="submit" value="add comment"></form></td></tr></table>
<table class="comment-tree"><tr class="athing comtr" id="2"><td><table><tr><td class="ind" indent="0"></td>
<td class="default"><span class="comhead"><a class="hnuser">ann</a> <span class="age"
title="2019-06-20T02:41:00">on June
20, 2019</span></span><div class="comment"><div class="commtext c00">Linseed
oil.</div></div></td></tr></table></td></tr>
</table></td></tr></table></body></html>"""
HACKER_NEWS_TEXT = '<tr><td></td><td><div class="toptext">The chuck is dry.</div></td></tr>'
OLD_REDDIT = """<html><head><title>Which oil? : lathes</title></head><body><div class="side"><div
class="titlebox"><h1>
<a>lathes</a></h1><div class="usertext-body"><div class="md"><p>A place to talk about
lathes.</p></div></div></div></div>
<div class="content"><div class="thing id-t3_z self" id="thing_t3_z" data-author="dora"><div class="entry"><p
class="title">
<a class="title" href="/r/lathes/z">Which oil?</a> <span class="domain">(<a>self.lathes</a>)</span></p><p
class="tagline">
submitted <time datetime="2019-06-19T08:00:00+00:00">4 years ago</time> by <a class="author">dora</a></p>
<ul class="flat-list buttons"><li><a>1 comment</a></li><li><a>share</a></li></ul><div class="expando"><form
class="usertext">
<div class="usertext-body"><div class="md"><p>The chuck is dry.</p></div></div></form></div></div></div>
<div class="commentarea"><div class="sitetable nestedlisting"><div class="thing id-t1_a comment" id="thing_t1_a"
data-author="ann"><div class="entry"><p class="tagline"><a class="author">ann</a> <time
datetime="2019-06-20T08:00:00+00:00">4 years ago</time></p><form class="usertext"><div class="usertext-body"><div
class="md">
<p>Linseed oil.</p></div></div></form></div></div></div></div></div></body></html>"""
LEMMY = """<html><head><title>Which oil? -
lemmy.example</title></head><body><nav><a>lemmy.example</a><a>Communities</a></nav>
<main><div class="post-listing"><article class="row post-container"><div class="small"><a class="person-listing"
href="/u/dora"><span>dora</span></a> to <a class="community-link"><span>Lathes</span></a> · <time
datetime="2019-06-19T08:00:00Z">4 years ago</time></div><h1>Which oil?</h1></article><article id="postContent">
<div class="md-div"><p>The chuck is dry.</p></div></article></div><div>Sort: Hot Top New</div><ul class="comments"><li
class="comment"><article id="comment-1" class="details comment-node"><a class="person-listing"
href="/u/ann"><span>ann</span>
</a> <time datetime="2019-06-20T08:20:44Z">4 years ago</time><div class="comment-content"><div
class="md-div"><p>Linseed
oil.</p></div></div></article></li></ul></main></body></html>"""
GITHUB = """<html><head><title>Which oil? · Issue #41 · acme/lathe · GitHub</title><meta property="og:title"
content="Which oil? · Issue #41 · acme/lathe"></head><body><nav>Code Issues 12</nav><h1><bdi>Which
oil?</bdi><span>#41</span>
</h1><div class="react-issue-body"><div class="IssueBodyHeader-module__CommentBox--x" id="issue-41"><a
class="IssueBodyHeaderAuthor-module__authorLoginLink--J" href="/dora">dora</a><span> opened </span><relative-time
datetime="2019-06-19T08:00:00.000Z">on Jun 19, 2019</relative-time></div><div data-testid="markdown-body"
class="markdown-body"><p>The chuck is dry.</p></div></div><div class="react-comments-container"><div
class="react-issue-comment"><div class="IssueCommentViewer-module__IssueCommentViewerContainer--m"><div
id="issuecomment-11"
class="ActivityHeader-module__CommentHeaderContentContainer--O"><div class="ActivityHeader-module__leftSide--k"><a
class="ActivityHeader-module__AuthorLink--i" href="/ann">ann</a> <span>on <relative-time
datetime="2019-06-20T09:44:02.000Z">Jun 20, 2019</relative-time></span></div><span
class="Label">Contributor</span></div>
<div class="IssueCommentViewer-module__IssueCommentBody--x"><div class="markdown-body"><p>Linseed
oil.</p></div></div></div>
</div></div><div>Assignees <span>No one assigned</span></div></body></html>"""


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        (HACKER_NEWS.format(text=HACKER_NEWS_TEXT), "Ask HN: Which oil?"),
        (OLD_REDDIT, "Which oil?"),
        (LEMMY, "Which oil?"),
        (GITHUB, "Which oil?"),
    ],
    ids=["Hacker News", "old Reddit", "Lemmy", "GitHub"],
)
def test_the_opening_post_is_the_article(markup: str, title: str) -> None:
    thread = read_thread(markup.encode())
    assert thread.title == title
    assert [(post.kind, post.author, post.date, post.text) for post in thread.posts] == [
        ("article", "dora", "2019-06-19", "The chuck is dry."),
        ("comment", "ann", "2019-06-20", "Linseed oil."),
    ]


def test_a_link_alone_is_no_article() -> None:
    thread = read_thread(HACKER_NEWS.format(text="").encode())
    assert [(post.kind, post.author, post.text) for post in thread.posts] == [("comment", "ann", "Linseed oil.")]


def test_an_article_that_a_theme_calls_a_listing_keeps_its_words() -> None:
    words = "The chuck is dry, and nobody knows which oil it wants. " * 12
    markup = f"""<html><head><title>Oil</title></head><body><article
class="post-listing"><h1>Oil</h1><span>dora</span>
    <time datetime="2019-06-19">June 19, 2019</time><div class="post-inner"><p>{words}</p><div
class="author-text">Dora turns
    wood.</div></div></article></body></html>"""
    assert words.strip() in read_thread(markup.encode()).text


def test_several_openings_are_a_list_of_discussions() -> None:
    item = """<div class="thing" id="thing_t3_{0}" data-author="dora"><a class="title" href="/{0}">Which oil?</a><time
    datetime="2019-06-19T08:00:00Z">4 years ago</time><div class="md"><p>The chuck {0} is dry, so I
ask.</p></div></div>"""
    text = read_thread(f"<body>{item.format('a')}{item.format('b')}</body>".encode()).text
    assert "chuck a" in text
    assert "chuck b" in text


def test_a_title_ends_before_the_name_of_the_site() -> None:
    markup = b"""<html><head><title>The mill - River Notes</title><meta property="og:title" content="The mill -
River Notes">
    </head><body><article><h1>The mill</h1><p>It burned twice, and the town paid for the
roof.</p></article></body></html>"""
    assert read_thread(markup).title == "The mill"
    longer = markup.replace(b"<h1>The mill<", b"<h1>The mill - River Notes<")
    assert read_thread(longer).title == "The mill - River Notes"


def test_a_row_of_empty_cells_is_no_line() -> None:
    markup = b"<table><tr><td></td><td></td></tr><tr><td>oil</td><td></td><td>wax</td></tr></table>"
    root = parse_page(markup, "page")
    assert root is not None
    assert [block.text for block in lay_out(root)] == ["oil | | wax"]
