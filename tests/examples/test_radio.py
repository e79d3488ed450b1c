"""The programs that use udp, over the loopback interface. With libzmq: tests/interop/test_udp.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from zerowire.cli.demo.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
GROUP = ("--group", f"239.254.{os.getpid() >> 8 & 255}.{os.getpid() & 255}")


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(ROOT / "examples", ROOT / "examples", ROOT / "src") as made:
        yield made


def test_everybody_hears_the_places_that_were_asked_for(stage: Stage) -> None:
    """RADIO-4; nobody has a port of his own to be reserved: they share one."""
    port = 20_000 + os.getpid() % 10_000
    places = ["Rome"], ["Rome", "Cairo"]
    listeners = [
        stage.bind("dish.py", *some, "--port", port, *GROUP, "--count", 3 * len(some)) for some in places
    ]
    radio = stage.connect("radio.py", port, *GROUP, "--count", 3, "--pause", 0)
    for program in (radio, *listeners):
        program.wait_to_end()
    told = radio.said("Told: ")
    assert len(told) == 9
    for listener, some in zip(listeners, places, strict=True):
        assert listener.said("Heard: ") == [line for line in told if line.split()[0] in some]
        assert listener.lines[-1].endswith("there was no room for 0")
