"""DOCX, ODT and EPUB: the text of a document, its review comments, the chapters of a book."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from test_formats import omitted, post_rows, read_threads

import qa
from benchmarks import document_files
from qa.sources.worker import open_file


def changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """A document with one of its parts changed, or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, change(old.read(part).decode() if part in old.namelist() else ""))
    return buffer.getvalue()


ARTICLE = "Lenses\n\nLenses are ground in Solms, by machines.\n\nGlass\nBrass\n\nLens  Year\nElmar  1925\n\nPrices\n\nThey are high."


def test_a_document_of_word() -> None:
    (thread,) = read_threads(document_files.docx(), "letter.docx")
    assert (thread.source, thread.title) == ("letter.docx", "Lenses")
    assert post_rows(thread) == [
        ("article", "Lily", "2024-03-01", None, ARTICLE),
        ("comment", "Ann", "2024-03-02", None, "Solms\n\nIn Paris?"),
        ("comment", "Bob", "2024-03-02", None, "Solms\n\nNo."),
    ]
    assert omitted(thread) == ["Solms", "Solms"]


def test_replies_to_comments_of_word() -> None:
    def number(comments: str) -> str:
        for id_ in ("A1", "B2"):
            comments = comments.replace("<w:p>", f'<w:p xmlns:w14="urn:x" w14:paraId="{id_}">', 1)
        return comments

    extended = '<w15:a xmlns:w15="urn:y"><w15:c w15:paraId="A1"/><w15:c w15:paraId="B2" w15:paraIdParent="A1"/></w15:a>'
    data = changed(document_files.docx(), "word/comments.xml", number)
    (thread,) = read_threads(changed(data, "word/commentsExtended.xml", lambda _: extended), "letter.docx")
    assert [(post.author, post.parent, post.text) for post in thread.posts[1:]] == [
        ("Ann", None, "Solms\n\nIn Paris?"),
        ("Bob", 1, "No."),
    ]


def word(body: str, **parts: str) -> str:
    """The text of a document of Word with that body."""
    names = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' xmlns:mc='urn:mc' xmlns:m='urn:m'"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {names}><w:body>{body}</w:body></w:document>")
        for part, content in parts.items():
            archive.writestr(f"word/{part}.xml", f"<w:{part} {names}>{content}</w:{part}>")
    (thread,) = read_threads(buffer.getvalue(), "a.docx")
    return thread.text


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"<w:p>{run('It ')}<w:ins>{run('rains')}</w:ins>{run('.')}</w:p>", "It rains."),
        (f"<w:p>{run('It')}<w:moveFrom>{run(' snows')}</w:moveFrom><w:moveTo>{run(' rains')}</w:moveTo></w:p>", "It rains"),
        (f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('It ')}</w:p><w:p>{run('rains.')}</w:p>", "It rains."),
        (f"<w:p>{run('It')}<w:r><w:br/><w:tab/><w:t>rains</w:t><w:noBreakHyphen/></w:r></w:p>", "It\n\trains-"),
        (f"<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink>{run('Solms')}</w:hyperlink></w:p>", "Solms"),
        (f"<w:sdt><w:sdtPr><w:x>{run('no')}</w:x></w:sdtPr><w:sdtContent><w:p>{run('Yes')}</w:p></w:sdtContent></w:sdt>", "Yes"),
        (f"<w:p><mc:AlternateContent><mc:Choice><w:p>{run('A box')}</w:p></mc:Choice><mc:Fallback><w:p>{run('A box')}</w:p>"
         f"</mc:Fallback></mc:AlternateContent></w:p><w:p>{run('Text')}</w:p>", "A box\n\nText"),
        (f"<w:tbl><w:tr><w:tc><w:p>{run('a')}</w:p><w:p>{run('b')}</w:p></w:tc><w:tc><w:p>{run('c')}</w:p></w:tc></w:tr>"
         f"<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p>{run('gone')}</w:p></w:tc></w:tr></w:tbl><w:p>{run('d')}</w:p>",
         "a\nb  c\n\nd"),
    ],
)  # fmt: skip
def test_the_words_of_a_document_of_word(body: str, text: str) -> None:
    assert word(body) == text


def test_the_footnotes_of_word_stand_below_the_text() -> None:
    notes = f"<w:footnote w:type='separator'><w:p>{run('---')}</w:p></w:footnote><w:footnote><w:p>{run('In Hesse.')}</w:p></w:footnote>"
    assert word(f"<w:p>{run('Solms')}</w:p>", footnotes=notes) == "Solms\n\nIn Hesse."


def test_a_document_of_open_document() -> None:
    (thread,) = read_threads(document_files.odt(), "letter.odt")
    assert (thread.source, thread.title) == ("letter.odt", "Lenses")
    text = "Lenses\n\nLenses are ground in Solms, a town.\n\nGlass\nBrass\n\nLens  Year\nElmar  1925\n\nThey are dear."
    assert post_rows(thread) == [
        ("article", "Lily", "2024-03-01", None, text),
        ("comment", "Ann", "2024-03-02", None, "Solms\n\nIn Paris?"),
        ("comment", "Bob", "2024-03-02", None, "Really?"),
    ]
    assert omitted(thread) == ["Solms"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<text:tracked-changes><x><text:p>Gone.</text:p></x></text:tracked-changes><text:p>Here.</text:p>", "Here."),
        ("<text:p>It<text:s text:c='2'/>rains\n  <text:span>here</text:span>.<text:line-break/>No.</text:p>", "It  rains here.\nNo."),
        ("<text:p>Solms<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Hesse.</text:p>"
         "</text:note-body></text:note>.</text:p><text:p>End.</text:p>", "Solms.\n\nEnd.\n\nHesse."),
    ],
)  # fmt: skip
def test_the_words_of_an_open_document(body: str, text: str) -> None:
    def change(content: str) -> str:
        start, end = content.index("<office:text>") + len("<office:text>"), content.index("</office:text>")
        return content[:start] + body + content[end:]

    (thread,) = read_threads(changed(document_files.odt(), "content.xml", change), "a.odt")
    assert thread.text == text


def test_the_chapters_of_a_book() -> None:
    lenses, glass = read_threads(document_files.epub(), "book.epub")
    assert [(thread.source, thread.title) for thread in (lenses, glass)] == [
        ("book.epub · 1. Lenses", "1. Lenses"),
        ("book.epub · Glass", "Glass"),
    ]
    assert post_rows(lenses) == [("article", "Lily", "2024-03-01", None, "Lenses\n\nGround in Solms.")]


def test_a_damaged_chapter_costs_itself() -> None:
    data = changed(document_files.epub(), "OEBPS/text/1.xhtml", lambda _: "\x00\x01\x02" * 99)
    threads = open_file(data, "book.epub").threads
    assert next(threads).title == "Glass"
    with pytest.raises(qa.SourceError, match=r"1\.xhtml' is not text"):
        next(threads)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("xl/workbook.xml", "is a spreadsheet"),
        ("ppt/presentation.xml", "is a presentation"),
        ("META-INF/MANIFEST.MF", "is a program"),
    ],
)
def test_other_office_documents_are_refused_by_name(part: str, message: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(part, "<x/>")
    with pytest.raises(qa.SourceError, match=message):
        open_file(buffer.getvalue(), "a.zip")
