"""A small file of comments or messages as each site, comment system and messenger writes it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

WHATSAPP = """\
[02.03.24, 10:00:00] Lens talk: \u200eMessages and calls are end-to-end encrypted.
[02.03.24, 10:00:12] Ann: Where are lenses ground?
In Paris?
\u200e[02.03.24, 10:01:00] Ann: \u200eimage omitted
[02.03.24, 10:02:00] \u200eBob joined using this group's invite link
[03.03.24, 09:00:00] ~\u202fBob: No: in Solms.
"""
COMMENT_TABLE = """\
"Posted at";"User name";"Comment ID";"Reply to";"Comment";"Likes"
"2024-03-02 10:00";"Ann";"1";"";"Where are lenses ground?
In Paris?";"3"
"2024-03-03 10:00";"Bob";"2";"1";"No; in ""Solms"".";"0"
"""
STACK_EXCHANGE_DUMP = """\ufeff<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="1" PostTypeId="1" CreationDate="2024-03-02T10:00:00.000" Body="&lt;p&gt;Where are lenses ground?&lt;/p&gt;"
 OwnerUserId="5" OwnerDisplayName="Ann" Title="Lenses" Tags="|glass|" />
  <row Id="2" PostTypeId="2" ParentId="1" CreationDate="2024-03-03T10:00:00.000"
 Body="&lt;blockquote&gt;Where?&lt;/blockquote&gt;&lt;p&gt;In Solms.&lt;/p&gt;" OwnerUserId="7" />
  <row Id="3" PostTypeId="5" Body="About glass." />
