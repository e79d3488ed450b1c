"""Draw a figure for each socket type: what it sends to whom, and what it receives from whom.

    PYTHONPATH=src python scripts/figures.py

writes docs/reference/sockets/figures/. The application stands on the left, the socket in the middle,
its peers on the right. Numbers are messages, in the order in which they were sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import svg

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference" / "sockets" / "figures"

WIDTH, TOP, ROW, FOOT = 760, 14, 62, 34
SOCKET, PEERS = (210, 130), (560, 190)  # where the boxes begin, and how wide they are


@dataclass(frozen=True)
class Peer:
    """A peer: what goes to it, and what comes from it."""

    kind: str
    to: str = ""
    back: str = ""
    about: str = ""


@dataclass(frozen=True)
class Figure:
    """A socket type with its peers: what the application sends and receives, and what to see in it."""

    sends: tuple[str, ...]
    receives: tuple[str, ...]
    peers: tuple[Peer, ...]
    rule: str


FIGURES: dict[str, Figure] = {
    "pair": Figure(
        ("1", "2"),
        ("a", "b"),
        (Peer("PAIR", "1, 2", "a, b"), Peer("PAIR", about="a second, unheard")),
        "One peer, both ways, in any order.",
    ),
    "req": Figure(
        ("question 1", "question 2"),
        ("answer 1", "answer 2"),
        (Peer("REP", "question 1", "answer 1"), Peer("ROUTER", "question 2", "answer 2")),
        "Send, receive, send, receive; each question to the next peer, the answer from that one alone.",
    ),
    "rep": Figure(
        ("answer A", "answer B"),
        ("question A", "question B"),
        (Peer("REQ", "answer A", "question A", "A"), Peer("DEALER", "answer B", "question B", "B")),
        "Receive, send, receive, send; the answer goes to the one who asked.",
    ),
    "dealer": Figure(
        ("1", "2", "3", "4"),
        ("a", "b", "c"),
        (Peer("ROUTER", "1, 3", "a, c"), Peer("REP", "2, 4", "b")),
        "Out: to one peer after another. In: from one peer after another.",
    ),
    "router": Figure(
        ("[Ben | 1]", "[Anna | 2]"),
        ("[Anna | a]", "[Ben | b]"),
        (
            Peer("DEALER", "2", "a", "Anna"),
            Peer("REQ", "1", "b", "Ben"),
        ),
        "In: the peer's name is put in front. Out: the first frame is the name, and is taken off.",
    ),
    "pub": Figure(
        ("sun 1", "rain 2", "sun 3"),
        (),
        (
            Peer("SUB", "sun 1, sun 3", about="subscribed to sun"),
            Peer("SUB", "sun 1, rain 2, sun 3", about="subscribed to all"),
            Peer("XSUB", about="subscribed to snow"),
        ),
        "To each peer what it has subscribed to. Who has no room misses messages; nobody is waited for.",
    ),
    "sub": Figure(
        ("subscribe(sun)",),
        ("sun 1", "sun 2"),
        (Peer("PUB", "subscription: sun", "sun 1"), Peer("XPUB", "subscription: sun", "sun 2")),
        "The subscription goes to every publisher; what matches comes from all in turn.",
    ),
    "xpub": Figure(
        ("sun 1", "rain 2"),
        ("1 sun", "1 rain"),
        (
            Peer("SUB", "sun 1", "subscription: sun"),
            Peer("XSUB", "rain 2", "subscription: rain"),
        ),
        "As PUB, and subscriptions can be received: an octet 1, or 0 to cancel, and the topic.",
    ),
    "xsub": Figure(
        ("1 sun",),
        ("sun 1", "sun 2"),
        (Peer("PUB", "subscription: sun", "sun 1"), Peer("XPUB", "subscription: sun", "sun 2")),
        "As SUB, and subscribes by sending: an octet 1, or 0 to cancel, and the topic.",
    ),
    "push": Figure(
        ("1", "2", "3", "4", "5"),
        (),
        (Peer("PULL", "1, 4"), Peer("PULL", "2, 5"), Peer("PULL", "3")),
        "To one peer after another; one without room loses its turn. With nobody there, send() waits.",
    ),
    "pull": Figure(
        (),
        ("1", "a", "2", "b"),
        (Peer("PUSH", back="1, 2"), Peer("PUSH", back="a, b")),
        "From one peer after another, so that none is left out.",
    ),
    "stream": Figure(
        ("[id | 200 OK]", "[id | empty]"),
        ("[id | empty]", "[id | GET /]"),
        (Peer("any TCP peer", "200 OK, then closed", "comes; GET /", "no ZMTP"),),
        "Octets as they are. An empty piece in tells of coming and going; an empty piece out closes.",
    ),
    "client": Figure(
        ("1", "2", "3"),
        ("a", "b"),
        (Peer("SERVER", "1, 3", "a"), Peer("SERVER", "2", "b")),
        "Out: to one server after another. In: from one after another.",
    ),
    "server": Figure(
        ("1 to 8", "2 to 7"),
        ("a from 7", "b from 8"),
        (Peer("CLIENT", "2", "a", "7"), Peer("CLIENT", "1", "b", "8")),
        "A message has the number of its peer; an answer goes to the peer whose number it has.",
    ),
    "radio": Figure(
        ("news: 1", "sport: 2", "news: 3"),
        (),
        (
            Peer("DISH", "news: 1, news: 3", about="news"),
            Peer("DISH", "news: 1, sport: 2, news: 3", about="news, sport"),
            Peer("DISH", about="weather"),
        ),
        "To each peer that has joined the group; a group is an exact name, and no prefix.",
    ),
    "dish": Figure(
        ("join(news)",),
        ("news: 1", "news: 2"),
        (Peer("RADIO", "joined: news", "news: 1"), Peer("RADIO", "joined: news", "news: 2")),
        "What is joined is told to every peer; messages come from all in turn.",
    ),
    "scatter": Figure(
        ("1", "2", "3", "4", "5"),
        (),
        (Peer("GATHER", "1, 4"), Peer("GATHER", "2, 5"), Peer("GATHER", "3")),
        "To one peer after another; one without room loses its turn. With nobody there, send() waits.",
    ),
    "gather": Figure(
        (),
        ("1", "a", "2", "b"),
        (Peer("SCATTER", back="1, 2"), Peer("SCATTER", back="a, b")),
        "From one peer after another, so that none is left out.",
    ),
    "dgram": Figure(
        ("[10.0.0.7:99 | 1]",),
        ("[10.0.0.8:42 | a]",),
        (Peer("UDP", "1", about="10.0.0.7:99"), Peer("UDP", back="a", about="10.0.0.8:42")),
        "The first frame is an address: where it goes, or where it comes from.",
    ),
    "peer": Figure(
        ("1 to 8", "2 to 7"),
        ("a from 7", "b from 8"),
        (Peer("PEER", "2", "a", "7"), Peer("PEER", "1", "b", "8")),
        "A message has the number of its peer; an answer goes to the peer whose number it has.",
    ),
    "channel": Figure(
        ("1", "2"),
        ("a", "b"),
        (Peer("CHANNEL", "1, 2", "a, b"), Peer("CHANNEL", about="a second, unheard")),
        "One peer, both ways, in any order.",
    ),
}


def draw(name: str) -> str:
    """Return the figure of a socket type."""
    figure = FIGURES[name]
    rows = max(len(figure.peers), 2)
    height = TOP + rows * ROW + FOOT
    left, width = SOCKET
    middle = TOP + rows * ROW / 2
    parts = [
        svg.box(left, TOP, width, rows * ROW - 10, "mark"),
        svg.words(left + width / 2, middle, name.upper(), kind="bold"),
        *application(figure, middle),
        svg.words(WIDTH / 2, height - 10, figure.rule, kind="soft"),
    ]
    for number, peer in enumerate(figure.peers):
        parts += drawn(peer, TOP + number * ROW + (rows - len(figure.peers)) * ROW / 2)
    title = f"{name.upper()} with {', '.join(peer.kind for peer in figure.peers)}: {figure.rule}"
    return svg.picture(WIDTH, height, title, parts)


def application(figure: Figure, middle: float) -> list[str]:
    """Return what the application sends and receives."""
    parts: list[str] = []
    y = middle - 20 if figure.receives and figure.sends else middle
    if figure.sends:
        parts += [svg.words(100, y - 7, ", ".join(figure.sends)), *svg.arrow(14, SOCKET[0] - 4, y)]
        y += 44
    if figure.receives:
        parts += [svg.words(100, y - 7, ", ".join(figure.receives)), *svg.arrow(SOCKET[0] - 4, 14, y)]
    return parts


def drawn(peer: Peer, top: float) -> list[str]:
    """Return a peer, and the arrows between it and the socket."""
    left, width = PEERS
    title = f"{peer.kind}: {peer.about}" if peer.about else peer.kind
    parts = [
        svg.box(left, top, width, ROW - 10),
        svg.words(left + width / 2, top + ROW / 2 - 1, title),
    ]
    near, far = sum(SOCKET) + 4, left - 4
    y = top + (20 if peer.back and peer.to else 32)
    if peer.to:
        parts += [svg.words((near + far) / 2, y - 6, peer.to), *svg.arrow(near, far, y)]
        y += 26
    if peer.back:
        parts += [svg.words((near + far) / 2, y - 6, peer.back), *svg.arrow(far, near, y)]
    if not peer.to and not peer.back:
        parts.append(svg.line(near, y - 6, far, y - 6, "faint"))
    return parts


def file_of(name: str) -> Path:
    """Return where the figure of a socket type is kept."""
    return FOLDER / f"{name}.svg"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for kind in FIGURES:
        file_of(kind).write_text(draw(kind), encoding="utf-8")
