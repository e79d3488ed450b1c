"""Recorders that end in peace, are killed, go on, or meet a full disk."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import zerowire
from zerowire.recording import Direction, Recorder, Recording

SOURCE = Path(zerowire.__file__).parents[1]
KILLS = 4
SEED = int(os.environ.get("ZEROWIRE_SEED", "7"))
WRITER = """
import os, sys
sys.path.insert(0, sys.argv[2])
from zerowire.recording import Recorder
recorder = Recorder(sys.argv[1], append=True, sync=None)
number = 0
while True:
    recorder.append([b"%d" % number, b"x" * (number * 37 % 5000)])
    os.write(1, b"%d\\n" % number)
    number += 1
"""


def numbers_in(path: Path) -> list[int]:
    with Recording(path) as recording:
        return [int(entry.frames[0]) for entry in recording]


def test_killed_at_random_it_loses_no_message_that_was_appended(tmp_path: Path) -> None:
    """What append() has returned for is there; the next recorder goes on behind it."""
    path, chance = tmp_path / "r", random.Random(SEED)
    print(f"ZEROWIRE_SEED={SEED}")
    expected: list[int] = []
    for _ in range(KILLS):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(SOURCE)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        with writer, writer.stdout as told:
            patience = chance.randrange(1, 2000)
            appended = b"".join(told.readline() for _ in range(patience))
            writer.kill()
            appended += told.read()
        count = appended.count(b"\n")
        found = numbers_in(path)[len(expected) :]
        assert found == list(range(len(found)))
        assert len(found) in (count, count + 1)
        expected += found
        assert numbers_in(path) == expected


def test_going_on_cuts_what_was_not_finished(tmp_path: Path) -> None:
    path = tmp_path / "r"
    with Recorder(path) as recorder:
        recorder.append([b"1"])
        recorder.append([b"2"])
    path.write_bytes(path.read_bytes()[:-20])  # the END, and a piece of the second message
    with Recorder(path, append=True) as recorder:
        assert recorder.cut > 0
        recorder.append([b"3"])
    assert numbers_in(path) == [1, 3]


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        Recorder(tmp_path / "r")
    with pytest.raises(ValueError, match="does not begin as a recording does"):
        Recorder(tmp_path / "r", append=True)
    assert (tmp_path / "r").read_bytes() == b"precious"


@pytest.mark.skipif(sys.platform == "win32", reason="files are not locked there")
def test_two_recorders_do_not_share_a_file(tmp_path: Path) -> None:
    with Recorder(tmp_path / "r") as first:
        with pytest.raises(BlockingIOError, match="another recorder"):
            Recorder(tmp_path / "r", append=True)
        first.append([b"1"])
    assert numbers_in(tmp_path / "r") == [1]


def test_times_never_go_back(tmp_path: Path) -> None:
    with Recorder(tmp_path / "r", facts={"type": "PULL"}) as recorder:
        written = [recorder.append([b"%d" % n], direction=Direction(n % 2)) for n in range(50)]
        assert recorder.messages == 50
    times = [entry.time_ns for entry in written]
    assert times == sorted(times)
    with Recording(tmp_path / "r") as recording:
        assert list(recording) == written
        assert recording.facts["type"] == "PULL"
        assert recording.facts["started_ns"] <= times[0]  # type: ignore[operator]


@pytest.mark.parametrize(("sync", "waits"), [(0, 4), (None, 0), (3600, 2)])
def test_sync_says_when_to_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sync: float | None, waits: int
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(os, "fsync", calls.append)
    with Recorder(tmp_path / "r", sync=sync) as recorder:
        recorder.append([b"1"])
        recorder.append([b"2"])
    assert len(calls) == waits
    assert recorder.octets == (tmp_path / "r").stat().st_size


def test_full_disk_leaves_whole_records(tmp_path: Path) -> None:
    """A write that the system took only half of is taken back."""
    code = (
        "import resource, signal, sys; sys.path.insert(0, sys.argv[2]);"
        "from zerowire.recording import Recorder; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "recorder = Recorder(sys.argv[1]); recorder.append([b'1']);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (recorder.octets + 50,) * 2)\n"
        "try: recorder.append([b'2' * 100])\n"
        "except OSError as error: print(error.errno)\n"
        "recorder.append([b'3'])"
    )
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "r"), str(SOURCE)], capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.returncode) == ("27", 0), done.stderr  # EFBIG
    assert numbers_in(tmp_path / "r") == [1, 3]


def test_closed_recorder_says_so(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "r")
    recorder.close()
    recorder.close()
    with pytest.raises(ValueError, match="is closed"):
        recorder.append([b"late"])
