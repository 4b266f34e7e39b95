"""Text as it stands, made safe to stand in HTML.

Everything that comes from a corpus, a file name or a question passes through here on its way to the page, so that
what the browser shows is the text, character for character, and never anything that the text asks for.
"""

import html
from collections.abc import Iterable

# The HTML parser turns a bare carriage return into a line feed; a reference keeps it. It drops NUL, which no reference
# can hold: an empty span stands in, and the page's script puts the character there. Half of a surrogate pair is no
# text that can be sent.
_UNSPEAKABLE = {0: '<span class="nul"></span>', 13: "&#13;"} | dict.fromkeys(
    range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"
)


def escaped(text: str) -> str:
    """The text as HTML for the inside of an element, where it reads back as the same text.

    >>> escaped("<b>&lt;</b>")
    '&lt;b&gt;&amp;lt;&lt;/b&gt;'
    """
    return html.escape(text).translate(_UNSPEAKABLE)


def isolated(text: str) -> str:
    """The text for the middle of a line of ours: its bidirectional controls end where it ends."""
    return f"<bdi>{escaped(text)}</bdi>"


def marked(text: str, start: int, spans: Iterable[tuple[int, int]]) -> str:
    """The text with each span in a `<mark>`; spans count from the same origin as `start`, the place of the text.

    >>> marked("made in Solms", 100, [(108, 113)])
    'made in <mark>Solms</mark>'
    """
    pieces, done = [], 0
    for first, last in sorted(spans):
        first, last = max(first - start, done), min(last - start, len(text))
        if first < last:
            pieces.append(f"{escaped(text[done:first])}<mark>{escaped(text[first:last])}</mark>")
            done = last
    return "".join(pieces) + escaped(text[done:])
