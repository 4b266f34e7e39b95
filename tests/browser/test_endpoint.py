"""The same question, asked by a program."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

import qa

QUESTION = "Where are Leica lenses made?"


@pytest.fixture(scope="module")
def client(leica_page: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    downloads: Path = tmp_path_factory.mktemp("downloads")
    client = Client(leica_page, verbose=False, download_files=downloads)
    yield client
    client.close()


def test_the_endpoint_returns_the_object_of_qa_ask_json(client: Client, leica: qa.Library) -> None:
    assert client.predict(QUESTION, api_name="/ask") == leica.ask(QUESTION).to_dict()
    assert client.predict(QUESTION, 2, api_name="/ask") == leica.ask(QUESTION, k=2).to_dict()


def test_the_endpoint_is_the_only_one_and_documents_its_parameters(client: Client) -> None:
    endpoints = client.view_api(return_format="dict", print_info=False)
    assert list(endpoints["named_endpoints"]) == ["/ask"]
    assert endpoints["unnamed_endpoints"] == {}
    names = [parameter["parameter_name"] for parameter in endpoints["named_endpoints"]["/ask"]["parameters"]]
    assert names == ["question", "k", "search_syntax"]


@pytest.mark.parametrize("question", ["", "x" * 100_000])
def test_the_endpoint_reports_the_librarys_error(client: Client, leica: qa.Library, question: str) -> None:
    with pytest.raises(qa.QuestionError) as refused:
        leica.ask(question)

    with pytest.raises(AppError) as raised:
        client.predict(question, api_name="/ask")

    assert str(refused.value) in str(raised.value)
