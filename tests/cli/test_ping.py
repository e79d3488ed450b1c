"""zerowire ping: libzmq and we answer heartbeats; what cannot be reached is told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import zerowire
from tests.cli.conftest import Begin
from tests.cli.peers import bound, saying
from tests.conformance.raw import SIGNATURE, frame, greeting, ready
from zerowire import cli

zmq = pytest.importorskip("zmq")

BOTH = [pytest.param(zmq, id="libzmq"), pytest.param(zerowire, id="ours")]
FAST = ("--interval", "0", "--timeout", "10")
SERVER = zerowire.curve_keypair()


def ping(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    code = cli.main(["ping", "--json", *FAST, *words])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("library", BOTH)
@pytest.mark.parametrize("kind", ["REP", "PUB"])
def test_peer_answers_every_heartbeat(library: Any, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """HB-2: on one connection; the figures are those of the answers."""
    with bound(library, kind) as endpoint:
        code, (facts, *answers, end) = ping(capsys, endpoint, "--count", "7")
    assert (code, facts["type"], facts["version"], facts["mechanism"]) == (0, kind, "3.1", "NULL")
    assert [answer["number"] for answer in answers] == list(range(1, 8))
    assert {answer["question"] for answer in answers} == {"heartbeat"}
    assert (end["asked"], end["answered"]) == (7, 7)
    assert end["history"] == [answer["ms"] for answer in answers]
    assert end["ms"]["min"] <= end["ms"]["median"] <= end["ms"]["p90"] <= end["ms"]["p99"] <= end["ms"]["max"]


@pytest.mark.parametrize("library", BOTH)
def test_heartbeats_pass_through_curve(library: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with bound(library, "REP", curve_server=1, curve_secretkey=SERVER[1]) as endpoint:
        code, told = ping(capsys, endpoint, "--server-key", SERVER[0].decode())
    assert (code, told[0]["mechanism"], told[-1]["answered"]) == (0, "CURVE", 5)


def test_peer_that_hands_out_messages_is_asked_to_greet(capsys: pytest.CaptureFixture[str]) -> None:
    with bound(zmq, "PUSH") as endpoint:
        code, told = ping(capsys, endpoint, "--count", "3")
    assert (code, [each["question"] for each in told[1:-1]]) == (0, ["handshake"] * 3)


def test_old_peer_is_asked_to_greet(capsys: pytest.CaptureFixture[str]) -> None:
    with saying(SIGNATURE + b"\1\4" + frame(b"")) as endpoint:
        code, told = ping(capsys, endpoint, "--count", "1")
    assert (code, told[0]["version"], told[1]["question"]) == (0, "2.0", "handshake")


def test_heartbeats_that_are_not_answered_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with saying(greeting() + ready("REP")) as endpoint:
        code, told = ping(capsys, endpoint, "--count", "2", "--timeout", "0.5")
    assert code == 1
    assert [each["fault"] for each in told[1:-1]] == ["no heartbeat"] * 2
    assert (told[-1]["asked"], told[-1]["answered"], told[-1]["ms"]) == (2, 0, {})


def test_nobody_there_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ping", "ipc:///nowhere/at/all"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("zerowire ping: ipc:///nowhere/at/all: no such path: no such file")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("127.0.0.1:5555",), "has no '://'"),
        (("inproc://a",), "use ipc or tcp"),
        (("tcp://a:1", "-n", "-1"), "-n"),
    ],
)
def test_bad_arguments_are_refused(
    words: tuple[str, ...], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ping", *words]) == 2
    assert hint in capsys.readouterr().err


def test_ctrl_c_ends_with_the_figures(begin: Begin) -> None:
    with bound(zmq, "REP") as endpoint:
        process = begin("ping", endpoint, "--count", "0", "--interval", "0.02")
        head = [process.line() for _ in range(4)]
        said, complaints = process.interrupt()
    shape = [f"{endpoint}: REP, ZMTP 3.1, NULL", "connect N ms, greeting N ms, handshake N ms"]
    assert re.sub(r"\d+\.\d+ ms", "N ms", "\n".join(head)).splitlines() == [
        *shape,
        "heartbeat 1: N ms",
        "heartbeat 2: N ms",
    ]
    *_, counts, figures, history = said.splitlines()
    assert re.fullmatch(r"(\d+) asked, \1 answered", counts)
    assert re.fullmatch(r"min \S+  median \S+  p90 \S+  p99 \S+  max \S+  mean \S+  ms", figures)
    assert set(history) <= set("▁▂▃▄▅▆▇█")
    assert complaints == ""


def test_reader_that_leaves_ends_it_quietly(begin: Begin) -> None:
    with bound(zmq, "REP") as endpoint:
        process = begin("ping", endpoint, "--count", "0", "--interval", "0")
        assert process.line()
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
