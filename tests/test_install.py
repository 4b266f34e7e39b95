"""The wheel, installed outside the checkout, answers from the corpus inside it; `app.py` takes options."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_answers_outside_the_checkout(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("verbatim_qa-*.whl")
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-warn-conflicts", "--target", tmp_path / "site", wheel], check=True
    )
    code = (
        "import qa; answer = qa.ask('Where are Leica lenses made?'); print(qa.__file__); print(answer.text);"
        "from qa.library.defaults import shipped_corpus; print(shipped_corpus())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site"), "VERBATIM_LIBRARY": str(tmp_path / "library")},
    )
    file, text, corpus = done.stdout.splitlines()
    assert file == str(tmp_path / "site" / "qa" / "__init__.py")
    assert "Solms" in text
    assert corpus == str(tmp_path / "site" / "qa" / "corpus")
    for asset in ("qa/py.typed", "qa/corpus/leica-manufacturing-process.txt", "qa/web/static/base.css"):
        assert (tmp_path / "site" / asset).is_file()


def test_app_takes_the_options_of_serve() -> None:
    command = [sys.executable, str(ROOT / "app.py"), "--library", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "there is no library" in done.stderr
