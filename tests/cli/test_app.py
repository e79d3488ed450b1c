"""The verbs as a Typer application: exit codes, and what shells want completed."""

from __future__ import annotations

import pytest

from zerowire import cli
from zerowire.cli import app
from zerowire.error import Again

FAILURES = {
    "nothing": (None, 0, ""),
    "code": (7, 7, ""),
    "refused": (
        ConnectionRefusedError(111, "Connection refused"),
        1,
        "zerowire x: [Errno 111] Connection refused\n",
    ),
    "time-out": (TimeoutError("nobody is there"), 1, "zerowire x: nobody is there\n"),
    "error of ZeroMQ": (Again(), 1, "zerowire x: "),
    "Ctrl+C": (KeyboardInterrupt(), 130, ""),
}


@pytest.mark.parametrize(("end", "code", "text"), FAILURES.values(), ids=FAILURES)
def test_exit_code_says_how_it_ended(
    end: BaseException | int | None, code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def verb() -> int | None:
        if isinstance(end, BaseException):
            raise end
        return end

    assert app.outcome_of("x", verb) == code
    assert capsys.readouterr().err.startswith(text)


def test_fault_of_ours_is_a_traceback() -> None:
    """A bug shall not look like a failure of the system."""
    with pytest.raises(ZeroDivisionError):
        app.outcome_of("x", lambda: 1 // 0)


@pytest.mark.parametrize(
    ("typed", "number", "expected"),
    [
        ("zerowire pus", 1, "push"),
        ("zerowire push --verb", 2, "--verbose"),
        ("zerowire proxy --front-c", 2, "--front-connect"),
        ("zerowire pull --output j", 3, "json"),
        ("zerowire device str", 2, "streamer"),
    ],
)
def test_shell_completes_verbs_and_options(
    typed: str,
    number: int,
    expected: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(cli.COMPLETING, "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(number))
    assert cli.main([]) == 0
    assert capsys.readouterr().out.split() == [expected]


def test_script_for_a_shell_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")  # it is not in every shell
    assert cli.main(["--show-completion", "zsh"]) == 0
    assert "_ZEROWIRE_COMPLETE=complete_zsh" in capsys.readouterr().out
