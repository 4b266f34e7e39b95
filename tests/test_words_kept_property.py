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


def mybb(post: Post) -> str:
    name, text, n = post
    return f"""<div class="post " id="post_{n}"><div class="post_author"><div class="author_information"><strong><span class="largetext"><a href="m">{name}</a></span></strong><br><span class="smalltext">Junior Member</span></div><div class="author_statistics">Posts: 7<br>Joined: Mar 2010</div></div><div class="post_content"><div class="post_head"><span class="post_date">10-27-2011, 08:23 AM</span></div><div class="post_body scaleimages" id="pid_{n}">{text}</div></div></div>"""


def ipb4(post: Post) -> str:
    name, text, n = post
    return f"""<article id="elComment_{n}" class="cPost ipsBox ipsComment ipsComment_parent"><aside class="ipsComment_author cAuthorPane"><h3 class="ipsType_sectionHead cAuthorPane_author"><strong><a href="m">{name}</a></strong></h3><ul class="cAuthorPane_info"><li>Members</li><li>168 posts</li></ul></aside><div class="ipsColumn"><div class="ipsComment_meta"><a href="c">Posted <time datetime="2011-10-27T08:23:00Z">October 27, 2011</time></a></div><div class="cPost_contentWrap"><div data-role="commentContent" class="ipsType_normal ipsType_richText ipsContained"><p>{text}</p></div></div></div></article>"""


def discuz(post: Post) -> str:
    name, text, n = post
    return f"""<div id="post_{n}"><table id="pid{n}" class="plhin"><tr><td class="pls"><div class="pi"><div class="authi"><a href="m" class="xw1">{name}</a></div></div><p>7 posts</p></td><td class="plc"><div class="pi"><div class="pti"><div class="authi"><em id="authorposton{n}">2011-10-27 08:23:00</em></div></div></div><div class="pct"><div class="pcb"><table><tr><td class="t_f" id="postmessage_{n}">{text}</td></tr></table></div></div></td></tr></table></div>"""


def vb5(post: Post) -> str:
    name, text, n = post
    return f'''<li class="b-post js-post" data-node-id="{n}" itemtype="https://schema.org/Comment" itemscope><div class="b-post__content"><div class="b-userinfo"><div class="author"><strong><a href="m">{name}</a></strong></div><div class="usertitle">Member</div><ul><li>Join Date: Mar 2010</li></ul></div><hr><div class="b-post__timestamp"><time itemprop="dateCreated" datetime="2011-10-27T08:23:00">10-27-2011, 08:23 AM</time></div><div class="b-post__body"><div class="js-post__content-text restore" itemprop="text">{text}</div></div></div></li>'''


def vb3(post: Post) -> str:
    name, text, n = post
    return f"""<div><table id="post{n}" class="tborder"><tr><td class="thead">10-27-2011, 08:23 AM</td></tr><tr><td class="alt2"><div id="postmenu_{n}"><a class="bigusername" href="m">{name}</a></div><div class="smallfont">Member</div><div class="smallfont"><div>Join Date: Mar 2010</div><div>Posts: 7</div></div></td></tr><tr><td class="alt1" id="td_post_{n}"><div id="post_message_{n}">{text}</div></td></tr></table></div>"""


def lemmy(post: Post) -> str:
    name, text, n = post
    return f"""<li class="comment list-unstyled"><article id="comment-{n}" class="details comment-node py-2"><div class="ml-2"><div class="d-flex text-muted"><a class="person-listing text-info" href="u"><span>{name}</span></a><span class="moment-time" data-tippy-content="Thursday, October 27th, 2011">2 years ago</span></div><div class="comment-content"><div class="md-div"><p>{text}</p></div></div></div></article></li>"""


def ghd(post: Post) -> str:
    name, text, n = post
    return f"""<div class="js-timeline-item"><div class="timeline-comment" id="discussioncomment-{n}"><div class="timeline-comment-header"><h3><a class="author" href="u">{name}</a> <relative-time datetime="2011-10-27T08:23:00Z">Oct 27, 2011</relative-time></h3></div><div class="comment-body markdown-body js-comment-body"><p>{text}</p></div></div></div>"""


def ipb3(post: Post) -> str:
    name, text, n = post
    return f"""<div class="post_block hentry clear" id="post_id_{n}"><div class="post_wrap"><h3 class="row2"><span class="author vcard"><a href="m">{name}</a></span></h3><div class="author_info"><ul class="basic_info"><li>Members</li><li>7 posts</li></ul></div><div class="post_body"><p class="posted_info">Posted <abbr class="published" title="2011-10-27T08:23:00+00:00">27 October 2011 - 08:23 AM</abbr></p><div class="post entry-content"><p>{text}</p></div></div></div></div>"""


def substack(post: Post) -> str:
    name, text, _ = post
    return f"""<div class="comment"><table class="comment-content"><tr><td class="comment-head"></td><td class="comment-rest"><div class="comment-meta"><span class="profile"><a href="u">{name}</a></span><a class="comment-timestamp" href="c">Oct 27, 2011</a></div><div class="comment-body"><p>{text}</p></div><div class="comment-actions"><a>Like</a><a>Reply</a></div></td></tr></table></div>"""


def lw(post: Post) -> str:
    name, text, n = post
    return f'''<div class="comments-node CommentFrame-commentsNode" id="{n}"><div class="CommentsItem-root"><div class="CommentsItem-meta"><a class="UsersNameDisplay-userName" href="u">{name}</a><time datetime="2011-10-27T08:23:00Z">12y</time></div><div class="CommentBody-root"><div class="CommentBody-commentStyling"><p>{text}</p></div></div><a>Reply</a></div></div>'''


FORUMS: dict[str, Callable[[Post], str]] = {
    "phpBB": phpbb, "XenForo": xenforo, "vBulletin 3": vb3, "vBulletin 4": vbulletin, "vBulletin 5": vb5, "FluxBB": fluxbb,
    "SMF": smf, "MyBB": mybb, "Invision 3": ipb3, "Invision 4": ipb4, "Discuz": discuz,
}  # fmt: skip
BLOGS: dict[str, Callable[[Post], str]] = {
    "WordPress": wordpress, "hashed classes": hashed, "Lemmy": lemmy, "GitHub discussions": ghd, "Substack": substack,
    "LessWrong": lw,
}  # fmt: skip


def plain(text: str) -> str:
    return " ".join(re.sub(r"\s+", " ", text).split())


@pytest.mark.parametrize("shape", FORUMS)
@settings(max_examples=15, deadline=None)
@given(st.lists(BODIES, min_size=2, max_size=4))
def test_every_word_of_a_forums_posts_is_in_one_post_under_its_author(shape: str, bodies: list[str]) -> None:
    posts = [(NAMES[number], html.escape(text), number + 1) for number, text in enumerate(bodies)]
    markup = "".join(map(FORUMS[shape], posts))
    thread = read_thread(f"<html><head><title>Pumps</title></head><body><div>{markup}</div></body></html>".encode())
    assert [(post.author, plain(post.text), post.omitted) for post in thread.posts] == [
        (NAMES[number], text, ()) for number, text in enumerate(bodies)
    ]


@pytest.mark.parametrize("shape", BLOGS)
@settings(max_examples=15, deadline=None)
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
    assert [(post.author, plain(post.text)) for post in thread.comments] == [
        (NAMES[number], text) for number, text in enumerate(bodies)
    ]
    words = plain(thread.posts[0].text)
    assert all(sentence in words for sentence in (*paragraphs, *STORY))
