"""Encoding on a Ray cluster: one of two cores on this machine, with a worker that is killed."""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

import pyarrow
import pytest
from conftest import FakeEncoder

import qa
from qa.encoding.encoder import Vectors
from qa.library.ray_encoding import _cluster, _Worker
from qa.library.vector_shard import VectorShard
from qa.types import Progress, no_progress

IMPORTED = (Path(qa.__file__).parents[1], Path(__file__).parent)  # what a worker imports, from where
LENSES = [qa.Thread.from_text(f"Lens {n} was ground in Solms.", title=f"Number {n}") for n in range(45)]


class Killed(FakeEncoder):
    """Kills its own process at one text, once."""

    def __init__(self, killed: Path) -> None:
        self._killed = killed

    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        if any("Lens 25 " in text for text in texts) and not self._killed.exists():
            self._killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts, progress=progress)


class Failing(FakeEncoder):
    def encode(self, texts: Sequence[str], *, progress: Progress = no_progress) -> Vectors:
        raise ValueError("no vectors today")


@pytest.mark.reliability
@pytest.mark.filterwarnings("default")  # Ray warns of its own deprecations, and leaves sockets open
def test_a_killed_worker_loses_and_duplicates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.library.encode.TEXTS", 10)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(folder) for folder in IMPORTED))
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "pandas.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")  # Ray imports it
    monkeypatch.chdir(tmp_path / "texts")
    importlib.import_module("ray")  # which sets a variable of its own
    before, handler, seen = dict(os.environ), signal.getsignal(signal.SIGTERM), []
    encoder = Killed(tmp_path / "killed")
    report = qa.encode(LENSES, tmp_path / "ray", encoder=encoder, ray="local", progress=lambda *step: seen.append(step))
    assert (report.texts, report.encoded, encoder._killed.exists()) == (45, 45, True)
    qa.encode(LENSES, tmp_path / "here", encoder=FakeEncoder())
    assert content(tmp_path / "ray") == content(tmp_path / "here")
    assert [step for step in seen if step[0] == "encoding"][-1] == ("encoding", 45, 45)
    assert dict(os.environ) == before
    assert signal.getsignal(signal.SIGTERM) == handler
    assert not (tmp_path / "ran").exists()  # nothing of the folder in which it was called
    assert not (tmp_path / ".ray").exists()  # no secret and no settings are left in the user's folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def worked(encoder: FakeEncoder, fingerprint: str = FakeEncoder.fingerprint) -> dict[str, object]:
    """What a worker gives for a shard of two texts."""
    (row,) = _Worker(encoder, fingerprint)(pyarrow.table({"texts": [["It rains.", "It snows."]]})).to_pylist()
    return dict(row)


def test_a_worker_gives_the_file_or_its_error_in_its_own_words() -> None:
    whole = VectorShard.of(["It rains.", "It snows."], FakeEncoder()).to_bytes()
    assert worked(FakeEncoder()) == {"shard": whole, "error": ""}
    assert worked(Failing()) == {"shard": b"", "error": "the encoder 'fake' failed: ValueError: no vectors today"}
    assert "on a worker (fake-1) is not the one here (other)" in str(worked(FakeEncoder(), "other")["error"])


def test_without_ray_the_command_that_installs_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "qa.library.ray_encoding.find_spec", lambda name: None if name == "ray" else importlib.util.find_spec(name)
    )
    with pytest.raises(qa.SettingError, match=r"pip install '\.\[cluster\]'"):
        qa.encode(LENSES, tmp_path / "v", encoder=FakeEncoder(), ray="local")
    assert not (tmp_path / "v").exists()


def test_ray_reports_nothing_and_obeys_only_who_knows_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[object, dict[str, str]]] = []
    ray = importlib.import_module("ray")
    monkeypatch.setattr(ray, "init", lambda **arguments: started.append((arguments["address"], dict(os.environ))))
    for address in ("local", "auto"):
        with _cluster(address):
            pass
    (_, here), (_, there) = started
    assert here["RAY_USAGE_STATS_ENABLED"] == there["RAY_USAGE_STATS_ENABLED"] == "0"
    assert len(here["RAY_AUTH_TOKEN"]) == 64
    assert "RAY_AUTH_TOKEN" not in there  # the user's own, if the cluster asks for one
    assert {here[f"{kind}_proxy"] for kind in ("http", "https", "all")} == {"http://127.0.0.1:9"}  # where nobody is
    assert "http_proxy" not in there
    assert "RAY_AUTH_TOKEN" not in os.environ


def test_where_nothing_listens_is_said_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(
        qa.SettingError, match=f"no Ray cluster at '{address}'.*`ray start --head` as docs/scale.md says"
    ):
        qa.encode(LENSES, tmp_path / "v", encoder=FakeEncoder(), ray=address)
