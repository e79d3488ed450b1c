"""A short run of `make fuzz`; and that it would find something."""

from __future__ import annotations

import gc
import tracemalloc
from random import Random, SystemRandom

import pytest

import fuzz
import fuzz_roles
from zerowire.zmtp.mechanism.null import Null

CASES = 400


@pytest.mark.parametrize("role", fuzz_roles.ROLES)
def test_a_damaged_handshake_ends_or_does_not_but_with_no_other_error(role: str) -> None:
    """An error says how to repeat the case."""
    seed = SystemRandom().randrange(1 << 32)
    for number in range(CASES):
        fuzz.run_case(role, seed, number)


@pytest.mark.parametrize("role", fuzz_roles.ROLES)
def test_nothing_stays_behind(role: str) -> None:
    def cases() -> int:
        for number in range(CASES // 3):
            fuzz.run_case(role, 1, number)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        cases()
        before = cases()
        assert cases() - before < 30 * CASES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("role", fuzz_roles.ROLES)
def test_a_seed_is_a_case(role: str) -> None:
    def said() -> list[bytes]:
        random = Random("seed")
        case = fuzz.Case(fuzz_roles.ROLES[role](random), random)
        case.run()
        return case._said

    assert said() == said()


class Careless(Null):
    """Forgets that octets may be missing."""

    def receive_command(self, body: bytes) -> None:
        assert body[20] < 256
        super().receive_command(body)


def test_a_mistake_is_found_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(fuzz_roles.ROLES, "careless", lambda random: fuzz_roles.Role(Careless, Null))
    assert fuzz.main(["--only", "careless", "--seed", "1", "--count", "1000"]) == 1
    told = capsys.readouterr().err
    again = told[told.index("scripts/fuzz.py ") :].splitlines()[0].split()[1:]
    assert fuzz.main([*again]) == 1
    assert "IndexError in the role careless" in told


def test_growth_is_found_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = iter((0, fuzz.GROWTH + 1))
    monkeypatch.setattr(fuzz, "memory", lambda: next(sizes))
    assert fuzz.main(["--only", "null", "--seed", "1", "--count", "20"]) == 1
    assert "has grown by" in capsys.readouterr().err


def test_a_good_run_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["--count", "21"]) == 0
    assert "21 cases in " in capsys.readouterr().out


def test_memory_is_known() -> None:
    assert fuzz.memory() > 0
