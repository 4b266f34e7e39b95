"""Mail as programs write it: envelopes, odd headers, charsets, and the words of others under a reply."""

from __future__ import annotations

import pytest
from test_formats import omitted, post_rows, read_threads

import qa

HEADERS = (
    "From: Bob <bob@example.org>\nSubject: Re: Pumps\nDate: Wed, 23 Feb 2005 18:20:17 -0400\nMessage-ID: <2@x>\n"
    "Content-Type: text/plain; charset=utf-8\n\n"
)
OTHERS = "The pump stands in Kiel."
PREFIX = "users-return-1206-apmail-archive=example.org@" + "lists." * 30 + "example.org"


@pytest.mark.parametrize(
    "envelope",
    ["From ann@x Thu Nov 24 09:25:03 2016", f"From {PREFIX}  Thu Nov 24 09:25:03 2016", "From ann@x", "From -"],
)
def test_an_envelope_of_any_length_and_without_a_date_begins_a_mail(envelope: str) -> None:
    mails = [
        f"{envelope}\nFrom: {who}\nSubject: {n}\nMessage-ID: <{n}@x>\n\nIt rains.\n\n" for n, who in enumerate("ab")
    ]
    threads = read_threads("".join(mails).encode(), "list.mbox")
    assert [(thread.title, thread.posts[0].author, thread.text) for thread in threads] == [
        ("0", "a", "It rains."), ("1", "b", "It rains."),
    ]  # fmt: skip


def test_a_line_of_a_mail_that_begins_with_from_is_no_envelope() -> None:
    text = "It rains.\n\nFrom here on\nNote: it is wet.\n"
    (thread,) = read_threads(f"From a@x\nFrom: a\nSubject: b\n\n{text}".encode(), "list.mbox")
    assert thread.text == text.strip()


@pytest.mark.parametrize(
    "odd", ["quite Delivered-To: b@example.org", "(nothing)", ">From ann@x Thu Nov 24 09:25:03 2016"]
)
def test_one_odd_line_among_the_headers_is_passed_over(odd: str) -> None:
    data = f"Received: by a.example; Wed, 23 Feb 2005 17:51:49 -0500\n{odd}\n{HEADERS}{OTHERS}\n"
    (thread,) = read_threads(data.encode(), "a.eml")
    assert (thread.title, post_rows(thread)) == ("Pumps", [("article", "Bob", "2005-02-23", None, OTHERS)])


@pytest.mark.parametrize(
    ("charset", "encoding", "name"),
    [("iso-8859-1", "cp1252", "João Leão"), ("koi8-r", "koi8-r", "Анна"), ("utf-8", "utf-8", "João"), ("us-ascii", "cp1252", "Jörg")],
)  # fmt: skip
def test_raw_headers_are_in_the_charset_of_the_body(charset: str, encoding: str, name: str) -> None:
    head = f"From: {name} <j@x>\nSubject: {name}\nMessage-ID: <1@x>\nContent-Type: text/plain; charset={charset}\n\n{name}."
    (thread,) = read_threads(head.encode(encoding), "a.eml")
    assert (thread.title, thread.posts[0].author, thread.text) == (name, name, f"{name}.")


@pytest.mark.parametrize(
    "head",
    [
        "From: Ann Lee [mailto:ann@x.org]\nSent: Tuesday, February 22, 2005 4:22 PM\nTo: Bob\nSubject: Pumps\n\n",
        "-----Original Message-----\nFrom: Ann Lee\nSent: Tuesday, February 22, 2005 4:22 PM\nTo: Bob\nSubject: Pumps\n\n",
        "Von: Ann Lee <ann@x.org>\nGesendet: Dienstag, 22. Februar 2005 16:22\nAn: Bob\nBetreff: Pumpen\n\n",
        "________________________________\nDe : Ann Lee\nEnvoyé : mardi 22 février 2005 16:22\nÀ : Bob\nObjet : Pompes\n\n",
        "De: Ann\nEnviado el: martes, 22 de febrero de 2005\nPara: Bob\nAsunto: Bombas\n\n",
        "Da: Ann\nInviato: martedì 22 febbraio 2005\nA: Bob\nOggetto: Pompe\n\n",
        "Van: Ann\nVerzonden: dinsdag 22 februari 2005\nAan: Bob\nOnderwerp: Pompen\n\n",
        "Från: Ann\nSkickat: den 22 februari 2005\nTill: Bob\nÄmne: Pumpar\n\n",
        "От: Анна\nОтправлено: 22 февраля 2005\nКому: Боб\nТема: Насосы\n\n",
        "发件人: Ann\n发送时间: 2005年2月22日\n收件人: Bob\n主题: 泵\n\n",
        "-----Ursprüngliche Nachricht-----\n", "-------- Weitergeleitete Nachricht --------\n", "Begin forwarded message:\n\n",
        "--- On Wed, 2/22/05, Ann Lee <ann@x.org> wrote:\n\n", "-------- Message transféré --------\n",
        "On Tuesday, February 22, 2005 4:22 PM, Ann Lee <ann@x.org> wrote:\n\n",
        "*From:* Ann\n*Sent:* Tuesday\n*To:* Bob\n*Subject:* Pumps\n\n",
    ],
)  # fmt: skip
def test_the_mail_under_a_reply_is_not_the_repliers(head: str) -> None:
    (thread,) = read_threads(f"{HEADERS}In Bonn, I think.\n\n{head}{OTHERS}\n".encode(), "a.eml")
    assert thread.text.startswith("In Bonn, I think.")
    assert omitted(thread) == [(head + OTHERS)]


