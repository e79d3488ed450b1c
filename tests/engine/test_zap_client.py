"""ZAP-1, ZAP-2, NULL-6, PLAIN-1, CURVE-5: who decides about a peer, and what comes of it."""

from __future__ import annotations

import errno
import threading
from asyncio import CancelledError
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from tests.engine.bench import Bench, Owner, Peer, Valve, command, frame, greeting, ready, take_all
from tests.zmtp.mechanism.model import CLIENT, SERVER, Client
from zerowire.constants import SecurityMechanism, SocketType
from zerowire.engine.link import MOST_UNHEARD, Link
from zerowire.engine.link_state import LinkState
from zerowire.engine.socket import SocketCore
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.options import Security
from zerowire.zmtp import zap
from zerowire.zmtp.connection import PeerTimeout

Linked = Callable[..., tuple[Link, Owner, Peer, Valve]]
PLAIN = Security(SecurityMechanism.PLAIN, True)
CURVE = Security(SecurityMechanism.CURVE, True)
HELLO = command(b"HELLO", b"\3ann\6secret")


def handler(bench: Bench, kind: SocketType = SocketType.REP) -> SocketCore:
    core = bench.open(kind)
    core.endpoints.bind(zap.ENDPOINT)
    return core


def asked(bench: Bench, core: SocketCore) -> list[bytes]:
    """Return the frames of the next request."""
    found: list[Any] = []

    def look() -> bool:
        message = core.try_receive()
        if message is not None:
            found.append(message)
        return bool(found)

    bench.until(look)
    return list(found[0])


def reply(status: int = 200, user_id: bytes = b"ann", **properties: bytes) -> list[Any]:
    return [*zap.reply(b"1", status, "text", user_id, properties)]


def null_peer(linked: Linked, core: SocketCore) -> tuple[Link, Owner, Peer]:
    link, owner, peer, _ = linked(core)
    peer.send(greeting(), ready("PUSH"))
    return link, owner, peer


def plain_peer(linked: Linked, core: SocketCore) -> tuple[Link, Owner, Peer]:
    link, owner, peer, _ = linked(core)
    peer.send(greeting(mechanism=b"PLAIN"), HELLO)
    return link, owner, peer


def curve_peer(bench: Bench, linked: Linked, core: SocketCore) -> tuple[Link, Owner, Peer]:
    link, owner, peer, _ = linked(core)
    client = Client()
    peer.send(greeting(mechanism=b"CURVE"), frame(client.hello(), command=True))
    bench.until(lambda: len(peer.collect()) >= 64 + 2 + 168)
    client.read_welcome(peer.read()[66:])
    peer.send(frame(client.initiate(), command=True))
    return link, owner, peer


def lost(bench: Bench, owner: Owner) -> Exception | None:
    bench.until(lambda: owner.lost)
    return owner.lost[0]


# -- a handler ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SocketType.REP, SocketType.ROUTER])
def test_a_handler_lets_a_peer_in(bench: Bench, linked: Linked, kind: SocketType) -> None:
    """ZAP-1, and the metadata of section 4.8."""
    decider = handler(bench, kind)
    core = bench.open(SocketType.PULL, zap_domain="global", routing_id=b"me")
    link, owner, peer = null_peer(linked, core)
    peer.send(frame(b"early"))
    request = asked(bench, decider)
    envelope = [] if kind is SocketType.REP else request[:2]
    address = link.stream.peer_address.encode()
    assert request[len(envelope) :] == [b"1.0", b"1", b"global", address, b"me", b"NULL"]
    assert b"READY" not in peer.collect()
    assert decider.try_send([*envelope, *reply(role=b"guest")])
    bench.until(lambda: owner.pipe is not None)
    assert link.connection.peer.properties == {"User-Id": "ann", "role": "guest", "Socket-Type": "PUSH"}
    assert peer.read().endswith(ready("PULL"))
    assert take_all(core) == [b"early"]
    assert link.errand is None
    bench.until(lambda: not decider.pipes)


