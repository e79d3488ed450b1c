"""zerowire ps: which processes can be looked into."""

from __future__ import annotations

from zerowire.cli.console import complain, say, say_json
from zerowire.cli.inside import Look, Looker, Row, Timeout, aligned
from zerowire.cli.outcome import DONE, FAILED
from zerowire.cli.shared import Json

HEAD = ("PID", "PROGRAM", "CONTEXT", "SOCKETS", "PEERS", "QUEUED", "DROPPED", "LOST", "ENDPOINT")


def ps(json: Json = False, timeout: Timeout = 1.0) -> int:
    """List the processes of this user that can be inspected, a line for each context.

    They are those that were started with ZEROWIRE_INSPECT=1 in the environment. Exit code 1: there are none.
    """
    with Looker(None, timeout) as looker:
        looks = looker.look()
        for text in looker.silent:
            complain(f"zerowire ps: {text}")
    rows = [summary(look) for look in looks]
    if json:
        for row in rows:
            say_json(row)
    elif rows:
        for line in aligned_rows(rows):
            say(line)
    return DONE if rows else FAILED


def summary(look: Look) -> Row:
    """Return the numbers of a context."""
    sockets = look.told["sockets"]
    return {
        "pid": look.told["process"]["pid"],
        "program": look.told["process"]["program"],
        "context": look.told["context"]["id"],
        "sockets": len(sockets),
        "peers": sum(peer["state"] == "ready" for _, peer in look.peers()),
        "queued": sum(socket["queued_in"] + socket["queued_out"] for socket in sockets),
        "dropped": sum(socket["dropped"] for socket in sockets),
        "lost": sum(socket["lost"] for socket in sockets),
        "endpoint": look.endpoint,
    }


def aligned_rows(rows: list[Row]) -> list[str]:
    """Return the numbers as lines, under a line of names."""
    return aligned([HEAD, *([str(value) for value in row.values()] for row in rows)], right=(0, *range(2, 8)))
