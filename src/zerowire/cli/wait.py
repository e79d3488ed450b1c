"""zerowire wait: stand still until a peer is ready."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Annotated

import typer

from zerowire.cli.clean import clean
from zerowire.cli.console import complain, say, say_json
from zerowire.cli.faults import Fault, Found
from zerowire.cli.outcome import DONE, FAILED
from zerowire.cli.shared import Json
from zerowire.cli.target import Target, probe_of
from zerowire.options import Settings

PAUSE = 0.1  # seconds from one attempt to the next
SILENCE = {Fault.SILENT_NETWORK, Fault.NEVER_GREETS, Fault.NO_HANDSHAKE}
PATIENCE = 2.0  # seconds that a step of an attempt may take


def wait(
    endpoints: Annotated[list[str], typer.Argument(metavar="ENDPOINT", help="Whom to wait for: tcp or ipc.")],
    target: Target,
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout", "-t", min=0, help="Seconds for all of them; for as long as it takes if not given."
        ),
    ] = None,
    tcp: Annotated[bool, typer.Option("--tcp", help="Only connect: the peer need not speak ZMTP.")] = False,
    json: Json = False,
) -> int:
    """Wait until each endpoint has a peer that shakes hands, for scripts.

    Exit code 0: they are all there; 1: one was not there in time, and why.
    """
    start = monotonic()
    deadline = None if timeout is None else start + timeout
    for endpoint in endpoints:
        trouble = wait_for(endpoint, target.settings(endpoint), deadline, tcp)
        seconds = round(monotonic() - start, 3)
        if trouble is not None:
            if json:
                told = {"fault": trouble.fault.label, "reason": clean(str(trouble))}
                say_json({"endpoint": endpoint, "ready": False, "seconds": seconds, **told})
            complain(clean(f"zerowire wait: {endpoint} was not ready within {timeout:g} s: {trouble}"))
            return FAILED
        if json:
            say_json({"endpoint": endpoint, "ready": True, "seconds": seconds})
        else:
            say(f"{endpoint} is ready after {seconds:g} s")
    return DONE


def wait_for(endpoint: str, settings: Settings, deadline: float | None, tcp: bool) -> Found | None:
    """Try until it succeeds; return why it has not before the deadline."""
    trouble: Found | None = None
    while True:
        left = PATIENCE if deadline is None else deadline - monotonic()
        probe = probe_of(endpoint, settings, max(0.05, min(PATIENCE, left)))
        try:
            probe.reach(greets=not tcp)
            return None
        except Found as found:
            if trouble is None or found.fault not in SILENCE:
                trouble = found  # at the end there is little time left, and silence says little
            if deadline is not None and monotonic() + PAUSE > deadline:
                return trouble
        finally:
            probe.close()
        sleep(PAUSE)
