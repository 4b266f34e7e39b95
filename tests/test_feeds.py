"""Feeds and exports in their form, and the posts that they hold."""

from __future__ import annotations

import re

import pytest
from test_formats import omitted, post_rows, read_threads

import qa
from benchmarks import feed_exports
from qa.sources.worker import open_file


@pytest.mark.parametrize("name", ["feed.rss", "feed.atom"])
def test_each_entry_of_a_feed_is_an_article(name: str) -> None:
    lenses, glass = read_threads(feed_exports.FORMATS[name](), name)
    assert (lenses.source, lenses.title, lenses.url) == (f"{name} · Lenses", "Lenses", "https://blog.example/1")
    assert post_rows(lenses) == [("article", "Lily", "2024-03-01", None, "Ground in Solms.")]
    assert glass.title == "Glass & sand"
    assert post_rows(glass) == [("article", "Lily", "2024-03-02", None, "It melts.")]


def test_a_feed_of_comments() -> None:
    (thread,) = read_threads(feed_exports.COMMENT_FEED.encode(), "comments.rss")
    assert (thread.title, thread.url) == ("Lenses & glass", "https://blog.example/lenses/")
    assert post_rows(thread) == [
        ("comment", "Ann", "2024-03-02", None, "In Paris?\n\nReally?"),
        ("comment", "Bob", "2024-03-03", None, "In Paris?\n\nNo, in Solms."),
    ]
    assert omitted(thread) == ["In Paris?"]


def test_a_feed_of_the_comments_of_a_whole_site() -> None:
    item = (
        "<item><title>Comment on {title} by {author}</title><link>https://b.example/{slug}/#comment-{n}</link>"
        "<author>x@b.example ({author})</author><description>Comment {n}.</description></item>"
    )
    items = [
        item.format(title="Lenses", author="Ann Lee", slug="lenses", n=1),
        item.format(title="Glass and sand", author="Bob", slug="glass", n=2),
        item.format(title="Lenses", author="Cy", slug="lenses", n=3),
    ]
    data = f"<rss version='2.0'><channel><title>Comments for B</title>{''.join(items)}</channel></rss>"
    threads = read_threads(data.encode(), "c.xml")
    assert [(t.title, t.url, [(p.author, p.text) for p in t.posts]) for t in threads] == [
        ("Lenses", "https://b.example/lenses/", [("Ann Lee", "Comment 1."), ("Cy", "Comment 3.")]),
        ("Glass and sand", "https://b.example/glass/", [("Bob", "Comment 2.")]),
    ]


def test_replies_in_a_feed_of_atom() -> None:
    def entry(n: int, above: str) -> str:
        reply = f"<thr:in-reply-to ref='https://b.example/?p=5{above}' href='https://b.example/lenses/{above}'/>"
        return (
            f"<entry><title>By: Ann</title><id>https://b.example/?p=5#comment-{n}</id><author><name>Ann</name></author>"
            f"<link href='https://b.example/lenses/#comment-{n}'/>{reply}"
            f"<content type='html'>Comment {n}.</content></entry>"
        )

    names = "xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'"
    data = f"<feed {names}><title>Comments on: Lenses</title>{entry(1, '')}{entry(2, '#comment-1')}</feed>"
    (thread,) = read_threads(data.encode(), "c.xml")
    assert [(post.text, post.parent) for post in thread.posts] == [("Comment 1.", None), ("Comment 2.", 0)]


def test_an_export_of_blogger() -> None:
    (thread,) = read_threads(feed_exports.BLOGGER.encode(), "blogger.xml")
    assert (thread.title, thread.url) == ("Lenses & glass", "https://blog.example/2024/03/lenses.html")
    assert post_rows(thread) == [
        ("article", "Lily", "2024-03-02", None, "Lenses are ground in Solms."),
        ("comment", "Ann", "2024-03-03", None, "In Paris?\nReally?"),
        ("comment", "Bob", "2024-03-04", 1, "No."),
    ]


