"""What `zerowire top` shows and in which order, without a terminal."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest

pytest.importorskip("rich")
from rich.console import Console

from zerowire.cli.inside import Look, condition
from zerowire.cli.screen import COLUMNS, Screen, column_named, short

RATES = {"messages_in": 0.0, "messages_out": 5.0, "octets_in": 0.0, "octets_out": 50.0, "dropped": 0.0}


def peer(number: int, name: str, **changes: Any) -> dict[str, Any]:
    """Return what is told of a peer that is well, but for changes."""
    common = {
        "id": number, "name": name, "endpoint": f"tcp://10.0.0.{number}:1", "socket_type": "SUB",
        "user_id": "", "state": "ready", "queued_in": 0, "queued_out": 0, "hwm_in": 10, "hwm_out": 10,
        "dropped": 0, "last_heard": 1.0, "rates": RATES,
    }  # fmt: skip
    return common | changes


@pytest.fixture
def looks() -> list[Look]:
    peers = [
        peer(1, "well", rates=RATES | {"messages_out": 9.0}),
        peer(2, "absent", state="connecting", last_heard=None),
        peer(3, "behind", queued_out=8),
        peer(4, "leaky", dropped=3, rates=RATES | {"dropped": 1.0}),
    ]
    socket = {"id": 1, "name": "news", "type": "PUB", "peers": peers, "dropped": 3, "lost": 1}
    told = {"process": {"pid": 7, "program": "app.py"}, "sockets": [socket]}
    return [Look("ipc:///run/7.1", told)]


def names(screen: Screen, looks: list[Look]) -> list[str]:
    return [line.peer["name"] for line in screen.lines(looks)]


def press(screen: Screen, *keys: str) -> None:
    for key in keys:
        screen.press(key)


def test_those_in_trouble_come_first(looks: list[Look]) -> None:
    assert names(Screen(), looks) == ["leaky", "behind", "absent", "well"]
    assert [condition(each) for _, each in looks[0].peers()] == ["ready", "waiting", "slow", "losing"]


@pytest.mark.parametrize(
    ("column", "order"),
    [
        ("peer", ["absent", "behind", "leaky", "well"]),
        ("out/s", ["well", "absent", "behind", "leaky"]),
        ("waits-out", ["behind", "well", "absent", "leaky"]),
        ("dropped", ["leaky", "well", "absent", "behind"]),
        ("heard", ["absent", "well", "behind", "leaky"]),
    ],
)
def test_every_column_can_be_sorted_by(looks: list[Look], column: str, order: list[str]) -> None:
    """Names from A, numbers from the largest; what is equal stays in its order."""
    assert names(Screen(sort=column), looks) == order


def test_socket_without_peers_is_shown_as_well(looks: list[Look]) -> None:
    """It may be the one that drops messages."""
    counts = {"queued_in": 0, "queued_out": 0, "dropped": 9, "lost": 0, "peers": []}
    quiet = {"id": 8, "name": "quiet", "type": "PUSH", "rates": RATES, **counts}
    losing = {"id": 9, "name": "unheard", "type": "ROUTER", "rates": RATES | {"dropped": 2.0}, **counts}
    looks[0].told["sockets"] += [quiet, losing]
    found = [(line.socket["name"], line.peer["name"], line.condition) for line in Screen().lines(looks)]
    assert found[:2] == [("news", "leaky", "losing"), ("unheard", "-", "losing")]
    assert ("quiet", "-", "alone") in found
    assert Screen("alone").lines(looks)[0].rate("messages_out") == 5.0


def test_arrows_walk_through_the_columns_and_r_turns_the_order(looks: list[Look]) -> None:
    screen = Screen()
    press(screen, "left")
    assert screen.column == len(COLUMNS) - 1
    press(screen, "right", "right", "s", "s")
    assert screen.column == column_named("peer")
    press(screen, "r")
    assert names(screen, looks) == ["well", "leaky", "behind", "absent"]


@pytest.mark.parametrize(
    ("words", "found"), [("news leak", ["leaky"]), ("SLOW", ["behind"]), ("10.0.0.1", ["well"]), ("xyz", [])]
)
def test_filter_wants_all_words(looks: list[Look], words: str, found: list[str]) -> None:
    assert names(Screen(words), looks) == found


def test_filter_is_typed(looks: list[Look]) -> None:
    screen = Screen("old")
    press(screen, "/", *"qlx", "backspace", "up", "enter", "q")
    assert (screen.words, screen.is_typing, screen.is_done) == ("ql", False, True)
    press(screen, "escape")
    assert screen.words == ""
    press(screen, "/", "a", "escape")
    assert screen.words == ""


def drawn(screen: Screen, width: int = 140) -> list[str]:
    """Return the lines that a terminal with 12 rows shows."""
    console = Console(width=width, height=12, file=StringIO())
    console.print(screen.picture(console.size))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


def test_picture_fits_the_terminal_and_scrolls(looks: list[Look]) -> None:
    looks[0].told["sockets"][0]["peers"] = [peer(number, f"peer-{number:02}") for number in range(40)]
    screen = Screen()
    screen.take(looks, ["ipc:///run/8.1: no answer"])
    lines = drawn(screen)
    assert len(lines) <= 12
    assert lines[0].startswith("zerowire top  1 contexts, 1 sockets, 40 peers  0 slow  4 dropped or lost")
    assert lines[1] == "ipc:///run/8.1: no answer"
    assert "peer-00" in lines[4]
    assert "1-6 of 40" in lines[-1]
    press(screen, "page down", "down")
    assert "peer-11" in drawn(screen)[4]
    press(screen, *["page down"] * 9)
    assert "peer-34" in drawn(screen)[4]
    press(screen, " ")
    assert "paused" in drawn(screen)[0]


@pytest.mark.parametrize(("width", "missing"), [(140, 0), (100, 2), (70, 4)])
def test_numbers_are_whole_however_narrow_the_terminal(looks: list[Look], width: int, missing: int) -> None:
    """Names are cut off, and what matters least is left out."""
    screen = Screen()
    screen.take(looks, [])
    lines = drawn(screen, width)
    assert max(map(len, lines)) <= width
    assert len(lines[2].split()) == len(COLUMNS) - missing
    assert "8/10" in lines[4]
    assert "losing" in lines[3]


def test_what_a_peer_calls_itself_is_no_markup(looks: list[Look]) -> None:
    looks[0].told["sockets"][0]["peers"] = [peer(1, "[red]x[/red]")]
    screen = Screen()
    screen.take(looks, [])
    assert "[red]x[/red]" in drawn(screen)[3]


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, "-"), (0.4, "0"), (9999, "9999"), (12_345, "12.3k"), (2.5e6, "2.5M"), (3e9, "3.0G")],
)
def test_numbers_are_short(number: float | None, text: str) -> None:
    assert short(number) == text
