"""--http, as verbs take it."""

from __future__ import annotations

import re
import sys
import urllib.request

import pytest

import zerowire as zmq

pytest.importorskip("typer")
pytest.importorskip("uvicorn")
import typer

from zerowire.cli.web import serve_page


def test_page_is_served_as_long_as_the_context_lives(capsys: pytest.CaptureFixture[str]) -> None:
    with zmq.Context() as context:
        serve_page(context, None)
        assert capsys.readouterr().err == ""
        serve_page(context, "0")
        told = re.fullmatch(r"page at (http://127\.0\.0\.1:\d+/)\n", capsys.readouterr().err)
        assert told is not None
        with urllib.request.urlopen(f"{told[1]}inspect.json") as reply:
            assert reply.status == 200
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(told[1])


def test_address_that_others_reach_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    with zmq.Context() as context:
        serve_page(context, "0.0.0.0:0")
    assert capsys.readouterr().err.startswith("warning: whoever reaches 0.0.0.0:0 can see")


@pytest.mark.parametrize("where", ["", "localhost", "localhost:http", "1:65536"])
def test_what_is_no_port_is_refused(where: str) -> None:
    with zmq.Context() as context, pytest.raises(typer.BadParameter, match="must be HOST:PORT"):
        serve_page(context, where)


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zerowire.page", None)
    with zmq.Context() as context, pytest.raises(typer.BadParameter, match="--http: import of"):
        serve_page(context, "0")
