"""What scripts/conformance.py makes of how pyzmq's tests ended."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from conformance import DIFFERENCES, Differences, Ends, Row

LIST = """
[[failing]]
tests = ["test_a.py::test_one", "test_b.py::test_*[x-*]"]
reason = "why"

[[failing]]
tests = ["test_c.py*"]
ways = ["run"]
python = ["3.11"]
reason = "why"

[[failing]]
tests = ["test_e.py*"]
sometimes = true
reason = "why"

[[not_applicable]]
tests = ["test_d.py*"]
reason = "why"
"""


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list of differences."""
    path = tmp_path / "differences.toml"
    path.write_text(LIST)
    return path


def faults(listed: Path, way: str = "run", version: str = "3.11", **outcomes: list[str]) -> list[str]:
    ends: Ends = {name: (outcome, "what it said") for outcome, names in outcomes.items() for name in names}
    return Differences.load(way, version, listed).faults(ends)


def test_test_that_fails_must_be_listed(listed: Path) -> None:
    names = ["test_a.py::test_one", "test_b.py::test_two[x-y]", "test_c.py::test_three"]
    assert faults(listed, failed=names) == []
    (fault,) = faults(listed, failed=[*names, "test_a.py::test_two"])
    assert fault == "test_a.py::test_two fails\nwhat it said"


def test_line_whose_tests_pass_has_to_go(listed: Path) -> None:
    (fault,) = faults(listed, passed=["test_b.py::test_two[x-y]"])
    assert "no test fails any more" in fault
    assert faults(listed, passed=["test_c.py::test_1"], failed=["test_c.py::test_2"]) == []
    assert faults(listed, skipped=["test_c.py::test_1"]) == []


def test_test_that_fails_sometimes_may_pass(listed: Path) -> None:
    assert faults(listed, passed=["test_e.py::test_five"]) == []
    assert faults(listed, failed=["test_e.py::test_five"]) == []


@pytest.mark.parametrize(("way", "version"), [("backend", "3.11"), ("run", "3.13")])
def test_row_holds_for_the_ways_and_versions_that_it_names(listed: Path, way: str, version: str) -> None:
    assert len(faults(listed, way, version, failed=["test_c.py::test_three"])) == 1


def test_rows_of_what_does_not_apply_are_left_out(listed: Path) -> None:
    pattern = Differences.load("run", "3.11", listed).pattern_of_left_out()
    assert re.fullmatch(pattern, "test_d.py::test_four")
    assert not re.fullmatch(pattern, "test_e.py::test_four")


def test_every_row_of_the_list_has_a_reason() -> None:
    table = tomllib.loads(DIFFERENCES.read_text())
    assert set(table) <= {"failing", "not_applicable"}
    for row in (Row(**fields) for rows in table.values() for fields in rows):
        assert row.reason
        assert row.tests
        assert set(row.ways) <= {"run", "backend"}
