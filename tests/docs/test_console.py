"""What the documentation types into a terminal prints what the page says. console.py has the rules."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from stage import Stage
from tests.conftest import WaitUntil
from tests.docs.console import PATIENCE, Command, Terminal, steps_of, with_command
from tests.docs.pages import PAGES, ROOT
from tests.docs.test_examples import PORT, environment

README = ROOT / "README.md"
WITH_A_TERMINAL = [page for page in [*PAGES, README] if steps_of(page)]


def on_free_ports(steps: list[list[Command]], stage: Stage) -> list[list[Command]]:
    """Return the commands, and what they print, with other ports than those of the page."""
    numbers = {number for step in steps for command in step for number in PORT.findall(command.text)}
    ports = {number: str(stage.port()) for number in sorted(numbers)}

    def elsewhere(text: str) -> str:
        return PORT.sub(lambda match: ports.get(match[0], match[0]), text)

    return [
        [Command(each.line, elsewhere(each.text), elsewhere(each.output)) for each in step] for step in steps
    ]


@pytest.mark.skipif(os.name == "nt", reason="there is no bash")
@pytest.mark.parametrize("page", WITH_A_TERMINAL, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_terminal_shows_what_the_page_says(page: Path, tmp_path: Path, wait_until: WaitUntil) -> None:
    there = with_command(tmp_path / ".bin", environment())
    with Stage(tmp_path, tmp_path) as stage, ExitStack() as stack:
        for step in on_free_ports(steps_of(page), stage):
            terminals = [Terminal(command, tmp_path, there) for command in step]
            for terminal in terminals:
                stack.callback(terminal.kill)
            wait_until(lambda these=terminals: all(each.is_done for each in these), PATIENCE)
            for terminal in terminals:
                terminal.interrupt()
            for command, terminal in zip(step, terminals, strict=True):
                assert command.has_said(terminal.text), (
                    f"line {command.line}: {command.text}\n{terminal.text}"
                )


def test_dots_stand_for_what_differs_and_nothing_else_does() -> None:
    command = Command(1, "date", "at ... o'clock\n^C\n")
    assert command.is_interrupted
    assert command.has_said("at 5 o'clock\n")
    assert not command.has_said("at 5 o'clock\nsharp\n")
    assert not command.has_said("at 5 o'clock (\n")
