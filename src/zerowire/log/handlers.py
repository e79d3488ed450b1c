"""Publish the records of logging.

A record becomes a message of two frames: its topic, such as "root.INFO.sub", and its text. So a subscriber
chooses with a prefix what it hears: all of a program, or its errors, or those of one part.
"""

from __future__ import annotations

import logging
from copy import copy
from typing import Any, Final

from zerowire.api.context import Context
from zerowire.api.socket import Socket
from zerowire.constants import SocketType

TOPIC_DELIM: Final = "::"  # between the topic and the text, in what is logged
LINGER_MS = 1000  # for what is not sent yet when a handler closes

PLAIN = "%(message)s\n"
PLACED = "%(levelname)s %(filename)s:%(lineno)d - %(message)s\n"
FORMATS = {
    logging.DEBUG: PLACED,
    logging.INFO: PLAIN,
    logging.WARNING: PLACED,
    logging.ERROR: "%(levelname)s %(filename)s:%(lineno)d - %(message)s - %(exc_info)s\n",
    logging.CRITICAL: PLACED,
}


class PUBHandler(logging.Handler):
    """Publishes records by a PUB socket.

    The topic of a message is the root topic, the name of the level and, for "topic::text", that topic, with
    dots between them. Nobody has to listen.

    Args:
        interface_or_socket: A PUB socket that is bound or connected, or the endpoint to bind one to.
        context: Makes that socket; None for a context of its own.
        root_topic: How all topics begin; "" for nothing.

    Attributes:
        formatters: A formatter for each level.
        ctx: The context.
        socket: The socket.
    """

    formatters: dict[int, logging.Formatter | None]
    ctx: Context
    socket: Socket

    def __init__(
        self, interface_or_socket: str | Socket, context: Context | None = None, root_topic: str = ""
    ) -> None:
        super().__init__()
        self.root_topic = root_topic
        self.formatters = {level: logging.Formatter(text) for level, text in FORMATS.items()}
        self._other_formatter: logging.Formatter | None = None
        self._owns_socket = not isinstance(interface_or_socket, Socket)
        self._owns_context = self._owns_socket and context is None
        if isinstance(interface_or_socket, Socket):
            self.socket = interface_or_socket
            self.ctx = self.socket.context
        else:
            self.ctx = context or Context()
            self.socket = self.ctx.socket(SocketType.PUB)
            self._bind(interface_or_socket)

    def _bind(self, endpoint: str) -> None:
        try:
            self.socket.bind(endpoint)
        except Exception:
            self.close()
            raise

    @property
    def root_topic(self) -> str:
        """How all topics begin."""
        return self._root_topic

    @root_topic.setter
    def root_topic(self, value: str | bytes) -> None:
        self.setRootTopic(value)

    def setRootTopic(self, root_topic: str | bytes) -> None:
        """Say how all topics are to begin; "" for nothing, so that they begin with the level."""
        self._root_topic = root_topic.decode() if isinstance(root_topic, bytes) else root_topic

    def setFormatter(self, fmt: logging.Formatter | None, level: int = logging.NOTSET) -> None:
        """Say how records become text.

        Args:
            fmt: The formatter; None for the text alone.
            level: For which level; NOTSET for all, in place of what they had.
        """
        if level == logging.NOTSET:
            self.formatters = dict.fromkeys(self.formatters, fmt)
            self._other_formatter = fmt
        else:
            self.formatters[level] = fmt

    def format(self, record: logging.LogRecord) -> str:
        """Return a record's text, as the formatter of its level makes it."""
        formatter = self.formatters.get(record.levelno, self._other_formatter)
        return (formatter or logging.Formatter(PLAIN)).format(record)

    def emit(self, record: logging.LogRecord) -> None:
        """Publish a record. What goes wrong goes to handleError(), never to the program that logs."""
        try:
            self.socket.send_multipart(self._message(record))
        except Exception:
            self.handleError(record)

    def _message(self, record: logging.LogRecord) -> list[bytes]:
        topic, delimiter, text = str(record.msg).partition(TOPIC_DELIM)
        if delimiter:
            record = copy(record)  # other handlers have the same one
            record.msg = text
        topics = [self.root_topic, record.levelname, topic if delimiter else ""]
        return [".".join(filter(None, topics)).encode(errors="replace"), self.format(record).encode()]

    def close(self) -> None:
        """Close the socket, and end the context, as far as the handler made them itself.

        What is not sent yet has a second to go.
        """
        if self._owns_socket:
            self.socket.close(LINGER_MS)
        if self._owns_context:
            self.ctx.term()
        super().close()


class TopicLogger(logging.Logger):
    """A logger whose methods take a topic before the text: info("parser.input", "%d lines", 7).

    PUBHandler makes it a part of the message's topic; other handlers show "parser.input::7 lines".
    """

    def _log(
        self, level: int, msg: object, args: Any, *rest: Any, stacklevel: int = 1, **kwargs: Any
    ) -> None:
        """Log; here all methods of Logger meet, for which the topic is the text, and the text an argument."""
        if not args:
            raise TypeError(f"a TopicLogger takes a topic and a text, not {msg!r} alone")
        text = f"{msg}{TOPIC_DELIM}{args[0]}"
        super()._log(level, text, args[1:], stacklevel=stacklevel + 1, **kwargs)


__all__ = ["TOPIC_DELIM", "PUBHandler", "TopicLogger"]
