"""The library's panel on the page: its components, and the action behind each of them; `frame` draws the rest."""

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import gradio as gr
from gradio.events import api

from qa.web.actions import UNCHANGED, WATCH_SECONDS, Actions, PageUpdate, Shown
from qa.web.environment import setting
from qa.web.theme import script as load_script
from qa.web.words import languages, words

CONCURRENT_QUESTIONS = 4
MOST_WAITING = 16  # questions; at a second each, the last of them is answered in four
ASKING = "ask"
UPLOAD_SECONDS = 3600  # how long uploads are kept; the library has its own copy of every text
MOST_SESSIONS = 500  # open pages that are known; what one shows of the library takes some 500 bytes

_PHRASES = (
    "paste",
    "paste_title",
    "choose_files",
    "add",
    "replace_text",
    "replace_really",
    "replace_keep",
    "cancel",
    "undo",
)
TRANSLATIONS = gr.I18n(**{language: {key: words(language)(key) for key in _PHRASES} for language in languages()})
"""What Gradio's own components say, in the language that the page tells it to be the browser's."""

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


def page(actions: Actions, *, changes: bool = True) -> gr.Blocks:
    """The panel over a library, with the endpoint `/ask` for programs.

    Args:
        actions: What the page does.
        changes: Whether the library can be changed from it. If not, no event that changes it exists.
    """
    blocks: gr.Blocks = gr.Blocks(
        title="Verbatim", analytics_enabled=False, delete_cache=(UPLOAD_SECONDS, UPLOAD_SECONDS)
    )
    blocks.state_session_capacity = MOST_SESSIONS
    with blocks:
        shown = gr.State(Shown())
        table = _html("texts", script="texts.js")
        panel = _panel() if changes else {}
        progress = _progress() if changes else {}
        generation = _html("generation", template="", script="generation.js")
        timer = gr.Timer(WATCH_SECONDS)

        asking: dict[str, Any] = {"concurrency_limit": CONCURRENT_QUESTIONS, "concurrency_id": ASKING}
        api(actions.endpoint, api_name="ask", **asking)

        texts = {"generation": generation, "table": table, "shown": shown}
        parts = texts | panel | progress | ({"timer": timer} if changes else {})
        blocks.load(*_filling(parts, actions.greet), **_QUIET)
        timer.tick(*_filling(parts, actions.watch, shown), **_QUIET)
        if changes:
            fields = panel["pasted"], panel["title"], panel["files"]
            for touched in (panel["pasted"].input, panel["files"].upload, panel["files"].clear):
                touched(*_filling(parts, actions.mend), **_QUIET | {"trigger_mode": "always_last"})
            panel["add"].click(*_filling(parts, actions.add, *fields, shown), **_QUIET)
            panel["replace"].click(*_filling(parts, actions.ask_to_replace, *fields), **_QUIET)
            panel["keep"].click(*_filling(parts, actions.keep), **_QUIET)
            panel["really"].click(*_filling(parts, actions.replace, *fields, shown), **_QUIET)
            table.remove_text(*_filling(parts, actions.remove_text, shown), **_QUIET)
            progress["cancel"].click(actions.cancel, **_QUIET)
            progress["undo"].click(*_filling(parts, actions.undo, shown), **_QUIET)

    # Otherwise Gradio keeps 10,000 events, and sums them up with pandas after each for a monitor that is switched off.
    with setting("GRADIO_ANALYTICS_MAX_EVENTS", "1"), setting("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(sys.maxsize)):
        blocks.queue(max_size=MOST_WAITING, api_open=False)
    return blocks


def _panel() -> dict[str, Any]:
    """The fields and buttons that change the library."""
    pasted = gr.Textbox(label=TRANSLATIONS("paste"), lines=5, max_lines=12)
    title = gr.Textbox(label=TRANSLATIONS("paste_title"), max_lines=1)
    files = gr.File(label=TRANSLATIONS("choose_files"), file_count="multiple", height=150, elem_id="uploads")
    limits = _html("limits")
    with gr.Row():
        add = gr.Button(TRANSLATIONS("add"), variant="primary", size="md")
        replace = gr.Button(TRANSLATIONS("replace_text"), size="md", elem_id="replace")
    with gr.Row(visible=False, elem_id="confirm") as confirm:
        warning = _html("replacing", template='<div role="alert">${value}</div>')
        really = gr.Button(TRANSLATIONS("replace_really"), variant="stop", size="md", min_width=120, scale=0)
        keep = gr.Button(TRANSLATIONS("replace_keep"), size="md", min_width=120, scale=0)
    return {
        "pasted": pasted,
        "title": title,
        "files": files,
        "add": add,
        "replace": replace,
        "confirm": confirm,
        "warning": warning,
        "limits": limits,
        "really": really,
        "keep": keep,
    }


def _progress() -> dict[str, Any]:
    """How far a change is, the button that stops it, and once it is done, the one that undoes it."""
    with gr.Row(elem_id="progress"):
        with gr.Column():
            status = _html("status", template='<div aria-live="polite">${value}</div>')
            meter = _html("meter")
        cancel = gr.Button(TRANSLATIONS("cancel"), visible=False, size="sm", min_width=80, scale=0)
        undo = gr.Button(TRANSLATIONS("undo"), visible=False, size="sm", min_width=80, scale=0)
    return {"status": status, "meter": meter, "cancel": cancel, "undo": undo, "reports": _html("reports")}


def _filling(parts: Mapping[str, Any], action: Callable[..., PageUpdate], *inputs: Any) -> tuple[Any, ...]:
    """The function, inputs and outputs of an event whose action says what changes on the page, by name."""
    names = [name for name in PageUpdate.__dataclass_fields__ if name in parts]

    @wraps(action)
    def fill(*values: Any) -> list[Any]:
        update = action(*values)
        given = (getattr(update, name) for name in names)
        return [gr.skip() if value is UNCHANGED else value for value in given]

    return fill, list(inputs), [parts[name] for name in names]


def _html(elem_id: str, value: str = "", *, template: str = "${value}", script: str | None = None) -> gr.HTML:
    """A component whose HTML is made here.

    A template may contain `${value}` and nothing else that varies: Gradio evaluates templates as JavaScript.
    """
    return gr.HTML(
        value,
        elem_id=elem_id,
        html_template=template,
        js_on_load=load_script(script) if script else None,
        apply_default_css=False,
    )
