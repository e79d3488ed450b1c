"""The table of verbs, and what help costs."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.cli.conftest import Run
from zerowire import cli
from zerowire.cli.verbs import VERBS


@pytest.mark.parametrize("name", VERBS)
def test_verb_is_a_function_with_words_for_help(name: str) -> None:
    verb = getattr(import_module(VERBS[name].module), name)
    assert verb.__doc__
    assert VERBS[name].line[0].islower()
    assert len(VERBS[name].line) <= 64  # so that help fits on 80 columns


@pytest.mark.parametrize("name", [name for name in VERBS if name != "run"])
def test_verb_tells_what_it_takes_and_has_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([name, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Usage: zerowire {name} ")
    assert "--json" in said


def test_help_imports_no_verb_and_nothing_that_is_slow(start: Run) -> None:
    """It starts as quickly as ZeroWire does."""
    code = """
import sys
from zerowire import cli
from zerowire.cli.verbs import VERBS
assert cli.main(["--help"]) == 0
slow = {"typer", "rich", "asyncio", "nacl", "ssl", "subprocess"} - {"subprocess"}
print([name for name in sys.modules if name.split(".")[0] in slow])
print([verb.module for name, verb in VERBS.items() if name != "run" and verb.module in sys.modules])
"""
    *page, slow, verbs = start("-c", code).stdout.splitlines()
    assert [name for name in VERBS if not any(line.startswith(f"  {name} ") for line in page)] == []
    assert (slow, verbs) == ("[]", "[]")


def test_without_the_extra_a_verb_says_what_to_install(start: Run, bare_python: str) -> None:
    """The version, help and `run` need nothing."""
    code = """
import sys
from zerowire import cli
codes = [cli.main(words) for words in ([], ["--help"], ["ping", "x"], ["nonsense"])]
print(codes, [name for name in ("typer", "rich") if name in sys.modules])
"""
    done = start("-c", code, python=bare_python)
    assert done.stdout.splitlines()[-1] == "[0, 0, 2, 2] []"
    assert done.stderr.startswith("zerowire: its verbs need an extra: pip install 'zerowire[cli]'\n")
