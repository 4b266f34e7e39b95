"""PDF: pages as typesetting programs lay them out, and the text that is read from them."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterable
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas
from test_formats import omitted, post_rows, read_threads

import qa
from benchmarks.document_files import LEFT, RIGHT, pdf
from qa.sources.formats.pdf_page import Piece, join_lines, join_text
from qa.sources.patterns.lines import BULLETS
from qa.sources.worker import open_file

Placed = tuple[float, float, str]  # points from the left, points from the bottom, words


def drawn(*pages: Iterable[Placed], size: int = 10, **about: Any) -> bytes:
    """A PDF with words at places."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(600, 800), **about)
    for page in pages:
        canvas.setFont("Helvetica", size)
        for left, bottom, text in page:
            canvas.drawString(left, bottom, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def text_of(data: bytes) -> str:
    (thread,) = read_threads(data, "a.pdf")
    return thread.text


def test_columns_are_read_one_after_the_other_without_running_heads() -> None:
    (thread,) = read_threads(pdf(3), "paper.pdf")
    assert (thread.source, thread.title) == ("paper.pdf", "Lenses")
    assert [(post.kind, post.author, post.date) for post in thread.posts] == [("article", "Lily", "2000-01-01")]
    page = [LEFT.strip(), RIGHT.strip()]
    assert thread.text.split("\n\n") == ["How lenses are made", *page * 3]


def test_columns_that_are_drawn_line_by_line() -> None:
    left = [
        "Lenses are ground in Solms, which",
        "is a small town. The first of the",
        "machines came from Jena in 1869.",
    ]
    right = ["Glass is melted in Mainz, where", "the sand is clean. It is cooled", "slowly, over several months."]
    page = [(50, 700, "A title that goes over both of the columns of this page, as titles do")]
    for number, (one, other) in enumerate(zip(left, right, strict=True)):
        page += [(50, 650 - 12 * number, one), (320, 650 - 12 * number, other)]
    assert text_of(drawn(page)).split("\n\n")[1:] == [" ".join(left), " ".join(right)]


def test_the_cells_of_a_table_are_told_apart_and_its_rows_kept() -> None:
    rows = [
        ("Lens", "Year", "Town"),
        ("Elmar", "1925", "Wetzlar"),
        ("Noctilux", "1966", "Midland"),
        ("Summar", "1933", "Solms"),
    ]
    page = [(50 + 150 * x, 700 - 14 * y, cell) for y, row in enumerate(rows) for x, cell in enumerate(row)]
    assert text_of(drawn(page)).split("\n\n") == ["  ".join(row) for row in rows]


def test_words_that_are_broken_at_the_end_of_a_line_are_whole_again() -> None:
    page = [
        (50, 700, "Lenses are ground by an experi-"),
        (50, 688, "enced man, who is a well-"),
        (50, 676, "known one. He is well-known."),
    ]
    assert text_of(drawn(page)) == "Lenses are ground by an experienced man, who is a well-known one. He is well-known."


def test_a_sentence_goes_on_on_the_next_page() -> None:
    first = [(50, 700, "Lenses are ground in"), (50, 40, "1")]
    second = [(50, 700, "the town of Solms."), (50, 40, "2")]
    assert text_of(drawn(first, second)) == "Lenses are ground in the town of Solms."


def test_a_line_that_stands_on_every_page_is_left_out_only_at_its_edge() -> None:
    pages = [[(50, 780, f"Glass {n}"), (50, 700, "We note: Solms."), (50, 688, f"Page of {name}.")] for n, name in
             enumerate(["Ann", "Bob", "Cy"])]  # fmt: skip
    assert (
        text_of(drawn(*pages)).split()
        == "We note: Solms. Page of Ann. We note: Solms. Page of Bob. We note: Solms. Page of Cy.".split()
    )


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ("an experi-", "enced man", "an experienced man"),
        ("the Franco-", "German war", "the Franco- German war"),
        ("a well-", "known one", "a well-known one"),
        ("pages 3-", "5 are", "pages 3- 5 are"),
        ("soft\u00ad", "ware", "software"),
        ("It rains.", "snow falls", "It rains. snow falls"),
    ],
)
def test_lines_are_joined(above: str, below: str, joined: str) -> None:
    assert join_text(above, below, frozenset({"well-known"})) == joined


