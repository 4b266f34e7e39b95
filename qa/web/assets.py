"""The files beside the code that go to the browser as they are."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"


def script(name: str) -> str:
    """A script, for Gradio to run."""
    return (STATIC / name).read_text("utf-8")


def style() -> str:
    """The page's whole look; base.css is first, the others build on it."""
    names = ("base.css", "panel.css", "conversation.css", "thread.css")
    return "\n".join((STATIC / name).read_text("utf-8") for name in names)
