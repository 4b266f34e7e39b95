"""The frame of the page: its header, the conversation, the question box, and room for the panes beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from qa.answering.escape import attribute, escaped, isolated
from qa.library.library import Library
from qa.library.store import SourceInfo
from qa.web.examples import examples
from qa.web.filters_view import filters
from qa.web.library_view import source_line
from qa.web.post_labels import source_key, text_name
from qa.web.starts import Starts
from qa.web.theme import STATIC, style
from qa.web.words import Words, languages, words

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
# Gradio speaks the browser's language; the page's reader may have chosen another.
_LANGUAGE = (
    "for (const [name, value] of [['language', {0}], ['languages', [{0}]]]) "
    "Object.defineProperty(navigator, name, {{ value, configurable: true }})"
)
_FUNNEL = '<svg aria-hidden="true" viewBox="0 0 16 16"><path d="M1.5 2.5h13L9.5 9v5l-3-1.5V9z"/></svg>'
_ENTER = (
    "if (event.key === 'Enter' &amp;&amp; !event.shiftKey &amp;&amp; !event.isComposing) "
    "{ event.preventDefault(); this.form.requestSubmit(); }"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is added to Gradio's page: its own scripts before Gradio's, its head, and what is around the panel.

    A comment marks the panel's place.
    """

    scripts: str
    head: str
    body: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A library that can be chosen on the page: its name, and the path of its page."""

    name: str
    path: str


def frame(
    library: Library, say: Words, choices: Sequence[Choice] = (), chosen: str = "", *, changes: bool = False
) -> Frame:
    """Draw the frame over a library.

    Args:
        library: The library.
        say: The words of the page.
        choices: The libraries of the server, if there are several.
        chosen: The path of this one.
        changes: Whether its visitors may change the library, and so see what others have asked in vain.
    """
    generation = library.status().generation
    data = {
        "library": hashlib.sha256(str(library.path).encode("utf-8", "surrogatepass")).hexdigest()[:16],
        "name": library_name(library),
        "generation": generation,
        "language": say.language,
        "words": dict(say.phrases),
    }
    head = (
        f"<title>Verbatim</title><style>{style()}</style>"
        f'<script type="application/json" id="verbatim-data">{_json(data)}</script>'
        f"<script>{_THEME}; {_LANGUAGE.format(json.dumps(say.language))}</script>"
    )
    return Frame(_scripts(), head, _body(library, say, _libraries(choices, chosen, say), changes))


@cache
def _scripts() -> str:
    """The page's scripts, all asked for at once instead of one after the other as they import each other."""
    names = sorted(file.name for file in (STATIC / "scripts").glob("*.js"))
    links = "".join(f'<link rel="modulepreload" href="page/scripts/{name}">' for name in names)
    return f'{links}<script type="module" src="page/scripts/main.js"></script>'


def parts(library: Library, say: Words) -> dict[str, str]:
    """The parts of the frame that change with the library, by what the page's scripts call them."""
    rows = library.sources
    return {
        "line": source_line(rows, say),
        "welcome": welcome(rows, say),
        "name": isolated(library_name(library)),
        "filters": filters(library, say),
    }


def library_name(library: Library) -> str:
    """The name of a library as its readers see it: its only text's, or its folder's."""
    rows = library.sources
    if len(rows) == 1:
        return text_name(rows[0].title, rows[0].name)
    return library.path.name


def starts_html(starts: Starts, say: Words) -> str:
    """The questions to start from, as buttons."""
    return _question_list("starts_sure", starts.answered, say) + _question_list("starts_commenters", starts.asked, say)


def coverage_html(asked: Sequence[tuple[str, int]], say: Words) -> str:
    """The questions that the texts do not answer, as buttons that ask them again."""
    if not asked:
        return f'<p class="aside">{say("coverage_none")}</p>'
    items = "".join(
        f'<li>{_example(question)} <span class="aside">{say.count("asked", times)}</span></li>'
        for question, times in asked
    )
    return f"<ul>{items}</ul>"


