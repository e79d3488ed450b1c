"""The verbs of the draft types, as processes that talk with one another: pyzmq's libzmq has none of them."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Begin
from zerowire import cli

ANYWHERE = "tcp://127.0.0.1:*"


def test_server_answers_the_client_it_has_heard_last(begin: Begin) -> None:
    """RFC 41."""
    server = begin("server", "-b", ANYWHERE, "pong", "-n", "1", "--json")
    client = begin("client", "-c", server.endpoint(), "ping", "-n", "1")
    assert client.end() == ("pong\n", "")
    heard = json.loads(server.end()[0])
    assert heard["frames"] == ["ping"]
    assert heard["routing_id"] > 0


def test_radio_waits_for_a_dish_and_reaches_its_group(begin: Begin) -> None:
    """RFC 48."""
    radio = begin("radio", "-b", ANYWHERE, "--group", "news", "one", "two")
    dish = begin("dish", "-c", radio.endpoint(), "news", "other", "-n", "2", "-f", "{group} {text}")
    assert dish.end() == ("news one\nnews two\n", "")
    assert radio.end() == ("", "")


def test_gather_has_what_scatter_sends_and_equals_talk(begin: Begin) -> None:
    """RFC 49, 51, 52."""
    gather = begin("gather", "-b", ANYWHERE, "-n", "1")
    left = {name: begin(name, "-b", ANYWHERE, "from left", "-n", "1") for name in ("channel", "peer")}
    scatter = begin("scatter", "-c", gather.endpoint(), "message")
    right = {name: begin(name, "-c", verb.endpoint(), "from right", "-n", "1") for name, verb in left.items()}
    assert scatter.end() == ("", "")
    assert gather.end() == ("message\n", "")
    assert [verb.end() for verb in left.values()] == [("from right\n", "")] * 2
    assert [verb.end() for verb in right.values()] == [("from left\n", "")] * 2


def test_dgram_sends_where_it_is_told(begin: Begin) -> None:
    """Plain UDP."""
    one = begin("dgram", "-b", "udp://127.0.0.1:0", "answer", "-n", "1", "-f", "{text}")
    address = one.endpoint().removeprefix("udp://")
    other = begin("dgram", "-b", "udp://127.0.0.1:0", "--to", address, "question", "-n", "1", "-f", "{text}")
    other.endpoint()
    assert one.end() == ("question\n", "")
    assert other.end() == ("answer\n", "")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["server", "-b", ANYWHERE, "x", "--to", "joe"], "numbers for addresses"),
        (["radio", "-b", ANYWHERE], "--group"),
        (["dish", "-b", ANYWHERE], "GROUP"),
    ],
)
def test_what_a_type_needs_is_asked_for(
    words: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    assert text in capsys.readouterr().err
