"""Sets of follow-up questions: conversations in which a person wrote each question so that it stands alone."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import SourceError
from qa.followup.turn import Turn

_TURN = re.compile(r"(?P<conversation>.+)(?:#|<::>|_)(?P<number>\d+)", re.DOTALL)
_NO_ANSWER = re.compile(r"I (?:don['’]t|do not) know\W*", re.IGNORECASE)  # what QuAC says where the text does not


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question in a conversation.

    Attributes:
        name: Its id.
        conversation: The id of its conversation.
        question: The question as it was asked.
        rewrite: The question as a person wrote it, so that it stands alone.
        turns: The turns before it, oldest first; empty for the first question of a conversation.
        title: The title of the text that the conversation is about; empty if the set does not say.
        passage: The passage that answers; None if the set does not give its text.
        relevant: The ids of the passages that answer, if the set names them.
    """

    name: str
    conversation: str
    question: str
    rewrite: str
    turns: tuple[Turn, ...] = ()
    title: str = ""
    passage: str | None = None
    relevant: frozenset[str] = frozenset()

    @property
    def is_choosing(self) -> bool:
        """Whether it is of the half on which models are fitted and values are chosen; the other half measures.

        A conversation is in one half as a whole: the first byte of its id's SHA-256 is even.
        """
        return hashlib.sha256(self.conversation.encode("utf-8", "replace")).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class FollowUpSet:
    """The conversations of one file.

    Attributes:
        name: The file's name without its ending.
        questions: All questions, those that begin a conversation too.
    """

    name: str
    questions: Sequence[FollowUp]

    @property
    def choosing(self) -> list[FollowUp]:
        """The follow-up questions of the half that chooses."""
        return [question for question in self.questions if question.turns and question.is_choosing]

    @property
    def measuring(self) -> list[FollowUp]:
        """The follow-up questions of the half that measures."""
        return [question for question in self.questions if question.turns and not question.is_choosing]

    @classmethod
    def read_all(cls, folder: Path) -> list[FollowUpSet]:
        """Read every set in a folder.

        Args:
            folder: A folder of JSON Lines files. A row has an `_id` that ends in the number of its turn, `text`,
                `rewrite` and the conversation before it: `history`, the questions or the questions and their answers
                in turn, or `history_user_turns`, the questions.

        Raises:
            SourceError: There is no such file, or one has no usable row.
        """
        files = sorted(folder.glob("*.jsonl"))
        if not files:
            raise SourceError(f"{str(folder)!r} has no .jsonl file; a set of follow-up questions is one or several")
        return [cls(file.stem, _questions(file)) for file in files]


def _questions(file: Path) -> list[FollowUp]:
    conversations: dict[str, list[dict[str, Any]]] = defaultdict(list)
    try:
        lines = file.read_text("utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise SourceError(f"cannot read {str(file)!r}: {error.strerror}") from error
    for line in lines:
        if row := _row(line):
            conversations[row["conversation"]].append(row)
    if not conversations:
        raise SourceError(f"{str(file)!r} has no row with _id, text, rewrite and history")
    return [question for rows in conversations.values() for question in _conversation(rows)]


def _row(line: str) -> dict[str, Any] | None:
    """A row with its conversation, its number and its history; None if it is not one of such a set."""
    try:
        row = json.loads(line)
        name = _TURN.fullmatch(row["_id"])
        history = row["history"] if "history" in row else row["history_user_turns"]
        texts = [row["text"], row["rewrite"], *history]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if name is None or not all(isinstance(text, str) for text in texts) or not row["text"].strip():
        return None
    return {**row, "conversation": name["conversation"], "number": int(name["number"]), "history": history}


def _conversation(rows: list[dict[str, Any]]) -> list[FollowUp]:
    shortest = min((len(row["history"]) for row in rows if row["history"]), default=0)
    # Before the second question stand the first and its answer, unless a row says that it holds questions alone.
    has_answers = shortest == 2 and "history_user_turns" not in rows[0]
    after = {row["number"]: row["history"] for row in rows}
    return [_follow_up(row, after.get(row["number"] + 1, ()), has_answers=has_answers) for row in rows]


def _follow_up(row: Mapping[str, Any], after: Sequence[str], *, has_answers: bool) -> FollowUp:
    history = row["history"]
    if has_answers:
        turns = tuple(Turn(q, _answer(a)) for q, a in zip(history[::2], history[1::2], strict=False))
    else:
        turns = tuple(map(Turn, history))
    passage = row.get("passage") or (_answer(after[-1]) if has_answers and after else None)
    relevant = row.get("relevant_ids")
    return FollowUp(
        row["_id"],
        row["conversation"],
        row["text"],
        row["rewrite"],
        turns,
        str(row.get("article") or ""),
        passage if isinstance(passage, str) and passage.strip() else None,
        frozenset(map(str, relevant)) if isinstance(relevant, list) else frozenset(),
    )


def _answer(text: str) -> str:
    return "" if _NO_ANSWER.fullmatch(text.strip()) else text
