"""Question types: whether a text asks, and what kind of answer it asks for."""

from __future__ import annotations

import pytest

from qa.answering import question_type
from qa.answering.byline import asks_byline
from qa.answering.printed import no_answer_message
from qa.search.query import Query
from qa.text.question_words import asks, asks_yes_no, is_question, with_apostrophes, without_denial


@pytest.mark.parametrize(
    ("question", "fact", "explanation", "yes_or_no"),
    [
        ("Who founded it?", True, False, False),
        ("In what year did it begin?", True, False, False),
        ("How old is it?", True, False, False),
        ("How does it work?", False, True, False),
        ("how to unmount a volume", False, True, False),
        ("how's it made", False, True, False),
        ("what if it breaks", False, True, False),
        ("Is there a warranty?", False, False, True),
        ("May 2015: who won?", True, False, False),
        ("Vitamin D reduces the risk of fractures.", False, False, False),
    ],
)
def test_the_kind_of_answer_that_a_question_asks_for(
    question: str, fact: bool, explanation: bool, yes_or_no: bool
) -> None:
    assert question_type.asks_fact(question) == fact
    assert question_type.asks_explanation(question) == explanation
    assert question_type.asks_yes_no(question) == yes_or_no


@pytest.mark.parametrize(
    "text",
    [
        "Is it dear", "“Is it dear?”", "isn't it dear", "Isn’t it dear?", "can't it be done", "Won’t it last?",
        "May I return it?", "MAY I RETURN IT", "may lenses be returned", "Will it snow?", "Will They come",
        "will smith play", "Will Smith play?", "Will Leica release a new lens", "Can BMW make a lens?",
        "WILL LEICA MAKE A LENS?", "Does Leica pay?", "Are 12 volts enough?", "isnt it dear", "Doesnt Leica pay",
        "havent they sold it", "dont they sell it", "Arent the lenses dear", "cant I bring a dog", "Wont anyone pay",
    ],
)  # fmt: skip
def test_a_question_that_begins_with_its_verb_asks_for_yes_or_no(text: str) -> None:
    assert asks_yes_no(text) and is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "May 2015", "may 2015", "May 5th", "May, 2015", "May the 4th", "May of 2015", "May", "Will", "Will Smith",
        "Will Smith movies", "Will Smith Academy Awards 2022", "May Day parade", "Can Dündar", "Williams", "Mayor",
        "Island", "lens price", "It is dear.", "cant and slang", "wont", "Dont etudes", "Arent de Gelder", "isntall",
    ],
)  # fmt: skip
def test_dates_names_and_statements_do_not_ask(text: str) -> None:
    assert not asks_yes_no(text) and not is_question(text)


@pytest.mark.parametrize("text", ["Will Smith?", "May 2015?", "May 2015: what happened"])
def test_a_date_or_a_name_before_a_question_does_not_ask_for_yes_or_no(text: str) -> None:
    assert is_question(text) and not asks_yes_no(text)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Where is it made?", True),
        ("who grinds the lenses", True),
        ("the lenses, how are they ground", True),
        ("Tell me about the red dot", True),
        ("please list the steps", True),
        ("please explain the red dot", True),
        ("lens price?", True),
        ("レンズの価格？", True),
        ("lens price", False),
        ("price list", False),
        ("list price of the M6", False),
        ("Lenses are made in Japan.", False),
    ],
)
def test_ranking_and_search_syntax_agree_on_what_asks(text: str, asks: bool) -> None:
    assert is_question(text) == asks
    assert bool(Query.parse(f'{text} "red dot"', {}).phrases) == asks  # a phrase of words that do not ask is a filter
    message = no_answer_message(text)
    assert message == "The text does not answer this." + ("" if asks else " Try asking a full question.")


