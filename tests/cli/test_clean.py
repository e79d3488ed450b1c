"""What others say does nothing to a terminal."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from zerowire.cli.clean import clean

ANYTHING = st.text(st.characters(categories=["Cs", "Cc", "Lu", "Zl", "Zp", "Cf"]))


def test_what_is_harmless_stays() -> None:
    assert clean('tcp://a: "ä" \\n') == 'tcp://a: "ä" \\n'
    assert clean("\x1b[2J\n\udcff") == "\\x1b[2J\\n\\udcff"


@settings(deadline=None)
@given(ANYTHING)
def test_any_text_becomes_a_line(text: str) -> None:
    assert len(clean(text).encode().decode().splitlines()) <= 1
