"""Saved pages of forums, link aggregators and question-and-answer sites."""

from __future__ import annotations

import pytest
from saved_pages import ARTICLE, STORY, comment_rows, omitted_texts, page, read_thread

HACKER_NEWS = """<html><body><table id="hnmain"><tr><td><table class="fatitem">
<tr class="athing submission" id="1"><td class="title"><span class="titleline"><a href="https://example.org/lens">An old
lens</a></span></td></tr><tr><td class="subtext"><span class="score">9 points</span> by <a class="hnuser">dora</a>
<span class="age" title="2019-06-19T08:00:00">on June 19, 2019</span></td></tr></table><br>
<table class="comment-tree">{rows}</table></td></tr></table></body></html>"""
HACKER_NEWS_ROW = """<tr class="athing comtr" id="{id}"><td><table><tr><td class="ind" indent="{deep}"><img src="s.gif" height="1"
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
    markup = "".join(
        HACKER_NEWS_ROW.format(id=name, deep=deep, width=40 * deep, who=who, day=day, text=text)
        for name, deep, who, day, text in rows
    )
    thread = read_thread(HACKER_NEWS.format(rows=markup).encode())
    first = thread.posts.index(thread.comments[0])
    assert comment_rows(thread) == [
        ("ann", "2019-06-20", None, "I own one.\n\nIt is heavy."),
        ("bob", "2019-06-21", first, "> It is heavy.\n\nMine is not."),
        ("ann", "2019-06-21", first + 1, "Lucky you."),
        ("cleo", "2019-06-22", None, "Where is it sold?"),
    ]
    assert omitted_texts(thread, 1) == ["> It is heavy."]


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
    markup = (
        '<html><body><div class="content"><div id="siteTable" class="sitetable linklisting"><div class="thing id-t3_x link self" '
        'id="thing_t3_x" data-author="dora"><div class="entry"><p class="title"><a class="title">An old lens</a></p>'
        '<p class="tagline">submitted <time datetime="2019-06-19T08:00:00+00:00">3 years ago</time> by '
        f'<a class="author">dora</a></p><div class="expando"><form class="usertext"><div class="usertext-body">'
        f'<div class="md">{ARTICLE}</div></div></form></div></div></div></div>'
        '<div class="commentarea"><div class="panestack-title"><span class="title">all 4 comments</span></div>'
        f'<div class="sitetable nestedlisting">{old_reddit("a", "ann", "2019-06-20", "<p>I own one.</p><p>It is heavy.</p>", reply)}'
        f"{gone}</div></div></div></body></html>"
    )
    thread = read_thread(markup.encode())
    assert comment_rows(thread) == [
        ("ann", "2019-06-20", None, "I own one.\n\nIt is heavy."),
        ("bob", "2019-06-21", 1, "It is heavy.\n\nMine is not."),
        ("eve", "2019-06-23", None, "Why was it removed?"),
    ]
    assert omitted_texts(thread, 1) == ["It is heavy."]
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
    thread = read_thread(page(f'<shreddit-comment-tree id="comment-tree">{tree}</shreddit-comment-tree>'))
    assert comment_rows(thread) == [
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
    markup = post(1, "dora", "<p>I look for an old lens.</p><p>Where is it sold?</p>") + post(2, "ann", answer)
    markup += post(3, "bob", "<p>And in Solms, on Mondays.</p>")
    thread = read_thread(
        f"<html><head><title>Old lens</title></head><body><div id='main-outlet'>{markup}</div></body></html>".encode()
    )
    article = thread.posts[0]
    assert (article.kind, article.author, article.date) == ("article", "dora", "2019-06-21")
    assert article.text == "I look for an old lens.\n\nWhere is it sold?"
    assert [(post.author, post.date) for post in thread.comments] == [("ann", "2019-06-22"), ("bob", "2019-06-23")]
    assert thread.comments[0].text.endswith("In Wetzlar, in the old shop.")
    assert omitted_texts(thread, 0) == ["dora:\n\nWhere is it sold?"]


def test_phpbb() -> None:
    def post(number: int, who: str, text: str) -> str:
        return (
            f'<div id="p{number}" class="post has-profile bg2"><div class="inner"><dl class="postprofile"><dt><a class="username">'
            f'{who}</a></dt><dd class="profile-posts">Posts: 7</dd></dl><div class="postbody"><h3><a href="#">Re: Old lens</a></h3>'
            f'<p class="author">by <strong><a class="username">{who}</a></strong> » Thu Jun 2{number}, 2019 2:41 am</p>'
            f'<div class="content">{text}</div><div class="signature">Sent from my camera</div></div></div></div>'
        )

    answer = "<blockquote><div><cite>dora wrote:</cite>Where is it sold?</div></blockquote>In Wetzlar, in the old shop."
    thread = read_thread(
        f"<html><body>{post(1, 'dora', 'Where is it sold?')}{post(2, 'ann', answer)}</body></html>".encode()
    )
    assert [(p.kind, p.author, p.date) for p in thread.posts] == [
        ("article", "dora", "2019-06-21"),
        ("comment", "ann", "2019-06-22"),
    ]
    assert thread.posts[0].text == "Where is it sold?"
    assert thread.posts[1].text.endswith("In Wetzlar, in the old shop.")
    assert omitted_texts(thread, 0) == ["dora wrote:\nWhere is it sold?"]


def test_questions_and_answers_with_comments_on_them() -> None:
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
    markup = (
        f'<h1>Where is it sold?</h1><div class="question" id="question" data-questionid="1"><div class="s-prose js-post-body" '
        f'itemprop="text"><p>I look for an old lens, and nobody has one.</p></div>{signed("dora", "2019-06-20")}</div>'
        f'<div id="answers"><div id="answer-2" class="answer" data-answerid="2"><div class="s-prose js-post-body" itemprop="text">'
        f"<p>In Wetzlar, in the old shop.</p></div>{signed('ann', '2019-06-21')}{comment}</div></div>"
    )
    thread = read_thread(f"<html><body>{markup}</body></html>".encode())
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
    markup = post(1, "dora", "I look for a lens.<br><br>Where is it sold?") + post(2, "ann", answer)
    thread = read_thread(f"<html><body><h1>Old lens</h1><div class='block-body'>{markup}</div></body></html>".encode())
    assert [(p.kind, p.author, p.date) for p in thread.posts] == [
        ("article", "dora", "2019-06-21"),
        ("comment", "ann", "2019-06-22"),
    ]
    assert thread.posts[0].text == "I look for a lens.\n\nWhere is it sold?"
    assert omitted_texts(thread, 0) == ["dora said:\n\nWhere is it sold?"]
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

    markup = post(3, "dora", "Wo wird es verkauft?") + post(4, "ann", "In Wetzlar, im alten Laden.")
    thread = read_thread(f"<html><body><ol id='posts' class='posts'>{markup}</ol></body></html>".encode())
    assert [(p.kind, p.author, p.date) for p in thread.posts] == [
        ("article", "dora", "2019-06-03"),
        ("comment", "ann", "2019-06-04"),
    ]
    assert thread.comments[0].text.endswith("In Wetzlar, im alten Laden.")
    assert omitted_texts(thread, 0) == []


def test_nested_replies_in_boxes() -> None:
    def item(name: str, deep: str) -> str:
        return (
            f'<li class="comment" id="comment-{name}"><div class="the-comment"><div class="comment-box"><div class="comment-author">'
            f"<strong>{name}</strong></div><div class='comment-text'><p>Words of {name}.</p></div></div></div>"
            f'<ul class="children">{deep}</ul></li>'
        )

    tree = item("Ann", item("Bob", "") + item("Cleo", item("Dora", ""))) + item("Eve", "")
    thread = read_thread(page(f'<div id="comments"><ol class="comment-list">{tree}</ol></div>'))
    assert [(post.author, post.parent) for post in thread.comments] == [
        ("Ann", None),
        ("Bob", 1),
        ("Cleo", 1),
        ("Dora", 3),
        ("Eve", None),
    ]


EDIT_NOTICES = [
    "Edited February 10, 2019 by ann lee",
    "Last edited by ann on Fri Jan 01, 2010 5:00 pm, edited 2 times in total.",
    "Zuletzt geändert von ann am Mo 15. Jan 2018, 10:55, insgesamt 1-mal geändert.",
    "Modifié en dernier par ann le jeu. 16 août 2018 00:10, modifié 2 fois.",
    "Última edición por ann el 10 Ene 2018, 10:55, editado 1 vez en total.",
    "Laatst gewijzigd door ann op 10 jan 2018 10:55, 1 keer totaal gewijzigd.",
    "Last edited by ann; 03-29-2012 at 07:10 AM.",
    "« Last Edit: July 04, 2010, 05:12:09 PM by ann »",
    "(This post was last modified: 09-15-2019, 10:25 AM by ann.)",
    "本帖最后由 ann 于 2014-6-9 21:10 编辑",
]
NO_EDIT_NOTICES = [
    "Edited on May 3, 2019 to add that it runs.",
    "Edited by hand on 3 May 2019, the film was cut again.",
    "Edited 3 May 2019: I was wrong about the pump.",
    "Edit: the pump was sold on 3 May 2019 by Ann.",
]


@pytest.mark.parametrize("line", [*EDIT_NOTICES, *NO_EDIT_NOTICES])
def test_a_note_of_an_edit_is_not_the_posts(line: str) -> None:
    def post(number: int, text: str) -> str:
        return (
            f'<article class="ipsComment cPost" id="elComment_{number}"><h3 class="cAuthorPane_author"><a>ann</a></h3>'
            f'<div class="ipsComment_meta">Posted <time datetime="2019-02-09T18:03:22Z">February 9, 2019</time></div>'
            f'<div data-role="commentContent">{text}</div></article>'
        )

    first, second = "<p>It stands in Kiel.</p>", f"<p>In Bonn.</p><span>{line}</span>"
    thread = read_thread(f"<title>Pumps</title><h1>Pumps</h1>{post(1, first)}{post(2, second)}".encode())
    assert thread.comments[0].text == ("In Bonn." if line in EDIT_NOTICES else f"In Bonn.\n\n{line}")


def test_a_signature_with_a_body_of_its_own_is_not_the_posts() -> None:
    def post(number: int, who: str, text: str) -> str:
        return (
            f'<article class="message message--post" data-author="{who}" id="js-post-{number}"><header><time '
            f'datetime="2021-06-02T10:43:18-0500">Jun 2, 2021</time></header><div class="message-content"><div '
            f'class="message-userContent"><article class="message-body"><div class="bbWrapper">{text}</div></article></div>'
            f'<aside class="message-signature"><div class="bbWrapper">Sent from my oven</div></aside></div></article>'
        )

    thread = read_thread(
        f"<title>Loaf</title><h1>Loaf</h1>{post(1, 'ann', 'Is it flat?')}{post(2, 'bob', '+1')}".encode()
    )
    assert [post.text for post in thread.posts] == ["Is it flat?", "+1"]
