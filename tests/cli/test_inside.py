"""The verbs that look inside, and /metrics, against what a program is known to have done."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import pytest

import zerowire
from zerowire.cli import main
from zerowire.cli.inside import NOBODY, aligned

pytest.importorskip("typer")
WaitUntil = Callable[..., None]
PROGRAM = Path(__file__).parent / "programs" / "accountable.py"
SOURCE = Path(zerowire.__file__).parents[1]
PATIENCE = 30  # seconds
COUNTS = ("messages_in", "messages_out", "queued_in", "queued_out", "dropped", "lost", "peers")
TRUTH = {  # name: the counts above
    "feeder": (0, 100, 0, 0, 0, 0, 1),
    "eater": (100, 0, 40, 0, 0, 0, 1),
    "news": (1, 4, 0, 6, 15, 0, 1),  # a subscription is a message
    "reader": (10, 1, 6, 0, 0, 0, 1),
    "widow": (0, 10, 0, 0, 0, 0, 0),
    "hopeless": (0, 0, 0, 0, 0, 7, 0),
}
METRICS = {
    "received_messages_total": "messages_in",
    "sent_messages_total": "messages_out",
    "dropped_messages_total": "dropped",
    "lost_messages_total": "lost",
}


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A run-time directory of the test's own, with a name that is short enough for sockets."""
    with TemporaryDirectory(prefix="zw") as name:
        monkeypatch.setenv("XDG_RUNTIME_DIR", name)
        yield Path(name)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "zerowire", *words],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Accountable:
    """The program, and what it says of itself."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            env={**os.environ, "PYTHONPATH": str(SOURCE), "ZEROWIRE_INSPECT": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.pid = str(self.process.pid)
        self.told: dict[str, Any] = json.loads(self.process.stdout.readline())

    def end(self) -> None:
        """Let it end, if it has not."""
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def program(folder: Path) -> Iterator[Accountable]:
    started = Accountable()
    yield started
    started.end()


def counts_of(sockets: list[dict[str, Any]]) -> dict[str, tuple[int, ...]]:
    """Return what is told of sockets in the order of COUNTS."""
    found = {}
    for socket in sockets:
        ready = sum(peer["state"] == "ready" for peer in socket["peers"])
        found[socket["name"]] = tuple((socket | {"peers": ready})[name] for name in COUNTS)
    return found


def scraped(text: str) -> dict[str, tuple[int, ...]]:
    """Return what metrics say in the same way."""
    found: dict[str, dict[str, int]] = {name: {} for name in TRUTH}
    for name, labels, value in re.findall(r"^zerowire_(\w+)\{(.*)\} ([\d.e+]+)$", text, re.M):
        told = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        row = found[told["socket"]]
        if name in METRICS:
            row[METRICS[name]] = int(float(value))
        elif name == "queued_messages":
            row[f"queued_{told['direction']}"] = int(float(value))
        elif name == "peers" and told["state"] == "ready":
            row["peers"] = int(float(value))
    return {name: tuple(row[count] for count in COUNTS) for name, row in found.items()}


def test_every_view_shows_what_was_done(program: Accountable, folder: Path) -> None:
    """Known counts, drops, losses and a dead peer: stats(), ps, peers, top, the page's JSON and metrics."""
    stats = program.told["stats"]
    assert {name: tuple(row[count] for count in COUNTS) for name, row in stats.items()} == TRUTH

    top = run("top", program.pid, "--once", "--json", "--interval", "0.6")
    assert (top.returncode, top.stderr) == (0, "")
    (process,) = json.loads(top.stdout)["processes"]
    assert counts_of(process["sockets"]) == TRUTH
    assert process["interval"] >= 0.5
    (feeder,) = (socket for socket in process["sockets"] if socket["name"] == "feeder")
    assert feeder["rates"] == dict.fromkeys(feeder["rates"], 0)
    assert feeder["octets_out"] == stats["feeder"]["octets_out"]
    died = {event["event"] for event in process["events"] if event["name"] == "widow"}
    assert {"ACCEPTED", "HANDSHAKE_SUCCEEDED", "DISCONNECTED"} <= died

    ps = run("ps", "--json")
    assert json.loads(ps.stdout) == {
        "pid": int(program.pid),
        "program": "accountable.py",
        "context": 1,
        "sockets": 6,
        "peers": 4,
        "queued": 52,
        "dropped": 15,
        "lost": 7,
        "endpoint": process["endpoint"],
    }
    peers = run("peers", process["endpoint"])
    assert peers.stdout.splitlines()[0].split()[:4] == ["PROCESS", "SOCKET", "PEER", "TYPE"]
    rows = {words[2]: words[3:] for words in map(str.split, peers.stdout.splitlines()[1:])}
    assert rows["feeder"] == [
        "eater",
        "PULL",
        "ready",
        "0",
        "100",
        "0/1000",
        "0/1000",
        "0",
        rows["feeder"][-1],
    ]
    assert rows["news"] == ["inproc://news", "-", "ready", "1", "4", "0/2000", "6/10", "15", "-"]
    assert sorted(rows) == ["eater", "feeder", "news", "reader"]

    with urllib.request.urlopen(f"{program.told['url']}inspect.json") as reply:
        assert counts_of(json.load(reply)["sockets"]) == TRUTH
    with urllib.request.urlopen(f"{program.told['url']}metrics") as reply:
        assert scraped(reply.read().decode()) == TRUTH