@pytest.mark.parametrize(
    "question",
    [
        "What's the price?", "WHAT'S THE PRICE", "Who's the baker?", "who's who", "when's lunch", "Where's it made?",
        "how's it made", "It leaks. What's the remedy?", "ok, where's it made", "and what's its price?",
        "what's in it, and who's the author", "do you know what's the price", "why doesn't it start",
        "WHY DOESN'T IT START", "what if it doesn't start", "which readers didn't like it", "why wasn't it sold",
        "what don't people like", "why aren't lenses sold", "why can't I open it", "what can't I bring",
        "how do I open it if I can't", "why won't it start", "what if it won't start",
    ],
)  # fmt: skip
def test_a_question_is_understood_without_its_apostrophes(question: str) -> None:
    typed = question.replace("'", "")
    assert is_question(typed.rstrip("?"))
    for query in (Query.parse(typed, {}), Query.literal(typed, {})):
        assert (query.raw, query.text) == (typed, question)
    assert with_apostrophes(question) == question


@pytest.mark.parametrize(
    "question",
    [
        "the hows and whys of baking", "What are the whys and wherefores?", "whats app not working?", "Who hears Whos?",
        "what does cant mean?", "what cant do thieves speak", "was it his wont?", "does it cant to the left",
        "Who taught Dont?", "when did Dont write his etudes?", "who was Arent de Gelder",
        "Qui est l'homme dont on parle ?", "isnt it dear", "cant I bring a dog", "it broke, isnt it under warranty?",
    ],
)  # fmt: skip
def test_other_words_and_verbs_that_a_clause_begins_with_stay(question: str) -> None:
    assert with_apostrophes(question) == question


@pytest.mark.parametrize(
    ("denied", "plain"),
    [
        ("Isn't it loud?", "Is it loud?"),
        ("isnt it loud", "is it loud"),
        ("DOESN’T THE RELAY STICK", "DOES THE RELAY STICK"),
        ("Doesn't Leica pay?", "Does Leica pay?"),
        ("doesn't leica make lenses?", "does leica make lenses?"),
        ("doesnt Leica pay", "does Leica pay"),
        ("aren’t leica lenses dear?", "are leica lenses dear?"),
        ("Can't I bring a dog?", "Can I bring a dog?"),
        ("wont the lid close", "will the lid close"),
        ("It rained. Aren't the seats wet?", "It rained. Are the seats wet?"),
        ("Why isn't it loud?", "Why isn't it loud?"),
        ("what if it doesn't start", "what if it doesn't start"),
        ("can't log in?", "can't log in?"),
        ("doesn't start?", "doesn't start?"),
        ("doesn't work with linux", "doesn't work with linux"),
        ("How long is Don't Starve?", "How long is Don't Starve?"),
        ("Don't Starve, is it hard?", "Don't Starve, is it hard?"),
    ],
)
def test_a_negative_question_for_yes_or_no_asks_the_same_as_a_positive_one(denied: str, plain: str) -> None:
    assert without_denial(denied).lower() == plain.lower()
    assert Query.parse(denied, {}).text.lower() == plain.lower()


def test_search_words_and_questions_that_quote_words_stay() -> None:
    for typed in ("pump that doesnt start", 'what does "it doesnt start" mean'):
        assert "doesnt" in Query.parse(typed, {}).text
    assert Query.literal("pump that doesnt start", {}).text == "pump that doesnt start"
    assert Query.parse('whats "red dot" worth', {}).phrases == ("red dot",)


@pytest.mark.parametrize(
    "clause", ["isnt it under warranty", "dont they repair it", "couldnt I return it", "must I pay", "am I covered"]
)
def test_a_clause_asks_for_yes_or_no_without_its_apostrophe(clause: str) -> None:
    assert question_type.asks_yes_no(f"It broke, {clause}?")


@pytest.mark.parametrize(
    ("question", "words", "about"),
    [
        ("What do commenters think of the bots?", ["commenters", "bots"], ("bots",)),
        ("Does anyone disagree?", ["disagree"], ()),
        ("Any complaints about the Homebuilder?", ["complaints", "Homebuilder"], ("Homebuilder",)),
        ("Do Reviewers from Berlin recommend it?", ["Reviewers", "Berlin", "recommend"], ("Berlin",)),
        ("Which reviewers recommend reviewers?", ["reviewers"], ()),
        ("What does the mayor recommend?", ["mayor", "recommend"], ("mayor", "recommend")),
    ],
)
def test_the_words_that_ask_what_people_think_are_not_what_a_question_is_about(
    question: str, words: list[str], about: tuple[str, ...]
) -> None:
    assert question_type.words_asked_about(question, words) == about


