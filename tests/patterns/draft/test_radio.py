from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import SocketOption, SocketType
from zerowire.message import Frame, Message, label
from zerowire.options import Settings
from zerowire.patterns.draft.radio import Radio
from zerowire.patterns.registry import make_pattern
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]


@pytest.fixture
def radio() -> Radio:
    made = make_pattern(SocketType.RADIO, Settings(), 1)
    assert isinstance(made, Radio)
    return made


def to(group: str, body: bytes = b"x") -> Frame:
    return label(body, group=group)


def test_radio_sends_to_members_of_the_very_group(radio: Radio, connect: Connect) -> None:
    """RADIO-1, RADIO-2."""
    news, sport = connect(radio), connect(radio)
    news.push(b"\x01news")
    sport.push(b"\x01sport")
    for group in ("news", "new", "news!", ""):
        assert radio.send(to(group))
    assert news.pop() == [b"news", b"x"]
    assert news.pop() is None
    assert sport.pop() is None


def test_radio_sends_bytes_to_the_group_without_a_name(radio: Radio, connect: Connect) -> None:
    peer = connect(radio)
    peer.push(b"\x01")
    assert radio.send(b"x")
    assert peer.pop() == [b"", b"x"]


def test_radio_forgets_who_leaves(radio: Radio, connect: Connect) -> None:
    peer = connect(radio)
    for command in (b"\x01a", b"\x01a", b"\x01b", b"\x00a", b"\x00c"):
        peer.push(command)
    assert (radio.count_subscribers(b"a"), radio.count_subscribers(b"b")) == (0, 1)
    assert radio.count_subscribers(None) == 1
    peer.push(b"\x00b")
    assert radio.count_subscribers(None) == 0


@pytest.mark.parametrize("way", ["on_lost", "detach"])
def test_radio_forgets_who_is_gone(radio: Radio, connect: Connect, way: str) -> None:
    peer = connect(radio)
    peer.push(b"\x01a")
    near = peer.inbound.writer
    getattr(radio, way)(near)
    assert radio.count_subscribers(b"a") == 0
    peer.push(b"\x01a")
    radio.on_readable(near)
    assert radio.count_subscribers(b"a") == (way == "on_lost")


def test_radio_discards_whatever_joins_nothing(radio: Radio, connect: Connect) -> None:
    peer = connect(radio)
    messages: list[Message] = [b"", b"\x02a", [b"\x01a", b"b"]]
    for message in messages:
        peer.push(message)
    assert radio.dropped == 3
    assert radio.count_subscribers(None) == 0


def test_transport_without_join_gets_everything(radio: Radio, connect: Connect) -> None:
    """RADIO-4."""
    group, member = connect(radio), connect(radio)
    radio.subscribe_to_all(group.inbound.writer)
    member.push(b"\x01a")
    assert radio.count_subscribers(None) == 2
    for name in ("a", "b"):
        radio.send(to(name))
    assert [group.pop(), group.pop()] == [[b"a", b"x"], [b"b", b"x"]]
    assert [member.pop(), member.pop()] == [[b"a", b"x"], None]
    radio.detach(group.inbound.writer)
    assert radio.count_subscribers(b"b") == 0


def test_radio_drops_for_a_member_without_room(radio: Radio, connect: Connect) -> None:
    full, other = connect(radio, hwm=1), connect(radio)
    for peer in (full, other):
        peer.push(b"\x01a")
    assert radio.can_send()
    assert radio.send(to("a", b"1"))
    assert radio.send(to("a", b"2"))
    assert radio.dropped == full.inbound.writer.dropped == 1
    assert [other.pop(), other.pop()] == [[b"a", b"1"], [b"a", b"2"]]


def test_radio_waits_for_room_if_nothing_may_be_dropped(radio: Radio, connect: Connect) -> None:
    """RADIO-3."""
    radio.set_option(SocketOption.XPUB_NODROP, True)
    full, other = connect(radio, hwm=1), connect(radio)
    for peer in (full, other):
        peer.push(b"\x01a")
    assert radio.check_send(to("a"))
    assert radio.send(to("a"))
    assert not radio.check_send(to("a"))
    assert not radio.send(to("a"))
    assert radio.check_send(to("b"))
    assert [other.pop(), other.pop()] == [[b"a", b"x"], None]


def test_frame_is_stripped_of_its_group(radio: Radio, connect: Connect) -> None:
    peer = connect(radio)
    peer.push(b"\x01a")
    radio.send(label(Frame(bytearray(b"x"), copy=False), group="a"))
    message = peer.pop()
    assert isinstance(message, list)
    assert isinstance(message[1], Frame)
    assert (bytes(message[1]), message[1].group) == (b"x", "")
