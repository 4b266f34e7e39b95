"""Who may reach the page and change the library: reading only, the login, Host and Origin."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from web_requests import API, ELSEWHERE, QUESTION, ask, functions, names, served

import qa
from qa.web import ServerSettings
from qa.web.users import Users, write_user

# Gradio's warnings: its server runs in this process.
pytestmark = [pytest.mark.reliability, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

PASSWORD = "correct horse battery"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    write_user(tmp_path / "users", "ann", PASSWORD)
    return Users.read(tmp_path / "users")


# Reading only where others can reach it


@pytest.mark.parametrize(
    "settings",
    [{"read_only": True}, {"host": "0.0.0.0"}, {"allowed_hosts": ("chat.example",)}, {"root_path": "/chat"}],
)
def test_a_page_that_others_can_reach_has_no_event_that_changes_the_library(
    library: qa.Library, settings: dict[str, Any]
) -> None:
    before = names(library)
    with served(library, **settings) as client:
        assert set(functions(client)) & {"add", "replace", "ask_to_replace", "remove_text", "cancel"} == set()
        assert client.post(f"{API}/upload", files={"files": ("a.txt", b"Mars is red.")}).status_code == 404
        for number in range(40):
            for data in ([], ["Mars is red.", "Mars", None, None], ["Mars", None]):
                body = {"fn_index": number, "data": data, "session_hash": "s"}
                assert client.post(f"{API}/run/predict", json=body).status_code in (200, 400)
        for name in ("rebuild", "add", "replace", "remove_text", "cancel"):
            for route in ("call", "call/v2", "run", "api"):
                assert client.post(f"{API}/{route}/{name}", json={"data": ["Mars is red.", "", None]}).is_client_error
        assert ask(client, QUESTION)["quotes"]
    assert names(library) == before


def test_the_settings_say_who_can_do_what(users: Users) -> None:
    assert ServerSettings().changes
    assert not ServerSettings(read_only=True).changes
    assert not ServerSettings(host="0.0.0.0").changes
    assert not ServerSettings(host="0.0.0.0", users=users).changes
    assert ServerSettings(host="0.0.0.0", users=users, allow_changes=True).changes
    assert ServerSettings().summary() == "Only this machine can reach it; it can ask and change the library."
    assert ServerSettings(host="0.0.0.0").summary() == (
        "Everyone who can reach it can ask, and nobody can change the library."
    )
    assert ServerSettings(host="0.0.0.0", users=users, allow_changes=True).summary() == (
        "Those listed in users, after logging in, can ask and change the library."
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"allow_changes": True}, "--auth"),
        ({"root_path": "chat"}, "'chat'"),
        ({"questions_per_minute": 0}, "at least 1"),
    ],
)
def test_settings_that_would_let_anyone_in_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(qa.SettingError, match=message):
        ServerSettings(**settings)


# The login


def test_nothing_is_shown_without_a_login(library: qa.Library, users: Users) -> None:
    with served(library, users=users) as client:
        for path in ("/", "/config", f"{API}/info", "/theme.css", "/assets/x.js", f"{API}/queue/data?session_hash=s"):
            refused = client.get(path)
            assert refused.status_code == 401, path
            assert refused.headers["www-authenticate"].startswith("Basic")
        assert client.post(f"{API}/call/ask", json={"data": ["x"]}).status_code == 401
        assert client.get("/healthz").status_code == 200
        for wrong in (("ann", "wrong password"), ("bob", PASSWORD), ("ann", "")):
            assert client.get("/", auth=wrong).status_code == 401
        client.auth = ("ann", PASSWORD)
        assert client.get("/").status_code == 200
        assert ask(client, QUESTION)["quotes"]


def test_passwords_cannot_be_tried_without_end(library: qa.Library, users: Users) -> None:
    with served(library, users=users) as client:
        assert client.get("/", auth=("ann", PASSWORD)).status_code == 200
        tries = [client.get("/", auth=("ann", f"wrong {number}")).status_code for number in range(12)]
        assert tries == [401] * 10 + [429] * 2
        assert client.get("/", auth=("ann", PASSWORD)).status_code == 200, "who is in stays in"


def test_the_file_of_users_holds_no_password(tmp_path: Path) -> None:
    file = tmp_path / "users"
    assert write_user(file, "ann", PASSWORD)
    assert not write_user(file, "ann", "another password")
    assert write_user(file, "bob", PASSWORD)
    lines = file.read_text().splitlines()
    assert [line.split("$")[:2] for line in lines] == [["ann:", "argon2id"], ["bob:", "argon2id"]]
    assert file.stat().st_mode & 0o077 == 0
    assert PASSWORD not in file.read_text()
    users = Users.read(file)
    assert users.check("ann", "another password") and not users.check("ann", PASSWORD)


@pytest.mark.parametrize("text", ["", "ann", "ann:secret", "a b:$argon2id$v=19$m=1,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "\n\n"])
def test_a_file_that_names_no_users_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "users").write_text(text)
    with pytest.raises(qa.SettingError, match="qa user"):
        Users.read(tmp_path / "users")


@pytest.mark.parametrize(
    ("name", "password"), [("a:b", PASSWORD), ("", PASSWORD), ("ann", "short"), ("a\nb", PASSWORD)]
)
def test_a_user_needs_a_plain_name_and_a_password(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(qa.SettingError):
        write_user(tmp_path / "users", name, password)
    assert not (tmp_path / "users").exists()


# Host and Origin


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example:7860"},
        {"Host": "user@127.0.0.1"},
        {"Host": ""},
        {"Host": "[::1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
        {"X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-Host": "chat.example"},
        {"Forwarded": "for=203.0.113.7"},
    ],
)
def test_a_page_of_another_site_reaches_nothing(
    open_library: qa.Library, client: httpx.Client, headers: dict[str, str], own_folder: Path
) -> None:
    before = names(open_library), sorted(own_folder.rglob("*"))
    number = functions(client)["replace"]
    body = {"fn_index": number, "data": ["Mars is red.", "", None, None], "session_hash": "s"}
    assert client.post(f"{API}/run/predict", json=body, headers=headers).status_code == 403
    assert client.get("/", headers=headers).status_code == 403
    assert client.get(f"{API}/info", headers=headers).status_code == 403
    uploaded = client.post(f"{API}/upload", files={"files": ("a.txt", b"Mars is red.")}, headers=headers)
    assert uploaded.status_code == 403
    assert (names(open_library), sorted(own_folder.rglob("*"))) == before


def test_two_hosts_in_one_request_are_refused(client: httpx.Client) -> None:
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        status = raw.makefile("rb").readline().split()[1]
    assert status in (b"400", b"403")


def test_the_own_page_and_a_link_from_elsewhere_are_let_through(client: httpx.Client) -> None:
    own = f"http://127.0.0.1:{client.base_url.port}"
    assert client.get("/", headers={"Origin": own, "Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert client.get("/", headers={"Host": f"localhost:{client.base_url.port}"}).status_code == 200
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/", headers=link).status_code == 200
    assert client.post(f"{API}/call/ask", json={"data": ["x"]}, headers=link).status_code == 403


def test_a_proxy_may_pass_on_its_name_and_its_path(library: qa.Library) -> None:
    with served(library, allowed_hosts=("chat.example",), root_path="/chat") as client:
        client.headers.update({"Host": "chat.example", "X-Forwarded-Proto": "https", **ELSEWHERE})
        for path in ("/chat/config", "/config"):  # whether the proxy takes the path off or not
            assert client.get(path).json()["root"] == "https://chat.example/chat"
        assert client.get("/config", headers={"X-Forwarded-Host": "evil.example"}).json()["root"] == (
            "https://chat.example/chat"
        )
        assert client.get("/chat").headers["location"] == "/chat/"
        assert client.get("/chat/", headers={"Origin": "https://chat.example"}).status_code == 200
        assert client.get("/chat/healthz").json()["status"] == client.get("/healthz").json()["status"] == "ok"