def test_credentials_are_told(bench: Bench, linked: Linked) -> None:
    decider = handler(bench)
    plain_peer(linked, bench.open(SocketType.PULL, security=PLAIN))
    assert asked(bench, decider)[5:] == [b"PLAIN", b"ann", b"secret"]
    assert decider.try_send(reply(400))
    keys = {"curve_secretkey": SERVER.secret, "security": CURVE}
    curve_peer(bench, linked, bench.open(SocketType.PULL, **keys))
    assert asked(bench, decider)[5:] == [b"CURVE", CLIENT.public]


def test_answers_may_come_in_any_order(bench: Bench, linked: Linked) -> None:
    decider = handler(bench, SocketType.ROUTER)
    core = bench.open(SocketType.PULL, security=PLAIN)
    peers = [plain_peer(linked, core) for _ in range(3)]
    requests = [asked(bench, decider) for _ in peers]
    for number in (2, 0, 1):
        assert decider.try_send([*requests[number][:2], *reply(user_id=b"%d" % number)])
        link, _, peer = peers[number]
        bench.until(lambda peer=peer: b"WELCOME" in peer.collect())  # type: ignore[misc]
        assert link.connection.peer.properties == {"User-Id": str(number)}


@pytest.mark.parametrize("status", [300, 400, 500])
def test_a_handler_may_refuse_a_peer(bench: Bench, linked: Linked, status: int) -> None:
    """ZAP-2, CURVE-6: 300 is not told to the peer."""
    decider = handler(bench)
    core = bench.open(SocketType.PULL, zap_domain="global")
    _, owner, peer = null_peer(linked, core)
    asked(bench, decider)
    assert decider.try_send(reply(status))
    error = lost(bench, owner)
    assert isinstance(error, RemoteProtocolError)
    assert error.status == status
    bench.until(lambda: peer.collect() is not None and peer.ended)
    said = b"" if status == 300 else command(b"ERROR", b"\3%d" % status)
    assert peer.read()[64:] == said


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([b"1.0"], 0x20000001),
        ([b"2.0", *reply()[1:]], 0x20000003),
        ([b"1.0", b"2", *reply()[2:]], 0x20000002),
        ([b"1.0", b"1", b"201", *reply()[3:]], 0x20000004),
        ([*reply()[:5], b"\1"], 0x20000005),
    ],
)
def test_what_is_no_reply_lets_nobody_in(bench: Bench, linked: Linked, frames: list[Any], code: int) -> None:
    decider = handler(bench)
    core = bench.open(SocketType.PULL, zap_domain="global")
    _, owner, _ = null_peer(linked, core)
    asked(bench, decider)
    assert decider.try_send(frames)
    error = lost(bench, owner)
    assert isinstance(error, RemoteProtocolError)
    assert error.code == code


def test_a_handler_may_leave_without_an_answer(bench: Bench, linked: Linked) -> None:
    decider = handler(bench)
    core = bench.open(SocketType.PULL, zap_domain="global")
    _, owner, _ = null_peer(linked, core)
    asked(bench, decider)
    decider.close(0)
    error = lost(bench, owner)
    assert isinstance(error, ZMQError)
    assert error.errno == errno.EFAULT


def test_a_handler_may_be_too_slow(bench: Bench, linked: Linked) -> None:
    """REC-7."""
    decider = handler(bench)
    core = bench.open(SocketType.PULL, zap_domain="global", handshake_ivl=20)
    link, owner, _ = null_peer(linked, core)
    asked(bench, decider)
    assert isinstance(lost(bench, owner), PeerTimeout)
    assert link.errand is None
    decider.try_send(reply())
    bench.until(lambda: not decider.pipes)


