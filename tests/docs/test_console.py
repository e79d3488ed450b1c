"""What the documentation types into a terminal prints what the page says. console.py has the rules."""

from __future__ import annotations

import os
import re
import time
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import pytest

from tests.conftest import WaitUntil
from tests.docs.console import PATIENCE, Command, Terminal, steps_of, with_command
from tests.docs.pages import DOCS, PAGES, ROOT
from tests.docs.test_examples import PORT, environment
from zerowire.cli.demo.stage import Stage
from zerowire.cli.groups import flat
from zerowire.cli.verbs import VERBS

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
            terminals = [begin(Terminal(command, tmp_path, there), stack, wait_until) for command in step]
            wait_for(terminals, wait_until)
            for terminal in terminals:
                terminal.interrupt()
            for terminal in terminals:
                assert terminal.command.has_said(terminal.text), f"{terminal.command}: {terminal.text}"


def begin(terminal: Terminal, stack: ExitStack, wait_until: WaitUntil) -> Terminal:
    """Wait until the next terminal may begin."""
    stack.callback(terminal.kill)
    wait_until(lambda: terminal.is_ready, PATIENCE)
    return terminal


def wait_for(terminals: list[Terminal], wait_until: WaitUntil) -> None:
    """Wait until all have ended, or have printed all; or else leave it to whoever compares."""
    end = time.monotonic() + PATIENCE / 2
    wait_until(lambda: all(each.is_done for each in terminals) or time.monotonic() > end, PATIENCE)


def test_dots_stand_for_what_differs_and_nothing_else_does() -> None:
    command = Command(1, "date", "at ... o'clock\n^C\n")
    assert command.is_interrupted
    assert command.has_said("at 5 o'clock\n")
    assert not command.has_said("at 5 o'clock\nsharp\n")
    assert not command.has_said("at 5 o'clock (\n")
    assert Command(1, "date", "first\n...\nlast\n").has_said("first\n1\n2\nlast\n")
    assert not Command(1, "date", "first\n...\nlast\n").has_said("first\nlast\nand more\n")


def test_reference_names_each_verb() -> None:
    page = (DOCS / "reference" / "command.md").read_text(encoding="utf-8")
    assert [name for name in VERBS if not re.search(f"`{name}[ `]", page)] == []


ARGUMENTS = {
    "words",
    "topics",
    "groups",
    "scenes",
    "name",
    "kind",
    "visitor",
    "front_type",
    "back_type",
    "show",
}
OWN = [
    name
    for name, verb in VERBS.items()
    if verb.module.startswith(("zerowire.cli.talk", "zerowire.cli.middle", "zerowire.cli.demo"))
    or name in ("keygen", "conformance")
]


@pytest.mark.parametrize("name", OWN)
def test_reference_names_each_option_of_a_verb(name: str) -> None:
    page = (DOCS / "reference" / "command.md").read_text(encoding="utf-8")
    names = {parameter.name for parameter in flat(getattr(import_module(VERBS[name].module), name))}
    options = {f"--{re.sub('^(front|back)_', '', each).replace('_', '-')}" for each in names - ARGUMENTS}
    assert f"`{name}" in page
    assert [option for option in sorted(options) if option not in page] == []
