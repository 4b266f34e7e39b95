"""Cold start: seconds from the start of a fresh process to its first answer, and its resident memory after it.

`python -m benchmarks.cold_start PEER FOLDER QUESTION` opens a peer's index, asks it the question and prints the
megabytes that the process then has resident.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import qa
from benchmarks.hardware import seconds
from qa.encoding import minilm_files
from qa.library.defaults import shipped_corpus

_QUESTION = "Where are Leica lenses made?"
_MORE_QUESTIONS = 4


def cold_start(rounds: int) -> dict[str, dict[str, list[float]]]:
    """Seconds from the start and resident megabytes, on the Leica text, of this project's commands and of the peers.

    Each first start is not counted: in it modules are compiled, which pip does as it installs, and networks.
    """
    command = shutil.which("qa", path=Path(sys.executable).parent) or "qa"
    seconds_of: dict[str, list[float]] = {}
    megabytes_of: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        qa.build(shipped_corpus(), library)
        kept = _environment(Path(folder) / "compiled")
        ask = (command, "ask", _QUESTION, "--library", str(library))
        for name, arguments in {"qa --help": (command, "--help"), "qa ask": ask}.items():
            seconds_of[name] = [seconds(partial(_run, kept, *arguments)) for _ in range(1 + rounds)][1:]
        web_chats = [_web_chat(kept, command, library) for _ in range(1 + rounds)][1:]
        seconds_of["web chat, first answer"], megabytes_of["web chat, after five answers"] = (
            list(values) for values in zip(*web_chats, strict=True)
        )
        texts = [post.text for thread in qa.read(shipped_corpus()) for post in thread.posts]
        for name, peer in PEERS.items():
            index = Path(folder) / name
            peer(index).index(texts)
            arguments = (sys.executable, "-m", "benchmarks.cold_start", name, str(index), _QUESTION)
            passages = seconds_of[f"{name}, first passages"] = []
            resident = megabytes_of[f"{name}, after one question"] = []
            for _ in range(1 + rounds):
                started = time.perf_counter()
                resident.append(float(_run(kept, *arguments).split()[-1]))
                passages.append(time.perf_counter() - started)
            del passages[0], resident[0]
    return {"s": seconds_of, "MB": megabytes_of}


class _Txtai:
    """txtai hybrid, with its own encoder, of our model."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def index(self, texts: Sequence[str]) -> None:
        from txtai import Embeddings

        embeddings = Embeddings(path=str(minilm_files.folder()), hybrid=True, content=False)
        embeddings.index(list(enumerate(texts)))
        embeddings.save(str(self._folder))

    def ask(self, question: str) -> Any:
        from txtai import Embeddings

        embeddings = Embeddings()
        embeddings.load(str(self._folder))
        return embeddings.search(question, 3)


class _LangChain:
    """LangChain's FAISS store, with its encoder of our model."""

    def __init__(self, folder: Path) -> None:
        warnings.simplefilter("ignore")  # a deprecation: its encoder moves to another package
        from langchain_community.embeddings import HuggingFaceEmbeddings

        self._folder = folder
        self._encoder = HuggingFaceEmbeddings(model_name=str(minilm_files.folder()))

    def index(self, texts: Sequence[str]) -> None:
        from langchain_community.vectorstores import FAISS

        FAISS.from_texts(list(texts), self._encoder).save_local(str(self._folder))

    def ask(self, question: str) -> Any:
        from langchain_community.vectorstores import FAISS

        # It unpickles its texts; this process wrote them a moment ago.
        store = FAISS.load_local(str(self._folder), self._encoder, allow_dangerous_deserialization=True)
        return store.similarity_search(question, k=3)


PEERS: dict[str, Callable[[Path], Any]] = {"txtai hybrid": _Txtai, "LangChain + FAISS": _LangChain}


def _environment(compiled: Path) -> dict[str, str]:
    """This process's environment, in which modules stay compiled, in a folder."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(compiled)}


def _run(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603 — our own
    return done.stdout


def _web_chat(environment: dict[str, str], command: str, library: Path) -> tuple[float, float]:
    """Seconds from the start of the web chat to its first answer, and its resident megabytes after five."""
    from gradio_client import Client

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    started = time.perf_counter()
    arguments = [command, "serve", "--library", str(library), "--port", str(port)]
    with _terminating(subprocess.Popen(arguments, env=environment)) as server:  # noqa: S603 — our own command
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        client = Client(f"http://127.0.0.1:{port}", verbose=False)
        client.predict(_QUESTION, api_name="/ask")
        first_answer = time.perf_counter() - started
        for _ in range(_MORE_QUESTIONS):
            client.predict(_QUESTION, api_name="/ask")
        return first_answer, _resident(server.pid)


@contextmanager
def _terminating(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _resident(process: int) -> float:
    """The resident megabytes of a process, on Linux."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    _, _name, _folder, _question = sys.argv
    PEERS[_name](Path(_folder)).ask(_question)
    print(_resident(os.getpid()))
