from __future__ import annotations

from collections.abc import Callable

import pytest

from zerowire.message import Message
from zerowire.routing.pipe import Pipe
from zerowire.routing.subscriptions import Subscriptions, Topics, is_subscription, split_subscriptions

MakePipe = Callable[..., tuple[Pipe, Pipe]]


# -- the publisher's table ----------------------------------------------------------------


def test_topic_matches_the_frames_that_begin_with_it(make_pipe: MakePipe) -> None:
    """SOCK-5."""
    table = Subscriptions()
    one, two, three = (make_pipe()[0] for _ in range(3))
    table.add(b"", one)
    table.add(b"ab", two)
    table.add(b"abc", two)
    table.add(b"abcd", three)
    assert set(table.match(b"")) == {one}
    assert set(table.match(b"a")) == {one}
    assert set(table.match(b"ab")) == {one, two}
    assert set(table.match(b"abcdef")) == {one, two, three}
    assert set(table.match(b"x")) == {one}
    table.remove(b"", one)
    assert not table.match(b"x")


def test_match_leaves_the_table_as_it_was(make_pipe: MakePipe) -> None:
    table = Subscriptions()
    one, two = make_pipe()[0], make_pipe()[0]
    table.add(b"", one)
    table.add(b"a", two)
    table.match(b"a")
    assert set(table.match(b"b")) == {one}


def test_topics_of_one_pipe_alone_share_what_a_match_returns(make_pipe: MakePipe) -> None:
    """A match among many topics is slow for the memory that it looks at, not for the steps it takes."""
    table = Subscriptions()
    one, two = make_pipe()[0], make_pipe()[0]
    for topic in (b"a", b"b"):
        table.add(topic, one)
    table.add(b"c", two)
    assert table.match(b"a") is table.match(b"b")
    table.remove_pipe(one)
    assert table.match(b"a") == ()
    assert table.match(b"c") == (two,)


def test_first_and_last_are_over_all_pipes(make_pipe: MakePipe) -> None:
    """XPUB-2."""
    table = Subscriptions()
    one, two = make_pipe()[0], make_pipe()[0]
    assert table.add(b"a", one)
    assert not table.add(b"a", two)
    assert table.topics_count == 1
    assert table.remove(b"a", one) == (True, False)
    assert table.remove(b"a", two) == (True, True)
    assert table.topics_count == 0


def test_subscribing_twice_is_the_same_as_once(make_pipe: MakePipe) -> None:
    """SUB-2: a subscriber says each of its subscriptions, but only its last cancellation."""
    table = Subscriptions()
    pipe = make_pipe()[0]
    assert table.add(b"a", pipe)
    assert not table.add(b"a", pipe)
    assert table.remove(b"a", pipe) == (True, True)
    assert table.remove(b"a", pipe) == (False, False)


def test_topic_of_another_pipe_cannot_be_removed(make_pipe: MakePipe) -> None:
    table = Subscriptions()
    one, two = make_pipe()[0], make_pipe()[0]
    table.add(b"a", one)
    table.add(b"b", two)
    assert table.remove(b"a", two) == (False, False)
    assert set(table.match(b"a")) == {one}


def test_removed_pipe_leaves_all_its_topics(make_pipe: MakePipe) -> None:
    """XPUB-3."""
    table = Subscriptions()
    one, two = make_pipe()[0], make_pipe()[0]
    table.add(b"a", one)
    table.add(b"b", one)
    table.add(b"b", two)
    assert table.remove_pipe(one) == [(b"a", True), (b"b", False)]
    assert table.remove_pipe(one) == []
    assert set(table.match(b"b")) == {two}


# -- the subscriber's table ---------------------------------------------------------------


def test_equal_subscriptions_are_counted() -> None:
    """SUB-1."""
    topics = Topics()
    assert topics.add(b"a")
    assert not topics.add(b"a")
    assert (len(topics), list(topics)) == (1, [b"a"])
    assert not topics.remove(b"a")
    assert topics.match(b"abc")
    assert topics.remove(b"a")
    assert not topics.match(b"abc")
    assert not topics.remove(b"a")


def test_without_topics_nothing_matches() -> None:
    assert not Topics().match(b"")


def test_topic_longer_than_the_frame_does_not_match() -> None:
    topics = Topics()
    topics.add(b"ab")
    topics.add(b"xy")
    assert not topics.match(b"a")
    topics.remove(b"xy")
    assert topics.match(b"ab")


# -- subscriptions in messages ------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "expected"),
    [(b"\x00", True), (b"\x01a", True), (b"", False), (b"\x02", False), ([b"\x01a", b"b"], False)],
)
def test_subscription_is_one_frame_that_begins_with_zero_or_one(message: Message, expected: bool) -> None:
    """XSUB-1."""
    assert is_subscription(message) is expected


@pytest.mark.parametrize(
    ("message", "only_first", "expected"),
    [
        (b"\x01a", False, ([b"\x01a"], None)),
        (b"user", False, ([], b"user")),
        ([b"\x01a", b"\x00b"], False, ([b"\x01a", b"\x00b"], None)),
        ([b"x", b"\x01a", b"y"], False, ([b"\x01a"], [b"x", b"y"])),
        ([b"x", b"\x01a"], False, ([b"\x01a"], b"x")),
        ([b"x", b"\x01a"], True, ([], [b"x", b"\x01a"])),
        ([b"\x01a", b"\x01b", b"x"], True, ([b"\x01a", b"\x01b"], b"x")),
    ],
)
def test_message_is_parted_into_subscriptions_and_the_rest(
    message: Message, only_first: bool, expected: tuple[list[bytes], Message | None]
) -> None:
    """XPUB-4, XSUB-1."""
    assert split_subscriptions(message, only_first=only_first) == expected
