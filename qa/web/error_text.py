"""An error, in words for whoever reads the page."""

import logging

from qa.errors import VerbatimError

logger = logging.getLogger(__name__)


def error_text(error: Exception) -> str:
    """The error's own words where Verbatim raised it; of any other, that there was one, with the rest in the log."""
    if isinstance(error, VerbatimError):
        return str(error)
    logger.error("An unexpected error behind the page", exc_info=error)
    return "something went wrong inside Verbatim; the terminal that it runs in says what"
