"""The web chat: a Gradio page over one library, and the server that shows it."""

from qa.web.server import RunningServer, launch, serve
from qa.web.settings import ServerSettings

__all__ = ["RunningServer", "ServerSettings", "launch", "serve"]
