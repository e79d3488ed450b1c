"""A plugin for pytest: leaves out what does not apply, and writes down how each test ended.

CONFORMANCE_RECORD names the file for that, a line of JSON a test. CONFORMANCE_LEFT_OUT is a
regular expression for the tests to leave out.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

WORSE = {"passed": 0, "skipped": 1, "failed": 2}


class Recorder:
    """Writes down how tests end; a test ends as its worst phase does."""

    def __init__(self, record: Path, left_out: re.Pattern[str]) -> None:
        self._record = record
        self._left_out = left_out
        self._outcomes: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        kept = []
        for item in items:
            if self._left_out.fullmatch(name_of(item.nodeid)):
                self._write(name_of(item.nodeid), "n/a", "")
            else:
                kept.append(item)
        items[:] = kept

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome != "passed":
            self._write(f"{name_of(report.nodeid)}::(all)", report.outcome, report.longreprtext)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = name_of(report.nodeid)
        if WORSE.get(report.outcome, -1) >= WORSE[self._outcomes.get(name, "passed")]:
            self._outcomes[name] = report.outcome
            self._texts[name] = str(report.longrepr or "")

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        name = name_of(nodeid)
        self._write(name, self._outcomes.pop(name, "failed"), self._texts.pop(name, ""))

    def _write(self, name: str, outcome: str, text: str) -> None:
        with self._record.open("a", encoding="utf-8") as record:
            record.write(json.dumps([name, outcome, text]) + "\n")


def name_of(nodeid: str) -> str:
    """Return a test's name, as the list of differences has it."""
    return nodeid.removeprefix("tests/")


def pytest_configure(config: pytest.Config) -> None:
    record, left_out = os.environ["CONFORMANCE_RECORD"], os.environ["CONFORMANCE_LEFT_OUT"]
    config.pluginmanager.register(Recorder(Path(record), re.compile(left_out)))
