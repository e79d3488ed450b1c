"""The table of verbs: which module has each, and what it does in one line."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """A row: the module with a function of the verb's name, and one line of help."""

    module: str
    line: str


TALK = "zerowire.cli.talk.verbs"
DRAFTS = "zerowire.cli.talk.drafts"
MIDDLE = "zerowire.cli.middle"

GROUPS: dict[str, dict[str, Verb]] = {
    "talk": {
        "req": Verb(TALK, "ask: send each message, print the reply"),
        "rep": Verb(TALK, "answer: print each request, reply to it"),
        "pub": Verb(TALK, "publish messages to all who subscribe"),
        "sub": Verb(TALK, "subscribe: print what is published"),
        "push": Verb(TALK, "share messages out among peers"),
        "pull": Verb(TALK, "collect: print what peers push"),
        "pair": Verb(TALK, "talk with one peer, both ways"),
        "dealer": Verb(TALK, "send to peers in turn, print what comes back"),
        "router": Verb(TALK, "print what comes, answer whoever was heard last"),
        "xpub": Verb(TALK, "publish, and print who subscribes to what"),
        "xsub": Verb(TALK, "subscribe, and send messages to publishers"),
        "stream": Verb(TALK, "talk TCP with programs that know no ZeroMQ"),
    },
    "talk with draft types": {
        "client": Verb(DRAFTS, "send to a server, print what comes back"),
        "server": Verb(DRAFTS, "print what comes, answer whoever was heard last"),
        "radio": Verb(DRAFTS, "send to all who have joined a group"),
        "dish": Verb(DRAFTS, "join groups, print what is sent to them"),
        "scatter": Verb(DRAFTS, "share messages out among peers"),
        "gather": Verb(DRAFTS, "collect: print what comes"),
        "channel": Verb(DRAFTS, "talk with one peer, both ways"),
        "peer": Verb(DRAFTS, "talk with one's equals"),
        "dgram": Verb(DRAFTS, "talk UDP with any program"),
    },
    "stand in the middle": {
        "proxy": Verb(MIDDLE, "move messages between sockets of any two types"),
        "device": Verb(MIDDLE, "run a queue, a forwarder or a streamer"),
        "bridge": Verb(MIDDLE, "join transports and mechanisms: tcp to ipc, NULL to CURVE"),
    },
    "measure and repair": {
        "ping": Verb("zerowire.cli.ping", "measure how long a peer takes to answer"),
        "doctor": Verb("zerowire.cli.doctor", "tell what is wrong with an endpoint, and what to do"),
        "wait": Verb("zerowire.cli.wait", "stand still until a peer is ready, for scripts"),
        "bench": Verb("zerowire.cli.bench", "measure round trips and throughput"),
        "record": Verb("zerowire.cli.record", "write messages to a file that survives a crash"),
        "replay": Verb("zerowire.cli.replay", "send a recording again, or print it"),
        "sniff": Verb("zerowire.cli.sniff", "show what peers say: from a capture, or as a tap"),
    },
    "look inside": {
        "ps": Verb("zerowire.cli.ps", "list the processes that can be looked into"),
        "peers": Verb("zerowire.cli.peers", "list the peers of processes: counts, queues, drops"),
        "top": Verb("zerowire.cli.top", "show peers live: who is busy, slow, losing messages"),
    },
    "and more": {
        "demo": Verb("zerowire.cli.demo.verb", "show the example programs at work"),
        "keygen": Verb("zerowire.cli.keygen", "make a pair of CURVE keys"),
        "conformance": Verb("zerowire.cli.conformance", "check the clauses of the specifications"),
        "run": Verb("zerowire.cli.run", "what `python` does, with ZeroWire as its zmq"),
    },
}
"""The verbs, in the order in which help names them."""

VERBS = {name: verb for rows in GROUPS.values() for name, verb in rows.items()}
