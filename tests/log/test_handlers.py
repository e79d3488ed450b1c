"""Records of logging as messages."""

from __future__ import annotations

import logging
import logging.config
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

import zerowire as zmq
from zerowire.log.handlers import PUBHandler, TopicLogger

Received = list[bytes]
TIMEOUT_MS = 10_000


class Listened(NamedTuple):
    """A logger, its handler, and what hears all that it publishes."""

    logger: logging.Logger
    handler: PUBHandler
    receive: Callable[[], Received]


def subscribe(context: zmq.Context, endpoint: str, topic: bytes = b"") -> zmq.Socket:
    sub = context.socket(zmq.SUB)
    sub.rcvtimeo = TIMEOUT_MS
    sub.subscribe(topic)
    sub.connect(endpoint)
    return sub


@pytest.fixture
def listened(context: zmq.Context) -> Iterator[Listened]:
    handler = PUBHandler("inproc://log", context)
    logger = logging.Logger("listened", logging.DEBUG)
    logger.addHandler(handler)
    with subscribe(context, "inproc://log") as sub:
        assert handler.socket.wait_for_subscribers(1, timeout=TIMEOUT_MS)
        yield Listened(logger, handler, sub.recv_multipart)
    handler.close()


# -- topics and texts --------------------------------------------------------------------------------


def test_topic_is_the_level_and_text_the_message(listened: Listened) -> None:
    """7.10."""
    listened.logger.info("%d lines", 7)
    assert listened.receive() == [b"INFO", b"7 lines\n"]


@pytest.mark.parametrize("root", ["root", b"root"])
def test_root_topic_comes_first_and_the_topic_of_the_text_last(listened: Listened, root: str) -> None:
    listened.handler.root_topic = root
    assert listened.handler.root_topic == "root"
    listened.logger.info("tøpic.sub::héllo::%s", "wörld")
    assert listened.receive() == ["root.INFO.tøpic.sub".encode(), "héllo::wörld\n".encode()]
    listened.handler.setRootTopic(b"")
    listened.logger.info("hello")
    assert listened.receive()[0] == b"INFO"


def test_levels_say_where_they_come_from(listened: Listened) -> None:
    line = sys._getframe().f_lineno + 1
    listened.logger.warning("careful")
    expected = f"WARNING test_handlers.py:{line} - careful\n"
    assert listened.receive() == [b"WARNING", expected.encode()]


def test_other_handlers_get_the_record_as_it_was(listened: Listened) -> None:
    seen: list[str] = []

    class Seeing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.getMessage())

    listened.logger.addHandler(Seeing())
    listened.logger.info("topic::text")
    assert listened.receive() == [b"INFO.topic", b"text\n"]
    assert seen == ["topic::text"]


def test_message_of_any_type_becomes_text(listened: Listened) -> None:
    class Message:
        def __str__(self) -> str:
            return "topic::hello"

    listened.logger.info(Message())
    assert listened.receive() == [b"INFO.topic", b"hello\n"]
    listened.logger.info(5)
    assert listened.receive() == [b"INFO", b"5\n"]


# -- formatters --------------------------------------------------------------------------------------


def test_formatter_of_one_level_is_its_own(listened: Listened) -> None:
    listened.handler.setFormatter(logging.Formatter("<%(message)s>"), logging.DEBUG)
    listened.handler.formatters[logging.ERROR] = logging.Formatter("!%(message)s")
    for log in (listened.logger.debug, listened.logger.info, listened.logger.error):
        log("x")
    assert [listened.receive()[1] for _ in range(3)] == [b"<x>", b"x\n", b"!x"]


def test_formatter_of_all_levels_replaces_the_others(listened: Listened) -> None:
    listened.handler.setFormatter(logging.Formatter("<%(message)s>"))
    for level in (logging.DEBUG, logging.CRITICAL, 35):
        listened.logger.log(level, "x")
    assert [listened.receive() for _ in range(3)] == [
        [b"DEBUG", b"<x>"],
        [b"CRITICAL", b"<x>"],
        [b"Level 35", b"<x>"],
    ]


@pytest.mark.parametrize("level", [35, logging.ERROR])
def test_level_without_a_formatter_is_the_text_alone(listened: Listened, level: int) -> None:
    listened.handler.setFormatter(None, logging.ERROR)
    listened.logger.log(level, "x")
    assert listened.receive()[1] == b"x\n"


