"""Send, receive, ask, answer, or send and receive at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Thread

from zerowire.cli.outcome import DONE
from zerowire.cli.talk.letter import Letter
from zerowire.cli.talk.line import Line
from zerowire.cli.talk.pace import Pace
from zerowire.cli.talk.reading import Source
from zerowire.cli.talk.writing import Printer

Answer = Callable[[Letter], list[bytes] | None]  # None when there are no more answers


def send_all(line: Line, source: Iterable[list[bytes]], pace: Pace) -> int:
    """Send all messages of a source; return how many."""
    sent = 0
    for sent, frames in zip(pace.turns(), source, strict=False):  # noqa: B007
        line.send(frames)
    return sent


def receive_all(line: Line, printer: Printer, pace: Pace) -> int:
    """Print what comes, until it is enough or silent for too long."""
    for _ in pace.turns():
        try:
            letter = line.receive()
        except TimeoutError:
            if pace.count or not printer.number:
                raise
            return DONE
        printer.print(letter)
    return DONE


def ask_all(line: Line, source: Iterable[list[bytes]], printer: Printer, pace: Pace) -> int:
    """Send messages of a source, and print the reply to each before the next."""
    for _, frames in zip(pace.turns(), source, strict=False):
        line.send(frames)
        printer.print(line.receive())
    return DONE


def answer_all(line: Line, answer: Answer, printer: Printer, pace: Pace) -> int:
    """Print requests and reply to each."""
    for _ in pace.turns():
        letter = line.receive()
        printer.print(letter)
        reply = answer(letter)
        if reply is None:
            return DONE
        line.send(reply)
    return DONE


class Talker(Thread):
    """Sends the messages of a source while its line receives.

    Attributes:
        failure: What has ended it before the source was at its end.
    """

    def __init__(self, line: Line, source: Iterable[list[bytes]], pace: Pace) -> None:
        super().__init__(daemon=True)  # it may stand in a read that only the end of the process ends
        self.failure: BaseException | None = None
        self._line = line
        self._source = source
        self._pace = Pace(None, pace.pause)

    def run(self) -> None:
        try:
            send_all(self._line, self._source, self._pace)
        except BaseException as error:
            self.failure = error
            self._line.socket.close(0)


def converse(line: Line, source: Source, printer: Printer, pace: Pace) -> int:
    """Send the messages of a source, and print what comes meanwhile and afterwards."""
    talker = Talker(line, source, pace)
    talker.start()
    try:
        code = _listen(line, talker, printer, pace)
        if source.is_short:
            talker.join(line.timeout)
        if talker.failure is not None:
            raise talker.failure
        return code
    except BaseException:
        if talker.failure is not None:
            raise talker.failure from None
        raise


def _listen(line: Line, talker: Talker, printer: Printer, pace: Pace) -> int:
    for _ in Pace(pace.count, 0.0).turns():
        letter = _next(line, talker)
        if letter is None:
            if pace.count or not printer.number:
                raise TimeoutError(f"no message within {line.timeout:g} s: {line.who()}")
            return DONE
        printer.print(letter)
    return DONE


def _next(line: Line, talker: Talker) -> Letter | None:
    """Return the next message; None after a silence, once all was said."""
    while True:
        had_said_all = not talker.is_alive()
        try:
            return line.receive()
        except TimeoutError:
            if had_said_all:
                return None
