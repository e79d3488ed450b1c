"""The program that shows what others log."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from datetime import datetime

import pytest

import zerowire as zmq
from zerowire.log.__main__ import NO_COLOR, View, main, parser
from zerowire.log.handlers import PUBHandler

NOON = datetime(2024, 5, 6, 12, 30)


def view(*options: str) -> View:
    return View(parser().parse_args(["tcp://127.0.0.1:1", *options]))


def test_line_has_topic_and_text() -> None:
    """7.10."""
    assert view().line("root.INFO", " hello\n", NOON) == "root.INFO | hello"


def test_separator_and_time_may_be_chosen() -> None:
    assert view("--separator", ": ").line("INFO", "hello", NOON) == "INFO: hello"
    assert view("--timestamp").line("INFO", "hello", NOON) == "2024-05-06 12:30 INFO | hello"
    options = ("--timestamp", "--dateformat", "%H.%M")
    assert view(*options).line("INFO", "hello", NOON) == "12.30 INFO | hello"


def test_texts_begin_in_one_column_from_the_widest_topic_on() -> None:
    aligned = view("--align")
    lines = [
        aligned.line(topic, "x", NOON)
        for topic in ("root.INFO", "root.WARNING.sub", "r.INFO", "longer.INFO.s")
    ]
    assert lines == [
        "root.INFO | x",
        "root.WARNING.sub | x",
        "r   .INFO   .    | x",
        "longer.INFO   .s   | x",
    ]


@pytest.mark.parametrize("topic", ["ERROR", "root.ERROR", "ERROR.sub", "a.b.ERROR.sub"])
def test_level_gives_the_color(topic: str) -> None:
    assert view("--color").line(topic, "x", NOON) == f"\x1b[91m{topic} | x{NO_COLOR}"
    assert view("--color").line("other", "x", NOON) == f"other | x{NO_COLOR}"


def test_wrong_endpoint_is_an_error_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["nonsense"])
    assert ended.value.code == 2
    assert "'nonsense'" in capsys.readouterr().err


def test_messages_are_shown_until_ctrl_c(context: zmq.Context) -> None:
    with context.socket(zmq.PUB) as pub:
        port = pub.bind_to_random_port("tcp://127.0.0.1")
        handler = PUBHandler(pub, root_topic="root")
        logger = logging.Logger("shown")
        logger.addHandler(handler)
        command = [sys.executable, "-m", "zerowire.log", f"tcp://127.0.0.1:{port}", "--topic", "root.INFO"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                assert pub.wait_for_subscribers(1, "root.INFO", timeout=20_000)
                logger.error("not this")
                logger.info("sub::hello")
                pub.send_multipart([b"root.INFO", b"several", b"\xff"])
                assert process.stdout is not None
                assert process.stdout.readline().decode().rstrip() == "root.INFO.sub | hello"
                assert process.stdout.readline().decode().rstrip() == "root.INFO | several \ufffd"
                process.send_signal(signal.SIGINT)
                assert process.communicate(timeout=20) == (b"", b"")
                assert process.returncode == 0
            finally:
                process.kill()
        handler.close()
