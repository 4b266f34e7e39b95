"""The map of a library, as SVG: a dot for each passage, the last question and its quotes marked.

It is drawn here, since a scatter of dots is a few lines of SVG, while plotly's script is larger than all else that the
page loads, and matplotlib takes 25 MB of the server's memory.
"""

from __future__ import annotations

from collections.abc import Collection

from qa.answering.escape import attribute, escaped
from qa.library.passage_map import MapPoint, PassageMap
from qa.types import Span
from qa.web.post_labels import source_key, text_name
from qa.web.words import Words

WIDTH, HEIGHT, EDGE = 600, 420, 14
_TITLE = 140  # characters of a passage where the pointer rests on its dot


def map_html(drawn: PassageMap, quoted: Collection[tuple[str, Span]], say: Words) -> str:
    """Draw a map.

    Args:
        drawn: The map.
        quoted: The passages that the last answer quotes, by source and span.
        say: The words of the page.
    """
    dots = []
    for passage, point in zip(drawn.passages, drawn.points, strict=True):
        span = (passage.start, passage.end)
        mark = " quoted" if (passage.source, span) in quoted else ""
        who = ", ".join(filter(None, [passage.author, text_name(passage.title, passage.source)]))
        x, y = _place(point)
        dots.append(
            (
                bool(mark),
                f'<circle class="{passage.kind}{mark}" cx="{x:.1f}" cy="{y:.1f}" r="{6 if mark else 4}" '
                f'data-dot="{source_key(passage.source)}" data-at="{span[0]}-{span[1]}">'
                f"<title>{escaped(f'{who}: {passage.text[:_TITLE]}'.replace(chr(0), ' '))}</title></circle>",
            )
        )
    question = ""
    if drawn.question is not None:
        x, y = _place(drawn.question)
        question = f'<path class="asked" d="M{x:.1f} {y - 9:.1f}l9 9-9 9-9-9z"/>'
    shown = "".join(dot for _, dot in sorted(dots, key=lambda each: each[0]))
    return (
        f'<p class="aside">{say("map_about")} <span class="key article">{say("articles")}</span> '
        f'<span class="key comment">{say("comments")}</span></p>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{attribute(say("map"))}">{shown}{question}</svg>'
    )


def _place(point: MapPoint) -> tuple[float, float]:
    """A point in the picture; what lies outside is put on the edge."""
    x, y = (min(max(share, 0.0), 1.0) for share in (point.x, point.y))
    return EDGE + x * (WIDTH - 2 * EDGE), EDGE + y * (HEIGHT - 2 * EDGE)
