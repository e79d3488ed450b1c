"""Capture files of both formats, whole and not."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sniffing.wire import block, pcap, pcapng
from zerowire.sniffing import Capture, NotACapture
from zerowire.sniffing.capture import Packet

PACKETS = [b"one", b"second!", b""]


def read(file: bytes) -> tuple[list[Packet], str | None]:
    capture = Capture(BytesIO(file))
    return list(capture), capture.trouble


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("form", ["microseconds", "nanoseconds", "pcapng"])
def test_packets_are_read_with_their_times(order: str, form: str) -> None:
    if form == "pcapng":
        file = pcapng(PACKETS, order=order, kind=113)
    else:
        file = pcap(PACKETS, order=order, kind=113, nano=form == "nanoseconds")
    packets, trouble = read(file)
    assert trouble is None
    assert [(packet.link, packet.octets) for packet in packets] == [(113, octets) for octets in PACKETS]
    assert [packet.time for packet in packets] == pytest.approx([100, 100.001, 100.002])


def test_second_section_may_have_another_order() -> None:
    packets, trouble = read(pcapng(PACKETS, order="<") + pcapng(PACKETS, order=">"))
    assert (len(packets), trouble) == (6, None)


def test_simple_and_old_packets_are_read() -> None:
    simple = block("<", 3, struct.pack("<I", 3) + b"one")
    old = block("<", 2, struct.pack("<HHIIII", 0, 0, 0, 5000, 3, 3) + b"two")
    packets, trouble = read(pcapng([]) + simple + old)
    assert [(packet.time, packet.octets) for packet in packets] == [(0.0, b"one"), (5.0, b"two")]
    assert trouble is None


def test_time_may_be_counted_in_powers_of_two() -> None:
    interface = struct.pack("<HHIHHB3x", 1, 0, 0, 9, 1, 0x80 | 10)
    packet = struct.pack("<IIIII", 0, 0, 2048, 0, 0)
    file = pcapng([])[:28] + block("<", 1, interface) + block("<", 6, packet)
    assert read(file)[0] == [Packet(2.0, 1, b"")]


@pytest.mark.parametrize("make", [pcap, pcapng])
def test_capture_that_breaks_off_gives_what_was_whole(make: object) -> None:
    whole = make(PACKETS)  # type: ignore[operator]
    for size in range(24, len(whole)):
        packets, _ = read(whole[:size])
        assert [packet.octets for packet in packets] == PACKETS[: len(packets)]
    assert "breaks off" in str(read(whole[:-1] if make is pcapng else whole[:-2])[1])


@pytest.mark.parametrize("head", [b"", b"\xa1", b"GIF89a", b"\x00" * 40])
def test_another_file_is_refused(head: bytes) -> None:
    with pytest.raises(NotACapture, match="neither pcap nor pcapng"):
        Capture(BytesIO(head))


HOSTILE = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda tail: pcap([])[:24] + tail, st.binary(max_size=200)),
    st.builds(lambda tail: pcapng([]) + tail, st.binary(max_size=200)),
    st.builds(
        lambda kind, body: pcapng([]) + block("<", kind, body),
        st.sampled_from([1, 2, 3, 6, 0x0A0D0D0A]),
        st.binary(max_size=60),
    ),
)


@settings(deadline=None)
@given(HOSTILE)
def test_any_octets_are_a_capture_or_refused(file: bytes) -> None:
    try:
        packets, _ = read(file)
    except NotACapture:
        return
    assert sum(len(packet.octets) for packet in packets) <= len(file)
