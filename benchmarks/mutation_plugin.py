"""A pytest plugin for `benchmarks.mutation`: records which test runs which line, or runs chosen tests in a given order.

The environment names its files: `VERBATIM_RECORD` is where the recording goes, `VERBATIM_SELECT` holds the names of the
tests to run and the processor time that they get. A fixture that several tests share has a recording of its own: it
runs in the first of them, but its lines matter to all.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

RECORD, SELECT = "VERBATIM_RECORD", "VERBATIM_SELECT"
_RECORDED = "qa/*"


def pytest_configure(config: pytest.Config) -> None:
    if record := os.environ.get(RECORD):
        config.pluginmanager.register(Recorder(Path(record)))
    if select := os.environ.get(SELECT):
        selected = json.loads(Path(select).read_text(encoding="utf-8"))
        config.pluginmanager.register(Selection(selected["tests"]))
        _limit_processor_time(selected["seconds"])


def _limit_processor_time(seconds: int) -> None:
    """Let the system end this process after so much time of the processor; Windows has no such limit."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


class Selection:
    """Keeps the named tests, in the order of the names."""

    def __init__(self, names: list[str]) -> None:
        self._order = {name: place for place, name in enumerate(names)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order), key=lambda item: self._order[item.nodeid]
        )


class Recorder:
    """Writes, for each file and line, the tests that run it, and how long each test takes alone.

    Times are of the processor, so that other work on the machine does not count. The file is JSON: `seconds` by test,
    and `lines`: by file and line, the tests.
    """

    def __init__(self, path: Path) -> None:
        from coverage import Coverage

        self._path = path
        self._root = Path.cwd()
        self._coverage = Coverage(data_file=None, include=[str(self._root / _RECORDED)], config_file=False)
        self._context = ""
        self._seconds: dict[str, float] = {}
        self._fixture_seconds: dict[str, float] = defaultdict(float)
        self._users: dict[str, list[str]] = defaultdict(list)  # the tests that use each shared fixture
        self._shared = 0.0  # seconds that shared fixtures took in the test that runs
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        for fixture in getattr(item, "fixturenames", ()):
            self._users[fixture].append(item.nodeid)
        self._shared = 0.0
        self._switch(item.nodeid)
        started = time.process_time()
        result = yield
        self._seconds[item.nodeid] = time.process_time() - started - self._shared
        self._switch("")
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        if fixturedef.scope == "function":
            return (yield)
        before, started = self._context, time.process_time()
        self._switch(f"fixture {fixturedef.argname}")
        try:
            return (yield)
        finally:
            taken = time.process_time() - started
            self._fixture_seconds[fixturedef.argname] += taken
            self._shared += taken
            self._switch(before)

    def pytest_sessionfinish(self) -> None:
        self._coverage.stop()
        seconds = {
            test: own + sum(self._fixture_seconds[name] for name, users in self._users.items() if test in users)
            for test, own in self._seconds.items()
        }
        data = self._coverage.get_data()
        lines = {
            Path(file).relative_to(self._root).as_posix(): {
                line: sorted({test for context in contexts for test in self._tests_of(context)})
                for line, contexts in data.contexts_by_lineno(file).items()
            }
            for file in sorted(data.measured_files())
        }
        self._path.write_text(json.dumps({"seconds": seconds, "lines": lines}), encoding="utf-8")

    def _switch(self, context: str) -> None:
        self._context = context
        self._coverage.switch_context(context)

    def _tests_of(self, context: str) -> list[str]:
        """The tests whose lines are recorded under this name; none for what runs when a module is imported."""
        if context.startswith("fixture "):
            return self._users[context.removeprefix("fixture ")]
        return [context] if context else []
