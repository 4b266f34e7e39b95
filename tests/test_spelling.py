"""Misspelt words of a question are corrected from the text."""

from __future__ import annotations

import pytest

from qa.text.spelling import correct_spelling

RANKS = {"where": 10, "which": 11, "lens": 12, "made": 13, "does": 14, "sent": 15, "with": 16, "come": 17, "floor": 18}
RANKS |= {"heart": 20, "course": 21, "disease": 4_000, "fees": 4_001, "money": 4_002, "birds": 4_003}
RANKS |= {"asynchronously": 9_000, "hart": 7_000, "coarse": 9_000, "macros": 9_000, "flour": 9_001, "arma": 9_002}
RANKS |= {"clan": 9_003, "moor": 9_004, "moon": 9_005, "recorded": 4_004}


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Where is the factoyr?", "The Factory is in Wetzlar.", "Where is the factory?"),
        ("Where is Wetzlra?", "WETZLAR lies on the Lahn.", "Where is wetzlar?"),
        ("Where is Schrodinger?", "Schrödinger was here.", "Where is Schrodinger?"),
        ("Where is Portar?", "Porter met Porta and Porter.", "Where is porter?"),
        ("Which lens?", "The lent one.", "Which lens?"),  # a word that is known
        (
            "Was it synchronously?",
            "It went asynchronously.",
            "Was it synchronously?",
        ),  # differs in its first letter
        ("Who is Anne?", "Anna is.", "Who is Anne?"),  # too short for another letter
        ("Which albm?", "The album.", "Which album?"),
        ("Which alubm?", "The album.", "Which album?"),
        ("Is chia healthy?", "China is.", "Is chia healthy?"),  # a consonant
        ("What is ALBM?", "An album.", "What is ALBM?"),  # a name
        ("How to hang a tarp?", "Set a trap.", "How to hang a tarp?"),
        ("Which mako?", "The makos.", "Which mako?"),  # another form of the word
        ("Who is Bo?", "Bob is.", "Who is Bo?"),
        ("Which tommorow?", "Tomorrow.", "Which tomorrow?"),
        ("Which tomorow?", "Today or tomorrow.", "Which tomorrow?"),
        ("Which accomodatoin?", "Accommodation is there.", "Which accommodation?"),  # two mistakes
        ("Was it dissapointd?", "Disappointed.", "Was it disappointed?"),
        ("Is hypotension bad?", "Hypertension is.", "Is hypotension bad?"),  # its opposite
        ("Is it intracellular?", "Intercellular it is.", "Is it intracellular?"),
        ("Who are the buddhists?", "Buddhism is.", "Who are the buddhists?"),
        ("Does it stop hart disease?", "Few get heart disease.", "Does it stop heart disease?"),
        ("Does disease hart it?", "Few get heart disease.", "Does disease hart it?"),  # beside another word
        ("Does it stop hart?", "Few get heart disease.", "Does it stop hart?"),
        ("Does it stop hart disease?", "Hart disease, heart disease.", "Does it stop hart disease?"),
        ("Does it stop hart disease?", "A chart of heart disease.", "Does it stop heart disease?"),
        ("Does it stop Hart disease?", "Few get heart disease.", "Does it stop Hart disease?"),  # a name
        ("Does it come with flour?", "It may come with floor heating.", "Does it come with flour?"),  # beside "with"
        ("Who sent money?", "Ann spent money.", "Who sent money?"),  # a common word
        ("Which coarse fees?", "Course fees.", "Which course fees?"),
        ("Which course fees?", "Coarse fees.", "Which course fees?"),  # the more common word stays
        ("Which moor birds?", "Moon birds.", "Which moor birds?"),
        ("Which arma clan?", "Arma can do it.", "Which arma clan?"),  # not as short a word
        ("Which recorded macros?", "Recorded macro.", "Which recorded macros?"),
        ("Who is Robert?", "Robert met Roberta and Roberta.", "Who is Robert?"),  # the text contains it
        ("", "Nothing.", ""),
        ("What is E1043?", "E-1043 is it.", "What is E-1043?"),
        ("What is TN-2410, please?", "Order tn2410 or TN 2410.", "What is tn2410, please?"),
        ("What is E-1043?", "E 1043 or E-1043.", "What is E-1043?"),
        ("Is carpet4 here?", "A car pet 4 times.", "Is carpet4 here?"),
        ("Did it cost 1250000?", "It cost 1,250,000.", "Did it cost 1,250,000?"),
        ("Did 12,500 come?", "In all 12 500 came.", "Did 12 500 come?"),
        ("Is 4.4 out?", "44 are out, 4 4 too.", "Is 4.4 out?"),
        ("Is it 1043?", "It is 10430 or E1043.", "Is it 1043?"),
    ],
)
def test_only_a_misspelt_word_is_corrected(question: str, text: str, expected: str) -> None:
    assert correct_spelling(question, [text], RANKS.get) == expected
