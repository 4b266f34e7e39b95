"""Library: texts to ask questions of. Build it, open it, ask it, rebuild it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from qa.answering.answer import Answer, Quote
from qa.answering.reader import DEFAULT_READER, Reader
from qa.answering.reranker import Reranker
from qa.encoding.encoder import Encoder
from qa.encoding.load import load_encoder
from qa.errors import LibraryBusy, LibraryMissing, QuestionError, SourceError
from qa.library.contents import LibraryContents
from qa.library.defaults import default_path, shipped_corpus
from qa.library.directory import LibraryDirectory
from qa.library.earlier import History, in_light_of
from qa.library.known_servers import remember
from qa.library.opened import AnsweringModels, OpenedGeneration
from qa.search.filters import FilterArguments
from qa.search.query import Query
from qa.search.remote import EngineArguments, chosen_engine
from qa.text.normalize import words_of
from qa.types import Progress, StrPath, no_progress

if TYPE_CHECKING:
    from qa.library.change_report import ChangeReport
    from qa.library.changes import Change
    from qa.library.stored_vectors import VectorCounts
    from qa.sources.read import FileReport, OnFile, Sources


class Library(LibraryContents):
    """A folder of texts with their index; thread-safe.

    Made by `Library.build`, `Library.open` or `Library.default`.

    Attributes:
        path: The library's folder.
        reports: One report for each file that the last change by this object read or skipped.
        language_warning: The message of the LanguageWarning of the last change by this object, None if there was none.
        vector_counts: How many vectors the last change by this object took from a folder; None if it was given none.
        min_confidence: The confidence from which an answer counts as found, 0 to 1; None for the calibrated threshold.
    """

    reports: Sequence[FileReport] = ()
    language_warning: str | None = None
    vector_counts: VectorCounts | None = None
    min_confidence: float | None = None

    def __init__(self, directory: LibraryDirectory, opened: OpenedGeneration, models: AnsweringModels) -> None:
        super().__init__(directory, opened)
        self._models = models
        self._switching = threading.Lock()

    @classmethod
    def build(
        cls,
        sources: Sources | None,
        path: StrPath,
        *,
        model: StrPath | None = None,
        encoder: Any = None,
        reader: Reader | None = DEFAULT_READER,
        reranker: Reranker | None = None,
        vectors: StrPath | None = None,
        replace: bool = True,
        progress: Progress = no_progress,
        on_file: OnFile | None = None,
        **place: Unpack[EngineArguments],
    ) -> Library:
        """Read texts, write them with their index as the library at `path`, and open it.

        If there is a library at `path`, this writes its next generation. Passages that the library already holds are
        not encoded again. After an error, whatever was at `path` is as it was.

        Args:
            sources: A file, a folder, a `Thread`, or several of them; None for the texts that the library holds.
            path: The library's folder. It is created if it is missing, with the folders above it.
            model: The name or the folder of a sentence-transformers model; None for the default one, for English.
            encoder: An object with `encode(texts)` to use instead of a model.
            reader: An object with `read(question, passages)`, as `qa.answering.reader` describes it, that judges
                whether passages answer; None for none. With another reader, encoder or re-ranker than those that
                come with this package, answers have no confidence until `qa calibrate` has fitted it.
            reranker: An object with `score(question, passages)`, as `qa.answering.reranker` describes it, that ranks
                the passages that were found anew; None for none.
            vectors: A folder with vectors that `qa.encode` wrote; only texts that it lacks are encoded.
            replace: Whether texts that the library holds, and that are not among `sources`, may be removed.
            progress: Called with the stage's name, the items done and the items in all.
            on_file: Called with the `FileReport` of each file as soon as it is read.
            **place: Where vectors and words go: `engine="milvus"` with `uri=`, `database=`, `token=`, or "embedded".

        Returns:
            The opened library; its `reports` say what became of each file.

        Raises:
            SourceError: A text cannot be read, or there is nothing to index.
            ModelError: The model cannot be loaded.
            LibraryError: The library cannot be written, or texts would be removed that may not be.
        """
        from qa.library import changes  # here and below: whoever only asks needs none of the readers of files
        from qa.library.stored_vectors import with_vectors

        directory, chosen = LibraryDirectory(path), load_encoder(model, encoder)
        models = AnsweringModels.checked(reader, reranker)
        taking, target = with_vectors(vectors, chosen, progress), chosen_engine(**place)
        change = changes.rebuild(directory, sources, taking, progress, on_file, replace=replace, engine=target)
        remember(target)
        return cls._changed(directory, change, chosen, models)

    @classmethod
    def open(
        cls,
        path: StrPath,
        *,
        model: StrPath | None = None,
        encoder: Any = None,
        reader: Reader | None = DEFAULT_READER,
        reranker: Reranker | None = None,
    ) -> Library:
        """Open a library, with the model that it was built with.

        Args:
            path: The library's folder.
            model: The name or the folder of a sentence-transformers model; None for the default one.
            encoder: An object with `encode(texts)` to use instead of a model.
            reader: An object with `read(question, passages)` that judges whether passages answer; None for none.
            reranker: An object with `score(question, passages)` that ranks passages anew; None for none.

        Raises:
            LibraryMissing: There is no library at `path`.
            LibraryDamaged: A file of it is missing, cut off or altered.
            LibraryMismatch: It was built with another model or in another format.
            ModelError: The model cannot be loaded.
        """
        directory, chosen = LibraryDirectory(path), load_encoder(model, encoder)
        models = AnsweringModels.checked(reader, reranker)
        return cls(directory, OpenedGeneration.current(directory, chosen), models)

    @classmethod
    def default(
        cls,
        *,
        model: StrPath | None = None,
        encoder: Any = None,
        reader: Reader | None = DEFAULT_READER,
        reranker: Reranker | None = None,
        progress: Progress = no_progress,
    ) -> Library:
        """Open the default library; on first use, build it from the shipped corpus.

        It is at `$VERBATIM_LIBRARY`, or in the user's data folder if that is not set. If another process is building it
        for the first time, this waits for it. The arguments are those of `build`.
        """
        directory, models = LibraryDirectory(default_path()), AnsweringModels.checked(reader, reranker)
        while True:
            try:
                return cls.open(directory.path, model=model, encoder=encoder, reader=reader, reranker=reranker)
            except LibraryMissing:
                chosen = load_encoder(model, encoder)
            except LibraryBusy:
                directory.wait_for_writer(progress)
                continue
            from qa.library import changes

            try:
                change = changes.build_first(directory, shipped_corpus(), chosen, progress)
            except LibraryBusy:
                directory.wait_for_writer(progress)
            else:
                if change is not None:
                    return cls._changed(directory, change, chosen, models)

    def ask(
        self,
        question: str,
        k: int = 5,
        *,
        history: History = (),
        search_syntax: bool = True,
        min_confidence: float | None = None,
        **only: Unpack[FilterArguments],
    ) -> Answer:
        """Answer a question in the words of the best passage.

        Args:
            question: The question, of up to 20,000 characters. It may hold the filters `"exact phrase"`, `-word`,
                `in:article`, `in:comments`, `author:NAME`, `source:NAME`, `before:DATE` and `after:DATE`. Filters
                without a question list the passages that pass them, in reading order; `text` is then None.
            k: How many passages the answer shows at most, 1 to 10,000.
            history: What was asked before, newest last: answers, questions, or pairs of a question and its answer's
                text. A question that leaves something unsaid is understood in its light, and the answer's
                `understood_as` says how; one that stands alone is asked as it is.
            search_syntax: Whether to look for filters in the question; if False it is taken literally.
            min_confidence: The confidence from which the answer counts as found, 0 to 1; None for the library's own.
            **only: The same filters as keyword arguments: `kind="comment"`, `author=`, `source=`, `before=`, `after=`,
                `phrase=`, `exclude=`.

        Returns:
            The answer with its quotes, best first. Without a reader nothing judges whether the text answers: the
            sentence that fits best is given, and `confidence` is None. It is None too if the models are not calibrated:
            the answer then counts as found if the reader itself prefers it to none, or if `min_confidence` is 0.

        Raises:
            QuestionError: The question is empty or too long, or a filter cannot be understood; or the history is not
                one of questions.
            SettingError: `k` or another argument is out of range.
        """
        min_confidence = self.min_confidence if min_confidence is None else min_confidence
        typed = Query.of(question, only, search_syntax=search_syntax)
        query, understood = in_light_of(history, typed, search_syntax=search_syntax)
        answer = self._opened.ask(query, k, self._models, min_confidence)
        if understood is None:
            return answer
        words = set(words_of(typed.text))  # only what was typed is said to be missing
        missing = tuple(term for term in answer.missing_terms if words.issuperset(words_of(term)))
        return replace(answer, understood_as=understood, missing_terms=missing)

    def ask_many(
        self,
        questions: Iterable[str],
        k: int = 5,
        *,
        search_syntax: bool = True,
        min_confidence: float | None = None,
        **only: Unpack[FilterArguments],
    ) -> list[Answer]:
        """Answer several questions; the arguments are those of `ask`.

        Returns:
            One answer for each question, in their order.
        """
        if isinstance(questions, (str, bytes)) or not isinstance(questions, Iterable):
            raise QuestionError(f"ask_many takes a list of questions, not {str(questions)[:40]!r}; ask() takes one")
        return [
            self.ask(question, k, search_syntax=search_syntax, min_confidence=min_confidence, **only)
            for question in questions
        ]

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        history: History = (),
        search_syntax: bool = True,
        repeats: bool = False,
        read: bool = False,
        **only: Unpack[FilterArguments],
    ) -> tuple[Quote, ...]:
        """Rank passages without answering: nothing in them is highlighted.

        Args:
            question: As for `ask`.
            k: How many passages to return at most, 1 to 10,000.
            history: As for `ask`.
            search_syntax: As for `ask`.
            repeats: Whether to return near-duplicate passages one by one, without their `why`, instead of grouping
                them in the `also` of the first.
            read: Whether the reader takes part in the ranking, as it does in `ask`.
            **only: Filters, as for `ask`.

        Returns:
            The quotes, best first.

        Raises:
            QuestionError: The question is empty or too long, or a filter cannot be understood.
            SettingError: `k` or another argument is out of range.
        """
        query, _ = in_light_of(
            history, Query.of(question, only, search_syntax=search_syntax), search_syntax=search_syntax
        )
        models = self._models if read else AnsweringModels(None, self._models.reranker)
        return self._opened.search(query, k, models, repeats=repeats)

    def rebuild(
        self,
        sources: Sources | None = None,
        *,
        model: StrPath | None = None,
        encoder: Any = None,
        vectors: StrPath | None = None,
        progress: Progress = no_progress,
        on_file: OnFile | None = None,
    ) -> ChangeReport:
        """Write the next generation from `sources` alone, and switch to it; after an error, all is as it was.

        Questions asked meanwhile are answered by the old generation. Other objects that opened this library keep
        theirs. The arguments and errors are those of `build`, but without `model` and `encoder` the library keeps its
        encoder. It returns what changed, as `add`, `remove` and `undo` do.
        """
        from qa.library import changes
        from qa.library.stored_vectors import with_vectors

        present = self._opened.encoder
        chosen = present if model is None and encoder is None else load_encoder(model, encoder)
        taking = with_vectors(vectors, chosen, progress)
        return self._switch(changes.rebuild(self._directory, sources, taking, progress, on_file), chosen)

    def add(
        self,
        sources: Sources,
        *,
        vectors: StrPath | None = None,
        progress: Progress = no_progress,
        on_file: OnFile | None = None,
    ) -> ChangeReport:
        """Write the next generation with these sources added to the present ones, and switch to it.

        A file that the library knows replaces what it had of it; it is known by its place, whatever folder it is given
        with. A file of the same name from another place gets a name of its own ("beta/index.md"). A `Thread` that was
        read from no file is known by its name, and replaces one of that name. The arguments and errors are those of
        `rebuild`.
        """
        from qa.library import changes
        from qa.library.stored_vectors import with_vectors

        encoder = self._opened.encoder
        taking = with_vectors(vectors, encoder, progress)
        return self._switch(changes.add(self._directory, sources, taking, progress, on_file), encoder)

    def remove(self, names: str | Iterable[str], *, progress: Progress = no_progress) -> ChangeReport:
        """Write the next generation without some sources, and switch to it.

        Args:
            names: The name of a source, or several.
            progress: Called with the stage's name, the items done and the items in all.

        Raises:
            SourceError: There is no source of that name, or none would be left.
            LibraryError: The library cannot be written.
        """
        from qa.library import changes

        if not isinstance(names, Iterable):
            raise SourceError(f"the names of sources are strings, not {str(names)[:40]!r}")
        names = [names] if isinstance(names, str) else list(names)
        encoder = self._opened.encoder
        return self._switch(changes.remove(self._directory, names, encoder, progress), encoder)

    def undo(self, generation: str | None = None) -> ChangeReport:
        """Go back to the generation before the last change, and switch to it; done again, this undoes the undoing.

        Args:
            generation: The name of the generation that the change made, which must still be the current one; None for
                the one that is opened.

        Raises:
            LibraryMismatch: It was built with another model or in another format.
            LibraryDamaged: A file of it is missing or was altered.
            LibraryError: There is none, another program has changed the library since it was opened, or it cannot be
                written.
        """
        from qa.library import changes

        opened = self._opened
        expected = generation or opened.generation.folder.name
        return self._switch(changes.undo(self._directory, opened.encoder, expected=expected), opened.encoder)

    def refresh(self) -> bool:
        """Switch to the current generation, if another object or program has changed the library since it was opened.

        Returns:
            Whether it has.

        Raises:
            LibraryError: The current generation cannot be opened, or was built with another model; the library then
                answers as before.
        """
        opened = self._opened
        if self._directory.current_name() == opened.generation.folder.name:
            return False
        newer = OpenedGeneration.current(self._directory, opened.encoder)
        with self._switching:
            # This object may itself have changed the library meanwhile: what it switched to is not older than this.
            switches = self._current is opened
            if switches:
                self._current = newer
        return switches

    @classmethod
    def _changed(
        cls, directory: LibraryDirectory, change: Change, encoder: Encoder, models: AnsweringModels
    ) -> Library:
        """The library as a change left it."""
        library = cls(directory, OpenedGeneration.of(change.generation, encoder), models)
        library._switch(change, encoder)
        return library

    def _switch(self, change: Change, encoder: Encoder) -> ChangeReport:
        """Switch to the generation that a change made the current one, unless the library was closed meanwhile."""
        with self._switching:
            if self._current is not None:
                # One assignment: a question that is being answered keeps the pair that it took.
                self._current = OpenedGeneration.of(change.generation, encoder)
        self.reports, self.language_warning = change.reports, change.language_warning
        self.vector_counts = change.vector_counts
        return change.report
