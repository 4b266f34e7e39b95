"""Chats, tables, front matter and pages in forms that other programs and other languages give them."""

from __future__ import annotations

import pytest
from saved_pages import ARTICLE, STORY, read_thread
from test_formats import omitted, read_threads

import qa
from qa.sources.worker import open_file

WORDS, ANSWER = "The pump stands in Kiel. It has stood there for years.", "No, it was moved to Bonn."
TALK = [("Ann", "2012-03-04", WORDS), ("Bob", "2012-03-05", ANSWER)]


def rows(thread: qa.Thread) -> list[tuple[str | None, str | None, str]]:
    return [(post.author, post.date, post.text) for post in thread.posts]


@pytest.mark.parametrize(
    "lines",
    [
        "04.03.12, 10:20 - Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.\n04.03.12, 10:21 - Ann: {}\n"
        "05.03.12, 11:00 - Bob: {}\n05.03.12, 11:01 - Ann: <Medien ausgeschlossen>\n"
        "05.03.12, 11:02 - Bob: Diese Nachricht wurde gelöscht.",
        "[04.03.12, 10:20:11] Pumpen: \u200eNachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.\n"
        "[04.03.12, 10:21:11] Ann: {}\n[05.03.12, 11:00:00] Bob: {}\n\u200e[05.03.12, 11:01:00] Ann: \u200eBild weggelassen",
        "3/4/12, 10:21\u202fAM - Ann: {}\n3/5/12, 1:00\u202fPM - Bob: {}\n3/25/12, 1:01\u202fPM - Ann: <Media omitted>",
        "[3/4/12, 10:20:11\u202fAM] Ann: {}\n[3/5/12, 1:00:00\u202fPM] Bob: {} \u200e<This message was edited>\n"
        "[3/15/12, 1:01:00\u202fPM] Bob: \u200eThis message was deleted.",
        "04/03/2012, 10:21 - Ann: {}\n05/03/2012, 11:00 - Bob: {}\n05/03/2012 à 11:02 - Bob: Ce message a été supprimé",
        "04/03/12, 10:21 - Ann: {}\n05/03/12, 11:00 - Bob: {}\n15/03/12, 11:02 - Bob: Questo messaggio è stato eliminato",
        "04-03-12 10:21 - Ann: {}\n05-03-12 11:00 - Bob: {}\n15-03-12 11:02 - Bob: Dit bericht is verwijderd",
        "04/03/2012 10:21 - Ann: {}\n05/03/2012 11:00 - Bob: {}\n15/03/2012 11:02 - Bob: Mensagem apagada",
    ],
    ids=["Android de", "iOS de", "Android en-US", "iOS en-US", "fr", "it", "nl", "pt"],
)
def test_a_chat_of_whatsapp(lines: str) -> None:
    (thread,) = read_threads(lines.format(WORDS, ANSWER).encode(), "chat.txt")
    assert rows(thread) == TALK


TELEGRAM = """<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title></head><body>
<div class="page_wrap"><div class="page_header"><div class="content"><div class="text bold">Pumps</div></div></div>
<div class="page_body chat_page"><div class="history"><div class="message service" id="message-1"><div class="body details">
4 March 2012</div></div>
<div class="message default clearfix" id="message2"><div class="pull_left userpic_wrap"><div class="initials">A</div></div>
<div class="body"><div class="pull_right date details" title="04.03.2012 10:21:00 UTC+01:00">10:21</div>
<div class="from_name">Ann</div><div class="text">It stands<br>in <b>Kiel</b>.</div></div></div>
<div class="message default clearfix joined" id="message3"><div class="body"><div class="pull_right date details"
title="04.03.2012 10:22:00 UTC+01:00">10:22</div><div class="text">I saw it.</div></div></div>
<div class="message default clearfix" id="message4"><div class="body"><div class="pull_right date details"
title="05.03.2012 23:05:00 UTC+01:00">23:05</div><div class="from_name">Bob</div><div class="reply_to details">In reply to
<a href="#go_to_message2">this message</a></div><div class="text">No.</div></div></div></div></div></div></body></html>"""