def test_a_peer_may_leave_before_it_is_let_in(bench: Bench, linked: Linked) -> None:
    decider = handler(bench)
    core = bench.open(SocketType.PULL, zap_domain="global")
    _, owner, peer = null_peer(linked, core)
    asked(bench, decider)
    peer.close()
    assert isinstance(lost(bench, owner), ZMQError)
    decider.try_send(reply())
    bench.until(lambda: not decider.pipes)
    assert owner.pipe is None


def test_an_answer_may_come_when_nobody_waits_any_more(bench: Bench, linked: Linked) -> None:
    """The answer is in the mailbox already when the link ends."""
    decider = handler(bench)
    core = bench.open(SocketType.PULL, zap_domain="global")
    link, owner, _ = null_peer(linked, core)
    asked(bench, decider)
    question = link.errand
    assert question is not None
    assert decider.try_send(reply())
    link.close()
    question.cancel()
    bench.serve()
    assert (link.state, owner.pipe, owner.lost) == (LinkState.CLOSED, None, [])


def test_nobody_talks_without_end_before_it_is_let_in(bench: Bench, linked: Linked) -> None:
    decider = handler(bench)
    core = bench.open(SocketType.PULL, zap_domain="global")
    link, owner, peer = null_peer(linked, core)
    asked(bench, decider)
    message = frame(bytes(50_000))
    sent = 0
    while link.octets_in <= MOST_UNHEARD:
        peer.send(message)
        sent += 1
        core.serve()
    heard = link.octets_in
    peer.send(message)
    core.serve()
    assert link.octets_in == heard
    assert decider.try_send(reply())
    taken: list[Any] = []

    def all_came() -> bool:
        taken.extend(take_all(core))
        return len(taken) == sent + 1

    bench.until(all_came)
    assert owner.pipe is not None


# -- no handler --------------------------------------------------------------------------------------


def outcome(bench: Bench, link: Link, owner: Owner) -> int | None:
    """Return None when the peer was let in so far, or the number of the error."""
    bench.until(lambda: owner.lost or not link.connection.is_asking)
    bench.serve()
    if not owner.lost:
        return None
    error = owner.lost[0]
    assert isinstance(error, ZMQError)
    return error.errno


@pytest.mark.parametrize(
    ("domain", "enforced", "null", "plain", "curve"),
    [
        ("", False, None, errno.EFAULT, None),
        ("global", False, None, errno.EFAULT, None),
        ("", True, None, errno.EFAULT, None),
        ("global", True, errno.EFAULT, errno.EFAULT, errno.EFAULT),
    ],
)
def test_without_a_handler(
    bench: Bench, linked: Linked, domain: str, enforced: bool, null: int | None, plain: int, curve: int | None
) -> None:
    """NULL-6, PLAIN-1, CURVE-5."""
    options = {"zap_domain": domain, "zap_enforce_domain": enforced}
    link, owner, _ = null_peer(linked, bench.open(SocketType.PULL, **options))
    assert outcome(bench, link, owner) == null
    link, owner, peer = plain_peer(linked, bench.open(SocketType.PULL, security=PLAIN, **options))
    assert outcome(bench, link, owner) == plain
    assert b"WELCOME" not in peer.read()
    keys = {"curve_secretkey": SERVER.secret, "security": CURVE}
    link, owner, _ = curve_peer(bench, linked, bench.open(SocketType.PULL, **options, **keys))
    assert outcome(bench, link, owner) == curve
    assert "User-Id" not in link.connection.peer.properties


def test_who_wants_a_domain_and_has_none_does_not_ask(bench: Bench, linked: Linked) -> None:
    """CURVE-5."""
    decider = handler(bench)
    keys = {"curve_secretkey": SERVER.secret, "security": CURVE}
    core = bench.open(SocketType.PULL, zap_enforce_domain=True, **keys)
    link, owner, _ = curve_peer(bench, linked, core)
    assert outcome(bench, link, owner) is None
    assert decider.try_receive() is None


