"""Recordings that are whole, torn, damaged, or still being written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerowire.recording import NotARecording, Recorder, Recording
from zerowire.recording.format import MAGIC, record
from zerowire.recording.reader import PIECE

MESSAGES = [[b"a"], [b"", b"two"], [b"x" * 300]]


def write(path: Path, messages: list[list[bytes]] = MESSAGES) -> bytes:
    with Recorder(path, sync=None) as recorder:
        for frames in messages:
            recorder.append(frames)
    return path.read_bytes()


def frames_in(path: Path) -> list[list[bytes]]:
    with Recording(path) as recording:
        return [entry.frames for entry in recording]


def test_cut_anywhere_the_messages_before_are_read(tmp_path: Path) -> None:
    """However a file is torn, what was whole is there, and what is left is told."""
    path = tmp_path / "r"
    octets = write(path)
    seen = set()
    for size in range(len(MAGIC), len(octets)):
        path.write_bytes(octets[:size])
        with Recording(path) as recording:
            found = [entry.frames for entry in recording]
            assert found == MESSAGES[: len(found)]
            assert (recording.trouble is None) == (recording.position == size)
            assert not recording.is_closed_well
            seen.add(len(found))
    assert seen == {0, 1, 2, 3}


def test_whole_recording_was_closed_well(tmp_path: Path) -> None:
    write(tmp_path / "r")
    with Recording(tmp_path / "r") as recording:
        assert [entry.frames for entry in recording] == MESSAGES
        assert recording.is_closed_well
        assert recording.trouble is None
        assert recording.facts["version"] == 1


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_changed_octet_costs_no_message_before_it(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed"
    path.unlink(missing_ok=True)
    octets = bytearray(write(path))
    place = data.draw(st.integers(len(MAGIC), len(octets) - 1))
    octets[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(octets)
    with Recording(path) as recording:
        found = [entry.frames for entry in recording]
        assert found == MESSAGES[: len(found)]
        assert recording.position <= place
        assert str(recording.position) in str(recording.trouble)
        assert recording.is_damaged == (
            recording.position + size_at(octets, recording.position) <= len(octets)
        )


def size_at(octets: bytes | bytearray, place: int) -> int:
    """Return how many octets the record at a place says that it has."""
    return 8 + int.from_bytes(octets[place : place + 4], "big")


@given(st.binary(max_size=400))
@settings(max_examples=40, deadline=None)
def test_any_octets_are_a_recording_or_refused(
    tmp_path_factory: pytest.TempPathFactory, octets: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    for content in (octets, MAGIC + octets, MAGIC + record(octets)):
        path.write_bytes(content)
        try:
            frames_in(path)
        except NotARecording:
            pass


def test_a_length_that_is_a_lie_reserves_no_memory(tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(MAGIC + b"\xff" * 8 + b"x" * 20)
    with Recording(tmp_path / "r") as recording:
        assert list(recording) == []
        assert "not finished" in str(recording.trouble)


def test_reading_may_stop_and_go_on(tmp_path: Path) -> None:
    """What was not read yet is no trouble."""
    write(tmp_path / "r")
    with Recording(tmp_path / "r") as recording:
        assert next(iter(recording)).frames == MESSAGES[0]
        assert recording.trouble is None
        assert [entry.frames for entry in recording] == MESSAGES[1:]


def test_large_message_is_read_in_pieces(tmp_path: Path) -> None:
    messages = [[b"x" * (2 * PIECE + 5)], [b"after"]]
    write(tmp_path / "r", messages)
    assert frames_in(tmp_path / "r") == messages


def test_recording_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    with Recorder(tmp_path / "r") as recorder, Recording(tmp_path / "r") as recording:
        assert list(recording) == []
        recorder.append([b"first"], peer="tcp://127.0.0.1:5555")
        (entry,) = recording
        assert (entry.frames, entry.peer) == ([b"first"], "tcp://127.0.0.1:5555")
        recorder.append([b"second"])
        assert [entry.frames for entry in recording] == [[b"second"]]


def test_kinds_of_later_versions_are_skipped(tmp_path: Path) -> None:
    octets = write(tmp_path / "r")
    (tmp_path / "r").write_bytes(octets + record(b"\x63new") + record(b"") + octets[len(MAGIC) :])
    assert frames_in(tmp_path / "r") == MESSAGES * 2


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(b"PK\x03\x04")
    with pytest.raises(NotARecording, match="does not begin as a recording does"):
        Recording(tmp_path / "r")