def test_a_page_of_telegram() -> None:
    (thread,) = read_threads(TELEGRAM.encode(), "messages.html")
    assert thread.title == "Pumps"
    assert rows(thread) == [
        ("Ann", "2012-03-04", "It stands\nin Kiel."), ("Ann", "2012-03-04", "I saw it."), ("Bob", "2012-03-05", "No."),
    ]  # fmt: skip
    assert [post.parent for post in thread.posts] == [None, None, 0]
    assert [post.locations[0].time for post in thread.posts] == ["10:21", "10:22", "23:05"]


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("Kommentar-ID;Datum;Verfasser;Kommentartext\n1;04.03.2012 10:20;Ann;{}\n2;05.03.2012 11:00;Bob;\"{}\"\n", "a.csv"),
        ("id\tposted_at\tuser_name\tcomment_text\n1\t2012-03-04 10:20\tAnn\t{}\n2\t2012-03-05\tBob\t{}\n", "a.tsv"),
        ("Comment ID,Reply To,Commenter,Comment Date,The Comment\nc1,,Ann,2012-03-04T10:20:00Z,{}\n"
         'c2,c1,Bob,2012-03-05T10:20:00Z,"{}"\n', "a.csv"),
    ],
)  # fmt: skip
def test_a_table_with_other_heads(table: str, name: str) -> None:
    threads = open_file(table.format(WORDS, ANSWER).encode(), name).threads
    assert rows(next(threads)) == TALK


def test_the_days_of_a_table_are_in_one_order() -> None:
    table = "\ufeffAuteur;Date de publication;Commentaire\nAnn;04/03/2012;Oui\nBob;25/03/2012;Non\n"
    assert rows(next(open_file(table.encode(), "a.csv").threads)) == [
        ("Ann", "2012-03-04", "Oui"), ("Bob", "2012-03-25", "Non"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("block", "author"),
    [
        (
            "================\nThe pump of Kiel\n================\n\n:date: 2012-03-04 10:20\n:author: Ann Lee\n\n",
            "Ann Lee",
        ),
        ('---\ntitle: The pump of Kiel\ncreated: 2012-03-04T10:20\nauthor: "[[Ann Lee]]"\n---\n', "Ann Lee"),
        (
            '---\ntitle: The pump of Kiel\ndate: 2012-03-04\nauthor: ["[[people/ann|Ann Lee]]", Bob]\n---\n',
            "Ann Lee, Bob",
        ),
    ],
)
def test_front_matter(block: str, author: str) -> None:
    (thread,) = read_threads(f"{block}{WORDS}\n".encode(), "a.md")
    assert (thread.title, rows(thread)) == ("The pump of Kiel", [(author, "2012-03-04", WORDS)])


def test_names_and_days_in_italics_open_comments_in_markdown() -> None:
    text = f"# Pumps\n\n{WORDS}\n\n## Comments\n\n**Ann** — *4 March 2012*\n\nI saw it.\n\n**Bob** — *5 March 2012*\n\n> I saw it.\n\n{ANSWER}\n"
    thread = qa.Thread.from_text(text)
    assert rows(thread)[1:] == [("Ann", "2012-03-04", "I saw it."), ("Bob", "2012-03-05", f"> I saw it.\n\n{ANSWER}")]
    assert omitted(thread) == ["> I saw it."]


CODE = "for i in range(3):\n    pump(i)\n    wait()"


@pytest.mark.parametrize(
    "markup",
    [
        f"<pre><code>{CODE}</code></pre>",
        f'<div class="highlight"><pre><span class="k">for</span>{CODE[3:]}\n</pre></div>',
    ],
)
def test_the_lines_of_a_program_in_an_article(markup: str) -> None:
    before, after = ARTICLE.split("</p>", 1)
    text = read_thread(f"<html><body><article>{before}</p>{markup}{after}</article></body></html>".encode()).text
    assert f"\n\n{CODE}\n\n" in text


@pytest.mark.parametrize("tag", ["footer", "aside"])
def test_a_page_of_which_a_few_per_cent_come_out_is_read_anew(tag: str) -> None:
    essay = [f"Pump number {number} stands in Kiel, and it still runs every day of the year." for number in range(130)]
    page = (
        f"<html><body><article>{ARTICLE}</article><nav><a href='/'>Home</a></nav>"
        f"<{tag}>{''.join(f'<p>{sentence}</p>' for sentence in essay)}</{tag}></body></html>"
    )
    text = read_thread(page.encode()).text
    assert all(sentence in text for sentence in (*essay, *STORY)) and "Home" not in text


def test_a_short_page_is_its_article_in_paragraphs() -> None:
    page = (
        '<html><body><nav><ul><li><a href="/">Home</a></li><li><a href="/a">About</a></li></ul></nav>'
        f"<article><h1>Pumps</h1><p>{WORDS}</p><p>{ANSWER}</p></article><footer>All rights reserved</footer></body></html>"
    )
    assert read_thread(page.encode()).text == f"Pumps\n\n{WORDS}\n\n{ANSWER}"
