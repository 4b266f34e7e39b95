"""Escaping text for HTML.

Everything that comes from a corpus, a file name or a question passes through here on its way to the page, so that
the browser shows the text character for character and never runs anything in it.
"""

import html
from collections.abc import Iterable

from qa.sources.sanitize import replace_surrogates

# The HTML parser turns a bare carriage return into a line feed; a character reference keeps it. It drops NUL, which no
# reference can express: an empty span marks its place, and the page's script inserts it.
_REPLACEMENTS = {0: '<span class="nul"></span>', 13: "&#13;"}


def escaped(text: str) -> str:
    """Escape text for the inside of an element, where it reads back as the same text.

    >>> escaped("<b>&lt;</b>")
    '&lt;b&gt;&amp;lt;&lt;/b&gt;'
    """
    return html.escape(replace_surrogates(text)).translate(_REPLACEMENTS)


def attribute(text: str) -> str:
    """Escape text for the inside of an attribute in quotation marks; NUL becomes the replacement character.

    >>> attribute('a "b" \\0')
    'a &quot;b&quot; \ufffd'
    """
    return html.escape(replace_surrogates(text)).replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\r", "&#13;")


def isolated(text: str) -> str:
    """Escape text for the middle of a line: its bidirectional controls end where it ends."""
    return f"<bdi>{escaped(text)}</bdi>"


def marked(text: str, start: int, spans: Iterable[tuple[int, int]]) -> str:
    """Escape text with each span in a `<mark>`.

    Args:
        text: The text.
        start: The offset of the text.
        spans: Starts and ends in code points, counted from the same origin as `start`.

    >>> marked("made in Solms since 1914", 100, [(108, 113), (113, 113)])
    'made in <mark>Solms</mark> since 1914'
    """
    pieces, done = [], 0
    for first, last in sorted(spans):
        first, last = max(first - start, done), min(last - start, len(text))
        if first < last:
            pieces.append(f"{escaped(text[done:first])}<mark>{escaped(text[first:last])}</mark>")
            done = last
    return "".join(pieces) + escaped(text[done:])
