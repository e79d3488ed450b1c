"""The words of the `zerowire` command, and what it says without one."""

from __future__ import annotations

import pytest

import zerowire
from tests.cli.conftest import Run
from zerowire import cli


def test_without_a_word_it_tells_which_version_this_is(start: Run) -> None:
    done = start("-m", "zerowire")
    first = done.stdout.splitlines()[0]
    assert first.startswith(f"ZeroWire {zerowire.__version__} on Python ")
    assert first.endswith(": compiled" if zerowire.build_info()["compiled"] else ": plain Python")
    assert done.returncode == 0


def test_pure_form_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEROWIRE_PURE", "1")
    assert cli.main([]) == 0
    assert "ZEROWIRE_PURE is set" in capsys.readouterr().out


@pytest.mark.parametrize("word", ["-h", "--help", "help"])
def test_help_names_the_commands(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([word]) == 0
    assert "zerowire run" in capsys.readouterr().out


def test_unknown_word_is_refused_with_the_right_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rnu", "app.py"]) == 2
    said = capsys.readouterr().err
    assert "'rnu'" in said
    assert "zerowire run" in said
