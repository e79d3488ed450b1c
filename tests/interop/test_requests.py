"""REQ and REP, with peers that do more than REP and REQ can."""

from __future__ import annotations

from tests.interop.library import Open, bind, errno_of, zmq
from tests.interop.peer import Peer


def test_requester_speaks_in_turn(sock: Open, peer: Peer) -> None:
    """Section 1.4: EFSM."""
    req, rep = sock("REQ"), peer.socket("REP")
    req.connect(rep.bind())
    assert errno_of(req.recv) == zmq.EFSM
    req.send(b"1")
    assert errno_of(req.send, b"2") == zmq.EFSM
    assert rep.recv() == [b"1"]
    rep.send(b"one")
    assert req.recv() == b"one"
    assert errno_of(req.recv) == zmq.EFSM


def test_replier_speaks_in_turn(sock: Open, peer: Peer) -> None:
    """Section 1.4: EFSM."""
    rep, req = sock("REP"), peer.socket("REQ")
    req.connect(bind(rep))
    assert errno_of(rep.send, b"what?") == zmq.EFSM
    req.send(b"1")
    assert rep.recv() == b"1"
    assert errno_of(rep.recv) == zmq.EFSM
    rep.send(b"one")
    assert req.recv() == [b"one"]


def test_relaxed_requester_gets_the_last_answer(sock: Open, peer: Peer) -> None:
    """REQ-1: with REQ_CORRELATE the late answer to a former request is dropped."""
    req, router = sock("REQ", req_relaxed=1, req_correlate=1), peer.socket("ROUTER")
    req.connect(router.bind())
    req.send(b"1")
    req.send(b"2")
    first, second = router.recv_many(2)
    assert [first[3], second[3]] == [b"1", b"2"]
    assert first[1] != second[1]
    for name, request_id, _, body in (first, second):
        router.send(name, request_id, b"", b"to " + body)
    assert req.recv() == b"to 2"


def test_requester_hears_only_whom_it_asked(sock: Open, peer: Peer) -> None:
    """REQ-3, RFC 28."""
    req, asked, other = sock("REQ"), peer.socket("ROUTER"), peer.socket("ROUTER")
    req.connect(asked.bind())
    req.connect(other.bind())
    names = []
    for router in (asked, other):
        req.send(b"?")
        request = router.recv()
        assert request is not None
        names.append(request[0])
        router.send(*request)
        assert req.recv() == b"?"
    req.send(b"to the first again")
    assert asked.recv() is not None
    other.send(names[1], b"", b"not asked")
    asked.send(names[0], b"", b"answer")
    assert req.recv() == b"answer"


def test_envelope_of_many_hops_is_returned(sock: Open, peer: Peer) -> None:
    """REP-1."""
    rep, dealer = sock("REP"), peer.socket("DEALER")
    dealer.connect(bind(rep))
    dealer.send(b"hop 1", b"hop 2", b"", b"question", b"")
    assert rep.recv_multipart() == [b"question", b""]
    rep.send_multipart([b"answer", b""])
    assert dealer.recv() == [b"hop 1", b"hop 2", b"", b"answer", b""]


def test_request_without_a_delimiter_is_discarded(sock: Open, peer: Peer) -> None:
    """REP-2."""
    rep, dealer = sock("REP"), peer.socket("DEALER")
    dealer.connect(bind(rep))
    dealer.send(b"no", b"delimiter")
    dealer.send(b"", b"question")
    assert rep.recv() == b"question"


def test_answer_to_a_peer_that_has_gone_is_dropped(sock: Open, peer: Peer) -> None:
    """REP-3."""
    rep, req = sock("REP"), peer.socket("REQ")
    where = bind(rep)
    req.connect(where)
    req.send(b"never mind")
    assert rep.recv() == b"never mind"
    req.close()
    rep.send(b"too late")
    second = peer.socket("REQ")
    second.connect(where)
    second.send(b"question")
    assert rep.recv() == b"question"
    rep.send(b"answer")
    assert second.recv() == [b"answer"]


def test_requests_of_many_peers_take_turns(sock: Open, peer: Peer) -> None:
    """REP reads fairly."""
    rep = sock("REP")
    where = bind(rep)
    requesters = [peer.socket("REQ") for _ in range(5)]
    for number, req in enumerate(requesters):
        req.connect(where)
        req.send(b"%d" % number)
    for _ in requesters:
        rep.send(rep.recv())
    assert [req.recv() for req in requesters] == [[b"%d" % number] for number in range(5)]
