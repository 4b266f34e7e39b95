"""Library: texts that can be asked. Build it, open it, ask it, rebuild it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Unpack

from qa.answering.answer import Answer, Quote
from qa.answering.reader import DEFAULT_READER, Reader, check_reader
from qa.answering.select import CANDIDATES, answer_from, answer_without_reader, reranked
from qa.encoding.encoder import Encoder
from qa.encoding.load import load_encoder
from qa.errors import LibraryMissing, SettingError, SourceError
from qa.library.build import BuildPlan, ReadPlan, plan_reader, write_generation
from qa.library.defaults import default_path, shipped_corpus
from qa.library.directory import LibraryDirectory
from qa.library.generation import Generation, Status, open_generation
from qa.library.retrieve import retrieve
from qa.library.store import SourceInfo, Store
from qa.search.query import FilterArguments, Query
from qa.sources.read import FileReport, OnFile, Sources, read_all
from qa.sources.thread import Thread
from qa.sources.thread_json import export_threads as write_threads
from qa.types import Progress, StrPath, no_progress

_MOST_QUOTES = 10_000


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a question needs, in one piece: an index is searched with the encoder that made it."""

    generation: Generation
    encoder: Encoder


class Library:
    """A folder of texts with their index; safe in threads.

    Made by `Library.build` or `Library.open`. `reports` tells what became of each file of the last build.
    `min_confidence` is the confidence from which an answer counts as found, None for the one chosen on open data.
    """

    reports: Sequence[FileReport] = ()
    min_confidence: float | None = None

    def __init__(self, path: StrPath, encoder: Encoder, reader: Reader | None = DEFAULT_READER) -> None:
        self.path = LibraryDirectory(path).path
        self._reader = check_reader(reader)
        self._opened = _Opened(open_generation(self.path, encoder), encoder)

    @classmethod
    def build(
        cls,
        sources: Sources | None,
        path: StrPath,
        *,
        model: StrPath | None = None,
        encoder: Any = None,
        reader: Reader | None = DEFAULT_READER,
        progress: Progress = no_progress,
        on_file: OnFile | None = None,
    ) -> Library:
        """Read `sources` (files, folders, threads) and write them as the library at `path`; open it.

        On a library this writes its next generation; `sources` None takes the texts that it holds. `model` names
        another sentence-transformers model than the default, `encoder` is an object with `encode(texts)`, `reader`
        one with `read(question, passages)` as `qa.answering.reader` describes it, or None. `progress` is called with
        stage, done and total, `on_file` with the fate of each file.

        Raises SourceError, ModelError or LibraryError; whatever was at `path` is then as it was.
        """
        chosen = load_encoder(model, encoder)
        reports = write_generation(
            LibraryDirectory(path).path,
            plan_reader(sources, LibraryDirectory(path).path, chosen, progress, on_file),
            chosen,
            progress,
        )
        library = cls(path, chosen, reader)
        library.reports = reports
        return library

    @classmethod
    def open(
        cls,
        path: StrPath,
        *,
        model: StrPath | None = None,
        encoder: Any = None,
        reader: Reader | None = DEFAULT_READER,
    ) -> Library:
        """Open the library at `path`, which must have been built with the same model; `reader` None reads nothing.

        Raises LibraryMissing, LibraryDamaged or LibraryMismatch.
        """
        return cls(path, load_encoder(model, encoder), reader)

    @classmethod
    def default(
        cls,
        *,
        model: StrPath | None = None,
        encoder: Any = None,
        reader: Reader | None = DEFAULT_READER,
        progress: Progress = no_progress,
    ) -> Library:
        """Open the default library; on first use build it from the shipped corpus."""
        path = default_path()
        try:
            return cls.open(path, model=model, encoder=encoder, reader=reader)
        except LibraryMissing:
            return cls.build(shipped_corpus(), path, model=model, encoder=encoder, reader=reader, progress=progress)

    def ask(
        self,
        question: str,
        k: int = 5,
        *,
        search_syntax: bool = True,
        min_confidence: float | None = None,
        **only: Unpack[FilterArguments],
    ) -> Answer:
        """Answer from the best passages, and show the best `k` of them.

        The text answers where the answer's confidence is `min_confidence` or more (0..1; without it the library's
        own). Without a reader that is not judged: the sentence that fits best is given.

        The question may hold what `qa.search.query` lists: `"exact phrase"`, `-word`, `in:comments`, `author:NAME`,
        `source:NAME`, `before:DATE`, `after:DATE`; with `search_syntax=False` every sign in it is meant as it stands.
        The same filters are keyword arguments: `kind="comment"`, `author=`, `source=`, `before=`, `after=`, `phrase=`,
        `exclude=`. Filters alone list what passes them, in reading order, and then `text` is None.

        Raises QuestionError where the question is empty, too long or holds a filter that is not understood,
        SettingError where `k` or another argument is out of range.
        """
        min_confidence = self.min_confidence if min_confidence is None else min_confidence
        _check(k, min_confidence)
        opened, reader = self._opened, self._reader
        query = _query(question, search_syntax, only)
        depth = k if reader is None else max(k, CANDIDATES)
        asked, quotes = retrieve(opened.generation, opened.encoder, query, depth)
        if asked is None:
            return Answer(query.asked, bool(quotes), None, None if reader is None else 0.0, quotes[:k])
        lexical = opened.generation.lexical
        if reader is None:
            answer = answer_without_reader(query.asked, asked, quotes, opened.encoder, lexical)
        else:
            answer = answer_from(query.asked, asked, quotes, reader, opened.encoder, k, min_confidence)
        return answer if answer.found else replace(answer, missing_terms=lexical.missing(asked))

    def ask_many(
        self,
        questions: Iterable[str],
        k: int = 5,
        *,
        search_syntax: bool = True,
        min_confidence: float | None = None,
        **only: Unpack[FilterArguments],
    ) -> list[Answer]:
        """The answers to many questions, in their order."""
        return [
            self.ask(question, k, search_syntax=search_syntax, min_confidence=min_confidence, **only)
            for question in questions
        ]

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        search_syntax: bool = True,
        repeats: bool = False,
        read: bool = False,
        **only: Unpack[FilterArguments],
    ) -> tuple[Quote, ...]:
        """The best `k` passages alone, nothing marked in them; with `repeats`, each is a quote of its own
        and none has a `why`.

        They are ranked without the reader; with `read` its evidence joins in and what answers leads, as in `ask`.

        Takes and raises what `ask` does.
        """
        _check(k)
        opened, reader = self._opened, self._reader if read else None
        query = _query(question, search_syntax, only)
        depth = k if reader is None else max(k, CANDIDATES)
        asked, quotes = retrieve(opened.generation, opened.encoder, query, depth, repeats=repeats)
        if asked is None or reader is None:
            return quotes[:k]
        return reranked(asked, quotes, reader, opened.encoder, self.min_confidence)[:k]

    def rebuild(
        self,
        sources: Sources | None = None,
        *,
        model: StrPath | None = None,
        encoder: Any = None,
        progress: Progress = no_progress,
        on_file: OnFile | None = None,
    ) -> None:
        """Write the next generation and switch to it: from `sources`, or from the texts that are already here.

        `model` or `encoder` change to another one, without them the library keeps its own. Questions asked meanwhile
        are answered by the old generation; other objects that opened this library keep it.

        Raises SourceError, ModelError or LibraryError; the library then stays as it was.
        """
        chosen = self._opened.encoder if model is None and encoder is None else load_encoder(model, encoder)
        self._switch(plan_reader(sources, self.path, chosen, progress, on_file), chosen, progress)

    def add(self, sources: Sources, *, progress: Progress = no_progress, on_file: OnFile | None = None) -> None:
        """Write the next generation with these sources beside the present ones; one of the same name is replaced."""

        encoder = self._opened.encoder

        def read() -> tuple[BuildPlan, list[FileReport]]:
            new, reports = read_all(sources, progress=progress, on_file=on_file)
            return BuildPlan.of_changes(self.path, encoder, new), reports

        self._switch(read, encoder, progress)

    def remove(self, names: str | Iterable[str], *, progress: Progress = no_progress) -> None:
        """Write the next generation without the sources of these names. Raises SourceError where one is not there."""
        names = [names] if isinstance(names, str) else list(names)
        for name in names:
            self._known(name)

        encoder = self._opened.encoder

        def read() -> tuple[BuildPlan, list[FileReport]]:
            kept = BuildPlan.of_changes(self.path, encoder, without=names)
            if not kept.sources:
                raise SourceError("a library holds at least one text; rebuild it from others, or delete its folder")
            return kept, []

        self._switch(read, encoder, progress)

    def verify(self) -> Status:
        """Prove every file by its hash and every passage to be its slice of the text; return what was proved.

        Raises LibraryDamaged at the first that is not.
        """
        return self._opened.generation.verify()

    def status(self) -> Status:
        """Counts, model and size of the opened generation."""
        return self._opened.generation.status()

    @property
    def sources(self) -> tuple[SourceInfo, ...]:
        """Every source with its counts."""
        return self._opened.generation.store.sources()

    def text(self, source: str) -> str:
        """The reading text of a source. Raises SourceError where there is none of that name."""
        return self._known(source).text(source)

    def thread(self, source: str | Quote) -> Thread:
        """A source, or the source of a quote as it was when it was quoted, as a thread.

        Raises SourceError where there is none of that name.
        """
        return source.thread() if isinstance(source, Quote) else self._known(source).thread(source)

    def export(self, path: StrPath, *, progress: Progress = no_progress) -> int:
        """Write every source to a file of JSON Lines, which reads back as it is; return their number.

        Raises LibraryDamaged; SettingError where the file cannot be written, which is then as it was.
        """
        return _export(self._opened.generation, path, progress)

    def _switch(self, read: ReadPlan, encoder: Encoder, progress: Progress) -> None:
        reports = write_generation(self.path, read, encoder, progress)
        # One assignment: a question that is being answered keeps the pair that it took.
        self._opened = _Opened(open_generation(self.path, encoder), encoder)
        self.reports = reports

    def _known(self, source: str) -> Store:
        store = self._opened.generation.store
        names = store.names()
        if source not in names:
            raise SourceError(f"there is no source {source!r} in the library; it holds {', '.join(names[:5])}")
        return store


