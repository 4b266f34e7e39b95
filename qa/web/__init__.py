"""The web chat: a Gradio page over one library, and the server that shows it on this machine."""

from qa.web.page import page
from qa.web.server import launch, serve

__all__ = ["launch", "page", "serve"]