</posts>
"""


def wordpress_api() -> bytes:
    """Two posts with their comments, as the endpoints for posts and comments serve them."""
    post = {
        "id": 5, "date": "2024-03-02T10:00:00", "link": "https://blog.example/lenses/", "status": "publish",
        "title": {"rendered": "Lenses &amp; glass"}, "author": 1,
        "content": {"rendered": "<p>Lenses are ground in <em>Solms</em>.</p>", "protected": False},
        "excerpt": {"rendered": "<p>Lenses</p>", "protected": False},
        "_embedded": {"author": [{"id": 1, "name": "Lily"}]},
    }  # fmt: skip

    def comment(id_: int, parent: int, author: str, html: str, **more: Any) -> dict[str, Any]:
        link = f"https://blog.example/lenses/#comment-{id_}"
        return {"id": id_, "post": 5, "parent": parent, "author_name": author, "date": f"2024-03-0{id_}T10:00:00",
                "content": {"rendered": html}, "link": link, "status": "approved", **more}  # fmt: skip

    comments = [
        comment(3, 0, "Ann", "<p>Why?</p>"),
        comment(4, 3, "Bob &amp; Cy", "<blockquote><p>Why?</p></blockquote><p>Tradition.</p>"),
        comment(6, 0, "Spam", "<p>Pills</p>", status="hold"),
    ]
    return json.dumps([post, *comments]).encode()


def github() -> bytes:
    """An issue and its comments, as the REST API serves them."""
    api, page = "https://api.github.com/repos/o/lens/issues/1", "https://github.com/o/lens/issues/1"
    issue = {
        "url": api, "html_url": page, "id": 1, "number": 1, "title": "Lenses", "user": {"login": "ann", "id": 1},
        "state": "open", "created_at": "2024-03-02T10:00:00Z", "body": "Where are lenses ground?", "comments": 2,
    }  # fmt: skip

    def comment(id_: int, login: str, body: str) -> dict[str, Any]:
        return {"url": f"{api}/comments/{id_}", "html_url": f"{page}#issuecomment-{id_}", "issue_url": api, "id": id_,
                "user": {"login": login}, "created_at": "2024-03-03T10:00:00Z", "body": body}  # fmt: skip

    return json.dumps([issue, comment(7, "bob", "> Where?\r\n\r\nIn Solms."), comment(8, "ann", "Thanks.")]).encode()


def stack_exchange() -> bytes:
    """A question with an answer and a comment, as the API serves it with the filter `withbody`."""
    answer = {
        "owner": {"display_name": "Bob &amp; Cy"}, "answer_id": 2, "question_id": 1, "creation_date": 1709460000,
        "body": "<p>In Solms.</p>", "comments": [{"owner": {"display_name": "Ann"}, "comment_id": 9, "post_id": 2,
        "creation_date": 1709546400, "body": "Thank you &lt;3"}],
    }  # fmt: skip
    question = {
        "owner": {"display_name": "Ann"}, "question_id": 1, "title": "Lenses &amp; glass", "creation_date": 1709373600,
        "link": "https://glass.example/q/1", "body": "<p>Where are lenses ground?</p>", "answers": [answer],
    }  # fmt: skip
    return json.dumps({"items": [question], "has_more": False, "quota_remaining": 299}).encode()


def lemmy() -> bytes:
    """A post and its comments, as `/api/v3/post` and `/api/v3/comment/list` serve them."""
    post = {
        "id": 7, "name": "Lenses", "body": "Where are lenses ground?", "creator_id": 1, "deleted": False,
        "published": "2024-03-02T10:00:00Z", "ap_id": "https://lemmy.example/post/7",
    }  # fmt: skip

    def view(id_: int, path: str, name: str, content: str, **more: Any) -> dict[str, Any]:
        comment = {"id": id_, "post_id": 7, "content": content, "path": path, "published": "2024-03-03T10:00:00Z",
                   "deleted": False, "removed": False, "ap_id": f"https://lemmy.example/{id_}", **more}  # fmt: skip
        return {"comment": comment, "creator": {"id": id_, "name": name}, "post": post}

    comments = [
        view(8, "0.8", "ann", "In Paris?"),
        view(9, "0.8.9", "rude", "No!", deleted=True),
        view(10, "0.8.9.10", "cy", "> No!\n\nIn Solms."),
    ]
    about = {"post_view": {"post": post, "creator": {"id": 1, "name": "lily", "display_name": "Lily"}}}
    return json.dumps({**about, "comments": comments}).encode()


def mastodon() -> bytes:
    """A status and its context."""

    def status(id_: str, parent: str | None, name: str, content: str, **more: Any) -> dict[str, Any]:
        return {"id": id_, "created_at": "2024-03-02T10:00:00.000Z", "in_reply_to_id": parent, "spoiler_text": "",
                "url": f"https://social.example/@{name}/{id_}", "content": content, "reblog": None,
                "account": {"username": name, "acct": name, "display_name": name.title()}, **more}  # fmt: skip

    replies = [
        status("2", "1", "bob", '<p><span class="h-card"><a href="x">@<span>ann</span></a></span> In Solms.</p>'),
        status("3", "2", "cy", "<p>In Paris.</p>", spoiler_text="Geography"),
    ]
    opening = status("1", None, "ann", "<p>Where are<br>lenses ground?</p>")
    return json.dumps([opening, {"ancestors": [], "descendants": replies}]).encode()


def youtube_info() -> bytes:
    """A video with its comments, as yt-dlp writes its `.info.json`."""
    comments = [
        {"id": "U1", "parent": "root", "text": "In Paris?", "author": "@ann", "timestamp": 1709373600},
        {"id": "U1.R", "parent": "U1", "text": "No, in Solms.", "author": "@bob", "timestamp": 1709460000},
    ]
    video = {
        "id": "abc", "title": "Lenses", "formats": [{"format_id": "18", "url": "https://video.example/18"}],
        "description": "How lenses are ground.", "uploader": "Lily", "upload_date": "20240301",
        "webpage_url": "https://video.example/watch?v=abc", "extractor": "youtube", "comments": comments,
    }  # fmt: skip
    return json.dumps(video).encode()


def youtube_lines() -> bytes:
    """Comments of a video, as youtube-comment-downloader writes them."""
    lines = [
        {"cid": "U1", "text": "In Paris?", "time": "2 years ago", "author": "@ann", "channel": "UC1", "votes": "3",
         "photo": "", "heart": False, "reply": False, "time_parsed": 1709373600.0},
        {"cid": "U1.R", "text": "No, in Solms.", "time": "1 year ago", "author": "@bob", "channel": "UC2",
         "votes": "0", "photo": "", "heart": False, "reply": True, "time_parsed": 1709460000.0},
    ]  # fmt: skip
    return "\n".join(map(json.dumps, lines)).encode()


def isso() -> bytes:
    """The comments of a page, as Isso's API serves them."""

    def comment(
        id_: int, parent: int | None, author: str | None, text: str, mode: int, *replies: Any
    ) -> dict[str, Any]:
        return {"id": id_, "parent": parent, "author": author, "text": text, "mode": mode, "created": 1709373600.5,
                "likes": 0, "dislikes": 0, "hash": "x", "replies": list(replies), "hidden_replies": 0}  # fmt: skip

    replies = [
        comment(2, 1, None, "", 4),
        comment(3, 1, "Bob", "<p>No, in <em>Solms</em>.</p>", 1),
    ]
    comments = [comment(1, None, "Ann", "<p>In Paris?</p>", 1, *replies)]
    return json.dumps({"id": None, "total_replies": 3, "replies": comments, "hidden_replies": 0}).encode()


def commento() -> bytes:
    """An export of a site."""

    def comment(id_: str, parent: str, by: str, markdown: str, **more: Any) -> dict[str, Any]:
        return {"commentHex": id_, "domain": "blog.example", "path": "/lenses", "commenterHex": by, "score": 0,
                "markdown": markdown, "html": f"<p>{markdown}</p>", "parentHex": parent, "state": "approved",
                "creationDate": "2024-03-02T10:00:00.1Z", "deleted": False, **more}  # fmt: skip

    comments = [
        comment("a", "root", "p1", "In Paris?"),
        comment("b", "a", "p2", "Pills", state="unapproved"),
        comment("c", "a", "anonymous", "No, in Solms."),
    ]
    people = [{"commenterHex": "p1", "email": "ann@x", "name": "Ann"}, {"commenterHex": "p2", "name": "Spam"}]
    return json.dumps({"version": 1, "comments": comments, "commenters": people}).encode()