def ask(
    question: str,
    k: int = 5,
    *,
    search_syntax: bool = True,
    min_confidence: float | None = None,
    **only: Unpack[FilterArguments],
) -> Answer:
    """Answer from the default library, which is built from the shipped corpus on first use."""
    return _default_library().ask(question, k, search_syntax=search_syntax, min_confidence=min_confidence, **only)


@cache
def _default_library() -> Library:
    return Library.default()


def status(path: StrPath) -> Status:
    """What a library holds, whatever model it was built with. Raises LibraryError."""
    return Generation.current(LibraryDirectory(path)).status()


def verify(path: StrPath) -> Status:
    """`Library.verify` for a library of any model."""
    return Generation.current(LibraryDirectory(path), prove=True).verify(files=False)


def export(path: StrPath, to: StrPath, *, progress: Progress = no_progress) -> int:
    """`Library.export` for a library of any model."""
    return _export(Generation.current(LibraryDirectory(path)), to, progress)


def _export(generation_: Generation, to: StrPath, progress: Progress) -> int:
    names = generation_.store.names()
    return write_threads(map(generation_.store.thread, names), len(names), to, progress)


def _check(k: int, min_confidence: float | None = None) -> None:
    if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= _MOST_QUOTES:
        raise SettingError(f"k is the number of passages, from 1 to {_MOST_QUOTES}, not {k!r}")
    if min_confidence is not None and not (isinstance(min_confidence, (int, float)) and 0 <= min_confidence <= 1):
        raise SettingError(f"min_confidence is a probability, from 0 to 1, not {min_confidence!r}")


def _query(question: str, search_syntax: bool, only: FilterArguments) -> Query:
    return (Query.parse if search_syntax else Query.literal)(question, only)
