"""The page in a browser, while peers come, talk, lose messages and go; and what else its server answers."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from errno import EADDRINUSE
from urllib.error import HTTPError

import pytest

import zerowire as zmq

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
import zerowire.page
from tests.page.browser import PROGRAM, Browser
from zerowire.page import PageServer

WaitUntil = Callable[..., None]
PATIENCE = 10_000  # milliseconds
ROWS = "[...document.querySelectorAll('#peers tbody tr')]"
CELLS = f"{ROWS}.map((row) => [...row.cells].map((cell) => cell.textContent))"
EVENTS = "[...document.querySelectorAll('#events li')].map((each) => each.textContent)"


@pytest.fixture
def page(context: zmq.Context) -> Iterator[PageServer]:
    with zerowire.page.serve(context, port=0) as served:
        yield served


def get(url: str, **headers: str) -> tuple[int, Message, bytes]:
    """Return status, headers and body."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, reply.headers, reply.read()
    except HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


# -- the server --------------------------------------------------------------------------------------


def test_server_tells_the_same_as_an_inspection_and_metrics(context: zmq.Context, page: PageServer) -> None:
    with context.socket(zmq.PUB) as pub:
        pub.bind("inproc://news")
        status, headers, body = get(f"{page.url}inspect.json")
        told = json.loads(body)
        assert (status, told["format"]) == (200, "zerowire-inspection")
        assert [row["name"] for row in told["sockets"]] == ["pub-1"]
        assert headers["Cache-Control"] == "no-store"
        status, headers, body = get(f"{page.url}metrics")
        assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
        assert b'socket="pub-1",type="PUB"} 0.0' in body
    assert get(f"{page.url}nothing")[0] == 404


def test_page_loads_nothing_from_anywhere_else(page: PageServer) -> None:
    status, headers, body = get(page.url)
    text = body.decode()
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "/* script */" not in text
    names = text.replace("http://www.w3.org/2000/svg", "")
    assert "http://" not in names
    assert "https://" not in names
    assert "innerHTML" not in names  # what peers call themselves is text


def test_requests_that_were_meant_for_another_host_are_refused(page: PageServer) -> None:
    """A page from elsewhere may have had its name point at this machine."""
    assert get(f"{page.url}inspect.json", Host="evil.example")[0] == 400
    assert get(f"{page.url}inspect.json", Host="localhost:1")[0] == 200


def test_port_that_is_taken_is_named(context: zmq.Context, page: PageServer) -> None:
    port = int(page.url.rstrip("/").rpartition(":")[2])
    with pytest.raises(zmq.ZMQError, match=f"http://127.0.0.1:{port} cannot be served") as caught:
        zerowire.page.serve(context, port=port)
    assert caught.value.errno == EADDRINUSE


def test_other_addresses_than_loopback_are_warned_of(context: zmq.Context) -> None:
    with pytest.warns(RuntimeWarning, match="whoever reaches 0.0.0.0:0 can see"):
        served = zerowire.page.serve(context, "0.0.0.0", 0)
    with served:
        assert get(f"{served.url}inspect.json", Host="any.example")[0] == 200


def test_page_ends_with_its_context(wait_until: WaitUntil) -> None:
    with zmq.Context() as context:
        served = zerowire.page.serve(context, port=0)
    wait_until(lambda: served.closed)
    with pytest.raises(RuntimeError, match="closed"):
        zerowire.page.serve(context, port=0)
    address = served.url.removeprefix("http://").rstrip("/").split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address[0], int(address[1])))


def test_missing_packages_are_named() -> None:
    source = "import sys; sys.modules['uvicorn'] = None; import zerowire.page; zerowire.page.serve"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert "this needs the package uvicorn: pip install 'zerowire[http]'" in done.stderr


# -- the browser -------------------------------------------------------------------------------------