# -- sockets -----------------------------------------------------------------------------------------


def test_socket_may_be_given_and_stays_open(context: zmq.Context) -> None:
    with context.socket(zmq.PUB) as pub:
        handler = PUBHandler(pub)
        handler.close()
        assert handler.socket is pub
        assert handler.ctx is context
        assert not pub.closed


def test_context_may_be_given_and_stays_open(context: zmq.Context) -> None:
    handler = PUBHandler("inproc://log", context, "root")
    assert handler.ctx is context
    assert handler.root_topic == "root"
    handler.close()
    assert handler.socket.closed
    assert not context.closed


def test_handler_closes_what_it_made() -> None:
    handler = PUBHandler("inproc://log")
    handler.close()
    handler.close()
    assert handler.socket.closed
    assert handler.ctx.closed


def test_handler_that_cannot_bind_leaves_nothing(context: zmq.Context) -> None:
    with pytest.raises(zmq.ZMQError, match="nonsense"):
        PUBHandler("nonsense")


def test_subscriber_hears_one_part_of_a_program(context: zmq.Context) -> None:
    handler = PUBHandler("inproc://log", context, "root")
    logger = logging.Logger("parts")
    logger.addHandler(handler)
    with subscribe(context, "inproc://log", b"root.INFO.net") as sub:
        handler.socket.wait_for_subscribers(1, "root.INFO.net", timeout=TIMEOUT_MS)
        logger.info("disk::no")
        logger.info("network::yes")
        assert sub.recv_multipart() == [b"root.INFO.network", b"yes\n"]
    handler.close()


def test_dict_config_makes_a_handler() -> None:
    handler = {"class": "zerowire.log.handlers.PUBHandler", "interface_or_socket": "inproc://configured"}
    config = {"version": 1, "handlers": {"zmq": handler}, "loggers": {"configured": {"handlers": ["zmq"]}}}
    logging.config.dictConfig(config | {"disable_existing_loggers": False})
    (made,) = logging.getLogger("configured").handlers
    assert isinstance(made, PUBHandler)
    logging.getLogger("configured").removeHandler(made)
    made.close()


def test_errors_do_not_reach_the_program(listened: Listened, monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[logging.LogRecord] = []
    monkeypatch.setattr(listened.handler, "handleError", failed.append)
    listened.logger.info("%d", "no number")
    listened.handler.socket.close()
    listened.logger.info("into a closed socket")
    assert len(failed) == 2


# -- topics as arguments -----------------------------------------------------------------------------


@pytest.fixture
def topics(listened: Listened) -> TopicLogger:
    logger = TopicLogger("topics", logging.DEBUG)
    logger.addHandler(listened.handler)
    listened.handler.setFormatter(logging.Formatter("%(filename)s %(message)s"))
    return logger


@pytest.mark.parametrize("name", ["debug", "info", "warning", "error", "critical", "fatal", "exception"])
def test_each_method_has_its_own_level(listened: Listened, topics: TopicLogger, name: str) -> None:
    """7.10: those of pyzmq all log as the last one does."""
    getattr(topics, name)("topic.sub", "%s lines", 7)
    level = {"fatal": "CRITICAL", "exception": "ERROR"}.get(name, name.upper())
    topic, text = listened.receive()
    assert topic.decode() == f"{level}.topic.sub"
    assert text.startswith(b"test_handlers.py 7 lines")


def test_level_may_be_an_argument(listened: Listened, topics: TopicLogger) -> None:
    topics.log(logging.INFO, "topic", "100%")
    assert listened.receive() == [b"INFO.topic", b"test_handlers.py 100%"]


def test_exception_is_part_of_the_text(listened: Listened, topics: TopicLogger) -> None:
    try:
        raise LookupError("lost")
    except LookupError:
        topics.exception("topic", "sorry")
    assert b"LookupError: lost" in listened.receive()[1]


def test_level_that_is_off_is_not_logged(listened: Listened, topics: TopicLogger) -> None:
    topics.setLevel(logging.ERROR)
    topics.info("topic", "no")
    topics.error("topic", "yes")
    assert listened.receive()[0] == b"ERROR.topic"


def test_topic_without_a_text_is_an_error(topics: TopicLogger) -> None:
    with pytest.raises(TypeError, match="'text alone'"):
        topics.info("text alone")
