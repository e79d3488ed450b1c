"""Messages that came, as they are printed."""

from __future__ import annotations

import json

import pytest
import typer

from zerowire.cli.talk.letter import Letter
from zerowire.cli.talk.options import Output, Writing
from zerowire.cli.talk.writing import Printer

LETTER = Letter([b"id", b"", b"topic", b"a\n", b"\xff"], [b"id", b""], "1.2.3.4", "joe", "g", 7, 86400.5)


def printed(
    capfdbinary: pytest.CaptureFixture[bytes], options: Output, separator: str | None = None
) -> bytes:
    Printer(options, separator).print(LETTER)
    return capfdbinary.readouterr().out


@pytest.mark.parametrize(
    ("writing", "separator", "text"),
    [
        (Writing.LINES, None, b"id\t\ttopic\ta\\n\t\\xff\n"),
        (Writing.LINES, r"\0|", b"id\0|\0|topic\0|a\\n\0|\\xff\n"),
        (Writing.HEX, "/", b"69 64//74 6f 70 69 63/61 0a/ff\n"),
        (Writing.RAW, None, b"topica\n\xff"),
        (Writing.NONE, None, b""),
        (Writing.SIZED, None, b"\0\0\0\5\0\0\0\2id\0\0\0\0\0\0\0\5topic\0\0\0\2a\n\0\0\0\1\xff"),
    ],
)
def test_message_is_printed_as_it_was_asked_for(
    writing: Writing, separator: str | None, text: bytes, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert printed(capfdbinary, Output(writing), separator) == text


def test_json_has_all_that_is_known(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert json.loads(printed(capfdbinary, Output(json=True))) == {
        "time": 86400.5,
        "size": 10,
        "peer": "1.2.3.4",
        "user": "joe",
        "group": "g",
        "routing_id": 7,
        "frames": ["id", "", "topic", "a\n", {"hex": "ff"}],
    }


def test_format_fills_in_fields_of_the_body(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    text = r"{number}\t{topic:>7}|{body}|{frames}|{size}|{peer}|{user}|{group}|{seconds}|{{}}"
    expected = b"1\t  topic|a\\n\t\\xff|3|8|1.2.3.4|joe|g|86400.5|{}\n"
    assert printed(capfdbinary, Output(format=text)) == expected
    assert printed(capfdbinary, Output(format="{time}")).endswith(b":00.500\n")


@pytest.mark.parametrize(
    "text", ["{", "{}", "{0}", "{topik}", "{text.x}", "{text[0]}", "{text:d}", "{size!x}"]
)
def test_format_that_could_not_be_printed_is_refused_at_once(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="--format "):
        Printer(Output(format=text), None)
