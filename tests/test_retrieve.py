"""Retrieval: candidates, and how deep the search for their near-duplicates goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import FakeEncoder

import qa
from qa.library.directory import LibraryDirectory
from qa.library.generation import open_generation
from qa.library.retrieve import Retrieved, retrieve
from qa.search.query import Query


@pytest.fixture
def copies(tmp_path: Path, encoder: FakeEncoder) -> Path:
    """Thirty copies of one text, and another text."""
    threads = [qa.Thread.from_text("Bread is old.", title=f"Copy {number}") for number in range(30)]
    other = qa.Thread.from_text("Something else.", title="Other")
    qa.build([*threads, other], tmp_path / "copies", encoder=encoder, reader=None)
    return tmp_path / "copies"


def retrieved(path: Path, question: str, k: int, *, group_duplicates: bool = True) -> Retrieved:
    encoder = FakeEncoder()
    query = Query.parse(question, {})
    return retrieve(
        open_generation(LibraryDirectory(path), encoder), encoder, query, k, group_duplicates=group_duplicates
    )


def test_near_duplicates_are_searched_for_twenty_ranks_behind_the_last_quote(copies: Path) -> None:
    (candidate,) = retrieved(copies, "bread is old", 1).candidates
    assert candidate.text == "Bread is old." and len(candidate.near_duplicates) == 20
    assert candidate.place not in candidate.near_duplicates


def test_they_are_searched_for_deeper_if_too_few_distinct_passages_are_left(copies: Path) -> None:
    first, second = retrieved(copies, "bread is old", 2).candidates
    assert (len(first.near_duplicates), second.text, second.near_duplicates) == (29, "Something else.", ())
    assert first.fit > second.fit
    assert first.why is not None and (first.why.fused_rank, first.why.terms) == (1, ("bread", "old"))


def test_ungrouped_near_duplicates_are_candidates_without_a_why(copies: Path) -> None:
    candidates = retrieved(copies, "bread is old", 25, group_duplicates=False).candidates
    assert {(candidate.text, candidate.why, candidate.near_duplicates) for candidate in candidates} == {
        ("Bread is old.", None, ())
    }
    assert len({candidate.place for candidate in candidates}) == 25


def test_filters_alone_retrieve_what_passes_them_in_reading_order(copies: Path) -> None:
    found = retrieved(copies, "-else in:article", 3)
    assert found.query is None
    assert [(candidate.place.source, candidate.fit) for candidate in found.candidates] == [
        ("Copy 0", 1.0), ("Copy 1", 1.0), ("Copy 2", 1.0)
    ]  # fmt: skip


def test_filters_that_nothing_passes_leave_no_candidate(copies: Path) -> None:
    found = retrieved(copies, "bread author:nobody", 3)
    assert found.query is not None and found.query.text == "bread" and found.candidates == ()


TALK = [
    ("article", None, "The lake is cold."),
    ("comment", None, "Can I bring my dog?!"),
    ("comment", None, "The train was full."),
    ("comment", 1, "Yes, on a lead."),
    ("comment", None, "My dog hates trains."),
]


def talk(tmp_path: Path, *, with_parents: bool, asked: str = "Can I bring my dog?!") -> list[str]:
    """The passages that are found for a question, best first, in a talk in which it was asked in these words."""
    drafted = ((kind, parent, asked if parent is None and "bring" in words else words) for kind, parent, words in TALK)
    drafts = [(kind, parent if with_parents else None, words) for kind, parent, words in drafted]
    text = "\n\n".join(words for *_, words in drafts)
    starts = [text.index(words) for *_, words in drafts]
    posts = tuple(
        qa.Post(kind, words, start, start + len(words), parent=parent)  # type: ignore[arg-type]
        for start, (kind, parent, words) in zip(starts, drafts, strict=True)
    )
    qa.build([qa.Thread("lake", text, posts)], tmp_path, encoder=FakeEncoder(), reader=None)
    return [candidate.text for candidate in retrieved(tmp_path, "Can I bring a dog?", 5).candidates]


def test_the_reply_to_a_post_that_asks_is_found_next_to_it(tmp_path: Path) -> None:
    """It has no word of the question."""
    assert talk(tmp_path, with_parents=True)[:2] == ["Can I bring my dog?!", "Yes, on a lead."]


@pytest.mark.parametrize("asked", ["Can I bring my dog", "Hello. can I bring my dog"])
def test_a_post_can_ask_without_a_question_mark(asked: str, tmp_path: Path) -> None:
    assert talk(tmp_path, with_parents=True, asked=asked)[:2] == [asked, "Yes, on a lead."]


def test_without_reply_marks_the_next_posts_are_taken_for_replies(tmp_path: Path) -> None:
    found = talk(tmp_path, with_parents=False)
    assert found[0] == "Can I bring my dog?!"
    assert found.index("Yes, on a lead.") < found.index("The lake is cold.")


def test_replies_that_a_filter_excludes_are_not_lifted(tmp_path: Path) -> None:
    talk(tmp_path, with_parents=True)
    found = retrieved(tmp_path, "Can I bring a dog? in:article", 5).candidates
    assert [candidate.text for candidate in found] == ["The lake is cold."]


def test_only_comments_are_searched_for_what_commenters_say(tmp_path: Path, encoder: FakeEncoder) -> None:
    said = qa.Thread.from_text(
        "The hinge\n\nThe hinge is strong.\n\n1 comment\n\nAnn says:\n\nMine broke.", title="Hinge"
    )
    alone = qa.Thread.from_text("The hinge is strong.", title="Alone")
    qa.build([said, alone], tmp_path / "both", encoder=encoder, reader=None)
    qa.build([alone], tmp_path / "alone", encoder=encoder, reader=None)

    def found(path: str, question: str) -> list[str]:
        return [candidate.text for candidate in retrieved(tmp_path / path, question, 3).candidates]

    assert found("both", "what do commenters say about the hinge?") == ["Mine broke."]
    assert len(found("both", "is the hinge strong?")) == 3
    assert found("both", "what do commenters say? in:article")[0] == "The hinge is strong."
    assert found("alone", "what do commenters say about the hinge?") == ["The hinge is strong."]
