"""The verbs as a Typer application: the one that is called for real, the others by name."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from inspect import Signature
from io import TextIOWrapper
from typing import Any

import typer
from typer.main import get_command

from zerowire.cli.console import complain, forget_output
from zerowire.cli.groups import flat, gathered
from zerowire.cli.outcome import DONE, FAILED, INTERRUPTED
from zerowire.cli.verbs import VERBS
from zerowire.error import ZMQBaseError

Verb = Callable[..., int | None]


def call(words: Sequence[str]) -> int:
    """Run the verb that these words begin with, and return the exit code."""
    command = get_command(application(words))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        command.main(args=list(words), prog_name="zerowire")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE
    return DONE


def application(words: Sequence[str]) -> typer.Typer:
    """Return the application; only the verb in use is imported."""
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)
    app.callback()(every_verb)
    used = words_in_use(words)
    for name, verb in VERBS.items():
        if name in used and name != "run":
            function: Verb = getattr(import_module(verb.module), name.replace("-", "_"))
            app.command(name, short_help=verb.line)(guarded(name, function))
        else:
            app.command(name, help=verb.line)(elsewhere)
    return app


def words_in_use(words: Sequence[str]) -> set[str]:
    """Return the words that may be the verb: the first one, or those that a shell wants completed."""
    typed = (os.environ.get(name, "") for name in ("COMP_WORDS", "_TYPER_COMPLETE_ARGS"))
    return {*words[:1], *re.split(r"\s+", " ".join(typed))}


def every_verb() -> None:
    """Try, bridge, measure, watch and repair ZeroMQ systems."""


def elsewhere() -> None:
    """Stand for a verb that is not called now."""


def guarded(name: str, verb: Verb) -> Callable[..., None]:
    """Return this verb, with the exit codes that all verbs have."""

    @wraps(verb)
    def run(**values: Any) -> None:
        raise typer.Exit(outcome_of(name, lambda: verb(**gathered(verb, values))))

    run.__signature__ = Signature(flat(verb))  # type: ignore[attr-defined]  # what Typer looks at
    return run


def outcome_of(name: str, verb: Callable[[], int | None]) -> int:
    """Run a verb to its end, and return the exit code."""
    try:
        code = verb() or DONE
        sys.stdout.flush()
    except BrokenPipeError:
        forget_output()
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ZMQBaseError, OSError) as error:
        complain(f"zerowire {name}: {error}")
        return FAILED
    return code
