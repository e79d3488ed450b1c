"""What was seen, in words and as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerowire.sniffing import Seen
from zerowire.sniffing.words import as_json, as_text, shown, words_of


def seen(kind: str, **facts: object) -> Seen:
    return Seen(100.25, "a:1", "b:2", kind, facts)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (seen("open"), "open"),
        (
            seen("greeting", version="3.1", mechanism="CURVE", as_server=True),
            "greeting  ZMTP 3.1 CURVE as server",
        ),
        (seen("greeting", version="2.0", socket_type="REQ"), "greeting  ZMTP 2.0 REQ"),
        (seen("greeting", version="1.0"), "greeting  ZMTP 1.0"),
        (seen("identity", routing_id=b"me"), 'identity  "me"'),
        (seen("message", frames=[b"", "ä".encode(), b"\n"]), 'message   "" | "ä" | 0a'),
        (seen("sealed", size=33), "sealed    33 octets"),
        (seen("gap", size=7), "gap       7 octets are not in the capture; this side is given up"),
        (seen("foreign", what="SSH"), "foreign   SSH"),
        (seen("broken", reason="frame of length 0"), "broken    frame of length 0"),
        (seen("close", how="reset"), "close     reset"),
    ],
)
def test_words(event: Seen, words: str) -> None:
    assert words_of(event) == words
    assert as_text(event, 100.0) == f"  0.250000  a:1 > b:2  {words}"


def test_long_frames_are_cut() -> None:
    assert shown(b"x" * 61) == '"' + "x" * 60 + '"... (61 octets)'
    assert shown(b"\xff" * 21) == "ff " * 19 + "ff... (21 octets)"


def test_octets_that_are_no_text_are_digits_in_json() -> None:
    event = seen("message", frames=[b"text", b"\xff\x00"])
    assert as_json(event, 100.0) == {
        "time": 0.25,
        "source": "a:1",
        "target": "b:2",
        "kind": "message",
        "frames": ["text", {"hex": "ff00"}],
    }


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.one_of(st.binary(), st.text(), st.characters(categories=["Cs"]))))
def test_any_facts_can_be_json_and_words(properties: dict[str, object]) -> None:
    json.dumps(as_json(seen("command", name="READY", properties=properties)), ensure_ascii=False).encode()
