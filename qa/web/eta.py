"""The remaining time of a stage of work, estimated from its pace so far."""

import time
from collections.abc import Callable

from qa.web.words import Words


class Eta:
    """Takes what a progress callback takes; each stage has its own pace."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stage = ""
        self._begun = 0.0
        self._first = 0

    def remaining(self, stage: str, done: int, total: int) -> float | None:
        """The seconds until the stage is done; None while its pace is unknown."""
        if stage != self._stage:
            self._stage, self._begun, self._first = stage, self._clock(), done
        if done <= self._first:
            return None
        return (self._clock() - self._begun) / (done - self._first) * (total - done)


def readable_duration(seconds: float, say: Words) -> str:
    """Round the time to words, as roughly as it is known.

    >>> from qa.web.words import words
    >>> [readable_duration(seconds, words()) for seconds in (4, 43, 200, 9000)]
    ['a few seconds', 'about 45 seconds', 'about 3 minutes', 'about 2 hours']
    """
    if seconds < 10:
        return say("time_few_seconds")
    if seconds < 57:
        return say("time_seconds", n=5 * round(seconds / 5))
    if seconds < 90:
        return say("time_minute")
    if seconds < 90 * 60:
        return say("time_minutes", n=round(seconds / 60))
    return say("time_hours", n=round(seconds / 3600))