@pytest.mark.parametrize(
    ("question", "a_list"),
    [
        ("Name the halls", True),
        ("Please list what to bring", True),
        ("list of conferences", True),
        ("What colours can they have?", True),
        ("sean shopping list drains", True),
        ("ingredients", True),
        ("ingredients?", True),
        ("tools for the job", True),
        ("what was on the list for the 2009 budget", True),
        ("whats on the shopping list", True),
        ("what should be on the packing list?", True),
        ("what is on the list price", False),
        ("mailing list address", False),
        ("Schindler's List director", False),
        ("raw materials price", False),
        ("number of tools", False),
        ("Is there a waiting list?", False),
        ("list price of the M6", False),
        ("name of the ship", False),
        ("Who rules Norway?", False),
        ("Which king rules Norway?", False),
        ("How many steps are there?", False),
        ("How much do spare parts cost?", False),
        ("Where can I buy spare parts?", False),
        ("When do the new rules take effect?", False),
        ("What did you name the boat?", False),
        ("name change fee", False),
        ("Which lens did he use?", False),
        ("Which bus should I take?", False),
        ("What gas did they use?", False),
        ("Which lenses did he use?", True),
        ("Tell me the kinds of pass and how much they cost", True),
        ("What house rules apply to guests?", True),
        ("Can you name rivers of the region?", True),
        ("Name everything on the way", True),
        ("Name rivers, please", True),
        ("List prices of all boats", True),
        ("How much does a canoe cost, and which types of canoe are there?", True),
        ("Which menus can I order?", True),
        ("Which address should I use?", False),
        ("the steps to reset it", True),
        ("Can you name the lenses?", True),
        ("list the prices", True),
        ("name three of its lenses", True),
        ("Who knows the rules?", False),
        ("Where do I buy the ingredients?", False),
        ("How long is the list?", False),
        ("What is its name in Polish?", False),
        ("What do members have to pay?", False),
        ("Who is on the list?", False),
    ],
)
def test_a_question_that_asks_for_a_list(question: str, a_list: bool) -> None:
    assert question_type.asks_list(question) == a_list


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("What is the email address?", "Write to tools@hafner.example or call.", "tools@hafner.example"),
        ("phone number of the office", "Call the office at +49 30 123456.", "+49 30 123456"),
    ],
)
def test_the_pattern_of_an_answer(question: str, text: str, answer: str) -> None:
    pattern = question_type.answer_pattern(question)
    assert pattern is not None and [match[0].rstrip(".") for match in pattern.finditer(text)] == [answer]


@pytest.mark.parametrize(
    ("question", "of_the_kind", "of_another"),
    [
        ("How many seeds are sown?", "a dozen", "a few"),
        ("How often do I water it?", "every other day", "the basil"),
        ("In 1846 who's lectures?", "Ann", "lectures"),
        ("Does anyone know where to eat?", "in Ulm", "soup"),
        ("how long do they soak", "overnight", "in water"),
        ("How long did it take?", "1,500 days", "October 1925"),
        ("How long did it take?", "a year", "11th of September, a second time"),
        ("How long did it take?", "thirteen of them", "a second attempt"),
        ("How long did it take?", "as in weeks", "the 3rd of May"),
        ("how long is the trail", "1500 m", "the trail of 1925"),
        ("How much was the inn where they ate?", "£30", "in Ulm"),
        ("How much feed?", "a pinch", "basil"),
        ("what did the job end up costing them", "£1,205", "the wall"),
        ("how expensive is it", "nothing", "the wall"),
        ("When's the hedge cut?", "after the frost", "the gardener"),
        ("so when do they open again", "in spring", "the gate"),
        ("What time is dinner?", "half past six", "soup"),
        ("What time did they arrive?", "at 8pm", "over 2 hours"),
        ("When is it due?", "in 2 weeks", "10 to 12 weeks"),
        ("When is it due?", "in about two weeks", "12 working days"),
        ("what time was it called to order", "1800 hours", "3 hrs"),
        ("What time do I need to be there?", "17:30", "the gate"),
        ("When must I tell them?", "two weeks' notice", "two weeks"),
        ("when do I have to cancel", "24 hours before", "a 1.5-hour lesson"),
        ("price of almond meal in the shop", "£4", "a decent price"),
    ],
)
def test_what_is_of_the_kind_that_a_question_asks_for(question: str, of_the_kind: str, of_another: str) -> None:
    pattern = question_type.answer_pattern(question)
    assert pattern is not None and pattern.search(of_the_kind) and not pattern.search(of_another)


