"""Asking many inspections at once, whatever answers there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import zerowire as zmq
from zerowire.api.inquiry import Inquirer, read

PATIENCE = 10_000  # milliseconds


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="zw") as name:
        yield Path(name)


@pytest.fixture
def other(context: zmq.Context, folder: Path) -> Iterator[zmq.Socket]:
    """Something that is asked, and is no inspection."""
    with context.socket(zmq.ROUTER) as router:
        router.rcvtimeo = PATIENCE
        router.bind(f"ipc://{folder}/other")
        yield router


def test_who_does_not_answer_keeps_nobody_else_waiting(
    context: zmq.Context, other: zmq.Socket, folder: Path
) -> None:
    """And its late answer is not taken for one to a later question."""
    with context.inspect(f"ipc://{folder}/one") as one, Inquirer() as inquirer:
        endpoints = [f"ipc://{folder}/other", one.endpoint, f"ipc://{folder}/nobody"]
        assert [*inquirer.ask(endpoints, 400)] == [one.endpoint]
        late = other.recv_multipart()
        other.send_multipart([*late[:-1], b'{"format": "zerowire-inspection", "late": true}'])
        assert [*inquirer.ask(endpoints, 400)] == [one.endpoint]
        assert other.recv_multipart()[1] != late[1]
        for _ in range(4):  # questions that nobody takes do not pile up
            assert [*inquirer.ask(endpoints, 100)] == [one.endpoint]


@pytest.mark.parametrize("reply", [b"", b"[]", b'{"format": "json"}', b"\xff"])
def test_what_is_no_inspection_is_said_to_be_none(other: zmq.Socket, folder: Path, reply: bytes) -> None:
    endpoint = f"ipc://{folder}/other"
    with Inquirer() as inquirer:
        inquirer.ask([endpoint], 0)
        peer, *_ = other.recv_multipart()
        other.send_multipart([peer, b"2", b"", reply])
        told = inquirer.ask([endpoint], PATIENCE)
        assert told == {endpoint: {"error": "what answers there is no inspection"}}


def test_endpoint_that_is_none_is_refused() -> None:
    with Inquirer() as inquirer, pytest.raises(zmq.ZMQError, match="nonsense"):
        inquirer.ask(["nonsense"])


@pytest.mark.parametrize(
    "answer", [b"[" * 200_000, b'{"format": "zerowire-inspection", "version": 9}'], ids=["deep", "version"]
)
def test_what_no_version_of_ours_has_said_is_no_inspection(answer: bytes) -> None:
    assert read(answer)["error"].startswith("what answers there is no inspection")


def test_what_others_say_can_be_printed() -> None:
    said = read(b'{"format": "zerowire-inspection", "error": "\\u001b]0;mine\\u0007"}')
    assert said["error"] == "\\x1b]0;mine\\x07"