def test_the_newer_export_of_blogger() -> None:
    def entry(id_: int, kind: str, text: str, **more: str) -> str:
        about = "".join(f"<blogger:{key}>{value}</blogger:{key}>" for key, value in more.items())
        return (
            f"<entry><id>tag:blogger.com,1999:blog-1.post-{id_}</id><blogger:type>{kind}</blogger:type>"
            f"<author><name>Ann</name></author><title>T</title><content type='html'>{text}</content>{about}"
            "<blogger:created>2024-03-02T10:00:00Z</blogger:created></entry>"
        )

    entries = [
        entry(1, "POST", "Solms.", status="LIVE"),
        entry(2, "POST", "Not yet.", status="DRAFT"),
        entry(3, "COMMENT", "Really?", status="LIVE", parent="tag:blogger.com,1999:blog-1.post-1"),
        entry(4, "COMMENT", "Yes.", status="LIVE", parent="tag:blogger.com,1999:blog-1.post-1",
              inReplyTo="tag:blogger.com,1999:blog-1.post-3"),
        entry(5, "COMMENT", "Pills.", status="SPAM_COMMENT", parent="tag:blogger.com,1999:blog-1.post-1"),
    ]  # fmt: skip
    names = "xmlns='http://www.w3.org/2005/Atom' xmlns:blogger='http://schemas.google.com/blogger/2018'"
    (thread,) = read_threads(f"<feed {names}><title>B</title>{''.join(entries)}</feed>".encode(), "feed.atom")
    assert post_rows(thread) == [
        ("article", "Ann", "2024-03-02", None, "Solms."),
        ("comment", "Ann", "2024-03-02", None, "Really?"),
        ("comment", "Ann", "2024-03-02", 1, "Yes."),
    ]


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("https://forum.example/t/lenses/7/{n}", "https://forum.example/t/lenses/7"),
        ("https://www.reddit.com/r/x/comments/abc/lenses/{n}/", "https://www.reddit.com/r/x/comments/abc/lenses/"),
        ("https://qa.example/questions/7/lenses/{n}#{n}", "https://qa.example/questions/7/lenses"),
    ],
)
def test_the_replies_of_a_site_belong_to_their_page(link: str, page: str) -> None:
    items = "".join(f"<item><link>{link.format(n=n)}</link><description>Post {n}.</description></item>" for n in (2, 3))
    data = f"<rss><channel><title>Lenses</title>{items}</channel></rss>"
    (thread,) = read_threads(data.encode(), "a.rss")
    assert (thread.title, thread.url) == ("Lenses", page)
    assert [(post.kind, post.text) for post in thread.posts] == [("comment", "Post 2."), ("comment", "Post 3.")]


def test_a_broken_feed_is_read_as_far_as_it_can_be_recognised() -> None:
    data = re.sub(rb"<title>Glass &amp; sand", b"<title>Glass & sand \x01", feed_exports.feed("rss"))
    threads = open_file(data, "feed.rss").threads
    assert [next(threads).posts[0].text, next(threads).posts[0].text] == ["Ground in Solms.", "It melts."]
    with pytest.raises(qa.SourceError, match="'feed.rss' is cut off or broken at line"):
        next(threads)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('The post <a href="x">Glass</a> appeared first on <a href="y">Sand &amp; sea</a>.', False),
        ('Der Beitrag <a href="x">Glass</a> erschien zuerst auf <a href="y">Sand &amp; sea</a>.', False),
        ('The story of <a href="x">Glass</a> is told in <a href="y">Old sand</a>.', True),
    ],
)
def test_where_a_post_appeared_first_is_no_part_of_it(line: str, kept: bool) -> None:
    data = f"""<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Sand &amp; sea</title>
    <item><title>Glass</title><link>x</link><content:encoded><![CDATA[<p>It melts.</p><p>{line}</p>]]></content:encoded>
    </item></channel></rss>"""
    (thread,) = read_threads(data.encode(), "a.rss")
    assert ("Glass" in thread.text) is kept
    assert thread.text.startswith("It melts.")
