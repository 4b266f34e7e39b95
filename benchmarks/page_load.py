"""When the page can be used, beside a bare page of Gradio: `python -m benchmarks.page_load [--rounds N] [--out DIR]`.

Serves both in this process, opens them in turn in Chromium, each time as a new reader with nothing cached, and writes
page_load.md and page_load.json: medians, and their ratio. Needs playwright and Debian's Chromium, as the tests do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

import qa
from benchmarks.markdown import head, row
from benchmarks.options import RESULTS
from qa.library.defaults import shipped_corpus
from qa.web import launch

COMMAND = "python -m benchmarks.page_load"
GOAL = 1.2  # times the bare page
CHROMIUM = "/usr/bin/chromium"
_PATIENCE = 120_000  # milliseconds

# What can be done with a page, and the script that resolves once it can.
_TYPE = """async selector => {
    while (!document.querySelector(selector)?.checkVisibility()) await new Promise(requestAnimationFrame);
}"""
_SEND = """async () => {
    while (document.readyState === "loading") await new Promise(requestAnimationFrame);
    await import(new URL("page/scripts/main.js", document.baseURI));
}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and write it."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, _bare() as bare, sync_playwright() as playwright:
        library = qa.build(shipped_corpus(), Path(folder) / "library")
        with launch(library, port=0) as server:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            figures = _measure(browser, bare, server.url, options.rounds)
            browser.close()
    text = _markdown(figures, options.rounds)
    print(text)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "page_load.md").write_text(text, encoding="utf-8")
    written = json.dumps({"command": COMMAND, "rounds": options.rounds, "milliseconds": figures}, indent=1)
    (options.out / "page_load.json").write_text(f"{written}\n", encoding="utf-8")
    return 0


def _measure(browser: Browser, bare: str, ours: str, rounds: int) -> dict[str, float]:
    """The median milliseconds from the request to each point, after one round that is not counted."""
    taken: dict[str, list[float]] = {"bare: type": [], "ours: type": [], "ours: send": []}
    for number in range(rounds + 1):
        found = {
            "bare: type": _load(browser, bare, _TYPE, "textarea"),
            "ours: type": _load(browser, ours, _TYPE, "#question-box"),
            "ours: send": _load(browser, ours, _SEND, None),
        }
        if number:
            for name, value in found.items():
                taken[name].append(value)
    return {name: round(statistics.median(values), 1) for name, values in taken.items()}


def _load(browser: Browser, url: str, script: str, argument: str | None) -> float:
    """The milliseconds until the script of a page that has just been asked for resolves."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(_PATIENCE)
    begun = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.evaluate(script, argument)
    milliseconds = 1000 * (time.perf_counter() - begun)
    context.close()
    return milliseconds


@contextmanager
def _bare() -> Iterator[str]:
    """A page of Gradio with a chat and nothing else, served as ours is."""
    app = FastAPI()
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.ChatInterface(lambda message, _: message)
    gr.mount_gradio_app(app, blocks, path="/", ssr_mode=False)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join()


def _markdown(figures: dict[str, float], rounds: int) -> str:
    base = figures["bare: type"]
    lines = [
        "# Opening the page",
        "",
        f"`{COMMAND}`",
        "",
        f"Medians of {rounds} rounds in one run, in Chromium, with nothing cached. The goal is at most {GOAL} times "
        "the bare page.",
        "",
        *head("from the request until", "ms", "times the bare page"),
        row("a bare chat of Gradio can be typed into", f"{base:.0f}", "1"),
        row(
            "Verbatim's question box can be typed into",
            f"{figures['ours: type']:.0f}",
            f"{figures['ours: type'] / base:.2f}",
        ),
        row(
            "Verbatim's scripts answer a question sent",
            f"{figures['ours: send']:.0f}",
            f"{figures['ours: send'] / base:.2f}",
        ),
        "",
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--rounds", type=int, default=9, metavar="N", help="how often each is opened (default: 9)")
    command.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    return command


if __name__ == "__main__":
    raise SystemExit(main())
