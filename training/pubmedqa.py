"""PubMedQA: a question that is an abstract's title, with the abstract and the authors' conclusion.

The conclusion is labelled as the long answer, so the answer is somewhere in it. Which sentences of the abstract give
the evidence is not labelled. They may answer too, so the abstract alone is never an example of no answer. A conclusion
labelled "maybe" neither answers nor leaves the question open, and is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from training.data import LabelledQuestion, Paragraph

SOURCE = "pubmedqa"


def read_pubmedqa(path: Path) -> Iterator[LabelledQuestion]:
    """The questions decided with yes or no, each over its abstract with the conclusion at the end."""
    for row in json.loads(path.read_text(encoding="utf-8")).values():
        if row["final_decision"] in ("yes", "no"):
            abstract, conclusion = " ".join(row["CONTEXTS"]), row["LONG_ANSWER"].strip()
            text = f"{abstract} {conclusion}"
            span = (len(text) - len(conclusion), len(text))
            yield LabelledQuestion(row["QUESTION"].strip(), Paragraph(SOURCE, "", text), (span,), inside=True)
