from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.constants import Errno, SocketType
from zerowire.error import ZMQError
from zerowire.message import Frame, Message
from zerowire.options import Settings
from zerowire.patterns.draft.dish import Dish
from zerowire.patterns.registry import make_pattern
from zerowire.routing.pipe import Pipe

Connect = Callable[..., Pipe]


@pytest.fixture
def dish() -> Dish:
    made = make_pattern(SocketType.DISH, Settings(), 1)
    assert isinstance(made, Dish)
    return made


def popped(pipe: Pipe) -> list[Message]:
    messages = []
    while (message := pipe.pop()) is not None:
        messages.append(message)
    return messages


def test_dish_tells_every_radio_what_it_joins(dish: Dish, connect: Connect) -> None:
    """RADIO-2."""
    early = connect(dish)
    dish.join(b"a")
    dish.join(b"b")
    late = connect(dish)
    dish.leave(b"a")
    assert popped(early) == [b"\x01a", b"\x01b", b"\x00a"]
    assert popped(late) == [b"\x01a", b"\x01b", b"\x00a"]


def test_dish_joins_again_after_a_reconnect(dish: Dish, connect: Connect) -> None:
    """REC-5: what waited for the old connection would be too much."""
    radio = connect(dish, connecting=True)
    dish.join(b"a")
    dish.join(b"b")
    dish.leave(b"a")
    dish.on_reconnected(radio.inbound.writer)
    assert popped(radio) == [b"\x01b"]


def test_dish_receives_frames_that_know_their_group(dish: Dish, connect: Connect) -> None:
    radio = connect(dish)
    dish.join("größe".encode())
    radio.push(["größe".encode(), b"x"])
    radio.push(["größe".encode(), Frame(bytearray(b"y"), copy=False)])
    for body in (b"x", b"y"):
        assert dish.can_receive()
        frame = dish.receive()
        assert isinstance(frame, Frame)
        assert (bytes(frame), frame.group) == (body, "größe")
        assert dish.last_pipe is radio.inbound.writer
    assert not dish.can_receive()
    assert dish.receive() is None


def test_dish_drops_what_is_for_other_groups_or_for_none(dish: Dish, connect: Connect) -> None:
    """RADIO-4: over udp everybody gets everything."""
    radio = connect(dish)
    dish.join(b"a")
    dish.join(b"b")
    messages: list[Message] = [[b"c", b"x"], [b"aa", b"x"], b"a", [b"a", b"x", b"y"]]
    for message in messages:
        radio.push(message)
    assert not dish.can_receive()
    assert dish.dropped == 4
    radio.push([b"a", b"x"])
    radio.push([b"b", b"y"])
    dish.leave(b"a")
    frame = dish.receive()
    assert isinstance(frame, Frame)
    assert frame.group == "b"


def test_what_was_received_for_a_look_stays_when_the_group_is_left(dish: Dish, connect: Connect) -> None:
    radio = connect(dish)
    dish.join(b"a")
    radio.push([b"a", b"x"])
    assert dish.can_receive()
    dish.leave(b"a")
    assert dish.receive() is not None


@pytest.mark.parametrize(
    ("call", "group", "why"),
    [
        ("join", b"g" * 256, "256 octets, must be 255 at most"),
        ("join", b"here", "was joined before"),
        ("join", b"\xff", "must be UTF-8"),
        ("leave", b"there", "was not joined; joined: b'here'"),
    ],
)
def test_group_that_cannot_be_joined_or_left(dish: Dish, call: str, group: bytes, why: str) -> None:
    """RADIO-1."""
    dish.join(b"here")
    with pytest.raises(ZMQError, match=why) as caught:
        getattr(dish, call)(group)
    assert caught.value.errno == Errno.EINVAL


def test_radios_that_are_gone_are_told_nothing_and_read_to_the_end(dish: Dish, connect: Connect) -> None:
    radio = connect(dish)
    dish.join(b"a")
    radio.push([b"a", b"x"])
    dish.detach(radio.inbound.writer)
    dish.join(b"b")
    assert popped(radio) == [b"\x01a"]
    assert dish.receive() is not None