def remark42() -> bytes:
    """A backup."""

    def comment(id_: str, parent: str, name: str, text: str, **more: Any) -> dict[str, Any]:
        return {"id": id_, "pid": parent, "text": text, "orig": "", "user": {"name": name, "id": f"github_{name}"},
                "locator": {"site": "blog", "url": "https://blog.example/lenses"}, "score": 0, "votes": {},
                "time": "2024-03-02T10:00:00.1-06:00", "title": "Lenses", **more}  # fmt: skip

    lines = [
        {"version": 1, "users": [], "posts": []},
        comment("a", "", "Ann", "<p>In Paris?</p>\n"),
        comment("b", "a", "Rude", "", delete=True),
        comment("c", "b", "Bob", "<p>No, in Solms.</p>\n"),
    ]
    return "\n".join(map(json.dumps, lines)).encode()


def disqus_api() -> bytes:
    """A page of `threads/listPosts`."""

    def post(id_: str, parent: int | None, name: str, message: str, **more: Any) -> dict[str, Any]:
        return {"id": id_, "parent": parent, "author": {"name": name, "username": name.lower()}, "thread": "99",
                "forum": "blog", "message": message, "raw_message": "", "createdAt": "2024-03-02T10:00:00",
                "isDeleted": False, "isSpam": False, "isApproved": True, "likes": 0, **more}  # fmt: skip

    posts = [
        post("1", None, "Ann", "<p>In Paris?</p>"),
        post("2", 1, "Rude", "<p>No!</p>", isDeleted=True),
        post("3", 2, "Bob", "<p>No, in Solms.</p>"),
    ]
    return json.dumps({"cursor": {"hasNext": False}, "code": 0, "response": posts}).encode()


def telegram() -> bytes:
    """A chat."""
    messages = [
        {"id": 1, "type": "service", "date": "2024-03-02T09:00:00", "actor": "Ann", "text": ""},
        {"id": 2, "type": "message", "date": "2024-03-02T10:00:00", "from": "Ann", "from_id": "user1",
         "text": "Where are lenses ground?"},
        {"id": 3, "type": "message", "date": "2024-03-03T10:00:00", "from": "Bob", "from_id": "user2",
         "reply_to_message_id": 2, "text": ["In ", {"type": "bold", "text": "Solms"}, "."]},
    ]  # fmt: skip
    return json.dumps({"name": "Lens talk", "type": "private_group", "id": 9, "messages": messages}).encode()


def discord() -> bytes:
    """A channel."""
    messages = [
        {"id": "1", "type": "GuildMemberJoin", "timestamp": "2024-03-02T09:00:00+00:00", "content": "Joined.",
         "author": {"id": "8", "name": "bob"}},
        {"id": "2", "type": "Default", "timestamp": "2024-03-02T10:00:00+00:00", "content": "Where are lenses ground?",
         "author": {"id": "9", "name": "ann", "nickname": "Ann"}},
        {"id": "3", "type": "Reply", "timestamp": "2024-03-03T10:00:00+00:00", "content": "In Solms.",
         "author": {"id": "8", "name": "bob"}, "reference": {"messageId": "2", "channelId": "2"}},
    ]  # fmt: skip
    about = {"guild": {"id": "1", "name": "Glass"}, "channel": {"id": "2", "type": "GuildTextChat", "name": "lenses"}}
    return json.dumps({**about, "messages": messages, "messageCount": 3}).encode()


def slack() -> bytes:
    """A workspace with one channel of two days."""

    def message(ts: str, user: str, text: str, **more: Any) -> dict[str, Any]:
        return {"type": "message", "user": user, "ts": ts, "text": text, **more}

    first, second = "1709373600.000100", "1709460000.000100"
    days = {
        "2024-03-02": [
            message("1709373500.000100", "U2", "<@U2> has joined the channel", subtype="channel_join"),
            message(first, "U1", "Where are &lt;good&gt; lenses ground, <@U2>?", thread_ts=first),
        ],
        "2024-03-03": [message(second, "U2", "In <https://solms.example|Solms>.", thread_ts=first)],
    }
    people = [{"id": "U1", "name": "ann", "profile": {"display_name": "Ann"}}, {"id": "U2", "name": "bob"}]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.json", json.dumps(people))
        archive.writestr("channels.json", json.dumps([{"id": "C1", "name": "lenses"}]))
        for day, messages in days.items():
            archive.writestr(f"lenses/{day}.json", json.dumps(messages))
    return buffer.getvalue()


FORMATS = {
    "wordpress.json": wordpress_api, "github.json": github, "questions.json": stack_exchange,
    "Posts.xml": STACK_EXCHANGE_DUMP.encode, "lemmy.json": lemmy, "mastodon.json": mastodon,
    "video.info.json": youtube_info, "video.jsonl": youtube_lines, "isso.json": isso, "commento.json": commento,
    "remark42.json": remark42, "disqus.json": disqus_api, "telegram.json": telegram, "discord.json": discord,
    "slack.zip": slack, "whatsapp.txt": WHATSAPP.encode, "comments.csv": COMMENT_TABLE.encode,
}  # fmt: skip
