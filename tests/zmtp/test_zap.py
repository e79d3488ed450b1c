"""ZAP-1, and what is wrong with replies (4.10)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerowire.error import RemoteProtocolError
from zerowire.zmtp import zap

GOOD = [b"", b"1.0", b"1", b"200", b"OK", b"joe", b"\x01A\0\0\0\x01x"]
FRAMES = st.lists(st.binary(max_size=40), max_size=9)
CODES = {None, *range(0x20000000, 0x20000006)}


def test_a_request_is_what_rfc_27_draws() -> None:
    """ZAP-1."""
    frames = zap.request(b"1", b"global", b"127.0.0.1", b"server", b"PLAIN", (b"admin", b"secret"))
    assert frames == [b"", b"1.0", b"1", b"global", b"127.0.0.1", b"server", b"PLAIN", b"admin", b"secret"]


def test_a_reply_says_whether_and_who() -> None:
    status, text, user_id, properties = zap.parse_reply(GOOD)
    assert (status, text, user_id, properties) == (200, "OK", b"joe", {"A": b"x"})


def test_a_reply_needs_no_metadata() -> None:
    assert zap.parse_reply([*GOOD[:6], b""]).properties == {}


def test_a_status_text_may_be_any_octets() -> None:
    reply = zap.parse_reply([*GOOD[:4], b"a\xff", *GOOD[5:]])
    assert reply.text.encode("utf-8", "surrogateescape") == b"a\xff"


@pytest.mark.parametrize("status", [200, 300, 400, 500])
def test_there_are_four_statuses(status: int) -> None:
    """ZAP-2."""
    assert zap.parse_reply([b"", *zap.reply(b"1", status)]).status == status


@pytest.mark.parametrize(
    ("index", "frame", "code", "words"),
    [
        (0, b"x", 0x20000000, "starts with an empty frame, not b'x'"),
        (1, b"1.1", 0x20000003, "version of ZAP is b'1.0', not b'1.1'"),
        (2, b"2", 0x20000002, "request was b'1', not b'2'"),
        (3, b"201", 0x20000004, "200, 300, 400 or 500, not b'201'"),
        (3, b"0200", 0x20000004, "not b'0200'"),
        (6, b"\x01A\0\0\0\x02x", 0x20000005, "in a ZAP reply, metadata ends within the property b'A'"),
    ],
)
def test_a_wrong_frame_is_named(index: int, frame: bytes, code: int, words: str) -> None:
    frames = [*GOOD]
    frames[index] = frame
    with pytest.raises(RemoteProtocolError) as info:
        zap.parse_reply(frames)
    assert info.value.code == code
    assert words in str(info.value)


@pytest.mark.parametrize("frames", [[], GOOD[:6], [*GOOD, b""]])
def test_a_reply_has_seven_frames(frames: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError, match=f"not {len(frames)}") as info:
        zap.parse_reply(frames)
    assert info.value.code == 0x20000001


def test_a_request_may_have_another_number() -> None:
    assert zap.parse_reply([b"", *zap.reply(b"7", 200)], request_id=b"7").status == 200


@pytest.mark.parametrize("frames", [[], [b"1.0"], [b"1.0", b"1", b"", b"", b""]])
def test_a_request_has_six_frames_at_least(frames: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError, match=f"at least 6 frames, not {len(frames)}"):
        zap.parse_request(frames)


def test_a_request_of_another_version_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match=r"not b'2.0'"):
        zap.parse_request([b"2.0", b"1", b"", b"", b"", b"NULL"])


@given(st.lists(st.binary(max_size=40), min_size=5, max_size=5), FRAMES)
def test_a_handler_reads_what_a_server_asks(fields: list[bytes], credentials: list[bytes]) -> None:
    request_id, domain, address, routing_id, mechanism = fields
    frames = zap.request(request_id, domain, address, routing_id, mechanism, credentials)
    assert zap.parse_request(frames[1:]) == (*fields, tuple(credentials))


@given(
    st.binary(max_size=9),
    st.sampled_from([200, 300, 400, 500]),
    st.text(max_size=40),
    st.binary(max_size=40),
    st.dictionaries(st.text("ABcd-", min_size=1, max_size=9), st.binary(max_size=40)),
)
def test_a_server_reads_what_a_handler_answers(
    request_id: bytes, status: int, text: str, user_id: bytes, properties: dict[str, bytes]
) -> None:
    frames = zap.reply(request_id, status, text, user_id, properties)
    assert zap.parse_reply([b"", *frames], request_id) == (status, text, user_id, properties)


def code_of(frames: list[bytes]) -> int | None:
    """Return what a monitor would report; None if the frames are a reply."""
    try:
        zap.parse_reply(frames)
    except RemoteProtocolError as error:
        return error.code
    return None


@given(FRAMES)
def test_any_frames_are_a_reply_or_an_error_of_zap(frames: list[bytes]) -> None:
    assert code_of(frames) in CODES


@given(st.integers(0, 6), st.binary(max_size=40))
def test_a_reply_with_any_frame_in_it_is_a_reply_or_an_error_of_zap(index: int, frame: bytes) -> None:
    assert code_of([*GOOD[:index], frame, *GOOD[index + 1 :]]) in CODES


def test_a_request_that_is_shown_hides_its_password() -> None:
    request = zap.Request(b"1", b"global", b"127.0.0.1", b"id", b"PLAIN", (b"joe", b"secret"))
    assert "secret" not in f"{request!r} {request} {[request]}"
    assert "127.0.0.1" in repr(request)
