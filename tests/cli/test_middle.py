"""zerowire proxy, device and bridge, as processes; libzmq at both ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.cli.conftest import Begin, Peer
from tests.conftest import WaitUntil
from zerowire import cli
from zerowire.auth import create_certificates

ANYWHERE = "tcp://127.0.0.1:*"


def test_proxy_is_tapped_steered_and_tells_what_passes(
    begin: Begin, peer: Peer, wait_until: WaitUntil
) -> None:
    """PROXY-1: PAUSE, RESUME, STATISTICS, TERMINATE; a copy of each message for a SUB."""
    proxy = begin(
        *("proxy", "xsub", "xpub", "--front-bind", ANYWHERE, "--back-bind", ANYWHERE),
        *("--capture", ANYWHERE, "--control", ANYWHERE, "--every", "0.05", "--json"),
    )
    front, back, tap, steering = (proxy.endpoint() for _ in range(4))
    control = peer("REQ", steering)
    pub, sub, copies = peer("XPUB", front), peer("SUB", back), peer("SUB", tap)
    for socket in (copies, sub):
        socket.subscribe(b"news")
    assert pub.recv() == b"\x01news"
    wait_until(
        lambda: pub.send_multipart([b"news", b"of today"]) or copies.poll(10)
    )  # until it has subscribed
    assert sub.recv_multipart() == copies.recv_multipart() == [b"news", b"of today"]
    told = json.loads(proxy.line())
    assert told["total"] >= 1
    assert set(told) == {"forth", "back", "total", "queued", "dropped"}
    control.send(b"STATISTICS")
    assert len(control.recv_multipart()) == 8
    control.send(b"TERMINATE")
    control.recv()
    assert "Traceback" not in proxy.end()[1]


def test_device_shares_work_out_until_ctrl_c(begin: Begin, peer: Peer) -> None:
    """PROXY-1; section 7.7."""
    pytest.importorskip("uvicorn")
    device = begin("device", "streamer", "--front-bind", ANYWHERE, "--back-bind", ANYWHERE, "--http", "0")
    front, back = device.endpoint(), device.endpoint()
    assert device.stderr is not None
    with urlopen(device.stderr.readline().removeprefix("page at ").strip()) as page:
        assert page.status == 200
    push, workers = peer("PUSH", front), [peer("PULL", back) for _ in range(2)]
    for number in range(100):
        push.send(b"%d" % number)
    assert workers[0].poll(20_000)
    assert re.fullmatch(
        r"\d+ forth, 0 back a second; \d+ in all, \d+ wait, 0 dropped\n", device.stderr.readline()
    )
    assert device.interrupt()[0] == ""


def test_bridge_joins_transports_and_mechanisms(begin: Begin, tmp_path: Path) -> None:
    """From ipc to tcp, from NULL to CURVE; our own sockets at both ends."""
    create_certificates(tmp_path, "server")
    rep = begin(
        "rep",
        "-b",
        ANYWHERE,
        "--echo",
        "--key",
        "server.key_secret",
        "--allow",
        "any",
        "-n",
        "1",
        "-o",
        "none",
    )
    bridge = begin(
        *("bridge", "req", "--front-bind", "ipc://here", "--back-connect", rep.endpoint(), "--every", "0"),
        *("--back-server-key", "server.key"),
    )
    bridge.endpoint()
    assert begin("req", "-c", "ipc://here", "over the bridge").end() == ("over the bridge\n", "")
    assert rep.end() == ("", "")
    assert bridge.interrupt() == ("", "")


def test_type_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["proxy", "rooter", "dealer", "--front-bind", "x", "--back-bind", "y"]) == 2
    assert "there is no socket type 'rooter': there are pair, " in capsys.readouterr().err
    assert cli.main(["device", "queue", "--front-bind", ANYWHERE]) == 2
    assert "name an endpoint" in capsys.readouterr().err
