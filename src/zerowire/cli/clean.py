"""What others have said, made harmless: it goes to a terminal, a line each."""

from __future__ import annotations

from zerowire.cli.talk.codec import printable


def clean(text: str) -> str:
    """Return text without line ends, control characters and what cannot be encoded: they are escaped."""
    return printable(text.encode("utf-8", "backslashreplace"))
