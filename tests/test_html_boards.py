"""Saved pages of forums whose posts are named as comments are, or by their parts alone."""

from __future__ import annotations

import pytest
from saved_pages import read_thread

import qa


def board(post: str) -> str:
    posts = post.format(n=1, who="ann", day="2020-07-03", long="July 3, 2020", text="<p>It leaks.</p>")
    posts += post.format(n=2, who="bob", day="2020-07-04", long="July 4, 2020", text="<p>Use tape.</p>")
    head = '<html><head><title>Pumps - Well Talk</title></head><body><a href="/">Well Talk</a>'
    return f"{head}<h1>Pumps</h1>{posts}</body></html>"


WOLTLAB = """<li><article class="wbbPost message" data-post-id="{n}" itemscope
itemtype="http://schema.org/Comment"><aside
class="messageSidebar" itemprop="author"><div class="messageAuthor"><a class="username"><span
itemprop="name">{who}</span></a>
</div><dl><dt>Posts</dt><dd>301</dd></dl></aside><div class="messageContent"><header class="messageHeader"><time
datetime="{day}T16:12:00+02:00">{long}</time></header><div class="messageBody"><div class="messageText"
itemprop="text">{text}</div></div></div></article></li>"""
NODEBB = """<li component="post" class="posts-list-item" data-index="{n}" data-username="{who}" itemprop="comment"
itemscope
itemtype="http://schema.org/Comment"><meta itemprop="datePublished" content="{day}T20:00:00.000Z"><strong><a
itemprop="author">{who}</a></strong><div class="content" itemprop="text">{text}</div></li>"""
FLARUM = """<div class="PostStream-item" data-type="comment"><article class="CommentPost Post"><header
class="Post-header"><ul>
<li class="item-user"><div class="PostUser"><h3 class="PostUser-name"><a><span
class="username">{who}</span></a></h3></div></li>
<li class="item-meta"><time datetime="{day}T10:00:00+00:00">{long}</time></li></ul></header><div
class="Post-body">{text}</div>
</article></div>"""
BBPRESS = """<li><div id="post-{n}" class="bbp-reply-header"><span class="bbp-reply-post-date">{long} at 4:10
pm</span></div>
<div class="post-{n} reply type-reply status-publish hentry"><div class="bbp-reply-author"><a
class="bbp-author-link"><span
class="bbp-author-name">{who}</span></a><div class="bbp-author-role">Participant</div></div><div
class="bbp-reply-content">{text}</div></div></li>"""
PHPBB_2 = """<table><tr><td class="row1"><span class="name"><b>{who}</b></span><br /><span class="postdetails">Site
Admin<br />
Joined: 12 Jan 2003<br />Posts: 42</span></td><td class="row1"><table><tr><td><span class="postdetails">Posted:
{long} 9:12 pm
<span class="gen">&nbsp;</span>Post subject: A pump that leaks whenever the neighbours open theirs in the
morning</span></td></tr>
<tr><td><span class="postbody">{text}</span></td></tr></table></td></tr><tr><td><span class="nav"><a>Back to
top</a></span></td>
</tr></table>"""


@pytest.mark.parametrize(
    "post", [WOLTLAB, NODEBB, FLARUM, BBPRESS, PHPBB_2], ids=["WoltLab", "NodeBB", "Flarum", "bbPress", "phpBB 2"]
)
def test_a_board_opens_with_its_first_post(post: str) -> None:
    thread = read_thread(board(post).encode())
    assert thread.title == "Pumps"
    assert rows(thread) == [
        ("article", "ann", "2020-07-03", "It leaks."),
        ("comment", "bob", "2020-07-04", "Use tape."),
    ]


def rows(thread: qa.Thread) -> list[tuple[str, str | None, str | None, str]]:
    return [(post.kind, post.author, post.date, post.text) for post in thread.posts]


def test_the_name_of_the_site_leads_to_its_first_page() -> None:
    markup = board(WOLTLAB).replace("<h1>Pumps</h1>", "").replace('href="/"', 'href="index.php"')
    assert read_thread(markup.encode()).title == "Pumps"


def test_a_list_after_a_comment_holds_its_replies() -> None:
    def item(name: str, day: str, replies: str = "") -> str:
        byline = f'<a></a><a href="/~{name}"><img class="avatar"></a><a href="/~{name}">{name}</a>'
        day = f'<a><time datetime="{day} 03:21:16">2 years ago</time></a>'
        text = f'<div class="comment_text"><p>Words of {name}.</p></div>'
        comment = f'<div id="c_{name}" class="comment"><div class="byline">{byline} {day}</div>{text}</div>'
        return f'<li class="comments_subtree">{comment}<ol class="comments">{replies}</ol></li>'

    tree = item("ann", "2023-01-10", item("bob", "2023-01-11", item("cy", "2023-01-12"))) + item("dora", "2023-01-13")
    thread = read_thread(f"<body><p>We log all.</p><ol class='comments comments1'>{tree}</ol></body>".encode())
    first = thread.posts.index(thread.comments[0])
    assert [(post.author, post.date, post.parent) for post in thread.comments] == [
        ("ann", "2023-01-10", None),
        ("bob", "2023-01-11", first),
        ("cy", "2023-01-12", first + 1),
        ("dora", "2023-01-13", None),
    ]
