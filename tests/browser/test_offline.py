"""The page comes from this machine and from nowhere else."""

import ipaddress
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import BrowserContext

import qa

from .conftest import OpenPage
from .pages import ask

# `qa serve`, reporting on standard error every address that its process looks up or connects to.
REPORTING_SERVER = """
import os, sys
def report(event, details):
    if event == "socket.getaddrinfo":
        print("ADDRESS", details[0], file=sys.stderr)
    if event == "socket.connect" and isinstance(details[1], tuple):
        print("ADDRESS", details[1][0], file=sys.stderr)
sys.addaudithook(report)
before = dict(os.environ)
import qa.web
assert dict(os.environ) == before, "an import has changed the environment"
from qa.cli.main import main
sys.exit(main(["serve", "--port", "0", "--library", sys.argv[1]]))
"""

ELSEWHERE = "http://192.0.2.1:9"  # an address reserved for documentation: no host answers there


def test_serving_makes_no_outside_request_and_stops_on_ctrl_c(
    leica: qa.Library, open_page: OpenPage, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GRADIO_", "HF_"))}
    environment |= {"GRADIO_TEMP_DIR": str(tmp_path), "HTTP_PROXY": ELSEWHERE, "http_proxy": ELSEWHERE, "no_proxy": ""}
    with subprocess.Popen(
        [sys.executable, "-c", REPORTING_SERVER, str(leica.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as server:
        try:
            assert server.stdout is not None
            url = next(word for word in server.stdout.readline().split() if word.startswith("http"))
            assert url.startswith("http://127.0.0.1:")
            ask(open_page(url), "Where are Leica lenses made?")
        finally:
            server.send_signal(signal.SIGINT)
            try:
                _, log = server.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                server.kill()  # otherwise leaving the block would wait for it forever
                raise
    addresses = {line.split()[1] for line in log.splitlines() if line.startswith("ADDRESS")}
    assert server.returncode == 0, log
    assert "Traceback" not in log
    assert "127.0.0.1" in addresses, "the audit hook is active"
    assert [host for host in addresses if not ipaddress.ip_address(host).is_loopback] == []


def test_the_policy_forbids_loading_from_elsewhere(chromium: BrowserContext, leica_page: str) -> None:
    with urllib.request.urlopen(leica_page) as response:
        policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "http" not in policy

    page = chromium.new_page()
    page.goto(leica_page)
    blocked = page.evaluate(
        """() => new Promise(resolve => {
            addEventListener("securitypolicyviolation", event => resolve(event.blockedURI));
            document.body.append(Object.assign(new Image(), {src: "https://example.invalid/x.png"}));
        })"""
    )
    page.close()
    assert blocked == "https://example.invalid/x.png"
