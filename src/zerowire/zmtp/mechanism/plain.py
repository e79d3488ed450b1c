"""PLAIN: a user name and a password, as they are (RFC 24).

client: HELLO user password    server: WELCOME, once somebody has let the user in
client: INITIATE metadata      server: READY metadata
"""

from __future__ import annotations

from zerowire.zmtp import command
from zerowire.zmtp.mechanism import turns
from zerowire.zmtp.mechanism.base import Mechanism
from zerowire.zmtp.mechanism.turns import Client, Server
from zerowire.zmtp.violation import Violation

MISSPELT = b"^RROR"  # what libzmq writes for 5 "ERROR": in C, "\x5ERROR" begins with the octet 5E


class PlainClient(Mechanism):
    """Says who it is.

    Args:
        metadata: The property list to announce.
        username, password: At most 255 octets each.
    """

    __slots__ = ("_password", "_username", "state")

    name = b"PLAIN"

    def __init__(self, metadata: bytes, *, username: bytes, password: bytes) -> None:
        super().__init__(metadata)
        self.state = Client.HELLO
        self._username = username
        self._password = password

    def next_command(self) -> bytes | None:
        """Return HELLO or INITIATE, when it is its turn."""
        if self.state is Client.HELLO:
            self._move(Client.WELCOME)
            return command.encode(command.HELLO, _short(self._username) + _short(self._password))
        if self.state is Client.INITIATE:
            self._move(Client.READY)
            return command.encode(command.INITIATE, self.metadata)
        return None

    def receive_command(self, body: bytes) -> None:
        """Accept WELCOME, then READY."""
        if body.startswith(MISSPELT):
            body = command.encode(command.ERROR, body[len(MISSPELT) :])
        data = turns.expect(body, self.state)
        if self.state is Client.WELCOME:
            if data:
                raise Violation.MALFORMED_WELCOME.found(f"WELCOME of PLAIN with {len(data)} octets of data")
            self._move(Client.INITIATE)
        else:
            self._move(Client.DONE)
            self.peer_metadata = data
            self.is_done = True

    def _move(self, state: Client) -> None:
        self.state = turns.moved(turns.CLIENT, self.state, state)


class PlainServer(Mechanism):
    """Has somebody decide about the user, by name and password."""

    __slots__ = ("state",)

    name = b"PLAIN"
    is_server = True

    def __init__(self, metadata: bytes) -> None:
        super().__init__(metadata)
        self.state = Server.HELLO

    def next_command(self) -> bytes | None:
        """Return WELCOME or READY, when it is its turn."""
        if self.state is Server.WELCOME:
            self._move(Server.INITIATE)
            return command.encode(command.WELCOME)
        if self.state is Server.READY:
            self._move(Server.DONE)
            self.is_done = True
            return command.encode(command.READY, self.metadata)
        return None

    def receive_command(self, body: bytes) -> None:
        """Accept HELLO, then INITIATE."""
        data = turns.expect(body, self.state)
        if self.state is Server.HELLO:
            self.credentials = _credentials(data)
            self._move(Server.AUTHENTICATION)
        else:
            self._move(Server.READY)
            self.peer_metadata = data

    def accept(self) -> None:
        """Go on: the user may come in."""
        self._move(Server.WELCOME)

    def _move(self, state: Server) -> None:
        self.state = turns.moved(turns.SERVER, self.state, state)


def _short(text: bytes) -> bytes:
    return bytes((len(text),)) + text


def _credentials(data: bytes) -> tuple[bytes, bytes]:
    """Return the user name and the password in a HELLO."""
    user_end = 1 + data[0] if data else 1
    if len(data) <= user_end or len(data) != user_end + 1 + data[user_end]:
        raise Violation.MALFORMED_HELLO.found("HELLO of PLAIN is not a user name and a password")
    return data[1:user_end], data[user_end + 1 :]
