"""A small file of every format, as the program that exports it writes it, for the benchmark and the tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from benchmarks import comment_exports, document_files, feed_exports

WXR = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>Lily's blog</title>
<wp:author><wp:author_login>lily</wp:author_login><wp:author_display_name>Lily Lens</wp:author_display_name></wp:author>
{items}
</channel></rss>
"""
WXR_ITEM = """<item>
<title>{title}</title><link>https://blog.example/{number}</link><dc:creator>lily</dc:creator>
<content:encoded><![CDATA[Lenses are ground in <b>Solms</b>.

It takes <em>weeks</em> &amp; care.]]></content:encoded>
<excerpt:encoded><![CDATA[Not this.]]></excerpt:encoded>
<wp:post_id>{number}</wp:post_id><wp:post_date>2011-03-03 10:00:00</wp:post_date>
<wp:status>{status}</wp:status><wp:post_type>{type}</wp:post_type>
<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_author>Ann</wp:comment_author>
<wp:comment_date>2011-03-04 09:00:00</wp:comment_date><wp:comment_content><![CDATA[Lovely.
Which glass?]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_type></wp:comment_type>
<wp:comment_parent>0</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>2</wp:comment_id><wp:comment_author>Bob</wp:comment_author>
<wp:comment_date>0000-00-00 00:00:00</wp:comment_date><wp:comment_content><![CDATA[<blockquote>Which glass?</blockquote>
Schott glass.]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved>
<wp:comment_type>comment</wp:comment_type>
<wp:comment_parent>1</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>3</wp:comment_id><wp:comment_author>Spam</wp:comment_author>
<wp:comment_content>Buy pills</wp:comment_content><wp:comment_approved>spam</wp:comment_approved>
<wp:comment_parent>0</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>4</wp:comment_id><wp:comment_author>Other blog</wp:comment_author>
<wp:comment_content>[...] linked [...]</wp:comment_content><wp:comment_approved>1</wp:comment_approved>
<wp:comment_type>pingback</wp:comment_type><wp:comment_parent>0</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>5</wp:comment_id><wp:comment_author>Cy</wp:comment_author>
<wp:comment_content>No, spam.</wp:comment_content><wp:comment_approved>1</wp:comment_approved>
<wp:comment_parent>3</wp:comment_parent></wp:comment>
</item>
"""
DISQUS = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<category dsq:id="9"><forum>blog</forum><title>General</title></category>
<thread dsq:id="100"><id>page-1</id><forum>blog</forum><link>https://blog.example/1</link>
<title>Lenses &amp; glass</title>
<message /><createdAt>2011-03-03T10:00:00Z</createdAt><author><name>Lily</name></author>
<isClosed>false</isClosed><isDeleted>false</isDeleted></thread>
<thread dsq:id="101"><id>page-2</id><link>https://blog.example/2</link><title>Nobody spoke</title><message />
<isDeleted>false</isDeleted></thread>
{posts}
</disqus>
"""
DISQUS_POSTS = """
<post dsq:id="1"><id /><message><![CDATA[<p>Where are they made?</p>]]></message>
<createdAt>2011-03-04T10:00:00Z</createdAt>
<isDeleted>false</isDeleted><isSpam>false</isSpam><author><name>Ann</name></author><thread dsq:id="100" /></post>
<post dsq:id="2"><id /><message><![CDATA[<p>gone</p>]]></message><createdAt>2011-03-04T11:00:00Z</createdAt>
<isDeleted>true</isDeleted><isSpam>false</isSpam><author><name>Bob</name></author><thread dsq:id="100" />
<parent dsq:id="1" /></post>
<post dsq:id="3"><id /><message><![CDATA[<blockquote>Where?</blockquote><p>In Solms.</p>]]></message>
<createdAt>2011-03-05T11:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>
<author><name>Cy</name></author><thread dsq:id="100" /><parent dsq:id="2" /></post>
<post dsq:id="4"><id /><message>pills</message><isDeleted>false</isDeleted><isSpam>true</isSpam>
<author><name>Spam</name></author><thread dsq:id="100" /></post>
"""


def wxr(number: int = 1) -> bytes:
    """A blog with `number` posts, a draft and a picture, as WordPress exports it."""
    items = [WXR_ITEM.format(title=f"Lenses {n}", number=n, status="publish", type="post") for n in range(number)]
    items.append(WXR_ITEM.format(title="Draft", number=90, status="draft", type="post"))
    items.append(WXR_ITEM.format(title="Picture", number=91, status="inherit", type="attachment"))
    return WXR.format(items="".join(items)).encode()


def disqus() -> bytes:
    return DISQUS.format(posts=DISQUS_POSTS).encode()


def discourse() -> bytes:
    def post(number: int, name: str, cooked: str, **more: Any) -> dict[str, Any]:
        about = {"id": number + 70, "username": name.lower(), "name": name, "post_type": 1, "cooked": cooked}
        return {**about, "post_number": number, "created_at": f"2020-01-0{number}T23:59:59.000Z", **more}

    quote = (
        '<aside class="quote" data-username="ann"><div class="title">ann:</div><blockquote>Why?</blockquote></aside>'
    )
    posts = [
        post(1, "Lily", "<p>Lenses are ground in Solms.</p>", reply_to_post_number=None),
        post(2, "Ann", "<p>Why?</p>", reply_to_post_number=None),
        post(3, "Bob", f"{quote}<p>Tradition.</p>", reply_to_post_number=2),
        post(4, "System", "<p>Closed.</p>", post_type=3),
        post(5, "Rude", "<p>Hidden words.</p>", hidden=True),
    ]
    stream = [post["id"] for post in posts]
    topic = {"post_stream": {"posts": posts, "stream": stream}, "title": "Lenses", "id": 7, "slug": "lenses"}
    return json.dumps(topic).encode()


def reddit() -> bytes:
    def comment(id_: str, author: str, body: str, parent: str, *replies: Any) -> dict[str, Any]:
        about = {"id": id_, "author": author, "body": body, "parent_id": parent, "link_id": "t3_abc"}
        inside = {"kind": "Listing", "data": {"children": list(replies)}} if replies else ""
        return {"kind": "t1", "data": {**about, "created_utc": 1425340800.0, "replies": inside}}

    link = {
        "id": "abc", "title": "Lenses &amp; glass", "selftext": "Where are they ground?", "author": "lily",
        "created_utc": 1425340800.0, "permalink": "/r/leica/comments/abc/lenses/",
    }  # fmt: skip
    inner = comment("c3", "cy", "&gt; gone words\n\nNo, in Solms &amp; Wetzlar.", "t1_c2")
    deleted = comment("c2", "[deleted]", "[deleted]", "t1_c1", inner)
    comments = [comment("c1", "ann", "In Paris?", "t3_abc", deleted), comment("c4", "dee", "Yes.", "t3_abc")]
    listings = [[{"kind": "t3", "data": link}], comments]
    return json.dumps([{"kind": "Listing", "data": {"children": children}} for children in listings]).encode()


def hackernews() -> bytes:
    """A tree of items, as Algolia's API serves it."""

    def item(id_: int, author: str | None, text: str | None, parent: int, *children: Any) -> dict[str, Any]:
        about = {"id": id_, "author": author, "text": text, "parent_id": parent, "type": "comment", "story_id": 1}
        return {**about, "created_at": "2015-03-03T00:00:00.000Z", "created_at_i": 1425340800, "children": children}

    answer = item(4, "cy", "&gt; Paris?<p>No, <i>Solms</i>.", 3)
    children = [item(2, "ann", "Paris?<p>Or Rome?", 1, item(3, None, None, 2, answer)), item(5, "dee", "Yes.", 1)]
    story = {**item(1, "lily", "Where are lenses ground?", 0, *children), "type": "story", "title": "Ask HN: Lenses?"}
    return json.dumps({**story, "parent_id": None, "url": None}).encode()


