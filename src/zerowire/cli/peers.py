"""zerowire peers: who is at the other end of each socket."""

from __future__ import annotations

from zerowire.cli.console import complain, say, say_json
from zerowire.cli.inside import Look, Looker, Row, Timeout, Wanted, aligned, called, condition
from zerowire.cli.outcome import DONE, FAILED
from zerowire.cli.shared import Json

HEAD = (
    "PROCESS",
    "SOCKET",
    "PEER",
    "TYPE",
    "STATE",
    "IN",
    "OUT",
    "WAITS-IN",
    "WAITS-OUT",
    "DROPPED",
    "HEARD",
)
NUMBERS = (5, 6, 7, 8, 9, 10)


def peers(wanted: Wanted = None, json: Json = False, timeout: Timeout = 1.0) -> int:
    """List the peers of processes that can be inspected: counts, queues, drops, when each was heard.

    Exit code 1: somebody who was asked did not answer, or there is nobody to ask.
    """
    with Looker(wanted, timeout) as looker:
        looks = looker.look()
        for text in looker.silent:
            complain(f"zerowire peers: {text}")
    if json:
        for look in looks:
            for socket, peer in look.peers():
                say_json(record(look, socket, peer))
        return FAILED if looker.silent else DONE
    rows = [line(look, socket, peer) for look in looks for socket, peer in look.peers()]
    for text in aligned([HEAD, *rows], NUMBERS) if rows else ():
        say(text)
    return FAILED if looker.silent else DONE


def record(look: Look, socket: Row, peer: Row) -> Row:
    """Return what is told of a peer, and where it belongs."""
    own = {"process": look.told["process"]["pid"], "context": look.told["context"]["id"]}
    return {**own, "socket": socket["name"], "type": socket["type"], **peer}


def line(look: Look, socket: Row, peer: Row) -> list[str]:
    """Return a peer as cells of a table."""
    return [
        look.process,
        socket["name"],
        called(peer),
        peer["socket_type"] or "-",
        condition(peer),
        str(peer["messages_in"]),
        str(peer["messages_out"]),
        of_mark(peer["queued_in"], peer["hwm_in"]),
        of_mark(peer["queued_out"], peer["hwm_out"]),
        str(peer["dropped"]),
        silence(peer["last_heard"]),
    ]


def of_mark(queued: int, hwm: int) -> str:
    """Return how much waits, and how much may."""
    return f"{queued}/{hwm}" if hwm else str(queued)


def silence(seconds: float | None) -> str:
    """Return how long nothing was heard."""
    return "-" if seconds is None else f"{seconds:.1f}s"
