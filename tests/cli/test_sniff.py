"""zerowire sniff: captures of libzmq, and what passes through a tap."""

from __future__ import annotations

import json
from io import TextIOWrapper
from pathlib import Path

import pytest

from tests.cli.conftest import Begin, Peer
from tests.conformance.raw import command, frame, greeting, properties
from tests.sniffing.wire import CLIENT, SERVER, packet, pcap
from zerowire import cli

zmq = pytest.importorskip("zmq")

CAPTURES = Path(__file__).parents[1] / "sniffing" / "captures"
GOLDEN = """\
  0.000000  127.0.0.1:51774 > 127.0.0.1:5691  open
  0.000150  127.0.0.1:5691 > 127.0.0.1:51774  greeting  ZMTP 3.1 NULL
  0.000155  127.0.0.1:51774 > 127.0.0.1:5691  greeting  ZMTP 3.1 NULL
  0.000182  127.0.0.1:5691 > 127.0.0.1:51774  command   READY Socket-Type="REP"
  0.000188  127.0.0.1:51774 > 127.0.0.1:5691  command   READY Socket-Type="REQ" Identity="asker"
  0.000288  127.0.0.1:51774 > 127.0.0.1:5691  message   "" | "hello" | 00 01 ff
  0.000330  127.0.0.1:5691 > 127.0.0.1:51774  message   "" | "world"
  0.080969  127.0.0.1:51774 > 127.0.0.1:5691  command   PING ttl=2.0 context=""
  0.080987  127.0.0.1:5691 > 127.0.0.1:51774  command   PONG context=""
  0.163167  127.0.0.1:51774 > 127.0.0.1:5691  command   PING ttl=2.0 context=""
  0.163193  127.0.0.1:5691 > 127.0.0.1:51774  command   PONG context=""
  0.203331  127.0.0.1:51774 > 127.0.0.1:5691  close     end
  0.203364  127.0.0.1:5691 > 127.0.0.1:51774  close     end
"""


def test_capture_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sniff", str(CAPTURES / "reqrep.pcap")]) == 0
    said = capsys.readouterr()
    assert said.out == GOLDEN
    assert said.err == "1 connections, 26 segments: 0 repeated, 0 out of order, 0 octets missing\n"


def test_kinds_and_ports_choose(capsys: pytest.CaptureFixture[str]) -> None:
    capture = str(CAPTURES / "plain.pcap")
    assert cli.main(["sniff", capture, "--json", "--only", "message", "--port", "5694"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["frames"] for each in told] == [["", "hello", {"hex": "0001ff"}], ["", "world"]]
    assert cli.main(["sniff", capture, "--port", "1"]) == 0
    assert capsys.readouterr().out == ""


def test_capture_comes_through_a_pipe(begin: Begin) -> None:
    """As from `tcpdump -w -`: what is there is told while the rest is still to come."""
    octets = (CAPTURES / "reqrep.pcap").read_bytes()
    sniffing = begin("sniff", "-")
    assert isinstance(sniffing.stdin, TextIOWrapper)
    sniffing.stdin.buffer.write(octets[:1200])
    sniffing.stdin.flush()
    first, *others = GOLDEN.splitlines()
    assert sniffing.line() == first
    sniffing.stdin.buffer.write(octets[1200:-7])
    sniffing.stdin.close()
    assert [sniffing.line() for _ in others] == others
    assert sniffing.wait(20) == 0
    assert sniffing.stderr is not None
    assert sniffing.stderr.readline().startswith("the capture breaks off")


def test_tap_shows_what_passes_until_ctrl_c(begin: Begin, peer: Peer) -> None:
    reply = peer("REP")
    target = reply.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()
    sniffing = begin("sniff", "--tap", "tcp://127.0.0.1:*", target, "--only", "message", "--only", "close")
    ask = peer("REQ", sniffing.endpoint())
    ask.send(b"question")
    reply.send(reply.recv() + b"?")
    assert ask.recv() == b"question?"
    server = target.removeprefix("tcp://")
    assert sniffing.line().endswith(f' > {server}  message   "" | "question"')
    assert f"  {server} > 127.0.0.1:" in (answer := sniffing.line())
    assert answer.endswith('  message   "" | "question?"')
    ask.close()
    assert {sniffing.line()[-11:], sniffing.line()[-11:]} == {"close     end"[-11:]}
    assert sniffing.interrupt() == ("", "")


def test_reader_that_leaves_ends_it_quietly(begin: Begin, peer: Peer) -> None:
    reply = peer("REP")
    target = reply.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()
    sniffing = begin("sniff", "--tap", "tcp://127.0.0.1:*", target)
    endpoint = sniffing.endpoint()
    assert sniffing.stdout is not None
    sniffing.stdout.close()
    peer("REQ", endpoint)
    assert sniffing.wait(20) == 0


def test_hostile_peer_does_nothing_to_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = b"\x1b[2J\xff\n"
    said = greeting(mechanism=evil) + command(evil) + command(b"READY", properties(**{"\x1b\n": evil}))
    said += command(b"ERROR", bytes((len(evil),)) + evil) + frame(evil)
    packets = [packet(SERVER, CLIENT, 1, greeting()), packet(CLIENT, SERVER, 1, said)]
    (tmp_path / "evil.pcap").write_bytes(pcap(packets))
    for words in ((), ("--json",)):
        assert cli.main(["sniff", str(tmp_path / "evil.pcap"), *words]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 6
        assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        ((), 2, "name a capture file or a --tap"),
        (("nothing",), 2, "does not exist"),
        ((__file__,), 1, "neither pcap nor pcapng"),
        ((__file__, "--tap", "tcp://*:*", "tcp://127.0.0.1:1"), 2, "one of them"),
        (("--tap", "tcp://*:*", "inproc://a"), 2, "inproc"),
        (("--port", "0", __file__), 2, "--port"),
        (("--only", "gossip", __file__), 2, "gossip"),
    ],
)
def test_bad_arguments_are_refused(
    words: tuple[str, ...], code: int, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["sniff", *words]) == code
    assert hint in capsys.readouterr().err
