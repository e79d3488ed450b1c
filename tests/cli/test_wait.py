"""zerowire wait: scripts go on as soon as a peer is there."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

import zerowire
from tests.cli.conftest import Begin
from tests.cli.peers import bound, saying
from zerowire import cli

zmq = pytest.importorskip("zmq")

SERVER = zerowire.curve_keypair()


@pytest.mark.parametrize("library", [zmq, zerowire], ids=["libzmq", "ours"])
@pytest.mark.parametrize("kind", ["REP", "PUSH", "PAIR"])
def test_ready_peer_is_told_at_once(library: Any, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    with bound(library, kind) as first, bound(library, "PUB") as second:
        assert cli.main(["wait", first, second, "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["endpoint"], each["ready"]) for each in told] == [(first, True), (second, True)]


def test_it_waits_for_a_peer_that_comes_later(begin: Begin, tmp_path: Path) -> None:
    """A file in its place, a listener that says nothing: it goes on trying."""
    endpoint = f"ipc://{tmp_path}/s"
    waiting = begin("wait", endpoint, "--timeout", "20")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        listener.accept()[0].close()
    assert waiting.poll() is None
    with bound(zmq, "REP", endpoint):
        said, complaints = waiting.end()
    assert said.startswith(f"{endpoint} is ready after ")
    assert complaints == ""


def test_what_was_wrong_at_the_end_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with bound(zmq, "REP", curve_server=1, curve_secretkey=SERVER[1]) as endpoint:
        assert cli.main(["wait", endpoint, "--timeout", "1.5", "--json"]) == 1
        said = capsys.readouterr()
        assert json.loads(said.out)["fault"] == "mechanism"
        assert "was not ready within 1.5 s: the peer speaks CURVE, and we speak NULL" in said.err
        assert cli.main(["wait", endpoint, "--server-key", SERVER[0].decode()]) == 0


def test_tcp_needs_no_zmtp(capsys: pytest.CaptureFixture[str]) -> None:
    with saying(b"220 mail\r\n") as endpoint:
        assert cli.main(["wait", endpoint, "--tcp"]) == 0
        assert cli.main(["wait", endpoint, "--timeout", "1"]) == 1
    assert "SMTP" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "hint"),
    [((), "ENDPOINT"), (("tcp://127.0.0.1",), "no port"), (("tcp://127.0.0.1:1", "-t", "soon"), "number")],
)
def test_bad_arguments_are_refused(
    words: tuple[str, ...], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["wait", *words]) == 2
    assert hint in capsys.readouterr().err


def test_ctrl_c_ends_it(begin: Begin, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        waiting = begin("wait", f"ipc://{tmp_path}/s")
        listener.accept()[0].close()  # it is at work
        assert waiting.interrupt() == ("", "")
