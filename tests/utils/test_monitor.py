"""Messages of a monitor socket, taken apart."""

from __future__ import annotations

import asyncio
import struct
from typing import Any

import pytest

import zerowire as zmq
from zerowire.utils.monitor import parse_monitor_message, recv_monitor_message


def test_event_is_taken_apart() -> None:
    """MON-3."""
    parsed = parse_monitor_message([struct.pack("=HI", zmq.EVENT_LISTENING, 7), b"tcp://127.0.0.1:6666"])
    assert parsed == {"event": zmq.Event.LISTENING, "value": 7, "endpoint": b"tcp://127.0.0.1:6666"}
    assert isinstance(parsed["event"], zmq.Event)


def test_value_is_named_where_it_has_a_name() -> None:
    value = int(zmq.PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE)
    parsed = parse_monitor_message([struct.pack("=HI", zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL, value), b""])
    assert parsed["value"] is zmq.PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE


def test_value_may_be_negative() -> None:
    parsed = parse_monitor_message([struct.pack("=Hi", zmq.EVENT_CLOSED, -1), b""])
    assert parsed["value"] == -1


@pytest.mark.parametrize("message", [[], [b"123456"], [b"12345", b""], [b"123456", b"", b""]])
def test_what_is_no_event_is_an_error(message: list[bytes]) -> None:
    with pytest.raises(RuntimeError):
        parse_monitor_message(message)


def test_event_is_received_from_a_monitor_socket(context: zmq.Context) -> None:
    with context.socket(zmq.REP) as socket:
        monitor = socket.get_monitor_socket()
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        assert monitor.poll(10_000)
        parsed = recv_monitor_message(monitor)
        assert parsed["event"] == zmq.EVENT_LISTENING
        assert parsed["endpoint"] == b"tcp://127.0.0.1:%d" % port
        with pytest.raises(zmq.Again):
            recv_monitor_message(monitor, zmq.NOBLOCK)


def test_event_of_a_socket_that_must_be_awaited_is_awaited() -> None:
    class Awaited:
        def recv_multipart(self, flags: int) -> Any:
            async def message() -> list[bytes]:
                return [struct.pack("=HI", zmq.EVENT_ACCEPTED, flags), b"here"]

            return message()

    async def receive() -> Any:
        return await recv_monitor_message(Awaited(), 3)

    assert asyncio.run(receive()) == {"event": zmq.Event.ACCEPTED, "value": 3, "endpoint": b"here"}
