"""Looks into processes: those of this user that can be inspected, or those that are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

import typer

from zerowire.api.inquiry import Inquirer
from zerowire.api.runtime import places
from zerowire.engine.rates import Rates
from zerowire.error import ZMQError

if TYPE_CHECKING:
    from typing import Self

Row = dict[str, Any]

Wanted: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PID|ENDPOINT]...", help="Whom to ask; all processes of this user by default."),
]
Timeout: TypeAlias = Annotated[
    float, typer.Option("--timeout", min=0.05, metavar="SECONDS", help="How long to wait for answers.")
]

NOBODY = "no process of this user can be inspected: start one with ZEROWIRE_INSPECT=1"
FULL = 0.8  # of a high-water mark: whoever is behind that far is slow


class Look(NamedTuple):
    """A context at one moment: where it was asked, and what it has answered."""

    endpoint: str
    told: Row

    @property
    def process(self) -> str:
        """What the process is called."""
        return f"{self.told['process']['program'] or 'python'} {self.told['process']['pid']}"

    def peers(self) -> Iterator[tuple[Row, Row]]:
        """Yield each peer with the socket that it belongs to."""
        for socket in self.told["sockets"]:
            for peer in socket["peers"]:
                yield socket, peer


class Looker:
    """Asks over and over, and knows how fast things grow."""

    def __init__(self, wanted: Sequence[str] | None, timeout: float = 1.0) -> None:
        """Take the words of a command line.

        Raises:
            typer.BadParameter: One is neither a process number nor an endpoint.
        """
        self._wanted = wanted or ()
        self._timeout = timeout * 1000
        self._rates: dict[str, Rates] = {}
        self.silent: list[str] = []  # who has not answered the last time, and what that means
        for word in self._wanted:
            if not (word.isdecimal() or "://" in word):
                raise typer.BadParameter(f"{word!r} is neither a process number nor an endpoint")
        self._inquirer = Inquirer()

    def look(self) -> list[Look]:
        """Ask everybody who is wanted.

        Raises:
            typer.BadParameter: An endpoint is none.
            ZMQError: The directory of inspections is not this user's alone.
        """
        endpoints, self.silent = self._endpoints()
        self._rates = {endpoint: self._rates.get(endpoint) or Rates() for endpoint in endpoints}
        try:
            answers = self._inquirer.ask(endpoints, self._timeout)
        except ZMQError as error:
            raise typer.BadParameter(str(error)) from None
        looks = []
        for endpoint in endpoints:
            told = answers.get(endpoint, {"error": "no answer"})
            if "error" in told:
                self.silent.append(f"{endpoint}: {told['error']}")
            else:
                self._count(endpoint, told)
                looks.append(Look(endpoint, told))
        return looks

    def _endpoints(self) -> tuple[list[str], list[str]]:
        """Return whom to ask, and what is wrong with the others."""
        found = [] if self._wanted and all("://" in word for word in self._wanted) else [*places()]
        if not self._wanted:
            return [place.endpoint for place in found], [] if found else [NOBODY]
        endpoints, faults = [], []
        for word in self._wanted:
            named = [word] if "://" in word else [each.endpoint for each in found if each.pid == int(word)]
            endpoints += [each for each in named if each not in endpoints]
            if not named:
                faults.append(f"process {word} cannot be inspected: start it with ZEROWIRE_INSPECT=1")
        return endpoints, faults

    def _count(self, endpoint: str, told: Row) -> None:
        """Put our own rates in place of theirs, which others who ask have a part in."""
        rates = self._rates[endpoint]
        rates.begin(monotonic())
        for socket in told["sockets"]:
            socket["rates"] = rates.of(("socket", socket["id"]), socket)
            for peer in socket["peers"]:
                peer["rates"] = rates.of(("peer", peer["id"]), peer)
        told["interval"] = rates.interval

    def close(self) -> None:
        """Leave everybody. Idempotent."""
        self._inquirer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def called(peer: Row) -> str:
    """Return what to call a peer."""
    return str(peer["name"] or peer["endpoint"] or "somebody")


def condition(peer: Row) -> str:
    """Return how a peer is: "losing", "waiting", "slow" or "ready"."""
    if peer["rates"] and peer["rates"]["dropped"]:
        return "losing"
    if peer["state"] != "ready":
        return "waiting"
    for way in ("in", "out"):
        if peer[f"hwm_{way}"] and peer[f"queued_{way}"] >= FULL * peer[f"hwm_{way}"]:
            return "slow"
    return "ready"


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Return a table as lines; the columns that are named stand to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
