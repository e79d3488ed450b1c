"""Cases that are decided by octets, as atheris wants them."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

import fuzz
import fuzz_coverage
import fuzz_roles

ROOT = Path(__file__).parents[2]


def said(role: str, octets: bytes) -> list[bytes]:
    """Play a case, and return what was said in it."""
    chance = fuzz_coverage.Decisions(octets)
    case = fuzz.Case(fuzz_roles.ROLES[role](chance), chance)
    case.run()
    return case._said


@pytest.mark.parametrize("role", fuzz_roles.ROLES)
def test_octets_decide_a_case_and_nothing_else_does(role: str) -> None:
    for number in range(20):
        octets = Random(number).randbytes(number * 10)
        assert said(role, octets) == said(role, octets)
    assert said(role, bytes(range(200))) != said(role, bytes(range(100, 200)))


def test_first_octets_decide_first() -> None:
    chance = fuzz_coverage.Decisions(b"\x40\x03\x01\x02\x03\x00\x01")
    assert chance.random() == 0.25
    assert chance.choice("abcd") == "d"
    assert chance.randbytes(3) == b"\1\2\3"
    assert chance.getrandbits(9) == 256
    assert (chance.getrandbits(8), chance.random()) == (0, 0.5)


def test_whoever_has_no_atheris_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "atheris", None)
    assert fuzz_coverage.main(["null"]) == 2
    assert "pip install atheris" in capsys.readouterr().err


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
def test_atheris_plays_cases(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "fuzz_coverage.py"), "null", "-runs=300"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
