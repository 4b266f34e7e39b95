"""Error messages for the page."""

import logging

from qa.errors import VerbatimError

logger = logging.getLogger(__name__)


def error_text(error: Exception) -> str:
    """The message of one of Verbatim's errors; any other error is logged, and the message says so."""
    if isinstance(error, VerbatimError):
        return str(error)
    logger.error("An unexpected error behind the page", exc_info=error)
    return "something went wrong inside Verbatim; see the terminal it runs in for details"
