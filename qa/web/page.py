"""The page: its components, and the action behind each of them."""

from typing import Any

import gradio as gr
from gradio.events import api

from qa.library.library import Library
from qa.web.actions import Actions
from qa.web.panel import LIMITS
from qa.web.rebuild import Mode
from qa.web.theme import script as load_script

CONCURRENT_QUESTIONS = 4
UPDATE_CHECK_SECONDS = 5  # how often an open page checks whether the library has changed
UPLOAD_SECONDS = 3600  # how long uploads are kept; the library has its own copy of every text


def page(library: Library) -> gr.Blocks:
    """The chat over the library, with the endpoint `/ask` for programs."""
    actions = Actions(library)

    blocks: gr.Blocks = gr.Blocks(
        title="Verbatim", analytics_enabled=False, delete_cache=(UPLOAD_SECONDS, UPLOAD_SECONDS)
    )
    with blocks:
        turns = gr.State(())
        seen = gr.State("")
        _html("masthead", "<h1>Verbatim</h1><p>Answers in the text’s own words</p>")
        source_line = _html("library-line", template='<div role="status">${value}</div>')
        with gr.Accordion("Library", open=False, elem_id="library"):
            table = _html("texts")
            pasted = gr.Textbox(label="Paste a text", lines=5, max_lines=12)
            title = gr.Textbox(label="Its title (optional)", max_lines=1)
            uploads = gr.File(
                label="Or choose files",
                file_count="multiple",
                height=150,
                elem_id="uploads",
            )
            _html("limits", LIMITS)
            mode = gr.Radio([*Mode], value=Mode.REPLACE, label="The texts already in the library")
            rebuild = gr.Button("Rebuild the index", variant="primary", size="md")
        with gr.Row(elem_id="progress"):
            with gr.Column():
                status = _html("status", template='<div aria-live="polite">${value}</div>')
                meter = _html("meter")
            cancel = gr.Button("Cancel", visible=False, size="sm", min_width=80, scale=0)
        reports = _html("reports")
        chat = _html(
            "conversation",
            template='<div role="log" aria-label="Conversation">${value}</div>',
            script="conversation.js",
        )
        notice = _html("news", template='<div role="status">${value}</div>')
        thread = _html(
            "thread", template='<dialog aria-labelledby="thread-title">${value}</dialog>', script="thread.js"
        )
        question = gr.Textbox(
            label="Your question",
            placeholder="Ask about the text",
            show_label=False,
            max_lines=5,
            submit_btn="Ask",
            autofocus=True,
            elem_id="question",
        )

        asking: dict[str, Any] = {"concurrency_limit": CONCURRENT_QUESTIONS, "concurrency_id": "ask"}
        api(actions.endpoint, api_name="ask", **asking)  # registered first: Gradio would call a second one /ask_1

        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        reply = [chat, turns, question, notice]
        question.submit(actions.ask, [question, turns], reply, **quiet, **asking)
        chat.example(actions.ask_example, turns, reply, **quiet, **asking)
        chat.open(actions.open_thread, turns, thread, **quiet, concurrency_limit=None)

        watching: dict[str, Any] = quiet | {"concurrency_limit": None}
        panel = [pasted, title, uploads]
        progress = [status, meter, reports, cancel]
        rebuilt = rebuild.click(actions.rebuild, [*panel, mode], [*progress, *panel], **watching)
        resumed = blocks.load(actions.resume, None, progress, **watching)
        texts = [source_line, table, chat, seen]
        blocks.load(actions.greet, turns, texts, **quiet)
        blocks.load(None, js=load_script("panel.js"), **quiet)
        for ended in (rebuilt, resumed):
            ended.then(actions.notice, [turns, seen], [*texts, notice], **quiet)
        gr.Timer(UPDATE_CHECK_SECONDS).tick(actions.notice, [turns, seen], [*texts, notice], queue=False, **quiet)
        cancel.click(actions.cancel, **watching)

    return blocks


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
