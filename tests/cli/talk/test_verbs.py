"""The verbs that talk, as processes: their output is golden, and libzmq is at the other end."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Begin, Peer
from tests.cli.process import PATIENCE, SOURCE
from tests.conftest import WaitUntil
from zerowire import cli
from zerowire.auth import create_certificates

ANYWHERE = "tcp://127.0.0.1:*"


def where(peer: object) -> str:
    """Return the endpoint that a socket is bound to."""
    return str(getattr(peer, "last_endpoint").decode())  # noqa: B009  # pyzmq's types do not know it


def test_req_prints_a_reply_for_each_message(begin: Begin, peer: Peer) -> None:
    """P-1."""
    rep = peer("REP")
    req = begin(
        "req", "-c", where(rep), "one", "two", "--count", "3", "--format", r"{number}\t{text}\t{size}"
    )
    for _ in range(3):
        rep.send(rep.recv().upper())
    assert req.end() == ("1\tONE\t3\n2\tTWO\t3\n3\tONE\t3\n", "")


def test_rep_echoes_and_says_who_asks(begin: Begin, peer: Peer) -> None:
    """P-1; frames that are no text are hexadecimal, and what comes from whom is known."""
    rep = begin("rep", "-b", ANYWHERE, "--echo", "--json", "--count", "2")
    req = peer("REQ", rep.endpoint())
    for message in ([b"hello", b"\xff\0"], [b""]):
        req.send_multipart(message)
        assert req.recv_multipart() == message
    first, second = map(json.loads, rep.end()[0].splitlines())
    assert first.pop("time") <= second.pop("time")
    assert first == {"size": 7, "peer": "127.0.0.1", "frames": ["hello", {"hex": "ff00"}]}
    assert second == {"size": 0, "peer": "127.0.0.1", "frames": [""]}


def test_rep_answers_with_a_command(begin: Begin, peer: Peer) -> None:
    rep = begin("rep", "-b", ANYWHERE, "--command", "tr a-z A-Z; exit 3", "-n", "1", "-s", ",")
    req = peer("REQ", rep.endpoint())
    req.send_multipart([b"red", b"green,blue"])
    assert req.recv_multipart() == [b"RED\nGREEN", b"BLUE"]
    assert rep.end() == ("red,green,blue\n", "'tr a-z A-Z; exit 3' ended with code 3\n")


def test_rep_answers_from_standard_input_until_it_ends(begin: Begin, peer: Peer) -> None:
    rep = begin("rep", "-b", ANYWHERE, "--output", "none")
    req = peer("REQ", rep.endpoint())
    rep.write("yes\n")
    req.send(b"?")
    assert req.recv() == b"yes"
    req.send(b"and now?")
    assert rep.end() == ("", "")


def test_pub_waits_for_a_subscriber_and_loses_nothing(begin: Begin, peer: Peer) -> None:
    """No slow joiner: the first message reaches whoever has subscribed first."""
    pub = begin("pub", "-b", ANYWHERE, "a 1", "b 2", "a 3", "--json")
    sub = peer("SUB", pub.endpoint())
    sub.subscribe(b"a")
    assert [sub.recv(), sub.recv()] == [b"a 1", b"a 3"]
    assert pub.end() == ('{"sent": 3}\n', "")


def test_sub_prints_its_topics_at_once_and_ends_at_ctrl_c(begin: Begin, peer: Peer) -> None:
    xpub = peer("XPUB")
    sub = begin(
        "sub", "-c", where(xpub), "a", "b", "--format", "{number} {topic}|{body}|{hex}|{frames}", "-v"
    )
    assert {xpub.recv(), xpub.recv()} == {b"\x01a", b"\x01b"}
    for message in ([b"a", b"x", b"y"], [b"c", b"z"], [b"b"]):
        xpub.send_multipart(message)
    assert sub.line() == "1 a|x\ty|61\t78\t79|3"
    assert sub.line() == "2 b||62|1"
    said, complaints = sub.interrupt()
    assert said == ""
    assert re.match(r"CONNECT_DELAYED tcp://127.0.0.1:\d+.*\nCONNECTED .*\nHANDSHAKE_SUCCEEDED", complaints)
    assert "Traceback" not in complaints


def test_push_reads_lines_and_delivers_them_all(begin: Begin, peer: Peer) -> None:
    """A million lines would do, too: the end waits until all has gone out."""
    pull = peer("PULL")
    push = begin("push", "-c", where(pull), "--escapes", "-s", ",")
    push.write("one\n")
    assert pull.recv_multipart() == [b"one"]  # not before the end of the input: at once
    lines = [f"{number},a\\tb\\xff\n" for number in range(2000)]
    push.end("".join(lines))
    got = [pull.recv_multipart() for _ in lines]
    assert got == [[b"%d" % number, b"a\tb\xff"] for number in range(2000)]


def test_what_pull_writes_with_lengths_push_reads(begin: Begin, peer: Peer, tmp_path: Path) -> None:
    """Any octets survive the way through a file; a newline ends nothing."""
    messages = [[b"a\n", b"", b"\xff" * 1000], [b""], [b"end"]]
    pull = begin("pull", "-b", ANYWHERE, "-o", "sized", "-n", "3")
    push = peer("PUSH", pull.endpoint())
    for message in messages:
        push.send_multipart(message)
    assert pull.stdout is not None
    octets = pull.stdout.buffer.read()  # type: ignore[attr-defined]
    pull.wait(PATIENCE)
    sink = peer("PULL")
    again = begin("push", "-c", where(sink), "-i", "sized")
    assert again.stdin is not None
    again.stdin.buffer.write(octets)  # type: ignore[attr-defined]
    again.end()
    assert [sink.recv_multipart() for _ in messages] == messages


def test_pair_talks_both_ways_at_once(begin: Begin, peer: Peer) -> None:
    pair = begin("pair", "-b", ANYWHERE, "-i", "json", "--json", "-n", "2")
    other = peer("PAIR", pair.endpoint())
    other.send(b"first\x1b[31m")
    assert json.loads(pair.line())["frames"] == ["first\x1b[31m"]
    pair.write('"word"\n["a", {"hex": "00"}]\n{"frames": ["b"], "time": 1}\n')
    assert [other.recv_multipart() for _ in range(3)] == [[b"word"], [b"a", b"\0"], [b"b"]]
    other.send(b"last")
    assert json.loads(pair.end()[0])["frames"] == ["last"]


def test_dealer_sends_at_its_pace_until_it_has_heard_enough(begin: Begin, peer: Peer) -> None:
    router = peer("ROUTER")
    dealer = begin(
        "dealer", "-c", where(router), "ping", "--rate", "200", "-n", "2", "--set", "ROUTING_ID=me"
    )
    for number in range(2):
        assert router.recv_multipart() == [b"me", b"ping"]
        router.send_multipart([b"me", b"pong %d" % number])
    assert dealer.end() == ("pong 0\npong 1\n", "")


def test_router_answers_whoever_was_heard_last(begin: Begin, peer: Peer) -> None:
    """RFC 28: the envelope of a REQ, delimiter included, goes before the answer."""
    router = begin("router", "-b", ANYWHERE, "--format", "{text}")
    endpoint = router.endpoint()
    router.write("to the first\n")  # who has not been heard yet
    for question in ("first", "second"):
        req = peer("REQ", endpoint)
        req.send_string(question)
        assert router.line() == question
        if question == "second":
            router.write("to the second\n")
        assert req.recv_string() == f"to the {question}"
    router.interrupt()


def test_router_sends_where_it_is_told(begin: Begin, peer: Peer) -> None:
    router = begin("router", "-b", ANYWHERE, "-i", "json", "--addressed")
    dealer = peer("DEALER")
    dealer.routing_id = b"\0me"
    dealer.connect(router.endpoint())
    dealer.send(b"hello")
    assert router.line() == r"\0me" + "\thello"
    router.write('[{"hex": "006d65"}, "hello yourself"]\n')
    assert dealer.recv() == b"hello yourself"
    router.interrupt()


def test_xpub_and_xsub_show_what_pub_and_sub_hide(begin: Begin, peer: Peer) -> None:
    xpub = begin("xpub", "-b", ANYWHERE, "-n", "1")
    endpoint = xpub.endpoint()
    sub = peer("SUB", endpoint)
    sub.subscribe(b"news")
    assert xpub.line() == r"\x01news"
    xpub.end()
    other = peer("XPUB")
    xsub = begin("xsub", "-c", where(other), "news", "-n", "1")
    assert other.recv() == b"\x01news"
    other.send(b"news of today")
    assert xsub.end() == ("news of today\n", "")


def test_stream_talks_with_what_knows_no_zeromq(begin: Begin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        verb = begin("stream", "-c", f"tcp://127.0.0.1:{port}", r"GET /\r\n", "-e", "-o", "raw", "-n", "2")
        connection, _ = server.accept()
        with connection:
            assert connection.recv(100) == b"GET /\r\n"
            connection.sendall(b"hello\r\n")
            assert verb.end() == ("hello\n", "")


def test_sender_that_is_refused_does_not_claim_to_have_delivered(begin: Begin, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("joe:secret\n")
    pull = begin("pull", "-b", ANYWHERE, "--passwords", "passwords")
    push = begin("push", "-c", pull.endpoint(), "--user", "joe", "hi", ZEROWIRE_PASSWORD="wrong")
    assert push.communicate(timeout=PATIENCE)[1].startswith("zerowire push: not delivered: messages, 1:")
    assert push.returncode == 1


def test_curve_and_plain_let_in_whom_they_know(begin: Begin, tmp_path: Path) -> None:
    """7.9: keys in files, passwords in a file and in the environment."""
    clients = tmp_path / "clients"
    clients.mkdir()
    create_certificates(tmp_path, "server")
    create_certificates(clients, "joe")
    (tmp_path / "passwords").write_text("joe:secret\n\n")
    curve = begin(
        "rep",
        "-b",
        ANYWHERE,
        "yes",
        "--key",
        "server.key_secret",
        "--allow",
        "clients",
        "-f",
        "{user} {text}",
    )
    plain = begin("rep", "-b", ANYWHERE, "yes", "--passwords", "passwords", "-f", "{user} {text}")
    at_curve, at_plain = curve.endpoint(), plain.endpoint()
    key = (tmp_path / "server.key").read_text().split('"')[1]
    asking = [
        begin("req", "-c", at_curve, "?", "--server-key", key, "--key", "clients/joe.key_secret"),
        begin("req", "-c", at_plain, "?", "--user", "joe", ZEROWIRE_PASSWORD="secret"),
    ]
    stranger = begin("req", "-c", at_curve, "?", "--server-key", "server.key", "--timeout", "1")
    assert [verb.end() for verb in asking] == [("yes\n", ""), ("yes\n", "")]
    assert stranger.communicate(timeout=PATIENCE)[1].startswith(
        "zerowire req: no message within 1 s: nobody is at"
    )
    assert stranger.returncode == 1
    assert plain.line() == "joe ?"
    assert curve.line().endswith(" ?")
    for verb in (curve, plain):
        assert verb.interrupt()[0] == ""


def test_waiting_in_vain_is_a_failure_that_says_for_whom(begin: Begin) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        absent = f"nobody is at {nobody} (zerowire doctor tells why)"
        verbs = {
            f"zerowire req: no message within 0.2 s: {absent}\n": begin(
                "req", "-c", nobody, "?", "-t", "0.2"
            ),
            "zerowire push: not delivered within 0.2 s: messages, 2\n": begin(
                "push", "-c", nobody, "-t", "0.2", "a", "b"
            ),
            "zerowire pub: fewer than 1 subscribers within 0.2 s: there is no peer\n": begin(
                "pub", "-b", ANYWHERE, "-t", "0.2", "a"
            ),
        }
        for text, verb in verbs.items():
            said, complaints = verb.communicate(timeout=PATIENCE)
            assert said == ""
            assert complaints.endswith(text)
            assert verb.returncode == 1


@pytest.mark.skipif(os.name == "nt", reason="there is no bash")
def test_pipe_whose_reader_leaves_ends_it_quietly(peer: Peer, wait_until: WaitUntil) -> None:
    pub = peer("PUB")
    command = f"{sys.executable} -m zerowire sub -c {where(pub)} | head -1; echo ${{PIPESTATUS[0]}}"
    process = subprocess.Popen(
        ["bash", "-c", command],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        wait_until(lambda: pub.send(b"again") or process.poll() is not None, PATIENCE)
        assert process.communicate() == ("again\n0\n", "")


def test_ctrl_c_ends_what_waits_for_input_and_bad_input_what_listens(begin: Begin) -> None:
    push, pair = begin("push", "-b", ANYWHERE), begin("pair", "-b", ANYWHERE, "-i", "json")
    push.endpoint()
    pair.endpoint()
    assert push.interrupt() == ("", "")
    said, complaints = pair.communicate("no JSON\n", timeout=PATIENCE)
    assert (said, pair.returncode) == ("", 2)
    assert "Invalid value: no JSON: " in complaints


BAD = {
    "endpoint": (["push", "hello"], "name an endpoint with --bind or --connect"),
    "port": (["push", "-c", "tcp://127.0.0.1", "x"], "has no port"),
    "transport": (["pull", "-b", "carrier://pigeon"], "carrier"),
    "option": (["pull", "-b", ANYWHERE, "--set", "SNDHVM=1"], "there is no option 'SNDHVM'"),
    "no value": (["pull", "-b", ANYWHERE, "--set", "SNDHWM"], "SNDHWM needs a value"),
    "value": (["pull", "-b", ANYWHERE, "--set", "SNDHWM=-1"], "must be 0"),
    "octets": (["pull", "-b", ANYWHERE, "--set", "ROUTING_ID=0xyz"], "--set ROUTING_ID: non-hexadecimal"),
    "format": (["pull", "-b", ANYWHERE, "--format", "{topik}"], "there is no field {topik}"),
    "brace": (["pull", "-b", ANYWHERE, "--format", "{"], "--format {"),
    "pace": (["push", "-c", "tcp://127.0.0.1:9", "x", "--rate", "1", "--interval", "1"], "give one of them"),
    "number": (["push", "-c", "tcp://127.0.0.1:9", "x", "--count", "many"], "--count"),
    "json": (["push", "-c", "tcp://127.0.0.1:9", "-i", "json", "[1]"], "a frame is a string"),
    "replies": (["rep", "-b", ANYWHERE, "--echo", "x"], "three ways to reply"),
    "key": (["pull", "-b", ANYWHERE, "--key", "absent"], "--key goes with --allow"),
    "key file": (["pull", "-b", ANYWHERE, "--key", "absent", "--allow", "any"], "absent"),
    "server key": (["pull", "-b", ANYWHERE, "--server-key", "short"], "40 characters"),
    "mechanisms": (["pull", "-b", ANYWHERE, "--server-key", "k", "--user", "u"], "--server-key and --user"),
    "passwords": (["pull", "-b", ANYWHERE, "--passwords", __file__], "line 3 of"),
    "user": (["pull", "-b", ANYWHERE, "--user", ""], "at least one character"),
    "word": (["pull", "-b", ANYWHERE, "word"], "word"),
}


@pytest.mark.parametrize(("words", "text"), BAD.values(), ids=BAD)
def test_what_cannot_be_is_refused_with_a_reason(
    words: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert text in said.err
    assert "Try 'zerowire " in said.err