def test_a_socket_of_another_type_is_no_handler(bench: Bench, linked: Linked) -> None:
    """libzmq ends the process."""
    handler(bench, SocketType.PULL)
    link, owner, _ = plain_peer(linked, bench.open(SocketType.PULL, security=PLAIN))
    assert outcome(bench, link, owner) == errno.EFAULT


def test_a_handler_that_comes_later_is_not_met_by_old_questions(bench: Bench, linked: Linked) -> None:
    link, owner, _ = plain_peer(linked, bench.open(SocketType.PULL, security=PLAIN))
    assert outcome(bench, link, owner) == errno.EFAULT
    decider = handler(bench)
    bench.serve()
    assert (decider.pipes, decider.try_receive()) == ({}, None)


def test_null_asks_nobody_without_a_domain(bench: Bench, linked: Linked) -> None:
    decider = handler(bench)
    _, owner, _ = null_peer(linked, bench.open(SocketType.PULL))
    bench.until(lambda: owner.pipe is not None)
    assert decider.try_receive() is None


# -- the program itself ------------------------------------------------------------------------------


def test_a_function_sees_what_a_handler_would(bench: Bench, linked: Linked) -> None:
    seen: list[zap.Request] = []

    def decide(request: zap.Request) -> bool:
        seen.append(request)
        return True

    core = bench.open(SocketType.PULL, security=PLAIN, zap_domain="global", authenticate=decide)
    link, _, peer = plain_peer(linked, core)
    bench.until(lambda: b"WELCOME" in peer.collect())
    address = link.stream.peer_address.encode()
    assert seen == [zap.Request(b"1", b"global", address, b"", b"PLAIN", (b"ann", b"secret"))]
    assert link.connection.peer.properties == {}


def test_a_function_may_say_who_the_peer_is(bench: Bench, linked: Linked) -> None:
    core = bench.open(SocketType.PULL, authenticate=lambda request: "guest")
    link, owner, _ = null_peer(linked, core)
    bench.until(lambda: owner.pipe is not None)
    assert link.connection.peer.properties["User-Id"] == "guest"


@pytest.mark.parametrize("answer", [False, None, ""])
def test_a_function_may_refuse_a_peer(bench: Bench, linked: Linked, answer: object) -> None:
    core = bench.open(SocketType.PULL, authenticate=lambda request: answer)
    _, owner, peer = null_peer(linked, core)
    error = lost(bench, owner)
    assert isinstance(error, RemoteProtocolError)
    assert error.status == 400
    assert command(b"ERROR", b"\x03400") in peer.read()


@pytest.mark.parametrize("answer", [KeyError("no such user"), 1, b"guest"])
def test_a_mistake_of_the_function_lets_nobody_in(
    bench: Bench, linked: Linked, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    complaints: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: complaints.append(args.exc_value))

    def decide(request: zap.Request) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    core = bench.open(SocketType.PULL, authenticate=decide)
    _, owner, _ = null_peer(linked, core)
    error = lost(bench, owner)
    assert isinstance(error, RemoteProtocolError)
    assert error.status == 500
    [complaint] = complaints
    assert complaint is answer or "returns a bool or a str" in str(complaint)


@pytest.mark.parametrize("end", [CancelledError(), SystemExit(1)])
def test_a_future_that_is_cancelled_costs_one_peer(
    bench: Bench, linked: Linked, monkeypatch: pytest.MonkeyPatch, end: BaseException
) -> None:
    complaints: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: complaints.append(args.exc_value))
    verdict: Any = Future()
    core = bench.open(SocketType.PULL, authenticate=lambda request: verdict)
    link, owner, _ = null_peer(linked, core)
    bench.until(lambda: link.errand is verdict)
    verdict.set_exception(end)
    error = lost(bench, owner)
    assert isinstance(error, RemoteProtocolError)
    assert error.status == 500
    [complaint] = complaints
    assert complaint.__cause__ is end
