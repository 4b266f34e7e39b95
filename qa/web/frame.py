"""The frame of the page: its header, the conversation, the question box, and room for the panes beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from qa.answering.escape import escaped, isolated
from qa.library.library import Library
from qa.library.store import SourceInfo
from qa.web.examples import examples
from qa.web.library_view import source_line
from qa.web.post_labels import source_key, text_name
from qa.web.theme import style
from qa.web.words import Words, languages, words

_QUESTION_LIMIT = 20_000  # characters; see qa.search.query
_TEXTS_OFFERED = 6  # titles on the first view; the library's pane lists the others
_KEYS = (
    ("/", "key_focus"),
    ("↑", "key_recall"),
    ("j", "key_next"),
    ("k", "key_previous"),
    ("o", "key_open"),
    ("Esc", "key_close"),
    ("?", "key_help"),
)

# Before anything is drawn, so that a page that was switched to dark does not flash.
_THEME = (
    'try { document.documentElement.dataset.theme = localStorage.getItem("verbatim:theme") ?? "" } '
    "catch { /* a browser may forbid it */ }"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is added to Gradio's page: to its head, and around its panel, whose place a comment marks."""

    head: str
    body: str


def frame(library: Library, say: Words) -> Frame:
    """Draw the frame over a library."""
    rows, generation = library.sources, library.status().generation
    data = {
        "library": hashlib.sha256(str(library.path).encode("utf-8", "surrogatepass")).hexdigest()[:16],
        "name": library_name(library),
        "generation": generation,
        "language": say.language,
        "words": dict(say.phrases),
        "limit": _QUESTION_LIMIT,
    }
    head = (
        f"<title>Verbatim</title><style>{style()}</style>"
        f'<script type="application/json" id="verbatim-data">{_json(data)}</script>'
        f"<script>{_THEME}</script>"
        '<script type="module" src="page/scripts/main.js"></script>'
    )
    return Frame(head, _body(library, rows, say))


def parts(library: Library, say: Words) -> dict[str, str]:
    """The parts of the frame that change with the library, by what the page's scripts call them."""
    rows = library.sources
    return {
        "line": source_line(rows, say),
        "welcome": welcome(rows, say),
        "name": isolated(library_name(library)),
    }


def library_name(library: Library) -> str:
    """The name of a library as its readers see it: its only text's, or its folder's."""
    rows = library.sources
    if len(rows) == 1:
        return text_name(rows[0].title, rows[0].name)
    return library.path.name


def welcome(rows: Sequence[SourceInfo], say: Words) -> str:
    """What is shown before the first question: what the page does, and questions and texts to start from."""
    questions = "".join(
        f'<li><button type="button" class="outlined" data-example>{escaped(question)}</button></li>'
        for question in examples(rows)
    )
    texts = "".join(
        f'<li><button type="button" class="outlined" data-read="{source_key(row.name)}">'
        f"{isolated(text_name(row.title, row.name))}</button></li>"
        for row in rows[:_TEXTS_OFFERED]
    )
    lists = (
        f"<h2>{say(title)}</h2><ul>{items}</ul>"
        for title, items in (("examples", questions), ("starts_texts", texts))
        if items
    )
    return f'<p class="motto">{say("welcome")}</p>{"".join(lists)}'


def _body(library: Library, rows: Sequence[SourceInfo], say: Words) -> str:
    return (
        f'<a class="skip" href="#question-box">{say("skip")}</a>'
        f"{_header(library, say)}"
        '<div id="frame">'
        f'<aside id="library-pane" aria-label="{say("library")}" hidden><div class="pane-scroll">'
        f'<button type="button" class="outlined" data-fold>{say("close")}</button>'
        '<div id="filters"></div><!-- panel --></div></aside>'
        '<main id="chat">'
        f'<div id="library-line" role="status">{source_line(rows, say)}</div>'
        f'<section class="welcome">{welcome(rows, say)}</section>'
        f'<div id="conversation" role="log" aria-label="{say("conversation")}"></div>'
        f"{_question_box(say)}"
        "</main>"
        '<dialog id="source" aria-labelledby="source-title"></dialog>'
        "</div>"
        f"{_keys(say)}"
        f'<div id="menu" role="menu" hidden></div><div id="said" class="unseen" role="status"></div>'
    )


def _header(library: Library, say: Words) -> str:
    choices = "".join(_choice(language, say) for language in languages())
    return (
        '<header id="top"><h1>Verbatim</h1>'
        f'<span id="library-name">{isolated(library_name(library))}</span>'
        '<div class="tools">'
        '<button type="button" id="library-button" aria-expanded="false" aria-controls="library-pane">'
        f"{say('library')}</button>"
        '<button type="button" id="conversation-button" aria-haspopup="menu" aria-expanded="false">'
        f"{say('menu')}</button>"
        f'<select id="language" aria-label="{say("choose_language")}">{choices}</select>'
        f'<button type="button" id="theme-button" aria-label="{say("theme")}">{_sign("◐")}</button>'
        f'<button type="button" id="keys-button" aria-label="{say("keys")}">{_sign("?")}</button>'
        "</div></header>"
    )


def _choice(language: str, say: Words) -> str:
    selected = " selected" if language == say.language else ""
    return f'<option value="{language}"{selected}>{words(language)("language")}</option>'


def _sign(sign: str) -> str:
    return f'<span aria-hidden="true">{sign}</span>'


def _question_box(say: Words) -> str:
    return (
        '<form id="question">'
        f'<div id="news" role="status" hidden><p>{say("updated")}</p>'
        f'<button type="button" class="plain" data-dismiss>{say("dismiss")}</button></div>'
        '<div class="box">'
        f'<label class="unseen" for="question-box">{say("your_question")}</label>'
        f'<textarea id="question-box" rows="1" placeholder="{say("ask_about")}" autofocus autocomplete="off">'
        "</textarea>"
        f'<button type="submit">{say("ask")}</button></div></form>'
    )


def _keys(say: Words) -> str:
    rows = "".join(f"<div><dt><kbd>{key}</kbd></dt><dd>{say(what)}</dd></div>" for key, what in _KEYS)
    return (
        f'<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">{say("keys")}</h2><dl>{rows}</dl>'
        f'<button type="button" class="outlined" data-close>{say("close")}</button></dialog>'
    )


def _json(data: object) -> str:
    """JSON for the inside of a script element, which ends at the first `</script`."""
    return json.dumps(data, ensure_ascii=True).replace("<", "\\u003c")
