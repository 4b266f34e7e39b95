"""Small documents, each made by a library of its format."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

LEFT = (
    "Lenses are ground in Solms, a small town in Hesse. The first machines came from Jena in 1869, and they were "
    "heavy. Each lens is polished by hand for two weeks, which is why the work is so expensive. "
)
RIGHT = (
    "Glass is melted in Mainz, where the sand is clean. It is cooled slowly, over several months, and then cut into "
    "blocks. The well-known blocks are sent to Solms by rail. "
)


def pdf(pages: int = 3) -> bytes:
    """Pages with a running head and foot, a title, two columns with broken words, and annotations."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import BaseDocTemplate, Frame, FrameBreak, NextPageTemplate, PageTemplate, Paragraph

    def furniture(canvas: Any, document: Any) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawString(50, 800, f"Journal of Glass, volume {document.page}")
        canvas.drawCentredString(297, 30, str(document.page))

    def columns(height: float) -> list[Frame]:
        return [Frame(50, 60, 240, height, id="left"), Frame(305, 60, 240, height, id="right")]

    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer, pagesize=(595, 842), title="Lenses", author="Lily", invariant=True,
        pageTemplates=[
            PageTemplate("first", [Frame(50, 700, 495, 80), *columns(620)], onPage=furniture),
            PageTemplate("later", columns(700), onPage=furniture),
        ],
    )  # fmt: skip
    body = ParagraphStyle("body", fontSize=10, leading=12, firstLineIndent=12)
    story: list[Any] = [
        Paragraph("How lenses are made", ParagraphStyle("title", fontSize=20, leading=24)), NextPageTemplate("later"),
    ]  # fmt: skip
    for _ in range(pages):
        story += [FrameBreak(), Paragraph(LEFT, body), FrameBreak(), Paragraph(RIGHT, body)]
    document.build(story)
    return buffer.getvalue()


def docx() -> bytes:
    """A document with a list, a table, tracked changes, a footnote-like text box and review comments."""
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = Document()
    document.core_properties.author = "Lily"
    document.core_properties.created = datetime.datetime(2024, 3, 1, tzinfo=datetime.UTC)
    document.add_heading("Lenses", 0)
    paragraph = document.add_paragraph("Lenses are ground in ")
    town = paragraph.add_run("Solms")
    for markup in (
        '<w:del w:id="90" w:author="Ann" {}><w:r><w:delText>, by hand</w:delText></w:r></w:del>',
        '<w:ins w:id="91" w:author="Ann" {}><w:r><w:t>, by machines</w:t></w:r></w:ins>',
    ):
        paragraph._p.append(parse_xml(markup.format(nsdecls("w"))))
    paragraph.add_run(".")
    for item in ("Glass", "Brass"):
        document.add_paragraph(item, style="List Bullet")
    table = document.add_table(2, 2)
    for index, words in enumerate(("Lens", "Year", "Elmar", "1925")):
        table.cell(index // 2, index % 2).text = words
    document.add_heading("Prices", 1)
    document.add_paragraph("They are high.")
    for text, author in (("In Paris?", "Ann"), ("No.", "Bob")):
        comment = document.add_comment(town, text=text, author=author)
        comment._comment_elm.set(comment._comment_elm.nsmap["w"].join(("{", "}date")), "2024-03-02T10:00:00Z")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def odt() -> bytes:
    """A document with a list, a table and annotations."""
    from odfdo import Document, Header, List, Paragraph, Table

    document = Document("text")
    document.body.clear()
    paragraph = Paragraph("Lenses are ground in Solms, a town.")
    table = Table("T", width=2, height=2)
    for index, words in enumerate(("Lens", "Year", "Elmar", "1925")):
        table.set_value((index % 2, index // 2), words)
    for element in (Header(1, "Lenses"), paragraph, List(["Glass", "Brass"]), table, Paragraph("They are dear.")):
        document.body.append(element)
    day = datetime.datetime(2024, 3, 2, 10)
    paragraph.insert_annotation(content="Solms", body="In Paris?", creator="Ann", date=day)
    paragraph.insert_annotation(after="town", body="Really?", creator="Bob", date=day)
    document.meta.title, document.meta.creator = "Lenses", "Lily"
    document.meta.creation_date = datetime.datetime(2024, 3, 1, 10)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def epub() -> bytes:
    """A book of two chapters, as EPUB 3 has it."""
    page = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">'
        "<head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    )
    contents = (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'
        '<nav epub:type="toc"><ol><li><a href="text/1.xhtml">1. Lenses</a></li></ol></nav></body></html>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0">'
        "<metadata><dc:title>Glass</dc:title><dc:creator>Lily</dc:creator><dc:date>2024-03-01</dc:date></metadata>"
        '<manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="c2" href="text/2%20b.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="c1" href="text/1.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="s" href="s.css" media-type="text/css"/></manifest>'
        '<spine><itemref idref="n"/><itemref idref="c1"/><itemref idref="c2"/></spine></package>'
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": container,
        "OEBPS/book.opf": package,
        "OEBPS/nav.xhtml": contents,
        "OEBPS/text/1.xhtml": page.format(title="Lenses", text="Ground in <i>Solms</i>."),
        "OEBPS/text/2 b.xhtml": page.format(title="Glass", text="Melted in Mainz."),
        "OEBPS/s.css": "p {}",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def subtitles(form: str) -> bytes:
    """Three cues, as "srt" or "vtt"."""
    from webvtt import Caption, WebVTT

    file = WebVTT()
    file.captions += [
        Caption("00:00:01.000", "00:00:03.500", "Where are\n<i>lenses</i> ground?"),
        Caption("00:00:03.500", "00:00:05.000", "- In 3 < 4.\n- Why?"),
        Caption("01:00:09.000", "01:00:10.000", "42"),
    ]
    stream = io.StringIO()
    file.write(stream, format=form)
    return stream.getvalue().encode()


def archive() -> bytes:
    """A zip archive of a text and a book."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("notes/rain.txt", "It rains.")
        packed.writestr("book.epub", epub())
    return buffer.getvalue()


FORMATS: dict[str, Callable[[], bytes]] = {
    "paper.pdf": pdf, "letter.docx": docx, "letter.odt": odt, "book.epub": epub, "notes.zip": archive,
    "talk.srt": lambda: subtitles("srt"), "talk.vtt": lambda: subtitles("vtt"),
}  # fmt: skip
