"""A property: every word of a comment's body is in exactly one post, under its author, on pages of every kind here."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saved_pages import ARTICLE, STORY, read_thread

NAMES = ("annlee", "bob77", "Carl Ray", "Dora")
SENTENCES = st.sampled_from((
    "I sold mine yesterday.", "It was 2.50 too much", "Heute gekauft!", "Read more slowly, and it helps.", "Nice",
    "The answer is hidden in plain sight.", "No, it stands in Bonn, next to the old mill.", "12 of them, at 10:30.",
    "See also the picture in the hall.", "Joined the club in 2004.", "The post was removed by the city.", "Thanks!",
    "Report what you saw.", "I wrote: it rains.", "Posts of oak, 3 May 2011, are dry.", "Visit us on Sunday.",
))  # fmt: skip
BODIES = st.lists(SENTENCES, min_size=1, max_size=3, unique=True).map(" ".join)
Post = tuple[str, str, int]  # the author, the words and the number


def phpbb(post: Post) -> str:
    name, text, n = post
    return (
        f'<div id="p{n}" class="post bg2"><div class="inner"><div class="postbody"><h3><a href="#p{n}">Re: Pumps</a></h3>'
        f'<p class="author"><a href="p{n}"><img src="x.gif"></a>by <strong><a href="m">{name}</a></strong> » Fri Oct 07, '
        f'2011 8:23 am</p><div class="content">{text}</div></div><dl class="postprofile"><dt><a href="m">{name}</a></dt>'
        "<dd>Site admin</dd><dd><strong>Joined:</strong> Wed Nov 03, 2010 5:05 pm</dd></dl></div></div>"
    )


def xenforo(post: Post) -> str:
    name, text, n = post
    return (
        f'<article class="message message--post" data-author="{name}" id="js-post-{n}"><div class="message-cell--user">'
        f'<section class="message-user"><h4 class="message-name"><a class="username">{name}</a></h4><h5 class="userTitle">'
        'Member</h5></section></div><div class="message-cell--main"><header><time datetime="2011-10-07">Oct 7</time></header>'
        f'<div class="message-content"><article class="message-body"><div class="bbWrapper">{text}</div></article></div>'
        '<footer><div class="reactionsBar"><a href="r">carl, dora and 3 others</a></div></footer></div></article>'
    )


def vbulletin(post: Post) -> str:
    name, text, n = post
    return (
        f'<li class="postbitlegacy postcontainer" id="post_{n}"><div class="posthead"><span class="date">10-07-2011, <span '
        f'class="time">06:46 PM</span></span><a class="postcounter">#{n}</a></div><div class="userinfo"><div class="popupmenu">'
        f'<a class="username" href="m"><strong>{name}</strong></a><ul class="memberaction_body"><li><a href="m">View Profile</a>'
        f'</li></ul></div></div><div class="content"><div id="post_message_{n}"><blockquote class="postcontent restore">{text}'
        "</blockquote></div></div></li>"
    )


def fluxbb(post: Post) -> str:
    name, text, n = post
    return (
        f'<div id="p{n}" class="blockpost"><h2><span><span class="conr">#{n}</span> <a href="p">2011-10-07 23:13:40</a></span>'
        f'</h2><div class="box"><div class="postbody"><div class="postleft"><dl><dt><strong>{name}</strong></dt><dd '
        'class="usertitle"><strong>Member</strong></dd><dd><span>Registered: 2005-01-25</span></dd></dl></div><div '
        f'class="postright"><h3>Re: Pumps</h3><div class="postmsg"><p>{text}</p></div></div></div></div></div>'
    )


def smf(post: Post) -> str:
    name, text, n = post
    return (
        f'<div class="windowbg"><div class="post_wrapper"><div class="poster"><h4><a href="m">{name}</a></h4><ul><li '
        f'class="membergroup">Newbie</li><li class="postcount">Posts: 7</li></ul></div><div class="postarea"><div '
        f'class="keyinfo"><h5><a href="s">Re: Pumps</a></h5><div class="smalltext">« <strong>Reply #{n} on:</strong> October '
        f'07, 2011, 10:00:00 am »</div></div><div class="post"><div class="inner" id="msg_{n}">{text}</div></div></div></div></div>'
    )


def wordpress(post: Post) -> str:
    name, text, n = post
    return (
        f'<li class="comment" id="comment-{n}"><article class="comment-body"><footer class="comment-meta"><b class="fn">{name}'
        '</b> <span class="says">says:</span> <a class="comment-link" href="#"><time datetime="2011-10-07">October 7, 2011 at '
        f'2:41 am</time></a></footer><div class="comment-content"><p>{text}</p></div><div class="reply"><a href="#r">Reply</a>'
        "</div></article></li>"
    )


def hashed(post: Post) -> str:
    name, text, _ = post
    return (
        f'<div class="CommentItem_root__3xKqZ"><div class="CommentItem_head__a1B2c"><a class="CommentItem_author__9ZxYw">{name}'
        f'</a> <time datetime="2011-10-07">2d</time></div><div class="CommentBody_s__x1Y2"><p>{text}</p></div><button>42</button></div>'
    )


FORUMS: dict[str, Callable[[Post], str]] = {
    "phpBB": phpbb, "XenForo": xenforo, "vBulletin": vbulletin, "FluxBB": fluxbb, "SMF": smf,
}  # fmt: skip
BLOGS: dict[str, Callable[[Post], str]] = {"WordPress": wordpress, "hashed classes": hashed}


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\s+", " ", text).split())


@pytest.mark.parametrize("shape", FORUMS)
@settings(max_examples=25, deadline=None)
@given(st.lists(BODIES, min_size=2, max_size=4))
def test_every_word_of_a_forums_posts_is_in_one_post_under_its_author(shape: str, bodies: list[str]) -> None:
    posts = [(NAMES[number], html.escape(text), number + 1) for number, text in enumerate(bodies)]
    markup = "".join(map(FORUMS[shape], posts))
    thread = read_thread(f"<html><head><title>Pumps</title></head><body><div>{markup}</div></body></html>".encode())
    assert [(post.author, _plain(post.text), post.omitted) for post in thread.posts] == [
        (NAMES[number], text, ()) for number, text in enumerate(bodies)
    ]


@pytest.mark.parametrize("shape", BLOGS)
@settings(max_examples=25, deadline=None)
@given(st.lists(BODIES, min_size=2, max_size=4), st.lists(SENTENCES, min_size=1, max_size=3, unique=True))
def test_every_word_of_a_blog_is_in_one_post_under_its_author(
    shape: str, bodies: list[str], paragraphs: list[str]
) -> None:
    posts = [(NAMES[number], html.escape(text), number + 1) for number, text in enumerate(bodies)]
    markup = "".join(map(BLOGS[shape], posts))
    first, rest = ARTICLE.split("</p>", 1)
    inserted = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in paragraphs)
    article = f"<article>{first}</p>{inserted}{rest}</article>"
    page = f'<html><body>{article}<section id="comments"><ol class="comment-list">{markup}</ol></section></body></html>'
    thread = read_thread(page.encode())
    assert [(post.author, _plain(post.text)) for post in thread.comments] == [
        (NAMES[number], text) for number, text in enumerate(bodies)
    ]
    words = _plain(thread.posts[0].text)
    assert all(sentence in words for sentence in (*paragraphs, *STORY))
