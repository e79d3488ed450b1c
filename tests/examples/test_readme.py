"""The programs in README.md do what the page says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from zerowire.cli.demo.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[list[str]]:
    """The page's complete programs, in order, on ports that are free."""
    page = (ROOT / "README.md").read_text()
    blocks = [text for text in re.findall(r"```python\n(.*?)```", page, re.S) if "with zmq.Context()" in text]
    with Stage(tmp_path, tmp_path) as stage:
        for number in sorted(set(re.findall(r"127\.0\.0\.1:(\d+)", page))):
            port = str(stage.port())
            blocks = [text.replace(number, port) for text in blocks]
        yield blocks


@contextmanager
def running(program: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program until the block ends."""
    command = [sys.executable, "-u", "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            yield process
        finally:
            process.kill()


def test_first_message_arrives_and_is_answered(programs: list[str]) -> None:
    answer, ask = programs[:2]
    with ExitStack() as stack:
        answering, asking = (stack.enter_context(running(program)) for program in (answer, ask))
        assert asking.communicate(timeout=PATIENCE)[0] == "Answered: Hello, World\n"
        assert answering.communicate(timeout=PATIENCE)[0] == "Asked: World\n"
        assert (asking.returncode, answering.returncode) == (0, 0)


def test_subscriber_hears_the_weather_without_a_gap(programs: list[str]) -> None:
    publish, subscribe = programs[2:]
    with ExitStack() as stack:
        _, subscriber = (stack.enter_context(running(program)) for program in (publish, subscribe))
        heard = subscriber.communicate(timeout=PATIENCE)[0].splitlines()
        assert subscriber.returncode == 0
    first = int(heard[0].split()[1])
    assert heard == [f"weather {number} degrees" for number in range(first, first + 10)]
