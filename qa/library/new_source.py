"""NewSource: a thread that a library takes in, with the name that it has there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.sources.names import distinct_names
from qa.sources.origin import key_of, name_key
from qa.sources.thread import Thread
from qa.text.language import language_of


@dataclass(frozen=True, slots=True)
class NewSource:
    """A thread to store.

    Attributes:
        thread: The thread; its `source` is the name that it has in the library.
        key: What it is recognised by when it is given again.
        language: The ISO 639-1 code of its language, None if it could not be identified.
    """

    thread: Thread
    key: str
    language: str | None

    @property
    def folder(self) -> str:
        """The folders from the one that was given down to its file; empty if there are none."""
        return self.thread.origin.folder if self.thread.origin is not None else ""


def new_sources(
    threads: Sequence[Thread], present: Mapping[str, str], staying: Collection[str] = ()
) -> list[NewSource]:
    """Name the threads that a library takes in. A source that it knows keeps the name that it was given once.

    Args:
        threads: The threads, as they were read.
        present: The name of each source of the library, by its key.
        staying: The names that sources of the library keep whatever is taken in.
    """
    keyed: dict[str, Thread] = {}
    for thread in distinct_names(threads):
        key = key_of(thread)
        if key in keyed:  # the same file read twice, or several threads made from one: none may replace another
            key, thread = name_key(thread.source), replace(thread, origin=None)
        keyed[key] = thread
    known = {key: replace(thread, source=present[key]) for key, thread in keyed.items() if key in present}
    unknown = [key for key in keyed if key not in known]
    taken = {*staying, *(thread.source for thread in known.values())}
    named = known | dict(zip(unknown, distinct_names([keyed[key] for key in unknown], taken), strict=True))
    return [NewSource(named[key], key, language_of(named[key].text)) for key in keyed]
