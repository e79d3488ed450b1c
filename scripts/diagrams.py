"""Draw docs/design/states.md from the tables of states in the source.

    PYTHONPATH=src python scripts/diagrams.py

A table says which changes of state there are; STEPS says in a few words what brings each
of them about. A change without words, or words without a change, is an error.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from zerowire.engine import link_state, session
from zerowire.patterns import rep, req
from zerowire.zmtp import connection
from zerowire.zmtp.mechanism import gssapi, turns

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "design" / "states.md"

HEAD = """\
# State machines

<!-- Made by scripts/diagrams.py from the tables in the source. Do not edit. -->

Every machine is an `Enum` of states and a table of the changes that there are; one method
changes the state, and asserts that the table allows it. The diagrams are drawn from the tables.
"""


@dataclass(frozen=True)
class Machine:
    """One table of states, and what there is to say about it."""

    title: str
    file: str
    states: type[Enum]
    table: Mapping[Any, Iterable[Any]]
    start: Enum
    intro: str
    steps: dict[str, str]


MACHINES = (
    Machine(
        "A ZMTP connection",
        "zmtp/connection.py",
        connection.State,
        connection.TRANSITIONS,
        connection.State.GREETING,
        "The protocol's side of one stream, without I/O.",
        {
            "GREETING HANDSHAKE": "greeting understood",
            "GREETING FAILED": "not a ZMTP peer, or too slow",
            "GREETING CLOSED": "end of stream",
            "HANDSHAKE TRAFFIC": "mechanism done",
            "HANDSHAKE FAILED": "refused, broken or too slow",
            "HANDSHAKE CLOSED": "end of stream",
            "TRAFFIC FAILED": "protocol broken, or silent for too long",
            "TRAFFIC CLOSED": "end of stream",
            "FAILED CLOSED": "end of stream",
        },
    ),
    Machine(
        "A link",
        "engine/link_state.py",
        link_state.LinkState,
        link_state.STATES,
        link_state.LinkState.HANDSHAKE,
        "One connection over one stream into one pipe, while it lasts.",
        {
            "HANDSHAKE OPEN": "peer ready",
            "HANDSHAKE CLOSED": "failed, or not wanted any more",
            "OPEN DRAINING": "end of stream",
            "OPEN ORPHAN": "the socket closed its end of the pipe",
            "OPEN PARTING": "all is written, and the socket wants no more",
            "OPEN CLOSED": "broken, or all has arrived",
            "DRAINING ORPHAN": "the socket closed its end of the pipe",
            "DRAINING CLOSED": "all is delivered",
            "ORPHAN PARTING": "all is written",
            "ORPHAN CLOSED": "broken, or all has arrived",
            "PARTING CLOSED": "all has arrived, or the peer has ended",
        },
    ),
    Machine(
        "The client of a handshake",
        "zmtp/mechanism/turns.py",
        turns.Client,
        turns.CLIENT,
        turns.Client.HELLO,
        "PLAIN and CURVE, in which client and server take turns. NULL has no turns: each side says READY.",
        {
            "HELLO WELCOME": "HELLO sent",
            "WELCOME INITIATE": "WELCOME received",
            "INITIATE READY": "INITIATE sent",
            "READY DONE": "READY received",
        },
    ),
    Machine(
        "The server of a handshake",
        "zmtp/mechanism/turns.py",
        turns.Server,
        turns.SERVER,
        turns.Server.HELLO,
        "PLAIN and CURVE again. PLAIN asks about the client behind HELLO, CURVE behind INITIATE.",
        {
            "HELLO WELCOME": "HELLO of CURVE received",
            "HELLO AUTHENTICATION": "HELLO of PLAIN received",
            "WELCOME INITIATE": "WELCOME sent",
            "INITIATE READY": "INITIATE of PLAIN received",
            "INITIATE AUTHENTICATION": "INITIATE of CURVE received",
            "AUTHENTICATION WELCOME": "let in, PLAIN",
            "AUTHENTICATION READY": "let in, CURVE",
            "READY DONE": "READY sent",
        },
    ),
    Machine(
        "A client of GSSAPI",
        "zmtp/mechanism/gssapi.py",
        gssapi.Client,
        gssapi.CLIENT,
        gssapi.Client.STEP,
        "Its security context says how many tokens it takes. A step is work that is done elsewhere.",
        {
            "STEP TOKEN": "INITIATE sent",
            "STEP READY_IN": "sent that it needs no more tokens",
            "STEP FAILED": "no ticket, or another server",
            "TOKEN STEP": "INITIATE received",
            "READY_IN READY_OUT": "READY received",
            "READY_OUT DONE": "READY sent",
        },
    ),
    Machine(
        "A server of GSSAPI",
        "zmtp/mechanism/gssapi.py",
        gssapi.Server,
        gssapi.SERVER,
        gssapi.Server.TOKEN,
        "It asks about the client when both know who the other is.",
        {
            "STEP TOKEN": "INITIATE sent, and more to come",
            "STEP CUE": "INITIATE sent, the last",
            "STEP FAILED": "no key, or a ticket that is none, ERROR sent",
            "TOKEN STEP": "INITIATE received",
            "CUE AUTHENTICATION": "the client needs no more tokens",
            "AUTHENTICATION READY_OUT": "let in",
            "READY_OUT READY_IN": "READY sent",
            "READY_IN DONE": "READY received",
        },
    ),
    Machine(
        "A session",
        "engine/session.py",
        session.SessionState,
        session.STATES,
        session.SessionState.WAITING,
        "What keeps one connect() alive, from link to link.",
        {
            "RESOLVING CONNECTING": "name found",
            "RESOLVING WAITING": "no such name",
            "RESOLVING STOPPED": "close",
            "CONNECTING LINKED": "connected",
            "CONNECTING WAITING": "refused, or too slow",
            "CONNECTING STOPPED": "close, or RECONNECT_STOP",
            "LINKED WAITING": "link lost",
            "LINKED STOPPED": "close, or the peer broke the protocol",
            "WAITING RESOLVING": "interval over, a name",
            "WAITING CONNECTING": "interval over, an address",
            "WAITING STOPPED": "close",
        },
    ),
    Machine(
        "REQ",
        "patterns/req.py",
        req.State,
        req.TRANSITIONS,
        req.State.IDLE,
        "Whose turn it is. A call out of turn raises `EFSM`.",
        {
            "IDLE WAITING": "send",
            "WAITING IDLE": "receive",
            "WAITING WAITING": "send, with REQ_RELAXED",
        },
    ),
    Machine(
        "REP",
        "patterns/rep.py",
        rep.State,
        rep.TRANSITIONS,
        rep.State.IDLE,
        "Whose turn it is. A call out of turn raises `EFSM`.",
        {
            "IDLE REPLYING": "receive",
            "REPLYING IDLE": "send",
        },
    ),
)


def changes(machine: Machine) -> list[tuple[str, str]]:
    """Return the pairs of the table, in the order of the enum."""
    order = list(machine.states)
    return [
        (source.name, target.name)
        for source in order
        for target in sorted(machine.table[source], key=order.index)
    ]


def diagram(machine: Machine) -> list[str]:
    """Return the diagram, as Mermaid has it.

    Raises:
        ValueError: The table and the words do not agree.
    """
    pairs = changes(machine)
    if odd := {f"{source} {target}" for source, target in pairs} ^ set(machine.steps):
        raise ValueError(
            f"{machine.file}: the table and the words of {machine.title} differ in {sorted(odd)}"
        )
    ends = [state.name for state in machine.states if not machine.table[state]]
    return [
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {machine.start.name}",
        *(f"    {source} --> {target}: {machine.steps[f'{source} {target}']}" for source, target in pairs),
        *(f"    {name} --> [*]" for name in ends),
        "```",
    ]


def source_of(cls: type) -> str:
    """Return the source from the head of a class on, whether its module is compiled or not."""
    module = Path(str(sys.modules[cls.__module__].__file__))
    text = (module.parent / (module.name.split(".")[0] + ".py")).read_text()
    return text[text.index(f"class {cls.__name__}") :]


def meanings(machine: Machine) -> list[str]:
    """Return a table of the states, with the comments that stand behind them in the source."""
    text = source_of(machine.states)
    rows = ["| state | |", "|---|---|"]
    for state in machine.states:
        comment = re.search(rf"^ +{state.name} = auto\(\)(?:  # (.+))?$", text, re.MULTILINE)
        words = (comment and comment[1]) or "for good"
        rows.append(f"| `{state.name}` | {words} |")
    return rows


def page() -> str:
    """Return the whole page."""
    lines = [HEAD]
    for machine in MACHINES:
        source = f"[{machine.file}](../../src/zerowire/{machine.file})"
        lines += [f"## {machine.title}", "", f"{machine.intro} Source: {source}.", ""]
        lines += [*diagram(machine), "", *meanings(machine), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