def hackernews_items() -> bytes:
    """The same thread as items of the Firebase API, one per line."""
    items = [
        {"by": "lily", "id": 1, "kids": [2, 5], "text": "Where are lenses ground?", "title": "Ask HN: Lenses?",
         "time": 1425340800, "type": "story"},
        {"by": "ann", "id": 2, "parent": 1, "text": "Paris?<p>Or Rome?", "time": 1425340800, "type": "comment"},
        {"deleted": True, "id": 3, "parent": 2, "time": 1425340800, "type": "comment"},
        {"by": "cy", "id": 4, "parent": 3, "text": "&gt; Paris?<p>No, <i>Solms</i>.", "time": 1425340800,
         "type": "comment"},
        {"by": "dee", "id": 5, "parent": 1, "text": "Yes.", "time": 1425340800, "type": "comment"},
    ]  # fmt: skip
    return "\n".join(map(json.dumps, items)).encode()


def mail(number: int, author: str, subject: str, text: str, parent: int | None = None) -> bytes:
    message = EmailMessage()
    message["From"] = f"{author} <{author.split()[0].lower()}@example.org>"
    message["Subject"], message["Message-ID"] = subject, f"<{number}@example.org>"
    message["Date"] = f"Tue, {number:02} Mar 2015 23:59:59 +0100"
    if parent is not None:
        message["In-Reply-To"] = message["References"] = f"<{parent}@example.org>"
    message.set_content(text)
    return message.as_bytes()


def mbox() -> bytes:
    mails = [
        mail(
            1, "Lily Lens", "[glass] Lenses", "Where are lenses ground?\n\nFrom here it is far.\n\n-- \nLily, Wetzlar\n"
        ),
        mail(
            2,
            "Änn Ö",
            "Re: [glass] Lenses",
            "On Tue, 1 Mar 2015, Lily Lens wrote:\n> Where are\n> they?\n\nIn Solms.\n",
            1,
        ),
        mail(3, "Dee", "Bread", "Bread is baked at night.\n"),
        mail(4, "Cy", "Re: [glass] Lenses", "No, in Paris.\n", 2),
        mail(5, "Eve", "Re: Bread", "At dawn.\n"),
    ]
    parts = [b"From x@example.org Tue Mar  3 10:00:00 2015\n" + m.replace(b"\nFrom h", b"\n>From h") for m in mails]
    return b"\n".join(part.rstrip(b"\n") + b"\n" for part in parts)


THREAD: dict[str, Any] = {
    "id": "lenses", "title": "Lenses", "url": "https://forum.example/1", "posts": [
        {"id": "a", "parent": None, "author": "Lily", "date": "2015-03-03", "kind": "article",
         "text": "Lenses are ground in Solms."},
        {"id": "b", "parent": "a", "author": "Ann", "date": "2015-03-04T10:00:00Z", "kind": "comment", "text": "Why?"},
        {"id": "c", "parent": "b", "author": None, "date": None, "kind": "comment", "text": "> Why?\nTradition."},
    ],
}  # fmt: skip


def jsonl() -> bytes:
    return json.dumps(THREAD).encode() + b"\n"


FORMATS: dict[str, Callable[[], bytes]] = {
    "blog.xml": wxr, "disqus.xml": disqus, "topic.json": discourse, "reddit.json": reddit, "hn.json": hackernews,
    "items.jsonl": hackernews_items, "list.mbox": mbox, "threads.jsonl": jsonl,
    **comment_exports.FORMATS, **feed_exports.FORMATS, **document_files.FORMATS,
}  # fmt: skip
