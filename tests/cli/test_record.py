"""zerowire record: killed at any moment, it has what it was given."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from tests.cli.conftest import Begin, Peer
from tests.cli.peers import bound
from tests.conftest import WaitUntil
from zerowire import cli
from zerowire.recording import Direction, Recording

zmq = pytest.importorskip("zmq")

SEED = int(os.environ.get("ZEROWIRE_SEED", "11"))
KILLS = 3


def frames_in(path: Path) -> list[list[bytes]]:
    with Recording(path) as recording:
        return [entry.frames for entry in recording]


@pytest.mark.parametrize("kill", range(KILLS))
def test_killed_at_random_it_loses_at_most_the_message_in_its_hands(
    begin: Begin, peer: Peer, tmp_path: Path, kill: int
) -> None:
    """What it had printed is there, in order, and at most one more."""
    chance = random.Random(SEED + kill)
    print(f"ZEROWIRE_SEED={SEED}")
    path = tmp_path / "r.zwr"
    recorder = begin("record", str(path), "--type", "pull", "--bind", "tcp://127.0.0.1:*", "--json")
    push = peer("PUSH", recorder.endpoint())
    enough = chance.randrange(1, 800)
    for number in range(enough + 200):
        push.send_multipart([b"%d" % number, b"x" * (number * 31 % 700)])
    printed = [recorder.line() for _ in range(enough)]
    recorder.kill()
    assert recorder.stdout is not None
    printed += [line for line in recorder.stdout if line.endswith("\n")]
    found = [int(frames[0]) for frames in frames_in(path)]
    assert found == list(range(len(found)))
    assert len(found) in (len(printed), len(printed) + 1)


def test_subscriber_records_its_topics_and_who_published(begin: Begin, peer: Peer, tmp_path: Path) -> None:
    path = tmp_path / "r.zwr"
    words = ["--topic", "news.", "--topic", "0x00", "--count", "3", "--sync", "0"]
    recorder = begin("record", str(path), "--bind", "tcp://127.0.0.1:*", *words)
    pub = peer("XPUB", recorder.endpoint())
    assert {pub.recv() for _ in range(2)} == {b"\1news.", b"\1\0"}
    for frames in ([b"weather"], [b"news.a", b"1"], [b"\0b"], [b"news.c"], [b"news.late"]):
        pub.send_multipart(frames)
    said, complaints = recorder.end()
    assert said == ""
    assert complaints == f"3 messages, {path.stat().st_size} octets in {path}\n"
    with Recording(path) as recording:
        entries = list(recording)
        assert recording.is_closed_well
        assert recording.facts["type"] == "SUB"
        assert recording.facts["topics"] == ["news.", "0x00"]
    assert [entry.frames for entry in entries] == [[b"news.a", b"1"], [b"\0b"], [b"news.c"]]
    assert {(entry.direction, entry.peer) for entry in entries} == {(Direction.RECEIVED, "127.0.0.1")}


def test_ctrl_c_ends_it_well_and_another_goes_on(begin: Begin, peer: Peer, tmp_path: Path) -> None:
    path = tmp_path / "r.zwr"
    for number in (b"1", b"2"):
        words = ["--type", "pull", "--append", "--json", "--sync", "never"]
        recorder = begin("record", str(path), "--bind", f"ipc://{tmp_path}/s", *words)
        if number == b"2":
            assert recorder.stderr is not None
            assert recorder.stderr.readline().startswith("3 octets that are no whole message are cut off")
            assert [each.read_bytes() for each in tmp_path.glob("r.zwr.cut-*")] == [bytes(3)]
        peer("PUSH", recorder.endpoint()).send(number)
        assert json.loads(recorder.line())["frames"] == [number.decode()]
        recorder.interrupt()
        if number == b"1":
            path.write_bytes(path.read_bytes() + b"\0\0\0")
    assert frames_in(path) == [[b"1"], [b"2"]]
    with Recording(path) as recording:
        assert len(list(recording)) == 2
        assert recording.is_closed_well


def test_tap_records_both_directions(begin: Begin, peer: Peer, tmp_path: Path, wait_until: WaitUntil) -> None:
    path = tmp_path / "r.zwr"
    reply = peer("REP")
    target = reply.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()
    recorder = begin("record", str(path), "--tap", "tcp://127.0.0.1:*", target, "--count", "2")
    ask = peer("REQ", recorder.endpoint())
    ask.send(b"question")
    reply.send(reply.recv() + b"?")
    assert ask.recv() == b"question?"
    recorder.end()
    with Recording(path) as recording:
        entries = list(recording)
        assert recording.facts["type"] == "tap"
    assert [(entry.direction.name, entry.frames) for entry in entries] == [
        ("SENT", [b"", b"question"]),
        ("RECEIVED", [b"", b"question?"]),
    ]
    assert len({entry.peer for entry in entries}) == 1


def test_reader_that_leaves_ends_it_quietly(begin: Begin, peer: Peer, tmp_path: Path) -> None:
    recorder = begin("record", str(tmp_path / "r"), "--type", "pull", "--bind", "tcp://127.0.0.1:*", "--json")
    push = peer("PUSH", recorder.endpoint())
    assert recorder.stdout is not None
    recorder.stdout.close()
    push.send(b"1")
    assert recorder.wait(20) == 0
    assert frames_in(tmp_path / "r") == [[b"1"]]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ((), "FILE"),
        (("r",), "--bind or --connect"),
        (("there", "--bind", "tcp://127.0.0.1:*"), "there already"),
        (("r", "--sync", "soon", "--bind", "tcp://127.0.0.1:*"), "a number of seconds, or never"),
        (("r", "--type", "rep", "--bind", "tcp://127.0.0.1:*"), "pull"),
        (("r", "--bind", "tcp://127.0.0.1"), "has no port"),
        (("r", "--tap", "tcp://*:*", "tcp://127.0.0.1:1", "--bind", "tcp://*:*"), "of its own"),
        (("r", "--tap", "tcp://127.0.0.1", "tcp://127.0.0.1:1"), "has no port"),
    ],
)
def test_bad_arguments_are_refused(
    words: tuple[str, ...],
    hint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there").write_bytes(b"precious")
    assert cli.main(["record", *words]) == 2
    assert hint in capsys.readouterr().err
    assert Path("there").read_bytes() == b"precious"


def test_endpoint_that_is_taken_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with bound(zmq, "REP") as endpoint:
        for words in (["--bind", endpoint], ["--tap", endpoint, "tcp://127.0.0.1:1"]):
            path = tmp_path / words[0]
            assert cli.main(["record", str(path), *words]) == 1
            assert "address already in use" in capsys.readouterr().err