@pytest.mark.skipif(PROGRAM is None, reason="there is no chromium")
def test_page_shows_arrival_traffic_loss_and_departure(
    context: zmq.Context, page: PageServer, wait_until: WaitUntil
) -> None:
    """And can be used with keys alone, on a narrow screen, in the dark."""
    with context.socket(zmq.PUB) as pub, Browser(page.url) as browser:
        pub.set(zmq.METADATA, b"X-Name:prices")
        pub.sndhwm, pub.sndbuf = 5, 4096
        pub.bind("tcp://127.0.0.1:*")
        wait_until(lambda: browser.evaluate("document.querySelector('.card h3')?.textContent") == "pricesPUB")

        def cells(name: str) -> list[str]:
            found: list[list[str]] = browser.evaluate(CELLS)
            return next((row for row in found if row[0].startswith(name)), [])

        subs = zmq.Context()
        names = ("<b>reader</b>", "sleeper")  # markup stays text
        reader, sleeper = (subscriber(subs, pub, name) for name in names)
        assert pub.wait_for_subscribers(2, timeout=PATIENCE)

        wait_until(lambda: cells("<b>reader</b>") and cells("sleeper"))
        assert cells("sleeper")[1:3] == ["prices", "there"]
        assert any("HANDSHAKE_SUCCEEDED" in each for each in browser.evaluate(EVENTS))

        def is_shown(name: str, column: int, unlike: str) -> bool:
            pub.send(b"x" * 20_000)
            reader.recv()
            return cells(name)[column] != unlike

        wait_until(lambda: is_shown("<b>reader</b>", 4, "0/s"))
        wait_until(lambda: is_shown("sleeper", 8, "0"))
        assert cells("sleeper")[2] == "losing"
        assert cells("sleeper")[7] == "5 of 5"
        assert any("MESSAGES LOST" in each for each in browser.evaluate(EVENTS))
        assert "sleeper dropping" in browser.evaluate(
            "document.getElementById('topology').getAttribute('aria-label')"
        )
        use_keys(browser)
        be_narrow(browser)

        sleeper.close(0)
        wait_until(lambda: not cells("sleeper"))
        assert cells("<b>reader</b>")
        assert any("DISCONNECTED" in each for each in browser.evaluate(EVENTS))
        reader.close(0)
        subs.term()


def subscriber(context: zmq.Context, pub: zmq.Socket, name: str) -> zmq.Socket:
    """Return a SUB of this name that takes all."""
    sub = context.socket(zmq.SUB)
    sub.set(zmq.METADATA, b"X-Name:" + name.encode())
    sub.rcvhwm, sub.rcvbuf, sub.rcvtimeo = 1, 4096, PATIENCE
    sub.subscribe("")
    sub.connect(pub.get_string(zmq.LAST_ENDPOINT))
    return sub


def use_keys(browser: Browser) -> None:
    """Filter, sort, walk through peers, change the theme and pause."""
    browser.press("/")
    assert browser.evaluate("document.activeElement.id") == "filter"
    browser.call("Input.insertText", text="sleep")
    assert browser.evaluate(f"{ROWS}.length") == 1
    browser.press("Escape")
    assert browser.evaluate(f"{ROWS}.length") == 2
    browser.press("j")
    browser.press("j")
    assert browser.evaluate(f"{ROWS}.indexOf(document.activeElement)") == 1
    browser.press("s")
    assert browser.evaluate("document.querySelectorAll('#peers th')[1].ariaSort") == "ascending"
    before = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    browser.press("t")
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") != before
    for state in ("paused", "live"):
        browser.press("p")
        browser.evaluate(
            "new Promise((done) => { const look = () => document.getElementById('status').dataset.state === "
            f"'{state}' ? done() : setTimeout(look, 5); look(); }})"
        )


def be_narrow(browser: Browser) -> None:
    """Nothing is cut off at the width of a small telephone."""
    browser.resize(360, 740)
    assert browser.evaluate("document.documentElement.scrollWidth") <= 360
    browser.resize(1200, 1250)
