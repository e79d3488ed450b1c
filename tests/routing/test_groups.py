from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.message import Frame, Message
from zerowire.routing.groups import JOIN, LEAVE, Groups, read_command
from zerowire.routing.pipe import Pipe

MakePipe = Callable[..., tuple[Pipe, Pipe]]


def test_group_matches_itself_and_nothing_else(make_pipe: MakePipe) -> None:
    """RADIO-1."""
    groups = Groups()
    pipe, _ = make_pipe()
    groups.join(b"ab", pipe)
    assert list(groups.match(b"ab")) == [pipe]
    for other in (b"a", b"abc", b""):
        assert not groups.match(other)


def test_to_join_twice_is_the_same_as_once(make_pipe: MakePipe) -> None:
    groups = Groups()
    pipe, _ = make_pipe()
    groups.join(b"a", pipe)
    groups.join(b"a", pipe)
    assert list(groups.match(b"a")) == [pipe]
    groups.leave(b"a", pipe)
    groups.leave(b"a", pipe)
    assert not groups.match(b"a")
    assert groups.pipes_count == 0


def test_members_leave_one_by_one(make_pipe: MakePipe) -> None:
    groups = Groups()
    first, second = make_pipe()[0], make_pipe()[0]
    for pipe in (first, second):
        groups.join(b"a", pipe)
        groups.join(b"b", pipe)
    groups.leave(b"a", first)
    assert list(groups.match(b"a")) == [second]
    groups.remove_pipe(second)
    assert not groups.match(b"a")
    assert list(groups.match(b"b")) == [first]
    assert groups.pipes_count == 1


def test_member_of_everything_gets_each_message_once(make_pipe: MakePipe) -> None:
    """RADIO-4."""
    groups = Groups()
    everywhere, other = make_pipe()[0], make_pipe()[0]
    groups.join_all(everywhere)
    groups.join(b"a", everywhere)
    groups.join(b"a", other)
    assert set(groups.match(b"a")) == {everywhere, other}
    assert list(groups.match(b"b")) == [everywhere]
    groups.remove_pipe(everywhere)
    assert list(groups.match(b"a")) == [other]


@pytest.mark.parametrize(
    ("message", "command"),
    [
        (b"\x01a", (JOIN, b"a")),
        (b"\x00", (LEAVE, b"")),
        (Frame(b"\x00a"), (LEAVE, b"a")),
        (b"\x02a", None),
        (b"", None),
        (b"\x01" + b"g" * 255, (JOIN, b"g" * 255)),
        (b"\x01" + b"g" * 256, None),
        ([b"\x01a", b"b"], None),
    ],
)
def test_commands_are_told_from_other_messages(message: Message, command: tuple[bytes, bytes] | None) -> None:
    assert read_command(message) == command
