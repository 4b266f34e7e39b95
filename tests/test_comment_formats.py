"""Files of comment systems, question sites and messengers, and the posts that they hold."""

from __future__ import annotations

import json

import pytest
from test_formats import PostRow, omitted, post_rows, read_threads

import qa
from benchmarks import comment_exports as exports
from qa.sources.worker import open_file

ANN_BOB: dict[str, tuple[str | None, str | None, list[PostRow]]] = {
    # the file: its title, its address, its posts
    "wordpress.json": ("Lenses & glass", "https://blog.example/lenses/", [
        ("article", "Lily", "2024-03-02", None, "Lenses are ground in Solms."),
        ("comment", "Ann", "2024-03-03", None, "Why?"),
        ("comment", "Bob & Cy", "2024-03-04", 1, "Why?\n\nTradition."),
    ]),
    "github.json": ("Lenses", "https://github.com/o/lens/issues/1", [
        ("article", "ann", "2024-03-02", None, "Where are lenses ground?"),
        ("comment", "bob", "2024-03-03", None, "> Where?\n\nIn Solms."),
        ("comment", "ann", "2024-03-03", None, "Thanks."),
    ]),
    "questions.json": ("Lenses & glass", "https://glass.example/q/1", [
        ("article", "Ann", "2024-03-02", None, "Where are lenses ground?"),
        ("comment", "Bob & Cy", "2024-03-03", None, "In Solms."),
        ("comment", "Ann", "2024-03-04", 1, "Thank you <3"),
    ]),
    "Posts.xml": ("Lenses", None, [
        ("article", "Ann", "2024-03-02", None, "Where are lenses ground?"),
        ("comment", "user7", "2024-03-03", None, "Where?\n\nIn Solms."),
    ]),
    "lemmy.json": ("Lenses", "https://lemmy.example/post/7", [
        ("article", "Lily", "2024-03-02", None, "Where are lenses ground?"),
        ("comment", "ann", "2024-03-03", None, "In Paris?"),
        ("comment", "cy", "2024-03-03", 1, "> No!\n\nIn Solms."),
    ]),
    "mastodon.json": (None, "https://social.example/@ann/1", [
        ("article", "Ann", "2024-03-02", None, "Where are\nlenses ground?"),
        ("comment", "Bob", "2024-03-02", None, "@ann In Solms."),
        ("comment", "Cy", "2024-03-02", 1, "Geography\n\nIn Paris."),
    ]),
    "video.info.json": ("Lenses", "https://video.example/watch?v=abc", [
        ("article", "Lily", "2024-03-01", None, "How lenses are ground."),
        ("comment", "@ann", "2024-03-02", None, "In Paris?"),
        ("comment", "@bob", "2024-03-03", 1, "No, in Solms."),
    ]),
    "video.jsonl": (None, None, [
        ("comment", "@ann", "2024-03-02", None, "In Paris?"),
        ("comment", "@bob", "2024-03-03", 0, "No, in Solms."),
    ]),
    "isso.json": (None, None, [
        ("comment", "Ann", "2024-03-02", None, "In Paris?"),
        ("comment", "Bob", "2024-03-02", 0, "No, in Solms."),
    ]),
    "commento.json": (None, "https://blog.example/lenses", [
        ("comment", "Ann", "2024-03-02", None, "In Paris?"),
        ("comment", None, "2024-03-02", 0, "No, in Solms."),
    ]),
    "remark42.json": ("Lenses", "https://blog.example/lenses", [
        ("comment", "Ann", "2024-03-02", None, "In Paris?"),
        ("comment", "Bob", "2024-03-02", 0, "No, in Solms."),
    ]),
    "disqus.json": (None, None, [
        ("comment", "Ann", "2024-03-02", None, "In Paris?"),
        ("comment", "Bob", "2024-03-02", 0, "No, in Solms."),
    ]),
    "telegram.json": ("Lens talk", None, [
        ("comment", "Ann", "2024-03-02", None, "Where are lenses ground?"),
        ("comment", "Bob", "2024-03-03", 0, "In Solms."),
    ]),
    "discord.json": ("lenses", None, [
        ("comment", "Ann", "2024-03-02", None, "Where are lenses ground?"),
        ("comment", "bob", "2024-03-03", 0, "In Solms."),
    ]),
    "slack.zip": ("lenses", None, [
        ("comment", "Ann", "2024-03-02", None, "Where are <good> lenses ground, @bob?"),
        ("comment", "bob", "2024-03-03", 0, "In Solms."),
    ]),
    "whatsapp.txt": (None, None, [
        ("comment", "Ann", "2024-03-02", None, "Where are lenses ground?\nIn Paris?"),
        ("comment", "Bob", "2024-03-03", None, "No: in Solms."),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", ANN_BOB)
def test_the_posts_of_a_file(name: str) -> None:
    (thread,) = read_threads(exports.FORMATS[name](), name)
    assert (thread.source, thread.title, thread.url, post_rows(thread)) == (name, *ANN_BOB[name])


@pytest.mark.parametrize(
    ("name", "words"),
    [("wordpress.json", "Why?"), ("github.json", "> Where?"), ("lemmy.json", "> No!"), ("Posts.xml", "Where?")],
)
def test_what_a_comment_quotes_is_omitted(name: str, words: str) -> None:
    (thread,) = read_threads(exports.FORMATS[name](), name)
    assert omitted(thread) == [words]


def test_a_table_of_comments_says_which_columns_it_took() -> None:
    threads = open_file(exports.COMMENT_TABLE.encode(), "comments.csv").threads
    thread = next(threads)
    assert post_rows(thread) == [
        ("comment", "Ann", "2024-03-02", None, "Where are lenses ground?\nIn Paris?"),
        ("comment", "Bob", "2024-03-03", 0, 'No; in "Solms".'),
    ]
    with pytest.raises(qa.SourceError, match="text from 'Comment'.* other columns .Likes. are left out"):
        next(threads)


@pytest.mark.parametrize(
    "heads",
    [
        "Nr;Autor;Datum;Kommentar;Antwort auf",
        "N°;Auteur;Date;Commentaire;Réponse à",
        "id;Usuario;Fecha;Comentario;Respuesta a",
        "No;Author;Date;Comment;Replying to",
    ],
)
def test_the_column_of_what_is_answered_is_known_in_other_languages(heads: str) -> None:
    threads = open_file(
        f"\ufeff{heads}\r\n1;Ann;03.04.2019;In Kiel?;\r\n2;Bob;14.04.2019;No.;1\r\n".encode(), "a.csv"
    ).threads
    assert post_rows(next(threads)) == [
        ("comment", "Ann", "2019-04-03", None, "In Kiel?"),
        ("comment", "Bob", "2019-04-14", 0, "No."),
    ]


def test_a_table_with_pages_gives_a_thread_of_each() -> None:
    data = (
        b"video_id,video_title,author,text\n"
        b"a,Lenses,Ann,Solms?\nb,Bread,Bob,At night.\na,Lenses,Cy,<p>Yes &amp; no.</p>\n"
    )
    threads = open_file(data, "c.csv").threads
    assert [(thread.source, [post.text for post in thread.posts]) for thread in (next(threads), next(threads))] == [
        ("c.csv · Lenses", ["Solms?", "Yes & no."]),
        ("c.csv · Bread", ["At night."]),
    ]
    with pytest.raises(qa.SourceError, match="page from 'video_id'"):
        next(threads)


def rows(*lines: str) -> list[tuple[str | None, str | None, str]]:
    (thread,) = read_threads("\n".join(lines).encode(), "WhatsApp Chat with Lens talk.txt")
    assert thread.title == "Lens talk"
    return [(post.author, post.date, post.text) for post in thread.posts]


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("02/03/2024, 10:00 - ", "2024-03-02"),
        ("02.03.24, 10:00 - ", "2024-03-02"),
        ("3/2/24, 10:00\u202fAM - ", "2024-03-02"),
        ("[3/2/24, 10:00:00 AM] ", "2024-03-02"),
        ("2/3/2024, 10:00 am - ", "2024-03-02"),
        ("2/3/24 10:00 a. m. - ", "2024-03-02"),
        ("13/3/24, 10:00 - ", "2024-03-13"),
        ("3/13/24, 10:00 - ", "2024-03-13"),
        ("2024-03-02, 10:00 - ", "2024-03-02"),
        ("3/2/24, 10:00 - ", None),
    ],
)
def test_the_days_of_a_chat(stamp: str, day: str | None) -> None:
    assert rows(f"{stamp}Ann: In Solms.", f"{stamp}+49 170 1: Why?") == [
        ("Ann", day, "In Solms."),
        ("+49 170 1", day, "Why?"),
    ]


def test_the_order_of_the_lines_tells_day_and_month_apart() -> None:
    assert rows("3/2/24, 10:00 - Ann: One.", "3/3/24, 10:00 - Ann: Two.", "4/1/24, 10:00 - Ann: Three.") == [
        ("Ann", "2024-03-02", "One."),
        ("Ann", "2024-03-03", "Two."),
        ("Ann", "2024-04-01", "Three."),
    ]


def test_comments_without_an_article_are_comments() -> None:
    data = [{"id": "/1/", "title": "Pumps", "comments": [{"id": 1, "author": "Ann", "text": "In Kiel."}]}]
    (thread,) = read_threads(json.dumps(data).encode(), "isso.json")
    assert post_rows(thread) == [("comment", "Ann", None, None, "In Kiel.")]


def test_the_forms_of_githubs_other_interfaces() -> None:
    reply = {"author": {"login": "cy"}, "body": "Thanks.", "createdAt": "2024-03-04T10:00:00Z", "id": "D2"}
    comment = {"author": {"login": "bob"}, "body": "In Solms.", "createdAt": "2024-03-03T10:00:00Z", "id": "D1"}
    discussion = {
        "title": "Lenses", "body": "Where?", "author": {"login": "ann"}, "createdAt": "2024-03-02T10:00:00Z",
        "url": "https://github.com/o/r/discussions/1",
        "comments": {"nodes": [{**comment, "replies": {"nodes": [reply]}}]},
    }  # fmt: skip
    (thread,) = read_threads(json.dumps({"data": {"repository": {"discussion": discussion}}}).encode(), "d.json")
    assert post_rows(thread) == [
        ("article", "ann", "2024-03-02", None, "Where?"),
        ("comment", "bob", "2024-03-03", None, "In Solms."),
        ("comment", "cy", "2024-03-04", 1, "Thanks."),
    ]


def test_comments_embedded_in_a_post_of_wordpress() -> None:
    (post, comment, *_) = json.loads(exports.wordpress_api())
    del comment["post"]
    post["_embedded"]["replies"] = [[comment]]
    (thread,) = read_threads(json.dumps(post).encode(), "post.json")
    assert [(p.kind, p.author) for p in thread.posts] == [("article", "Lily"), ("comment", "Ann")]


def test_comments_of_a_dump_belong_to_their_posts() -> None:
    row = '<row Id="1" PostId="5" Text="Try &lt;b&gt;." CreationDate="2024-03-02T10:00:00" UserId="3"/>'
    (thread,) = read_threads(f"<comments>{row}</comments>".encode(), "Comments.xml")
    assert post_rows(thread) == [("comment", "user3", "2024-03-02", None, "Try <b>.")]


def test_videos_of_the_data_api() -> None:
    def snippet(text: str, **more: str) -> dict[str, str]:
        return {"textDisplay": text, "authorDisplayName": "@ann", "publishedAt": "2024-03-02T10:00:00Z", **more}

    top = {"id": "U1", "snippet": snippet("In <b>Paris</b>?", videoId="v")}
    reply = {"id": "U1.R", "snippet": snippet("No.", videoId="v", parentId="U1")}
    data = {
        "items": [{"id": "U1", "snippet": {"videoId": "v", "topLevelComment": top}, "replies": {"comments": [reply]}}]
    }
    (thread,) = read_threads(json.dumps(data).encode(), "v.json")
    assert post_rows(thread) == [
        ("comment", "@ann", "2024-03-02", None, "In Paris?"),
        ("comment", "@ann", "2024-03-02", 0, "No."),
    ]


def test_an_outbox_of_an_archive() -> None:
    def note(id_: str, content: str, reply: str | None) -> dict[str, object]:
        about = {
            "type": "Note",
            "published": "2024-03-02T10:00:00Z",
            "attributedTo": "https://social.example/users/ann",
        }
        return {"type": "Create", "object": {**about, "id": id_, "content": content, "inReplyTo": reply}}

    items = [note("1", "<p>Solms.</p>", None), note("2", "<p>Really.</p>", "1"), note("3", "<p>No.</p>", "https://x/9")]
    data = {"@context": "x", "type": "OrderedCollection", "orderedItems": items}
    first, second = read_threads(json.dumps(data).encode(), "outbox.json")
    assert [(p.kind, p.author, p.text) for p in first.posts] == [
        ("article", "ann", "Solms."),
        ("comment", "ann", "Really."),
    ]
    assert post_rows(second) == [("comment", "ann", "2024-03-02", None, "No.")]


LOG = "".join(f"2024-03-02 10:00:{n:02} INFO request {n}\n  more\n" * 2 for n in range(9)).replace("  more\n", "")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_a_table_that_is_not_known_is_refused(name: str) -> None:
    with pytest.raises(qa.SourceError, match="has no column that is known to hold texts"):
        open_file(b"height,weight,age\n1,2,3\n", name)


def test_a_log_that_is_not_known_is_refused() -> None:
    with pytest.raises(qa.SourceError, match="'a.log' is a log of a form that is not known"):
        open_file(LOG.encode(), "a.log")


def test_similar_fields_of_comments_are_known() -> None:
    comments = [
        {"id": "1", "author": {"name": "Ann"}, "timestamp": 1709373600, "text": "In Solms?"},
        {"id": "2", "author": "Bob", "createdAt": "2024-03-03T10:00:00Z", "parentId": "1", "body": "Yes."},
    ]
    (thread,) = read_threads(json.dumps({"title": "Lenses", "comments": comments}).encode(), "a.json")
    assert post_rows(thread) == [
        ("comment", "Ann", "2024-03-02", None, "In Solms?"),
        ("comment", "Bob", "2024-03-03", 0, "Yes."),
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (LOG, "a log"),
        ("Mar  2 10:00:01 host sshd[1]: closed\n" * 6, "a log"),
        ('1.2.3.4 - - [02/Mar/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 5\n' * 6, "a log"),
        ("[10:00] <ann> Where?\n[10:01] <bob> In Solms.\n" * 3, "a log"),
        ("height,weight,age\n" + "1,2,3\n" * 9, "a table"),
        ("a\tb\tc\n" * 6, "a table"),
    ],
)
def test_a_text_that_looks_like_a_log_or_a_table_is_read_and_reported(text: str, kind: str) -> None:
    threads = open_file(text.encode(), "a.txt").threads
    assert next(threads).text == text
    with pytest.raises(qa.SourceError, match=f"'a.txt' looks like {kind} of a form that is not known"):
        next(threads)


@pytest.mark.parametrize(
    "text",
    [
        "It rains, and it snows, too.\nThen, at noon, it stops.\n" * 5,
        "1. Glass\n2. Brass\n3. Steel\n4. Wood\n5. Wax\n6. Sand\n",
        "Ann, 3 March 2011\nWhy?\n\nBob, 4 March 2011\nNo, no, no.\n" * 3,
    ],
)
def test_prose_is_no_log(text: str) -> None:
    (thread,) = read_threads(text.encode(), "a.txt")
    assert thread.text == text