def _example(question: str) -> str:
    """A button that asks a question."""
    return f'<button type="button" class="outlined" data-example>{escaped(question)}</button>'


def _question_list(title: str, questions: Sequence[str], say: Words) -> str:
    items = "".join(f"<li>{_example(question)}</li>" for question in questions)
    return f"<h2>{say(title)}</h2><ul>{items}</ul>" if items else ""


def welcome(rows: Sequence[SourceInfo], say: Words) -> str:
    """What is shown before the first question: what the page does, and questions and texts to start from."""
    texts = "".join(
        f'<li><button type="button" class="outlined" data-read="{source_key(row.name)}">'
        f"{isolated(text_name(row.title, row.name))}</button></li>"
        for row in rows[:_TEXTS_OFFERED]
    )
    questions = _question_list("examples", examples(rows), say) or '<div id="starts"></div>'
    return f'<p class="motto">{say("welcome")}</p>{questions}<h2>{say("starts_texts")}</h2><ul>{texts}</ul>'


def _folded(name: str, say: Words) -> str:
    return f'<details id="{name}"><summary>{say(name)}</summary><div></div></details>'


def _body(library: Library, say: Words, libraries: str, changes: bool) -> str:
    changing = parts(library, say)
    return (
        f'<a class="skip" href="#question-box">{say("skip")}</a>'
        f"{_header(changing['name'], libraries, say)}"
        '<div id="frame">'
        f'<aside id="library-pane" aria-label="{say("library")}" hidden><div class="pane-scroll">'
        f'<button type="button" class="outlined" data-fold>{say("close")}</button>'
        f'<div id="filters">{changing["filters"]}</div>'
        f"{_folded('map', say)}{_folded('coverage', say) if changes else ''}"
        "<!-- panel --></div></aside>"
        '<main id="chat">'
        f'<div id="library-line" role="status">{changing["line"]}</div>'
        f'<section class="welcome">{changing["welcome"]}</section>'
        f'<div id="conversation" role="log" aria-label="{say("conversation")}"></div>'
        f"{_question_box(say)}"
        '<div id="menu" role="menu" hidden></div>'
        "</main>"
        '<dialog id="source" aria-labelledby="source-title"></dialog>'
        "</div>"
        f"{_keys(say)}"
        '<div id="said" class="unseen" role="status"></div>'
    )


def _libraries(choices: Sequence[Choice], chosen: str, say: Words) -> str:
    """The libraries to choose from; empty if there is only one."""
    options = "".join(
        f'<option value="{attribute(choice.path)}"{" selected" if choice.path == chosen else ""}>'
        f"{escaped(choice.name)}</option>"
        for choice in choices
    )
    return f'<select id="libraries" aria-label="{say("choose_library")}">{options}</select>' if options else ""


def _header(name: str, libraries: str, say: Words) -> str:
    choices = "".join(_choice(language, say) for language in languages())
    return (
        '<header id="top"><h1>Verbatim</h1>'
        f'{libraries}<span id="library-name">{name}</span>'
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
        '<form id="question" method="get">'  # without scripts, or before they run, the address asks
        f'<div id="news" role="status" hidden><p>{say("updated")}</p>'
        f'<button type="button" class="plain" data-dismiss>{say("dismiss")}</button></div>'
        '<div id="filter-strip" hidden></div>'
        '<div class="box">'
        '<button type="button" id="filters-button" aria-expanded="false" aria-controls="filter-strip" '
        f'aria-label="{say("filters")}" title="{say("filters")}" hidden>{_FUNNEL}</button>'
        f'<label class="unseen" for="question-box">{say("your_question")}</label>'
        f'<textarea id="question-box" name="q" rows="1" placeholder="{say("ask_about")}" autofocus autocomplete="off" '
        f'onkeydown="{_ENTER}">'
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
