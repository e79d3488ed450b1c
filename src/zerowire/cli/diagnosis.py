"""Examines an endpoint, step by step, until something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple

from zerowire.cli.clean import clean
from zerowire.cli.faults import Fault, Found
from zerowire.cli.probe import READ, WRITE, Probe, connecter_of, wait
from zerowire.error import ZMQError
from zerowire.options import Settings
from zerowire.sniffing.foreign import guess, is_zmtp
from zerowire.zmtp.socket_type import PEERS

HEARTBEATS = 3
MECHANISMS = {
    "NULL": "NULL: nobody is authenticated, nothing is encrypted",
    "PLAIN": "PLAIN: a user name and a password, not encrypted",
    "CURVE": "CURVE: keys on both sides, encrypted",
}
BROWSER = b"GET / HTTP/1.0\r\n\r\n"


class Step(NamedTuple):
    """One thing that was looked at."""

    name: str
    verdict: str  # "ok", "note" or "fault"
    text: str


@dataclass
class Diagnosis:
    """What was found out about an endpoint."""

    endpoint: str
    steps: list[Step] = field(default_factory=list)
    fault: Fault | None = None
    advice: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        steps = [step._asdict() for step in self.steps]
        fault = None if self.fault is None else self.fault.label
        return {"endpoint": self.endpoint, "fault": fault, "advice": self.advice, "steps": steps}


class Doctor:
    """Examines one endpoint.

    Args:
        endpoint: Whom to examine.
        settings: Options that count.
        timeout: Seconds that each step may take.
        own_type: The name of the socket type that wants to connect; None for any.
        on_step: Called with each step as soon as it is over.
    """

    def __init__(
        self,
        endpoint: str,
        settings: Settings,
        *,
        timeout: float,
        own_type: str | None,
        on_step: Callable[[Step], object],
    ) -> None:
        self.diagnosis = Diagnosis(endpoint)
        self._settings = settings
        self._timeout = timeout
        self._own_type = own_type
        self._on_step = on_step
        self._looking_at = ""

    def examine(self) -> Diagnosis:
        """Return what is found, at the first fault or at the end."""
        try:
            self._examine()
        except Found as found:
            self.diagnosis.fault, self.diagnosis.advice = found.fault, found.advice
            self._note("fault", str(found))
        return self.diagnosis

    def _examine(self) -> None:
        self._looking_at = "endpoint"
        probe = Probe(self.diagnosis.endpoint, self._settings, self._timeout)
        try:
            self._reach(probe)
            self._greet(probe)
            self._shake_hands(probe)
            self._compare(probe)
            self._beat(probe)
        finally:
            probe.close()

    def _note(self, verdict: str, text: str) -> None:
        step = Step(self._looking_at, verdict, clean(text))
        self.diagnosis.steps.append(step)
        self._on_step(step)

    def _reach(self, probe: Probe) -> None:
        self._looking_at = "name"
        probe.look_up()
        self._looking_at = "connect"
        probe.connect()
        self._note("ok", f"{probe.remote} in {milliseconds(probe.times['connect'])}")

    def _greet(self, probe: Probe) -> None:
        self._looking_at = "greeting"
        try:
            probe.greet()
        except Found as found:
            if found.fault is not Fault.NEVER_GREETS or is_zmtp(answer := self._ask_as_browser()):
                raise
            raise Found(Fault.FOREIGN, f"what answers is no ZMTP but {guess(answer)}") from None
        version = "ZMTP {}.{}".format(*probe.version)
        if probe.version >= (3, 0):
            self._note("ok", f"{version} in {milliseconds(probe.times['greeting'])}")
        elif probe.watch.name != b"NULL":
            raise Found(Fault.OLD, f"the peer speaks {version}, which has no {probe.watch.name.decode()}")
        else:
            self._note("note", f"{version}, {Fault.OLD.label}: {Fault.OLD.advice}")

    def _ask_as_browser(self) -> bytes:
        """Return what a peer that says nothing answers to a browser."""
        connecter = connecter_of(self.diagnosis.endpoint, self._settings)
        deadline = monotonic() + self._timeout
        try:
            stream = connecter.start()
            while stream is None and wait(connecter.fileno(), WRITE, deadline):
                stream = connecter.finish()
            if stream is None:
                return b""
            try:
                stream.send(BROWSER)
                return (wait(stream.fileno(), READ, deadline) and stream.receive(64)) or b""
            finally:
                stream.close()
        except ZMQError:
            return b""
        finally:
            connecter.close()

    def _shake_hands(self, probe: Probe) -> None:
        if probe.version >= (3, 0):
            self._looking_at = "mechanism"
            self._note("ok", MECHANISMS.get(probe.mechanism, probe.mechanism))
        self._looking_at = "handshake"
        probe.shake_hands()
        self._note(
            "ok",
            f"done in {milliseconds(probe.times['handshake'])}" if probe.is_peer else "the peer is ready",
        )

    def _compare(self, probe: Probe) -> None:
        """Look whether our socket type fits."""
        self._looking_at = "type"
        theirs = probe.watch.peer_type
        if not theirs:
            self._note("note", "the peer does not say what it is")
            return
        if theirs not in PEERS:
            self._note("note", f"the peer is {theirs}, which is no socket type that is known here")
            return
        fitting = " or ".join(sorted(PEERS[theirs]))
        if self._own_type is None:
            self._note("ok", f"the peer is {theirs}: {fitting} fits")
        elif self._own_type in PEERS[theirs]:
            self._note("ok", f"the peer is {theirs}, and {self._own_type} fits")
        else:
            ours = " or ".join(sorted(PEERS[self._own_type]))
            advice = f"use {fitting} here, or connect to {ours}"
            raise Found(Fault.TYPES, f"the peer is {theirs}, and {self._own_type} does not fit", advice)

    def _beat(self, probe: Probe) -> None:
        self._looking_at = "heartbeat"
        if probe.version < (3, 0):
            self._note("note", "not tried: the peer is too old for it")
        elif not probe.is_peer:
            theirs = probe.watch.peer_type or "this peer"
            self._note("note", f"not tried: {theirs} would hand its messages to us")
        else:
            times = [probe.ping() for _ in range(HEARTBEATS)]
            self._note("ok", f"{HEARTBEATS} answered, the fastest in {milliseconds(min(times))}")


def milliseconds(seconds: float) -> str:
    """Return a time in words."""
    return f"{seconds * 1000:.2f} ms"
