"""The options of verbs that examine a peer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import typer

from zerowire.api.context import Context
from zerowire.api.proxy import core_of
from zerowire.cli.faults import Fault, Found
from zerowire.cli.probe import Probe
from zerowire.cli.security import Security
from zerowire.cli.shared import Set, set_option
from zerowire.constants import SocketOption, SocketType
from zerowire.options import Settings


@dataclass
class Target:
    """A peer as a command line describes it: how to speak to it, and how long to wait for it."""

    set: Set = None
    security: Security = field(default_factory=Security)

    def settings(self, endpoint: str) -> Settings:
        """Return what a socket with these options would have.

        Raises:
            typer.BadParameter: A value that cannot be, or an option for servers.
        """
        with Context() as context, context.socket(SocketType.DEALER) as socket:
            socket.set(SocketOption.IPV6, "[" in endpoint)
            for text in self.set or ():
                set_option(socket, text)
            self.security.apply(socket)
            settings = core_of(socket).settings
        if settings.security.as_server:
            raise typer.BadParameter("--allow and --passwords are for servers; here we are the client")
        return settings


def probe_of(endpoint: str, settings: Settings, timeout: float) -> Probe:
    """Return a probe.

    Raises:
        typer.BadParameter: There cannot be a peer.
    """
    try:
        return Probe(endpoint, settings, timeout)
    except Found as found:
        advice = "" if found.fault is Fault.MALFORMED else f"; {found.advice}"
        raise typer.BadParameter(f"{found}{advice}") from None


Timeout = Annotated[
    float,
    typer.Option("--timeout", "-t", metavar="SECONDS", min=0.001, help="Seconds that each step may take."),
]