@pytest.mark.parametrize(
    "introduction",
    [
        "On 22 Feb 2005, at 14:20, Ann Lee wrote:", "On Tue, Feb 22, 2005 at 2:20 PM Ann Lee <ann@x.org> wrote:",
        "Am Di., 22. Feb. 2005 um 14:20 Uhr schrieb Ann Lee <\nann@x.org>:", "Ann Lee <ann@x.org> wrote:",
        "Am 22.02.2005 um 14:20 schrieb Ann Lee:", "Le mar. 22 févr. 2005 à 14:20, Ann Lee <ann@x.org> a\nécrit :",
        "El mar, 22 feb 2005 a las 14:20, Ann Lee (<ann@x.org>)\nescribió:", "2005-02-22 14:20 GMT+01:00 Ann Lee <ann@x.org>:",
        "Il giorno mar 22 feb 2005 alle ore 14:20 Ann Lee <ann@x.org>\nha scritto:", "Op di 22 feb. 2005 om 14:20 schreef Ann:",
        "Den tis 22 feb. 2005 kl 14:20 skrev Ann Lee <ann@x.org>:", "W dniu wt., 22 lut 2005 o 14:20 Ann <ann@x.org> napisał(a):",
        "вт, 22 февр. 2005 г. в 14:20, Ann <ann@x.org>:", "Em ter., 22 de fev. de 2005 às 14:20, Ann <ann@x.org>\nescreveu:",
        "Ann <ann@x.org> 于2005年2月22日周二 14:20写道：",
    ],
)  # fmt: skip
def test_an_attribution_in_any_language_belongs_to_the_quotation(introduction: str) -> None:
    (thread,) = read_threads(f"{HEADERS}In Bonn.\n\n{introduction}\n\n> {OTHERS}\n\nNot Kiel.\n".encode(), "a.eml")
    assert omitted(thread) == [f"{introduction}\n\n> {OTHERS}"]


@pytest.mark.parametrize(
    "markup",
    [
        '<div>In Bonn.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ann<br><b>Sent:</b> Tuesday'
        f"<br><b>To:</b> Bob<br><b>Subject:</b> Pumps</div><div>{OTHERS}</div>",
        f'<div>In Bonn.</div><div class="gmail_quote"><div class="gmail_attr">Ann wrote:</div><blockquote>{OTHERS}</blockquote></div>',
        f'<p>In Bonn.</p><div class="moz-cite-prefix">Ann wrote:</div><blockquote type="cite">{OTHERS}</blockquote>',
        f'<div>In Bonn.</div><div class="yahoo_quoted"><div>On Tuesday, Ann wrote:</div><div>{OTHERS}</div></div>',
    ],
)
def test_the_quotation_in_an_html_reply_is_not_the_repliers(markup: str) -> None:
    data = HEADERS.replace("text/plain", "text/html") + f"<html><body>{markup}</body></html>"
    (thread,) = read_threads(data.encode(), "a.eml")
    own = thread.text
    for words in omitted(thread):
        own = own.replace(words, "")
    assert own.strip() == "In Bonn."


def test_a_mail_that_lists_from_and_to_is_its_authors() -> None:
    text = "The ferry:\n\nFrom: Kiel\nTo: Oslo\n\nIt is late. On 3 May, Ann wrote: it rains."
    (thread,) = read_threads(f"{HEADERS}{text}\n".encode(), "a.eml")
    assert (thread.text, omitted(thread)) == (text, [])


