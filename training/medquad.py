"""MedQuAD: documents on one subject each, with several questions and a long answer to each."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from qa.sources.formats import xml
from training.data import LabelledQuestion, Paragraph
from training.text import sentences

SOURCE = "medquad"
FIRST_SENTENCES = 3
# The kind of question that asks what the subject is. Any answer about the subject may say so, and this one anything.
OVERVIEW = "information"


def read_medquad(archive: Path) -> Iterator[LabelledQuestion]:
    """The questions of an archive of XML files, in the order of the files' names.

    Each is asked over its own answer and, unless it asks for an overview, over the next answer in its document that is
    to another kind of question and gives no overview: that one does not answer it.
    """
    documents: dict[str, bytes] = {}
    with tarfile.open(archive) as files:
        for member in files:  # in their order: to go back in a packed archive is to unpack it again
            content = files.extractfile(member) if member.name.endswith(".xml") else None
            if content:
                documents[member.name] = content.read()
    for name in sorted(documents):
        yield from read_document(documents[name], name)


def read_document(data: bytes, name: str) -> Iterator[LabelledQuestion]:
    """The questions of one document; those without an answer are left out.

    Where exactly an answer stands is unknown: it is somewhere in the first sentences.
    """
    root = xml.parse(data, name)
    subject = " ".join(root.findtext("Focus", "").split())
    pairs: list[tuple[str, str, Paragraph]] = []
    for pair in root.iter("QAPair"):
        question, answer = pair.find("Question"), " ".join(pair.findtext("Answer", "").split())
        if question is not None and answer:
            text = _plain(question.text or "")
            pairs.append((question.get("qtype", ""), text, Paragraph(SOURCE, subject, answer)))
    for number, (kind, text, paragraph) in enumerate(pairs):
        opening = sentences(paragraph.text)[:FIRST_SENTENCES]
        yield LabelledQuestion(text, paragraph, ((opening[0][0], opening[-1][1]),), inside=True)
        later = [*pairs[number + 1 :], *pairs[:number]]
        other = next((other for other_kind, _, other in later if other_kind not in (kind, OVERVIEW)), None)
        if other and kind != OVERVIEW:
            yield LabelledQuestion(text, other, (), judged=False)


def _plain(question: str) -> str:
    """The question without the marks of its template.

    >>> _plain("What is (are) Acromegaly ?"), _plain("Who is at risk for Lice? ?")
    ('What is Acromegaly?', 'Who is at risk for Lice?')
    """
    return re.sub(r"[\s?]+$", "?", " ".join(question.replace("(are)", "").split()))
