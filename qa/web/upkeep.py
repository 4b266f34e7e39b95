"""Upkeep: follows what other programs do to a served library, and proves each of its generations meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from qa.errors import LibraryDamaged, VerbatimError
from qa.library.library import Library
from qa.web.log import log_event, log_problem

LOOK_SECONDS = 2.0  # between two looks at the library's pointer, a file of 32 bytes

logger = logging.getLogger(__name__)


class Proof(StrEnum):
    """What is known of the generation that answers."""

    PROVED = "proved"
    PROVING = "being proved"
    UNREADABLE = "not readable now"
    DAMAGED = "damaged"


def worst(proofs: Iterable[Proof]) -> Proof:
    """The worst of several libraries."""
    return max(proofs, key=list(Proof).index)


class Upkeep:
    """Keeps one library up to date and proved, in a thread of its own."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._stopped = threading.Event()
        self._proved: tuple[str, Proof] = ("", Proof.PROVING)
        self._problem = ""

    @property
    def proof(self) -> Proof:
        """What is known of the generation that answers now."""
        generation, proof = self._proved
        return proof if generation == self._library.status().generation else Proof.PROVING

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="verbatim-upkeep", daemon=True).start()

    def stop(self) -> None:
        """End at the next look."""
        self._stopped.set()

    def look(self) -> None:
        """Switch to the current generation, and prove it unless that was done; an error is logged once."""
        try:
            if self._library.refresh():
                log_event(logger, "library changed by another program", **self._where())
            self._problem = ""
        except VerbatimError as error:
            self._warn(str(error))
        if self.proof in (Proof.PROVING, Proof.UNREADABLE):
            self._prove()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.look()
            except Exception:  # the thread goes on: what fails now may do at the next look
                logger.exception("upkeep failed")
            self._stopped.wait(LOOK_SECONDS)

    def _prove(self) -> None:
        generation = self._library.status().generation
        try:
            proved = self._library.verify().generation
        except LibraryDamaged as error:
            self._proved = generation, Proof.DAMAGED
            log_problem(logger, "library damaged", logging.ERROR, **self._where(), error=str(error))
        except VerbatimError as error:
            self._proved = generation, Proof.UNREADABLE
            self._warn(str(error))
        else:
            self._proved = proved, Proof.PROVED
            log_event(logger, "library proved", **self._where())

    def _warn(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            log_problem(logger, "library cannot be read", logging.WARNING, **self._where(), error=problem)

    def _where(self) -> dict[str, Any]:
        return {"library": str(self._library.path), "generation": self._library.status().generation}