@pytest.mark.parametrize("flaw", ["a & b", "&nbsp;", "\x0b", "<b>", "&#3;", "</p>"])
def test_an_item_with_a_flaw_costs_itself(flaw: str) -> None:
    from benchmarks import exports
    from qa.sources.worker import open_file

    data = exports.wxr(4).replace(b"<title>Lenses 1", b"<title>Lenses 1" + flaw.encode())
    titles: list[str | None] = []
    with pytest.raises(qa.SourceError, match="1 item is left out, the rest is read"):
        titles.extend(thread.title for thread in open_file(b"Warning: a flaw\n" + data, "blog.xml").threads)
    assert titles == ["Lenses 0", "Lenses 2", "Lenses 3"]


@pytest.mark.parametrize("name", ["Lee, Ann", '"Lee, Ann"', "=?utf-8?q?Lee=2C_Ann?="])
def test_a_comma_in_the_senders_name_ends_nothing(name: str) -> None:
    data = f"From: {name} <ann@example.org>\nSubject: Pumps\nDate: Wed, 23 Feb 2005 10:00:00 +0000\n\nIn Kiel.\n"
    (thread,) = read_threads(data.encode(), "a.eml")
    assert thread.posts[0].author == "Lee, Ann"


@pytest.mark.parametrize(
    "reply", ["RE: ", "AW: ", "Re : ", "R: ", "RES: ", "Odp: ", "SV: ", "VS: ", "回复：", "Re: AW: "]
)
def test_the_mark_of_a_reply_is_no_part_of_the_subject(reply: str) -> None:
    mail = """From x Wed Feb 23 10:00:00 2005\nFrom: {0}@example.org\nSubject: {1}Pumps\n
In Kiel.\n\n"""
    (thread,) = read_threads(f"{mail.format('ann', '')}{mail.format('bob', reply)}".encode(), "a.mbox")
    assert thread.title == "Pumps"
    assert [post.author for post in thread.posts] == ["ann", "bob"]


def test_a_quoted_header_that_begins_with_its_day_opens_a_quotation() -> None:
    header = "Date: Mon, 5 Mar 2018 16:40:00 +0100\nSubject: Pumps\nFrom: ann@example.org\nTo: bob@example.org"
    (thread,) = read_threads(f"{HEADERS}In Bonn.\n\n{header}\n\nIn Kiel.\n".encode(), "a.eml")
    assert omitted(thread) == [f"{header}\n\nIn Kiel."]


PLAIN_DIGEST = f"""From: boats-request@example.org
Subject: boats Digest, Vol 7, Issue 3
Date: Sat, 4 Feb 2012 12:00:01 +0100

Today's Topics:

   1. Varnish in winter (Bea Lind)

{"-" * 70}

Message: 1
Date: Fri, 3 Feb 2012 10:11:12 +0100
From: Bea Lind <bea@example.org>
Subject: [boats] Varnish in winter

Can I varnish at 5 degrees?

{"-" * 30}

Message: 2
Date: Sat, 4 Feb 2012 12:00:00 +0100
From: Arne <arne@example.net>
Subject: Re: [boats] Varnish in winter

No. Wait for May.

{"-" * 30}

End of boats Digest, Vol 7, Issue 3
"""
MIME_DIGEST = """From: boats-request@example.org
Subject: boats Digest, Vol 7, Issue 3
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=A

--A
Content-Type: text/plain

Today's Topics:
--A
Content-Type: multipart/digest; boundary=B

--B

Date: Fri, 3 Feb 2012 10:11:12 +0100
From: Bea Lind <bea@example.org>
Subject: Varnish in winter

Can I varnish at 5 degrees?
--B

Date: Sat, 4 Feb 2012 12:00:00 +0100
From: Arne <arne@example.net>
Subject: Re: Varnish in winter

No. Wait for May.
--B--
--A--
"""


@pytest.mark.parametrize("data", [PLAIN_DIGEST, MIME_DIGEST], ids=["plain text", "MIME"])
def test_a_digest_holds_the_messages_of_others(data: str) -> None:
    (thread,) = read_threads(data.encode(), "a.eml")
    assert [(post.kind, post.author, post.date, post.text) for post in thread.posts] == [
        ("article", "Bea Lind", "2012-02-03", "Can I varnish at 5 degrees?"),
        ("comment", "Arne", "2012-02-04", "No. Wait for May."),
    ]
