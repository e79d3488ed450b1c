"""The programs that multicast, over the loopback interface. With libzmq: tests/interop/test_pgm.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from zerowire.cli.demo.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
GROUP = ("--group", f"239.255.{os.getpid() >> 8 & 255}.{os.getpid() & 255}")


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(ROOT / "examples", ROOT / "examples", ROOT / "src") as made:
        yield made


def test_everybody_who_listens_hears_every_draw(stage: Stage) -> None:
    """PGM-1; nobody has a port of his own to be reserved: they share one."""
    port = 20_000 + os.getpid() % 10_000
    listeners = [stage.connect("multicast_sub.py", port, "", *GROUP, "--count", 5) for _ in range(2)]
    publisher = stage.bind("multicast_pub.py", port, *GROUP, "--count", 5, "--pause", 0)
    for program in (publisher, *listeners):
        program.wait_to_end()
    assert len(publisher.said("Published: ")) == 5
    for listener in listeners:
        assert listener.said("Received: ") == publisher.said("Published: ")
        assert listener.lines[-1].endswith("and 0 never")