@pytest.mark.parametrize("mark", [*BULLETS, "-", "*", "7.", "(a)"])
def test_an_item_of_a_list_is_a_paragraph(mark: str) -> None:
    texts = ("Bring with you, please,", f"{mark} a pair of stout", "gloves and", f"{mark} tea")
    lines = [Piece(text, 0, 100 - 12 * number, 200, 110 - 12 * number, 10) for number, text in enumerate(texts)]
    assert join_lines(lines, frozenset()) == [texts[0], f"{texts[1]} {texts[2]}", texts[3]]


def annotated() -> bytes:
    """A page with a note, a reply to it, and a highlight, made by PDFium."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    document = pdfium.PdfDocument(drawn([(50, 700, "Lenses are ground in Solms.")]))
    page = document[0]

    def add(kind: int, contents: str, author: str, day: str) -> object:
        annotation = raw.FPDFPage_CreateAnnot(page.raw, kind)
        for key, value in ((b"Contents", contents), (b"T", author), (b"M", f"D:{day}100000+01'00'")):
            text = ctypes.create_string_buffer((value + "\0").encode("utf-16-le"))
            raw.FPDFAnnot_SetStringValue(annotation, key, ctypes.cast(text, ctypes.POINTER(raw.FPDF_WCHAR)))
        return annotation

    add(raw.FPDF_ANNOT_TEXT, "In Paris?", "Ann", "20240302")
    highlight = add(raw.FPDF_ANNOT_HIGHLIGHT, "Since when?", "Bob", "20240303")
    points = raw.FS_QUADPOINTSF(50, 712, 83, 712, 50, 697, 83, 697)
    raw.FPDFAnnot_AppendAttachmentPoints(highlight, points)
    add(raw.FPDF_ANNOT_LINK, "A link.", "Cy", "20240303")
    add(raw.FPDF_ANNOT_HIGHLIGHT, "", "Dee", "20240303")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_annotations_are_comments_with_the_words_that_they_mark() -> None:
    (thread,) = read_threads(annotated(), "a.pdf")
    assert post_rows(thread)[0][4] == "Lenses are ground in Solms."
    assert post_rows(thread)[1:] == [
        ("comment", "Ann", "2024-03-02", None, "In Paris?"),
        ("comment", "Bob", "2024-03-03", None, "Lenses\n\nSince when?"),
    ]
    assert omitted(thread) == ["Lenses"]


def test_the_title_is_the_heading_where_no_other_is_given() -> None:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    buffer = io.BytesIO()
    story: list[Any] = [
        Paragraph("How lenses are made", ParagraphStyle("h", fontSize=18, leading=22)),
        *[Paragraph(LEFT)] * 3,
    ]
    SimpleDocTemplate(buffer).build(story)
    (thread,) = read_threads(buffer.getvalue(), "a.pdf")
    assert (thread.title, thread.posts[0].author) == ("How lenses are made", None)


def scanned(*texts: str) -> bytes:
    """A page with a picture for each empty text."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(200, 200))
    for text in texts:
        if text:
            canvas.drawString(20, 100, text)
        else:
            canvas.drawImage(ImageReader(Image.new("L", (8, 8))), 0, 0, 200, 200)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_a_scan_is_refused_by_name() -> None:
    with pytest.raises(qa.SourceError, match="2 of its 2 pages are pictures"):
        read_threads(scanned("", ""), "a.pdf")
    threads = open_file(scanned("It rains.", ""), "a.pdf").threads
    assert next(threads).text == "It rains."
    with pytest.raises(qa.SourceError, match="1 of its 2 pages are pictures"):
        next(threads)


def test_an_encrypted_file_is_refused_by_name() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    with pytest.raises(qa.SourceError, match="'a.pdf' is encrypted; save it without a password"):
        read_threads(drawn([(50, 700, "It rains.")], encrypt=StandardEncryption("secret")), "a.pdf")


def test_a_file_that_opens_without_a_password_is_read() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    assert text_of(drawn([(50, 700, "It rains.")], encrypt=StandardEncryption("", "owner"))) == "It rains."