@pytest.mark.parametrize("question", ["What did the man who fell want?", "Was the town where he lived big?"])
def test_behind_a_noun_a_question_word_asks_for_no_kind(question: str) -> None:
    assert question_type.answer_pattern(question) is None


def test_a_clause_about_a_time_does_not_ask_for_one() -> None:
    assert question_type.answer_pattern("What happens when it rains?") is None
    assert question_type.answer_pattern("When I bake it, is it dry?") is None


def test_the_time_that_something_takes_is_no_time_of_day() -> None:
    assert question_type.answer_pattern("What time does it take to bake?") is None


@pytest.mark.parametrize(
    "sentence",
    [
        *("Can I use yogurt instead", "**How do I reset it**", "has anyone tried it.", "where can we park", "Why?!"),
        *("It failed. Why? ", "Should I worry"),
    ],
)
def test_a_sentence_asks(sentence: str) -> None:
    assert asks(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            "Can I bring a dog | No",
            "How do I reset it: hold the button.",
            "Has anyone tried it - I did.",
            "Do this first.",
        ),
        *("Can You Feel the Love Tonight was written in 1994.", "“Do you know,” said Ann.", "Did it in 20 minutes."),
        *("What can I say, it lasts.", "Do anything you like.", "Can I park there\nYes, behind the hall."),
    ],
)
def test_a_sentence_that_may_hold_the_answer_does_not_ask(sentence: str) -> None:
    assert not asks(sentence)


@pytest.mark.parametrize("sign", [",", ".", "-", "? ", "and ", "what is ", "\n"])
def test_long_runs_of_a_sign_take_no_time(sign: str) -> None:
    text = sign * (20_000 // len(sign)) + "x"
    assert not asks_byline(text) and not asks(text)
    question_type.answer_pattern(text)


@pytest.mark.parametrize(
    "question",
    [
        "In what year, after the war, was the bridge rebuilt?",
        "What, if any, are the risks?",
        "Can you tell me what time it starts?",
        "does anyone know how much it costs",
    ],
)
def test_yes_or_no_does_not_answer(question: str) -> None:
    assert not question_type.asks_yes_no(question)


@pytest.mark.parametrize(
    "question",
    [
        "When I return a dirty boat, do I get the deposit back?",
        "What about dogs, are they allowed?",
        "From what I read, is it true?",
    ],
)
def test_a_clause_before_it_does_not_keep_a_question_from_asking_for_yes_or_no(question: str) -> None:
    assert question_type.asks_yes_no(question)


@pytest.mark.parametrize("question", ["What do they look like?", "How much experience with children is required?"])
def test_no_opinion_is_asked_for(question: str) -> None:
    assert not question_type.asks_opinion(question)


def test_a_question_about_a_description_asks_for_a_fact() -> None:
    assert question_type.asks_fact("What term is used to describe a blurred background?")
    assert question_type.asks_explanation("Can you describe the valve?")
    for asking in (
        "Kindly explain it.",
        "Can somebody explain it?",
        "Could you briefly describe it?",
        "Hi, explain it",
    ):
        assert question_type.asks_explanation(asking)


@pytest.mark.parametrize("question", ["What do they charge non-members?", "What is it worth to a buyer?"])
def test_what_something_costs_is_a_number(question: str) -> None:
    pattern = question_type.answer_pattern(question)
    assert pattern is not None and pattern.search("£30") and not pattern.search("the boat")


@pytest.mark.parametrize("question", ["What is worth seeing in Ulm?", "What do I need to charge it?"])
def test_what_is_worth_something_is_no_price(question: str) -> None:
    assert question_type.answer_pattern(question) is None


def test_a_name_may_begin_with_a_letter_with_a_stroke() -> None:
    pattern = question_type.answer_pattern("Who founded it?")
    assert pattern is not None and pattern.search("Øyvind did") and not pattern.search("someone did")
