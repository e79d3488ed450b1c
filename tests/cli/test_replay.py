"""zerowire replay: a recording is sent again as it was, or printed."""

from __future__ import annotations

import json
import re
from itertools import count
from pathlib import Path

import pytest

from tests.cli.conftest import Begin, Peer
from zerowire import cli
from zerowire.recording import Direction, Recorder
from zerowire.recording import recorder as clockwork

zmq = pytest.importorskip("zmq")

MESSAGES = [[b"a"], [b"b", b"\xff\n"], [b"c"], [b"d"]]


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PULL socket's, with 0.2 s between messages; the third was sent."""
    path = tmp_path / "r.zwr"
    ticks = count(0, 200_000_000)
    monkeypatch.setattr(clockwork, "time_ns", lambda: 1_700_000_000_000_000_000)
    monkeypatch.setattr(clockwork, "monotonic_ns", lambda: next(ticks))
    with Recorder(path, facts={"type": "PULL"}, sync=None) as recorder:
        for frames in MESSAGES:
            direction = Direction.SENT if frames == [b"c"] else Direction.RECEIVED
            recorder.append(frames, direction=direction, peer="10.0.0.7")
    return path


def test_it_is_printed_without_an_endpoint(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(recording)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        '  0.000000  received  10.0.0.7  "a"',
        '  0.200000  received  10.0.0.7  "b" | ff 0a',
        '  0.400000  sent      10.0.0.7  "c"',
        '  0.600000  received  10.0.0.7  "d"',
    ]
    assert cli.main(["replay", str(recording), "--json", "--only", "received", "--skip", "1", "-n", "1"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "time": 1_700_000_000.4,
        "direction": "received",
        "peer": "10.0.0.7",
        "frames": ["b", {"hex": "ff0a"}],
    }


@pytest.mark.parametrize("words", [(), ("--speed", "4"), ("--rate", "10"), ("--speed", "0")])
def test_it_is_sent_again_in_order(
    recording: Path, peer: Peer, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """By the counterpart of what has recorded it; it takes no less time than it should."""
    pull = peer("PULL")
    endpoint = pull.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()
    assert cli.main(["replay", str(recording), "--connect", endpoint, "--json", *words]) == 0
    assert [pull.recv_multipart() for _ in MESSAGES] == MESSAGES
    told = json.loads(capsys.readouterr().out)
    least = {(): 0.6, ("--speed", "4"): 0.15, ("--rate", "10"): 0.3}.get(words, 0.0)
    assert (told["sent"], told["seconds"] >= least) == (4, True)


def test_subscriber_that_comes_late_misses_nothing(recording: Path, begin: Begin, peer: Peer) -> None:
    words = ["--bind", "tcp://127.0.0.1:*", "--type", "pub", "--speed", "0"]
    replaying = begin("replay", str(recording), *words)
    sub = peer("SUB", replaying.endpoint())
    sub.subscribe(b"")
    assert [sub.recv_multipart() for _ in MESSAGES] == MESSAGES
    said, complaints = replaying.end()
    assert said == ""
    assert complaints.startswith("4 messages sent in ")


def test_what_a_killed_recorder_has_left_is_read(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Torn: all before is read, and that is no failure. Damaged: it is one."""
    whole = recording.read_bytes()
    recording.write_bytes(whole[:-20])
    assert cli.main(["replay", str(recording)]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert "30 octets of a record of 33 that was not finished" in said.err
    recording.write_bytes(whole.replace(b"\xff\n", b"\xff\r"))
    assert cli.main(["replay", str(recording)]) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    assert "ends with a damaged record" in said.err


def test_ctrl_c_tells_how_far_it_came(recording: Path, begin: Begin, peer: Peer) -> None:
    replaying = begin("replay", str(recording), "--bind", "tcp://127.0.0.1:*", "--speed", "0.001")
    assert peer("PULL", replaying.endpoint()).recv() == b"a"
    said, complaints = replaying.interrupt()
    assert said == ""
    assert re.match("[01] messages sent in ", complaints)  # the message may be there before it is counted


def test_nobody_to_send_to_is_a_failure(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--bind", "tcp://127.0.0.1:*", "--timeout", "0.05"]
    assert cli.main(["replay", str(recording), *words]) == 1
    assert "fewer than 1 peers within 0.05 s" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        ((), 2, "FILE"),
        (("nothing",), 2, "does not exist"),
        (("other",), 1, "does not begin as a recording does"),
        (("r.zwr", "--interval", "1"), 2, "--speed"),
        (("r.zwr", "--speed", "-1"), 2, "--speed"),
        (("r.zwr", "--connect", "tcp://nowhere"), 2, "has no port"),
    ],
)
def test_bad_arguments_are_refused(
    words: tuple[str, ...],
    code: int,
    hint: str,
    recording: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(recording.parent)
    Path("other").write_bytes(b"GIF89a")
    assert cli.main(["replay", *words]) == code
    assert hint in capsys.readouterr().err
