"""zerowire ping: how long a peer takes to answer."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Annotated, Any

import typer

from zerowire.cli.clean import clean
from zerowire.cli.console import complain, say, say_json
from zerowire.cli.faults import Found
from zerowire.cli.outcome import DONE, FAILED
from zerowire.cli.percentiles import blocks, rounded, summary
from zerowire.cli.shared import Json
from zerowire.cli.target import Target, Timeout, probe_of
from zerowire.options import Settings


def ping(
    endpoint: Annotated[str, typer.Argument(metavar="ENDPOINT", help="Whom to ask: tcp or ipc.")],
    target: Target,
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="NUMBER", min=0, help="How often; 0 asks until Ctrl+C.")
    ] = 5,
    interval: Annotated[
        float,
        typer.Option("--interval", "-i", metavar="SECONDS", min=0, help="Seconds from one to the next."),
    ] = 1.0,
    timeout: Timeout = 2.0,
    json: Json = False,
) -> int:
    """Measure how long a peer takes for heartbeats (PING and PONG of ZMTP), on one connection.

    No message is sent, and none is taken: a peer that hands its messages to whoever is there (PUSH, DEALER,
    REQ, PAIR), and one older than ZMTP 3, is asked to greet anew each time instead.

    Exit code 0: it answered; 1: it cannot be reached, or never answered.
    """
    rounds = Rounds(endpoint, target.settings(endpoint), timeout, json)
    try:
        rounds.begin()
        rounds.run(count, interval)
    except Found as found:
        complain(clean(f"zerowire ping: {endpoint}: {found.fault.label}: {found}; {found.advice}"))
    finally:
        rounds.close()
        rounds.sum_up()
    return DONE if rounds.times else FAILED


class Rounds:
    """Questions to one peer, and how long each answer took."""

    def __init__(self, endpoint: str, settings: Settings, timeout: float, json: bool) -> None:
        self.times: list[float] = []  # milliseconds
        self.asked = 0
        self._endpoint = endpoint
        self._settings = settings
        self._timeout = timeout
        self._json = json
        self._probe = probe_of(endpoint, settings, timeout)

    def close(self) -> None:
        """Leave."""
        self._probe.close()

    def begin(self) -> None:
        """Connect, and tell what is there."""
        probe = self._probe
        probe.reach()
        facts: dict[str, Any] = {
            "endpoint": self._endpoint,
            "type": clean(probe.watch.peer_type or ""),
            "version": "{}.{}".format(*probe.version),
            "mechanism": probe.watch.name.decode(),
            **{name: round(seconds * 1000, 4) for name, seconds in probe.times.items()},
        }
        if self._json:
            say_json(facts)
            return
        kind = facts["type"] or "a peer"
        say(f"{self._endpoint}: {kind}, ZMTP {facts['version']}, {facts['mechanism']}")
        say(", ".join(f"{name} {seconds * 1000:.3f} ms" for name, seconds in probe.times.items()))

    @property
    def question(self) -> str:
        """What the peer is asked."""
        return "heartbeat" if self._probe.is_peer and self._probe.version >= (3, 0) else "handshake"

    def run(self, count: int, interval: float) -> None:
        """Ask so often (0: for ever), with so many seconds from one to the next."""
        due = monotonic()
        while not count or self.asked < count:
            sleep(max(0.0, due - monotonic()))
            due = max(due + interval, monotonic())
            self.asked += 1
            try:
                seconds = self._ask()
            except Found as found:
                self._tell(None, found.fault.label)
                self._probe.close()
                self._reach_again()
            else:
                self._tell(seconds * 1000)

    def _ask(self) -> float:
        if self.question == "heartbeat":
            return self._probe.ping()
        self._reach_again()
        return sum(self._probe.times.values())

    def _reach_again(self) -> None:
        self._probe.close()
        self._probe = probe_of(self._endpoint, self._settings, self._timeout)
        self._probe.reach()

    def _tell(self, time: float | None, fault: str | None = None) -> None:
        if time is not None:
            self.times.append(time)
        if self._json:
            told = {"fault": fault} if time is None else {"ms": round(time, 4)}
            say_json({"number": self.asked, "question": self.question, **told})
        else:
            say(f"{self.question} {self.asked}: {fault if time is None else f'{time:.3f} ms'}")

    def sum_up(self) -> None:
        """Tell it in a few numbers."""
        if not self.asked:
            return
        found = rounded(summary(self.times)) if self.times else {}
        if self._json:
            history = [round(time, 4) for time in self.times]
            say_json({"asked": self.asked, "answered": len(self.times), "ms": found, "history": history})
            return
        say(f"{self.asked} asked, {len(self.times)} answered")
        if found:
            say("  ".join(f"{name} {number:g}" for name, number in found.items()) + "  ms")
            say(blocks(self.times))
