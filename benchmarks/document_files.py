"""Small documents, each made by a library of its format."""

from __future__ import annotations

import io
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
