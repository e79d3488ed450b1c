"""zerowire doctor: each fault is planted, and must be named."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import zerowire
from tests.cli.conftest import Run
from tests.cli.peers import authenticated, bound, saying, silent_network
from tests.conformance.raw import SIGNATURE, command, frame, greeting, old_frame, ready
from zerowire import cli
from zerowire.cli.faults import Fault

zmq = pytest.importorskip("zmq")

BOTH = [pytest.param(zmq, id="libzmq"), pytest.param(zerowire, id="ours")]
SERVER = zerowire.curve_keypair()
KEYS: dict[str, Any] = {"curve_server": 1, "curve_secretkey": SERVER[1]}
Diagnose = Callable[..., tuple[int, dict[str, Any]]]
Planted = AbstractContextManager[str]
PATIENCE = "10"
SOON = ("--timeout", "0.5")  # where silence is the fault


@pytest.fixture
def diagnose(capsys: pytest.CaptureFixture[str]) -> Diagnose:
    """Return `diagnose(word, ...)`, which returns the exit code and what `--json` says."""

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        code = cli.main(["doctor", "--json", "--timeout", PATIENCE, *words])
        return code, json.loads(capsys.readouterr().out)

    return run


def steps(found: dict[str, Any]) -> list[str]:
    return [f"{step['verdict']} {step['name']}" for step in found["steps"]]


@contextmanager
def at(endpoint: str) -> Iterator[str]:
    yield endpoint


@contextmanager
def nothing() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    yield f"tcp://127.0.0.1:{port}"


@contextmanager
def web_server() -> Iterator[str]:
    class Quiet(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"tcp://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def close(end: socket.socket) -> None:
    end.shutdown(socket.SHUT_RDWR)


class Case(NamedTuple):
    """A fault that is planted at a TCP endpoint or elsewhere, and what is said of it."""

    fault: Fault
    step: str
    words: str
    plant: Callable[[], Planted]
    options: tuple[str, ...] = ()


def client_of(key: bytes) -> tuple[str, ...]:
    return "--server-key", key.decode()


PLAIN = ("--user", "ann", "--password", "wrong")
PLAIN_KEYS: dict[str, Any] = {"plain_server": 1}
WRONG_KEY = zerowire.curve_keypair()[0]
CASES = {
    "malformed": Case(Fault.MALFORMED, "endpoint", "has no '://'", lambda: at("127.0.0.1:5555")),
    "no port": Case(Fault.MALFORMED, "endpoint", "has no port", lambda: at("tcp://127.0.0.1")),
    "inproc": Case(Fault.INPROC, "endpoint", "one context", lambda: at("inproc://feed")),
    "transport": Case(Fault.TRANSPORT, "endpoint", "unknown", lambda: at("carrier://pigeon")),
    "a group": Case(Fault.TRANSPORT, "endpoint", "no connections", lambda: at("epgm://lo;239.0.0.1:5555")),
    "name": Case(Fault.NAME, "name", "'no-such-host.invalid'", lambda: at("tcp://no-such-host.invalid:5555")),
    "nothing listens": Case(Fault.REFUSED, "connect", "refused", nothing),
    "firewall": Case(Fault.SILENT_NETWORK, "connect", "within 0.5 s", silent_network, SOON),
    "web server": Case(Fault.FOREIGN, "greeting", "HTTP, from a web server", web_server, SOON),
    "ssh": Case(Fault.FOREIGN, "greeting", "SSH", lambda: saying(b"SSH-2.0-x\r\n")),
    "silence": Case(Fault.NEVER_GREETS, "greeting", "no greeting came", lambda: saying(b""), SOON),
    "half a greeting": Case(
        Fault.NEVER_GREETS, "greeting", "half a greeting", lambda: saying(SIGNATURE), SOON
    ),
    "closes": Case(Fault.CLOSED_EARLY, "greeting", "closed", lambda: saying(b"", then=close)),
    "only greets": Case(Fault.NO_HANDSHAKE, "handshake", "has stopped", lambda: saying(greeting()), SOON),
    "leaves": Case(Fault.CLOSED, "handshake", "without a reason", lambda: saying(greeting(), then=close)),
    "nonsense": Case(
        Fault.BROKEN, "greeting", "one READY", lambda: saying(greeting() + command(b"WHAT", b"?"))
    ),
    "heartbeats": Case(
        Fault.NO_HEARTBEAT, "heartbeat", "no PONG", lambda: saying(greeting() + ready("REP")), SOON
    ),
    "old, with keys": Case(
        Fault.OLD,
        "greeting",
        "ZMTP 2.0, which has no CURVE",
        lambda: saying(SIGNATURE + b"\1\4" + frame(b"")),
        client_of(SERVER[0]),
    ),
    "two clients": Case(
        Fault.ROLES, "greeting", "client of PLAIN", lambda: bound(zmq, "DEALER", plain_username=b"bob"), PLAIN
    ),
}
WITH_A_LIBRARY: dict[str, tuple[Fault, str, Callable[[Any], Planted], tuple[str, ...]]] = {
    "mechanism": (Fault.MECHANISM, "CURVE, and we speak NULL", lambda lib: bound(lib, "REP", **KEYS), ()),
    "server key": (
        Fault.SERVER_KEY,
        "at our HELLO",
        lambda lib: bound(lib, "REP", **KEYS),
        client_of(WRONG_KEY),
    ),
    "client key": (
        Fault.DENIED_KEY,
        "refused the handshake: 400",
        lambda lib: authenticated(lib, b"400", "REP", **KEYS),
        client_of(SERVER[0]),
    ),
    "password": (
        Fault.DENIED_USER,
        "refused the handshake: 400",
        lambda lib: authenticated(lib, b"400", "REP", **PLAIN_KEYS),
        PLAIN,
    ),
    "authenticator": (
        Fault.DENIED_USER,
        "at fault: 500",
        lambda lib: authenticated(lib, b"500", "REP", **PLAIN_KEYS),
        PLAIN,
    ),
    "no authenticator": (
        Fault.NO_AUTHENTICATOR,
        "without a reason",
        lambda lib: bound(lib, "REP", **PLAIN_KEYS),
        PLAIN,
    ),
    "address": (
        Fault.DENIED,
        "refused the handshake: 400 (NULL)",
        lambda lib: authenticated(lib, b"400", "REP"),
        (),
    ),
    "types": (
        Fault.TYPES,
        "PUB, and REQ does not fit",
        lambda lib: bound(lib, "PUB"),
        ("--type", "req"),
    ),
}


# What belongs to the handshake may come together with the greeting, and is met while that is read.
PLACES = {"greeting": ("greeting", "handshake"), "handshake": ("greeting", "handshake")}


def check(found: tuple[int, dict[str, Any]], fault: Fault, step: str, words: str) -> None:
    code, told = found
    assert (code, told["fault"]) == (1, fault.label), told
    assert told["advice"]
    last = told["steps"][-1]
    assert last["verdict"] == "fault"
    assert (
        last["name"] in (step, "greeting", "handshake")
        if step in ("greeting", "handshake")
        else step == last["name"]
    )
    assert words in last["text"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_planted_fault_is_named(diagnose: Diagnose, case: Case) -> None:
    with case.plant() as endpoint:
        check(diagnose(endpoint, *case.options), case.fault, case.step, case.words)


@pytest.mark.parametrize("library", BOTH)
@pytest.mark.parametrize("name", WITH_A_LIBRARY)
def test_fault_planted_with_a_library_is_named(diagnose: Diagnose, name: str, library: Any) -> None:
    fault, words, plant, options = WITH_A_LIBRARY[name]
    with plant(library) as endpoint:
        check(diagnose(endpoint, *options), fault, "type" if name == "types" else "handshake", words)


def test_faults_of_ipc_are_named(diagnose: Diagnose, tmp_path: Path) -> None:
    """A path that is not there, no socket, or one that nobody listens at any more."""
    (tmp_path / "file").touch()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "stale"))
    for name, fault in {
        "missing": Fault.NO_PATH,
        "file": Fault.NOT_A_SOCKET,
        "stale": Fault.STALE,
        "file/below": Fault.NO_PATH,
    }.items():
        check(diagnose(f"ipc://{tmp_path}/{name}"), fault, "connect", "ipc://")


def test_path_without_permission_is_named(diagnose: Diagnose, tmp_path: Path) -> None:
    with bound(zmq, "REP", f"ipc://{tmp_path}/s") as endpoint:
        (tmp_path / "s").chmod(0)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)  # root may do anything
        try:
            found = diagnose(endpoint)
        finally:
            os.seteuid(user)
        check(found, Fault.PERMISSION, "connect", "permission denied")


@pytest.mark.parametrize("library", BOTH)
@pytest.mark.parametrize("kind", ["REP", "ROUTER", "PUB", "XPUB", "SUB", "PULL"])
def test_healthy_peer_has_no_fault(diagnose: Diagnose, library: Any, kind: str) -> None:
    with bound(library, kind) as endpoint:
        code, found = diagnose(endpoint)
    names = ["connect", "greeting", "mechanism", "handshake", "type", "heartbeat"]
    assert (code, steps(found)) == (0, [f"ok {name}" for name in names])
    assert f"the peer is {kind}" in found["steps"][4]["text"]


@pytest.mark.parametrize("library", BOTH)
def test_healthy_peer_with_curve_has_no_fault(diagnose: Diagnose, library: Any) -> None:
    with bound(library, "REP", **KEYS) as endpoint:
        code, found = diagnose(endpoint, "--type", "DEALER", *client_of(SERVER[0]))
    assert (code, steps(found)[-2:]) == (0, ["ok type", "ok heartbeat"])


@pytest.mark.parametrize("library", BOTH)
@pytest.mark.parametrize("kind", ["PUSH", "DEALER", "PAIR"])
def test_no_message_is_taken_from_others(diagnose: Diagnose, library: Any, kind: str) -> None:
    """The doctor leaves before it is a peer, so what waits goes to whoever comes next."""
    other = {"PUSH": "PULL"}.get(kind, kind)
    with library.Context() as context, context.socket(getattr(library, kind)) as peer:
        peer.setsockopt(library.LINGER, 0)
        port = peer.bind_to_random_port("tcp://127.0.0.1")
        code, found = diagnose(f"tcp://127.0.0.1:{port}")
        assert (code, steps(found)[-1]) == (0, "note heartbeat")
        with context.socket(getattr(library, other)) as worker:
            worker.setsockopt(library.LINGER, 0)
            worker.setsockopt(library.RCVTIMEO, 5000)
            worker.connect(f"tcp://127.0.0.1:{port}")
            peer.send(b"work")
            assert worker.recv() == b"work"


@pytest.mark.parametrize(
    ("octets", "version"),
    [(SIGNATURE + b"\1\4" + frame(b""), "2.0"), (old_frame(b"") + old_frame(b"x"), "1.0")],
)
def test_old_peer_is_no_fault_but_noted(diagnose: Diagnose, octets: bytes, version: str) -> None:
    with saying(octets) as endpoint:
        code, found = diagnose(endpoint)
    assert (code, steps(found)[1]) == (0, "note greeting")
    assert f"ZMTP {version}, old version: update" in found["steps"][1]["text"]


HOSTILE = b"\x1b[2J\xff\n\x07"


@pytest.mark.parametrize(
    "octets",
    [
        greeting() + ready("REP", Name=HOSTILE).replace(b"REP", HOSTILE[:3]),
        greeting() + command(b"ERROR", bytes((len(HOSTILE),)) + HOSTILE),
        greeting(mechanism=HOSTILE),
        HOSTILE * 9,
    ],
)
@pytest.mark.parametrize("verb", ["doctor", "ping", "wait"])
def test_hostile_peer_does_nothing_to_a_terminal(
    octets: bytes, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with saying(octets) as endpoint:
        for more in ((), ("--json",)):
            cli.main([verb, endpoint, "--timeout", "0.2", *more, *(["-n", "1"] if verb == "ping" else [])])
            said = capsys.readouterr()
            text = said.out + said.err
            assert text.encode().replace(b"\n", b"").decode().isprintable()


def test_every_fault_is_planted() -> None:
    """And each has advice of its own."""
    planted = {case.fault for case in CASES.values()} | {row[0] for row in WITH_A_LIBRARY.values()}
    planted |= {Fault.NO_PATH, Fault.NOT_A_SOCKET, Fault.STALE, Fault.PERMISSION}
    assert set(Fault) - planted == {Fault.UNREACHABLE}  # which would need another network
    assert len({fault.advice for fault in Fault}) == len(Fault)


def test_it_is_told_in_words(start: Run) -> None:
    with bound(zmq, "PUB") as endpoint:
        done = start("-m", "zerowire", "doctor", endpoint, "--type", "REQ")
    assert done.stdout.splitlines()[-4:] == [
        "  fault  type       the peer is PUB, and REQ does not fit",
        "",
        "fault: socket types",
        "what to do: use SUB or XSUB here, or connect to REP or ROUTER",
    ]
    assert done.stdout.startswith(f"{endpoint}\n  ok     connect    {endpoint} in ")
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ((), "ENDPOINT"),
        (("tcp://127.0.0.1:1", "--type", "TUBE"), "one of PAIR, PUB"),
        (("tcp://127.0.0.1:1", "--timeout", "no"), "valid number"),
        (("tcp://127.0.0.1:1", "--server-key", "short"), "40 characters"),
        (("tcp://127.0.0.1:1", "--passwords", os.devnull), "for servers"),
    ],
)
def test_bad_arguments_are_refused(
    words: tuple[str, ...], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["doctor", *words]) == 2
    assert hint in capsys.readouterr().err