def test_killed_process_is_not_listed_and_its_file_goes(program: Accountable, folder: Path) -> None:
    files = folder / "zerowire"
    assert [*files.iterdir()] != []
    program.process.kill()
    program.process.wait()
    done = run("ps")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"zerowire ps: {NOBODY}\n")
    assert [*files.iterdir()] == []


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("peers", "1"), 1, "process 1 cannot be inspected: start it with ZEROWIRE_INSPECT=1"),
        (("peers", "ipc:///nowhere/x", "--timeout", "0.1"), 1, "ipc:///nowhere/x: no answer"),
        (("top", "--once", "nonsense"), 2, "'nonsense' is neither a process number nor an endpoint"),
        (("top", "--once", "tcp://nowhere"), 2, "tcp://nowhere"),
        (("top", "--sort", "size"), 2, "there is no column 'size': process, socket, peer"),
    ],
)
def test_what_cannot_be_done_is_said(
    folder: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, text: str
) -> None:
    assert main(words) == code
    said = capfd.readouterr()
    assert text in " ".join(said.err.split())
    assert said.out == ""


def test_table_stands_in_columns() -> None:
    assert aligned([["NAME", "COUNT"], ["a", "1"], ["longer", "10"]], [1]) == [
        "NAME    COUNT",
        "a           1",
        "longer     10",
    ]


# -- the terminal ------------------------------------------------------------------------------------


class Terminal:
    """A terminal of tmux's, 200 columns wide, in which `zerowire top` runs."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._server = ["tmux", "-S", str(folder / "tmux"), "-f", os.devnull]
        shell = [
            *("env", "-u", "COLUMNS", "-u", "LINES"),  # readline sets them, in pytest
            f"PYTHONPATH={SOURCE}",
            f"XDG_RUNTIME_DIR={folder}",
            sys.executable,
            "-m",
            "zerowire",
            *words,
        ]
        self.call("new-session", "-d", "-x", "200", "-y", "20", " ".join(shell) + "; echo ended $?; cat")

    def call(self, *words: str) -> str:
        """Have tmux do something."""
        return subprocess.run(
            [*self._server, *words], check=True, capture_output=True, text=True, timeout=PATIENCE
        ).stdout

    def press(self, *keys: str) -> None:
        """Press keys."""
        self.call("send-keys", *keys)

    def text(self) -> str:
        """Return what is seen."""
        return self.call("capture-pane", "-p")

    def rows(self, column: int) -> list[str]:
        """Return a column of the table; nothing while it is being drawn."""
        _, _, table = self.text().partition("heard\n")
        words = [line.split() for line in table.partition("\n\n")[0].splitlines()]
        return [row[column] for row in words if len(row) > column]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.call("kill-server")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")
def test_top_is_driven_by_keys(program: Accountable, folder: Path, wait_until: WaitUntil) -> None:
    """It sorts, filters, pauses, shows what stands out, and leaves the terminal as it was."""
    with Terminal(folder, "top", "--interval", "0.2") as terminal:
        title = "1 contexts, 6 sockets, 4 peers  0 slow  22 dropped or lost"
        wait_until(lambda: title in terminal.text())
        wait_until(lambda: terminal.rows(2) == ["widow", "hopeless", "feeder", "eater", "news", "reader"])
        terminal.press("/", "inproc")
        wait_until(lambda: "filter: inproc_" in terminal.text())
        terminal.press("Enter")
        wait_until(lambda: terminal.rows(2) == ["news", "reader"])
        terminal.press("Escape")
        wait_until(lambda: len(terminal.rows(2)) == 6)
        terminal.press("Right", "Right")
        wait_until(lambda: "socket^" in terminal.text())
        wait_until(lambda: terminal.rows(2) == ["eater", "feeder", "hopeless", "news", "reader", "widow"])
        terminal.press("r")
        wait_until(lambda: terminal.rows(2) == ["widow", "reader", "news", "hopeless", "feeder", "eater"])
        terminal.press("Space")
        wait_until(lambda: "paused" in terminal.text())
        terminal.press("q")
        wait_until(lambda: "ended 0" in terminal.text())
        assert "zerowire top  " not in terminal.text()
