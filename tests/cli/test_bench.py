"""zerowire bench: figures that agree with each other, from our peer and libzmq's."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Begin
from tests.cli.process import SOURCE
from zerowire import cli

FAST = ("--seconds", "0.05")


def bench(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert cli.main(["bench", "--json", *FAST, *words]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(("library", "transport"), [("zerowire", "tcp"), ("pyzmq", "ipc")])
def test_both_libraries_are_measured(
    library: str, transport: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if library == "pyzmq":
        pytest.importorskip("zmq")
    plot = tmp_path / "plot.svg"
    words = [
        "--library",
        library,
        "--transport",
        transport,
        "--size",
        "10",
        "--size",
        "0",
        "--plot",
        str(plot),
    ]
    latency, throughput, _, empty = bench(capsys, *words)
    assert (latency["bench"], throughput["bench"], latency["size"]) == ("latency", "throughput", 10)
    assert {each["library"] for each in (latency, throughput)} == {library}
    numbers = latency["microseconds"]
    assert 0 < numbers["min"] <= numbers["median"] <= numbers["p90"] <= numbers["p99"] <= numbers["max"]
    assert throughput["count"] % 64 == 0  # not one was lost
    assert throughput["messages_per_second"] == pytest.approx(
        throughput["count"] / throughput["seconds"], rel=0.01
    )
    assert empty["megabytes_per_second"] == 0
    assert "10 B" in plot.read_text()


def test_what_is_measured_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert [each["bench"] for each in bench(capsys, "latency", "--size", "1")] == ["latency"]


def test_it_is_told_in_words_and_ctrl_c_ends_both_processes(begin: Begin) -> None:
    process = begin("bench", "latency", "--size", "2048", "--size", "1", "--seconds", "0.3")
    title = process.line()
    assert re.fullmatch(r"ZeroWire \S+ \((compiled|plain Python)\) to zerowire over tcp", title)
    first = process.line()
    assert re.fullmatch(r"round trip     2 KiB  min \S+  median .*  mean \S+  us  \(\d+\)", first)
    said, complaints = process.interrupt()
    assert (said, complaints) == ("", "")


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
def test_terminal_shows_progress() -> None:
    """A bar, on standard error only; it is gone when the figures are there."""
    ours, theirs = os.openpty()
    words = ["bench", "latency", "--size", "1", "--seconds", "0.3"]
    with subprocess.Popen(
        [sys.executable, "-m", "zerowire", *words],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the other end is closed
            while octets := os.read(ours, 4096):
                shown += octets
        os.close(ours)
        assert process.stdout is not None
        said = process.stdout.read()
    assert "round trips, 1 B" in shown.decode()
    assert said.count("\n") == 2
    assert said.isascii()
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--library", "nanomsg"), "one of zerowire, pyzmq"),
        (("speed",), "latency"),
        (("--size", "-1"), "--size"),
        (("--transport", "pigeon"), "tcp"),
        (("--seconds", "0"), "--seconds"),
    ],
)
def test_bad_arguments_are_refused(
    words: tuple[str, ...], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["bench", *words]) == 2
    assert hint in capsys.readouterr().err


def test_library_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("zerowire.cli.bench.find_spec", lambda name: None)
    assert cli.main(["bench", "--library", "pyzmq"]) == 2
    assert "pip install pyzmq" in capsys.readouterr().err
