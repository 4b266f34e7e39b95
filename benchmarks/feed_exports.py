"""Small feeds: RSS and Atom as feedgen writes them, comment feeds and exports as blogs write them."""

from __future__ import annotations

import datetime
from collections.abc import Callable

BLOGGER = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'
 xmlns:app='http://purl.org/atom/app#'>
<id>tag:blogger.com,1999:blog-1.archive</id><title type='text'>Glass</title>
<author><name>Lily</name><email>noreply@blogger.com</email></author>
<entry><id>tag:blogger.com,1999:blog-1.layout</id><published>2024-03-01T10:00:00.001+01:00</published>
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#template'/>
<title type='text'>Template</title><content type='text'>body {{}}</content></entry>
<entry><id>tag:blogger.com,1999:blog-1.post-2</id><published>2024-03-02T23:00:00.001+01:00</published>
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#post'/>
<category scheme='http://www.blogger.com/atom/ns#' term='optics'/>
<title type='text'>Lenses &amp; glass</title>
<content type='html'>&lt;p&gt;Lenses are ground in &lt;b&gt;Solms&lt;/b&gt;.&lt;/p&gt;</content>
<link rel='alternate' type='text/html' href='https://blog.example/2024/03/lenses.html' title='Lenses'/>
<author><name>Lily</name><email>noreply@blogger.com</email></author><thr:total>2</thr:total></entry>
<entry><id>tag:blogger.com,1999:blog-1.post-3</id><published>2024-03-02T23:00:00.001+01:00</published>
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#post'/>
<app:control><app:draft>yes</app:draft></app:control><title type='text'>Draft</title>
<content type='html'>Not yet.</content></entry>
<entry><id>tag:blogger.com,1999:blog-1.post-4</id><published>2024-03-03T10:00:00.001+01:00</published>
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#comment'/>
<title type='text'>In Paris?</title><content type='html'>In Paris?&lt;br /&gt;Really?</content>
<link rel='alternate' type='text/html' href='https://blog.example/2024/03/lenses.html?showComment=17#c4' title=''/>
<author><name>Ann</name></author>
<thr:in-reply-to href='https://blog.example/2024/03/lenses.html' ref='tag:blogger.com,1999:blog-1.post-2'
 source='http://www.blogger.com/feeds/1/posts/default/2' type='text/html'/></entry>
<entry><id>tag:blogger.com,1999:blog-1.post-5</id><published>2024-03-04T10:00:00.001+01:00</published>
<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#comment'/>
<title type='text'>No.</title><content type='html'>No.</content>
<link rel='related' href='http://www.blogger.com/feeds/1/2/comments/default/4'/>
<author><name>Bob</name></author>
<thr:in-reply-to href='https://blog.example/2024/03/lenses.html' ref='tag:blogger.com,1999:blog-1.post-2'
 type='text/html'/></entry>
</feed>
"""
COMMENT_FEED = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Comments on: Lenses &#038; glass</title><link>https://blog.example/lenses/</link>
<item><title>By: Ann</title><link>https://blog.example/lenses/#comment-8</link><dc:creator><![CDATA[Ann]]></dc:creator>
<pubDate>Sat, 02 Mar 2024 23:00:00 +0000</pubDate><guid isPermaLink="false">https://blog.example/?p=5#comment-8</guid>
<description><![CDATA[In Paris? Really? [...]]]></description>
<content:encoded><![CDATA[<p>In Paris?</p><p>Really?</p>]]></content:encoded></item>
<item><title>By: Bob</title><link>https://blog.example/lenses/comment-page-1/#comment-9</link>
<dc:creator><![CDATA[Bob]]></dc:creator><pubDate>Sun, 03 Mar 2024 10:00:00 +0000</pubDate>
<guid isPermaLink="false">https://blog.example/?p=5#comment-9</guid>
<content:encoded><![CDATA[<blockquote>In Paris?</blockquote><p>No, in Solms.</p>]]></content:encoded></item>
</channel></rss>
"""


def feed(form: str) -> bytes:
    """A blog's feed of two posts, as "rss" or "atom"."""
    from feedgen.feed import FeedGenerator

    blog = FeedGenerator()
    blog.id("https://blog.example/")
    blog.title("Glass")
    blog.description("A blog about glass")
    blog.link(href="https://blog.example/")
    for number, (title, text) in enumerate([("Lenses", "Ground in <b>Solms</b>."), ("Glass & sand", "It melts.")], 1):
        entry = blog.add_entry(order="append")
        entry.id(f"https://blog.example/{number}")
        entry.link(href=f"https://blog.example/{number}")
        entry.title(title)
        entry.author(name="Lily", email="lily@blog.example")
        entry.published(datetime.datetime(2024, 3, number, 23, tzinfo=datetime.UTC))
        entry.content(f"<p>{text}</p>", type="html" if form == "atom" else "CDATA")
    return bytes(blog.rss_str() if form == "rss" else blog.atom_str())


FORMATS: dict[str, Callable[[], bytes]] = {
    "feed.rss": lambda: feed("rss"),
    "feed.atom": lambda: feed("atom"),
    "comments.rss": COMMENT_FEED.encode,
    "blogger.xml": BLOGGER.encode,
}
