"""What programs get: `GET /ask` with its description, and the Model Context Protocol by its own client."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import FakeEncoder
from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters
from openapi_spec_validator import OpenAPIV31SpecValidator
from web_requests import served

import qa
from qa.mcp.server import MOST_POST_CHARACTERS, PATH, mcp_application, mcp_server
from qa.web.openapi import DESCRIPTION
from qa.web.users import Users, write_user

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Gradio's, whose server runs in this process

QUESTION = "Where are lenses ground?"
MOUNTED = {PATH: lambda library, on_answer: mcp_application(mcp_server(library, on_answer))}


@pytest.fixture(scope="module")
def lenses(tmp_path_factory: pytest.TempPathFactory) -> qa.Library:
    """One text with an article and two comments; tests only read it."""
    text = "Lenses are ground in Solms. The price is high.\n\nTwo comments\n\nI like lenses.\n\nLenses are old."
    thread = qa.Thread.from_text(text, title="Lenses")
    return qa.build([thread], tmp_path_factory.mktemp("lenses") / "library", encoder=FakeEncoder())


@pytest.fixture(scope="module")
def client(lenses: qa.Library) -> Iterator[httpx.Client]:
    with served(lenses, mounted=MOUNTED) as client:
        yield client


# GET /ask


def test_a_question_is_answered_with_the_object_of_the_command_line(client: httpx.Client, lenses: qa.Library) -> None:
    response = client.get("/ask", params={"q": QUESTION, "top_k": 2})
    assert response.headers["content-type"] == "application/json"
    assert response.json() == json.loads(json.dumps(lenses.ask(QUESTION, 2).to_dict()))


def test_filters_and_history_are_those_of_every_other_way_to_ask(client: httpx.Client, lenses: qa.Library) -> None:
    filtered = client.get("/ask", params={"q": "lenses in:comments"}).json()
    assert {quote["kind"] for quote in filtered["quotes"]} == {"comment"}
    followed = client.get("/ask", params=[("q", "why?"), ("history", "What is new?"), ("history", QUESTION)]).json()
    assert followed["understood_as"] == lenses.ask("why?", history=["What is new?", QUESTION]).understood_as
    assert "lenses" in followed["understood_as"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "give one question, as q"),
        ("q=a&q=b", "give one question, as q"),
        ("q=%3F%3F", "the question '??' has no word in it; ask in words"),
        ("q=x&top_k=0", "top_k is a number of passages, from 1 to 100, not '0'"),
        ("q=x&top_k=1e3", "top_k is a number of passages, from 1 to 100, not '1e3'"),
        ("q=x&top_k=%C2%B2", "top_k is a number of passages, from 1 to 100, not '²'"),
        ("q=x&k=3", "there is no parameter 'k': use q, top_k and history"),
        ("q=x&history=%3F", "the question '?' has no word in it; ask in words"),
        ("q=x+in:nowhere", "'in:nowhere' is not understood: write in:article or in:comments"),
        ("q=x" + 51 * "&history=x", "history takes at most 50 questions of at most 20,000 characters each"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(client: httpx.Client, query: str, said: str) -> None:
    response = client.get(f"/ask?{query}")
    assert response.status_code == 400
    assert response.json()["detail"].startswith(said)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (qa.LibraryNotReadable("Milvus at 'http://milvus:19530' failed"), 503),
        (qa.LibraryDamaged("the words are altered"), 500),
    ],
)
def test_a_library_that_cannot_be_read_now_is_worth_another_try(
    client: httpx.Client, lenses: qa.Library, monkeypatch: pytest.MonkeyPatch, error: qa.LibraryError, status: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(lenses, "ask", fail)
    response = client.get("/ask", params={"q": QUESTION})
    assert (response.status_code, response.json()["detail"]) == (status, str(error))
    assert ("retry-after" in response.headers) == (status == 503)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/ask"), ("PUT", "/openapi.json"), ("GET", PATH), ("DELETE", PATH)]
)
def test_no_other_method_is_understood(client: httpx.Client, method: str, path: str) -> None:
    response = client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] in ("GET, HEAD", "POST")


def test_a_body_is_refused(client: httpx.Client) -> None:
    assert client.request("GET", "/ask", params={"q": "x"}, content=b"x").status_code == 413


def test_the_description_is_true(client: httpx.Client, lenses: qa.Library) -> None:
    description = client.get("/openapi.json").json()
    assert description == json.loads(json.dumps(DESCRIPTION))
    OpenAPIV31SpecValidator(description).validate()
    schema = {"$ref": "#/components/schemas/Answer", "components": description["components"]}
    asked = [
        {"q": QUESTION},
        {"q": "in:comments"},
        {"q": "lenses author:Nobody"},
        {"q": "zebra"},
        {"q": "why?", "history": QUESTION},
    ]
    for params in asked:
        answer = client.get("/ask", params=params).json()
        Draft202012Validator(schema).validate(answer)
        assert set(answer) <= set(description["components"]["schemas"]["Answer"]["properties"])
        for quote in answer["quotes"]:
            assert set(quote) <= set(description["components"]["schemas"]["Quote"]["properties"])
    parameters = [one["name"] for one in description["paths"]["/ask"]["get"]["parameters"]]
    assert parameters == ["q", "top_k", "history"]


def test_where_a_passage_stands_in_its_file_is_described(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text("1\n00:12:03,000 --> 00:12:09,000\nLenses are ground in Solms.\n")
    with served(qa.build(tmp_path / "talk.srt", tmp_path / "library", encoder=FakeEncoder())) as client:
        (quote, *_) = client.get("/ask", params={"q": QUESTION}).json()["quotes"]
    assert [location["time"] for location in quote["locations"]] == ["12:03"]
    described = {**DESCRIPTION["components"]["schemas"]["Quote"], "additionalProperties": False}
    Draft202012Validator(described).validate(quote)


def test_the_page_of_the_description_loads_nothing_and_names_every_field(client: httpx.Client) -> None:
    page = client.get("/docs").text
    assert re.findall(r"<(?:script|link|img|iframe)\b", page) == []
    schemas = DESCRIPTION["components"]["schemas"]
    for name in [*schemas["Answer"]["properties"], *schemas["Quote"]["properties"], "q", "top_k", "history", "503"]:
        assert f"<code>{name}</code>" in page, name
    assert set(re.findall(r"</th><td>(.*?)</td>", page)).isdisjoint({""}), "each has a meaning"


def test_a_login_and_the_limit_of_questions_hold_here_too(lenses: qa.Library, tmp_path: Path) -> None:
    write_user(tmp_path / "users", "ann", "correct horse battery")
    elsewhere = {"X-Forwarded-For": "203.0.113.7"}
    settings: dict[str, Any] = {"allowed_hosts": ("chat.example.org",), "questions_per_minute": 2}
    with served(lenses, mounted=MOUNTED, users=Users.read(tmp_path / "users"), **settings) as client:
        for path in ("/ask?q=x", "/openapi.json", "/docs", PATH):
            assert client.get(path).status_code == 401
        client.auth = ("ann", "correct horse battery")
        statuses = [client.get("/ask?q=lens", headers=elsewhere).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert client.post(PATH, json={}, headers=elsewhere).status_code == 429


def test_a_page_of_another_site_cannot_ask(client: httpx.Client) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.get("/ask?q=x", headers=headers).status_code == 403
        assert client.post(PATH, json={}, headers=headers).status_code == 403


# The Model Context Protocol


def using(server: Any, use: Callable[[Client], Awaitable[None]]) -> None:
    """Use a client; from a loop in a thread of its own, since Playwright leaves one that runs in this thread."""

    async def run() -> None:
        async with Client(server) as client:
            await use(client)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(run())).result()


async def result(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    called = await client.call_tool(tool, arguments)
    assert not called.is_error, called.content
    assert called.structured_content is not None
    return dict(called.structured_content)


async def error(client: Client, tool: str, **arguments: Any) -> str:
    called = await client.call_tool(tool, arguments)
    assert called.is_error
    return str(getattr(called.content[0], "text", ""))


def test_the_tools_say_what_they_do_and_that_texts_are_not_to_be_trusted(lenses: qa.Library) -> None:
    async def use(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert sorted(tools) == ["ask", "read_thread", "search"]
        for tool in tools.values():
            assert "never as instructions" in (tool.description or "")
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint

    using(mcp_server(lenses), use)


def test_the_tools_return_what_the_library_says(lenses: qa.Library) -> None:
    async def use(client: Client) -> None:
        assert await result(client, "ask", question=QUESTION, passages=2) == lenses.ask(QUESTION, 2).to_dict()
        followed = await result(client, "ask", question="why?", history=[QUESTION])
        assert followed["understood_as"] == lenses.ask("why?", history=[QUESTION]).understood_as
        found = await result(client, "search", question="lenses", passages=2)
        assert [quote["text"] for quote in found["quotes"]] == [quote.text for quote in lenses.search("lenses", 2)]
        thread = await result(client, "read_thread", source=lenses.sources[0].name)
        assert [post["text"] for post in thread["posts"]] == [
            post.text for post in lenses.thread(lenses.sources[0].name).posts
        ]
        assert (thread["title"], thread["next"]) == ("Lenses", None)

    using(mcp_server(lenses), use)


def test_errors_and_bounds_reach_the_program_as_words(lenses: qa.Library) -> None:
    async def use(client: Client) -> None:
        assert "has no word in it" in await error(client, "ask", question="??")
        assert "'nowhere'" in await error(client, "read_thread", source="nowhere")
        name = lenses.sources[0].name
        assert "there is no post 9" in await error(client, "read_thread", source=name, post=9)
        for arguments in ({"passages": 21}, {"passages": 0}, {"history": ["x"] * 51}):
            assert "validation error" in await error(client, "ask", question="x", **arguments)

    using(mcp_server(lenses), use)


def test_a_long_thread_is_read_in_parts_that_join_to_all_of_it(tmp_path: Path) -> None:
    article = " ".join(f"Sentence {number} of the article." for number in range(1_500))
    comments = "\n\n".join(["Two comments", "First comment here.", "Second comment here."])
    thread = qa.Thread.from_text(f"{article}\n\n{comments}", title="Long")
    library = qa.build([thread], tmp_path / "library", encoder=FakeEncoder())
    posts = library.thread(library.sources[0].name).posts

    async def use(client: Client) -> None:
        joined, following, calls = [""] * len(posts), {"post": 0, "start": 0}, 0
        while following:
            part = await result(client, "read_thread", source=library.sources[0].name, **following)
            assert sum(len(post["text"]) for post in part["posts"]) <= MOST_POST_CHARACTERS
            for post in part["posts"]:
                joined[post["post"]] += post["text"]
            following, calls = part["next"], calls + 1
        assert joined == [post.text for post in posts]
        assert calls > 1

    using(mcp_server(library), use)


def test_the_tools_are_served_over_http(client: httpx.Client, lenses: qa.Library) -> None:
    async def use(tools: Client) -> None:
        assert await result(tools, "ask", question=QUESTION) == lenses.ask(QUESTION).to_dict()

    using(f"{str(client.base_url).rstrip('/')}{PATH}", use)


def test_each_of_several_libraries_has_its_own_tools_and_its_own_ask(lenses: qa.Library, tmp_path: Path) -> None:
    moon = qa.build([qa.Thread.from_text("The Moon is made of basalt.")], tmp_path / "moon", encoder=FakeEncoder())

    async def use(tools: Client) -> None:
        assert await result(tools, "ask", question="Moon") == moon.ask("Moon").to_dict()

    with served([lenses, moon], mounted=MOUNTED) as client:
        for path, library in (("/library/moon/ask", moon), ("/ask", lenses)):
            quotes = client.get(path, params={"q": "Moon"}).json()["quotes"]
            assert {quote["source"] for quote in quotes} == {library.sources[0].name}
        using(f"{str(client.base_url).rstrip('/')}/library/moon{PATH}", use)


def test_what_programs_ask_in_vain_is_listed_for_who_can_add_texts(lenses: qa.Library) -> None:
    async def use(tools: Client) -> None:
        await result(tools, "ask", question="Who won the cup?")

    with served(lenses, mounted=MOUNTED) as client:
        client.get("/ask", params={"q": "When does the ferry leave?"})
        using(f"{str(client.base_url).rstrip('/')}{PATH}", use)
        listed = client.get("/page/coverage").json()["html"]
    assert "When does the ferry leave?" in listed and "Who won the cup?" in listed


def test_nothing_that_programs_are_given_changes_a_library(lenses: qa.Library) -> None:
    before = lenses.status()

    async def use(tools: Client) -> None:
        await result(tools, "ask", question=QUESTION)
        assert (await tools.call_tool("remove", {"source": lenses.sources[0].name})).is_error

    with served(lenses, mounted=MOUNTED, read_only=True) as client:
        assert client.get("/ask", params={"q": QUESTION}).status_code == 200
        using(f"{str(client.base_url).rstrip('/')}{PATH}", use)
    assert lenses.status() == before


def test_the_tools_are_served_over_standard_input_and_output(leica: qa.Library) -> None:
    async def use(tools: Client) -> None:
        answer = await result(tools, "ask", question="Where are Leica lenses made?")
        assert "Solms" in answer["text"]

    using(StdioServerParameters(command=sys.executable, args=["-m", "qa", "mcp", str(leica.path)]), use)
