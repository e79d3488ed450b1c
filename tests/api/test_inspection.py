"""Inspection as it is served: over a socket, to our own peers and libzmq's, and until the end."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import zerowire as zmq
from zerowire.api.inquiry import Inquirer

WaitUntil = Callable[..., None]
PATIENCE = 10_000  # milliseconds
SOURCE = Path(zmq.__file__).parents[1]
FORKING = """
import os, sys
from pathlib import Path
import zerowire as zmq

folder = Path(os.environ["XDG_RUNTIME_DIR"], "zerowire")
def files():
    return [path.name.replace(str(os.getpid()), "own") for path in sorted(folder.iterdir())]

context = zmq.Context()
push = context.socket(zmq.PUSH)
print("parent", files(), oct(folder.stat().st_mode & 0o777), flush=True)
if not os.fork():
    push.close()
    with zmq.Context() as another:
        print("child", len(files()), "own.2" in files(), flush=True)
    print("child", len(files()), flush=True)
    del context
    sys.exit()
os.wait()
print("parent", files(), flush=True)
with zmq.Context() as second:
    print("parent", files(), flush=True)
print("parent", files(), flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory with a short name: that of an ipc socket has 107 octets at most."""
    with TemporaryDirectory(prefix="zw") as name:
        yield Path(name)


@pytest.fixture
def endpoint(folder: Path) -> str:
    return f"ipc://{folder / 'inspect'}"


def test_context_answers_with_its_sockets_and_events(context: zmq.Context, endpoint: str) -> None:
    with context.inspect(endpoint) as inspection, context.socket(zmq.PULL) as pull, Inquirer() as inquirer:
        pull.bind("tcp://127.0.0.1:*")
        assert inspection.endpoint == endpoint
        told = inquirer.ask([endpoint], PATIENCE)[endpoint]
        assert (told["format"], told["version"]) == ("zerowire-inspection", 1)
        assert told["process"]["pid"] == os.getpid()
        assert [row["name"] for row in told["sockets"]] == ["pull-1"]
        (event,) = told["events"]
        assert (event["event"], event["name"]) == ("LISTENING", "pull-1")
        assert event["endpoint"] == pull.get_string(zmq.LAST_ENDPOINT)


def test_all_that_is_told_is_documented(context: zmq.Context, endpoint: str) -> None:
    page = (SOURCE.parent / "docs" / "reference" / "inspection.md").read_text(encoding="utf-8")
    with context.inspect(endpoint), context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.bind("tcp://127.0.0.1:*")
        push.connect(pull.get_string(zmq.LAST_ENDPOINT))
        assert pull.wait_for_peers(timeout=PATIENCE)
        with Inquirer() as inquirer:
            told = inquirer.ask([endpoint], PATIENCE)[endpoint]
    socket = told["sockets"][0]
    objects = (told, told["process"], told["context"], socket, socket["endpoints"][0], socket["peers"][0])
    names = {name for each in (*objects, told["events"][0]) for name in each}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []


def test_libzmq_can_ask_and_is_told_what_cannot_be_answered(context: zmq.Context, endpoint: str) -> None:
    libzmq = pytest.importorskip("zmq")
    with context.inspect(endpoint), libzmq.Context() as theirs, theirs.socket(libzmq.REQ) as req:
        req.rcvtimeo, req.linger = PATIENCE, 0
        req.connect(endpoint)
        req.send(b"everything")
        assert json.loads(req.recv())["error"] == "cannot answer 'everything': ask for 'snapshot'"
        req.send(b"snapshot")
        assert json.loads(req.recv())["sockets"] == []


def test_question_without_an_envelope_is_answered_too(context: zmq.Context, endpoint: str) -> None:
    """As a DEALER may ask."""
    with context.inspect(endpoint), context.socket(zmq.DEALER) as dealer:
        dealer.rcvtimeo = PATIENCE
        dealer.connect(endpoint)
        dealer.send(b"snapshot")
        (reply,) = dealer.recv_multipart()
        assert [row["type"] for row in json.loads(reply)["sockets"]] == ["DEALER"]


def test_closed_inspection_leaves_neither_thread_nor_file(context: zmq.Context, endpoint: str) -> None:
    threads = set(threading.enumerate())
    inspection = context.inspect(endpoint)
    path = Path(endpoint.removeprefix("ipc://"))
    assert path.exists()
    inspection.close()
    inspection.close()
    assert inspection.closed
    assert not path.exists()
    assert set(threading.enumerate()) == threads
    assert context._core.inspector is None


def test_two_who_serve_one_context_do_not_end_each_other(context: zmq.Context, endpoint: str) -> None:
    with (
        context.inspect(endpoint) as first,
        context.inspect(f"{endpoint}2") as second,
        Inquirer() as inquirer,
    ):
        first.close()
        assert [*inquirer.ask([second.endpoint], PATIENCE)] == [second.endpoint]


@pytest.mark.parametrize("is_dropped", [False, True])
def test_inspection_ends_with_its_context(endpoint: str, wait_until: WaitUntil, is_dropped: bool) -> None:
    context = zmq.Context()
    inspection = context.inspect(endpoint)
    if is_dropped:
        with pytest.warns(ResourceWarning, match="Unclosed context"):
            del context
    else:
        context.term()
    wait_until(lambda: inspection.closed)
    wait_until(lambda: not Path(endpoint.removeprefix("ipc://")).exists())


def test_nobody_who_asks_is_answered_with_a_lie(context: zmq.Context, endpoint: str) -> None:
    """Faults of ours are told as such, and the next one is answered."""
    with context.inspect(endpoint) as inspection, Inquirer() as inquirer:
        inspector = inspection._inspector
        inspector.sockets = lambda: 1 / 0  # type: ignore[method-assign, assignment, return-value]
        assert inquirer.ask([endpoint], PATIENCE)[endpoint]["error"] == "ZeroDivisionError: division by zero"
        del inspector.sockets
        assert inquirer.ask([endpoint], PATIENCE)[endpoint]["sockets"] == []


def test_endpoint_must_be_free_and_reachable(context: zmq.Context, endpoint: str) -> None:
    with context.inspect(endpoint):
        with pytest.raises(zmq.ZMQError) as caught:
            context.inspect(endpoint)
        assert caught.value.errno == errno.EADDRINUSE
    with pytest.raises(zmq.ZMQError, match="known in one context alone"):
        context.inspect("inproc://inspect")
    context.term()
    with pytest.raises(RuntimeError, match="closed"):
        context.inspect(endpoint)


def test_environment_has_every_context_inspected_until_it_ends(folder: Path) -> None:
    """After fork() the child's contexts have files of their own, and the parent's stay."""
    done = run(FORKING, folder, ZEROWIRE_INSPECT="1")
    assert done.stdout.splitlines() == [
        "parent ['own.1'] 0o700",
        "child 2 True",
        "child 1",
        "parent ['own.1']",
        "parent ['own.1', 'own.2']",
        "parent ['own.1']",
    ]
    assert done.stderr == ""
    assert [*(folder / "zerowire").iterdir()] == []  # the first context was open when the process ended


@pytest.mark.parametrize("value", ["0", ""])
def test_without_the_environment_nothing_of_it_is_loaded(folder: Path, value: str) -> None:
    source = (
        "import sys, zerowire; zerowire.Context().term(); print(*(m for m in sys.modules if 'inspect' in m))"
    )
    done = run(source, folder, ZEROWIRE_INSPECT=value)
    assert "zerowire" not in done.stdout
    assert [*folder.iterdir()] == []


def test_program_runs_when_it_cannot_be_inspected(folder: Path) -> None:
    (folder / "zerowire").mkdir()
    (folder / "zerowire").chmod(0o755)
    done = run("import zerowire; zerowire.Context().term(); print('ran')", folder, ZEROWIRE_INSPECT="1")
    assert done.stdout == "ran\n"
    assert "RuntimeWarning: ZEROWIRE_INSPECT is set" in done.stderr
    assert "has mode 0755: it must be a directory of user" in done.stderr


def run(source: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program whose run-time directory is a folder."""
    return subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", source],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "XDG_RUNTIME_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
