"""zerowire doctor: what is wrong with an endpoint, and what to do."""

from __future__ import annotations

from typing import Annotated

import typer

from zerowire.cli.console import say, say_json
from zerowire.cli.diagnosis import Doctor, Step
from zerowire.cli.outcome import DONE, FAILED
from zerowire.cli.shared import Json
from zerowire.cli.target import Target, Timeout
from zerowire.zmtp.socket_type import PEERS


def doctor(
    endpoint: Annotated[str, typer.Argument(metavar="ENDPOINT", help="Whom to examine: tcp or ipc.")],
    target: Target,
    type: Annotated[
        str | None,
        typer.Option("--type", metavar="TYPE", help="The socket type that is to connect: REQ, say."),
    ] = None,
    timeout: Timeout = 2.0,
    json: Json = False,
) -> int:
    """Find out what is wrong with an endpoint: name, connection, greeting, mechanism, key, type, heartbeat.

    No message is sent. A peer that hands its messages to whoever is there (PUSH, DEALER, REQ, PAIR) is left
    before it could. With CURVE or PLAIN that is known only at the end of the handshake.

    Exit code 0: nothing is wrong; 1: a fault was found.
    """
    own_type = None if type is None else type.upper()
    if own_type is not None and own_type not in PEERS:
        raise typer.BadParameter(f"--type {type}: one of {', '.join(PEERS)}")
    settings = target.settings(endpoint)
    if not json:
        say(endpoint)
    show = ignore if json else say_step
    examined = Doctor(endpoint, settings, timeout=timeout, own_type=own_type, on_step=show).examine()
    if json:
        say_json(examined.as_json())
    elif examined.fault is not None:
        say(f"\nfault: {examined.fault.label}\nwhat to do: {examined.advice}")
    return DONE if examined.fault is None else FAILED


def say_step(step: Step) -> None:
    """Print a step."""
    say(f"  {step.verdict:5}  {step.name:9}  {step.text}")


def ignore(step: Step) -> None:
    """Print nothing: JSON comes at the end."""
