"""How an ssh server is written."""

from __future__ import annotations

import pytest

from zerowire.ssh import server
from zerowire.ssh.server import Server, ask_password


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("host", ("", "host", None)),
        ("me@host", ("me", "host", None)),
        ("me@host:2222", ("me", "host", 2222)),
        ("me@corp@host:2222", ("me@corp", "host", 2222)),
        ("Alias", ("", "Alias", None)),
        ("::1", ("", "::1", None)),
        ("[::1]", ("", "::1", None)),
        ("me@[::1]:22", ("me", "::1", 22)),
    ],
)
def test_server_is_user_host_and_port(text: str, parts: tuple[str, str, int | None]) -> None:
    assert Server.parse(text) == parts


def test_port_is_a_number() -> None:
    with pytest.raises(ValueError, match="'me@host:ssh'"):
        Server.parse("me@host:ssh")


def test_password_is_asked_for_at_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "getpass", lambda prompt: f"<{prompt}>")
    assert ask_password("me@host") == "<me@host's password: >"
