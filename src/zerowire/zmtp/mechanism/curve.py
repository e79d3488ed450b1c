"""CURVE: each side knows that the other has the secret key of its public one, and nobody else can
read or change what they say (RFC 25, RFC 26).

There are four key pairs, named as in RFC 26: C and S are the permanent ones of client and server,
C' and S' are made for this connection and forgotten with it. A capital letter is the public key, a
small one the secret one. Box [X](C'->S) is X in a box that C' has made for S.

    HELLO      C', and a box that shows that the client knows S
    WELCOME    S' and a cookie, in a box: only the owner of s can have made it
    INITIATE   the cookie; in a box: C, its vouch for C' and S, and metadata
    READY      metadata in a box

All that the server remembers between WELCOME and INITIATE is the key of its cookie, which holds C'
and s'. The key that C' and S' have in common is the one of the traffic.
"""

from __future__ import annotations

from zerowire.leaf.seal import Seal
from zerowire.zmtp import command
from zerowire.zmtp.mechanism import boxes, turns
from zerowire.zmtp.mechanism.base import Mechanism
from zerowire.zmtp.mechanism.boxes import Fill, Octets, Secret
from zerowire.zmtp.mechanism.curve_messages import FROM_CLIENT, FROM_SERVER, CurveMessages
from zerowire.zmtp.mechanism.turns import Client, Server
from zerowire.zmtp.violation import Violation

KEY = boxes.KEY_SIZE
VERSION = b"\1\0"
PADDING = bytes(72)  # HELLO is longer than its answer, so that nobody's address is worth forging
SIGNED = bytes(64)  # what the box of a HELLO holds

SHORT, LONG = 8, 16  # octets of a nonce that are sent
# Sizes of the data behind a command's name.
HELLO_SIZE = 194
WELCOME_SIZE = 160
COOKIE_SIZE = 96
LEAST_INITIATE = COOKIE_SIZE + SHORT + boxes.BOX_SIZE + KEY + COOKIE_SIZE
LEAST_READY = SHORT + boxes.BOX_SIZE

# What stands before the 8 octets of a counter in a nonce, or before 16 random ones.
HELLO_NONCE, INITIATE_NONCE, READY_NONCE = b"CurveZMQHELLO---", b"CurveZMQINITIATE", b"CurveZMQREADY---"
WELCOME_NONCE, COOKIE_NONCE, VOUCH_NONCE = b"WELCOME-", b"COOKIE--", b"VOUCH---"


class CurveClient(Mechanism):
    """Knows S, and shows that it has c.

    Args:
        metadata: The property list to announce.
        public_key, secret_key: C and c, 32 octets each.
        server_key: S.
        fill: Fills a bytearray with random octets.
    """

    __slots__ = ("_fill", "_initiate", "_key", "_public", "_secret", "_server", "_transient", "state")

    name = b"CURVE"

    def __init__(
        self, metadata: bytes, *, public_key: bytes, secret_key: bytes, server_key: bytes, fill: Fill
    ) -> None:
        super().__init__(metadata)
        self.state = Client.HELLO
        self._fill = fill
        self._public = public_key
        self._secret = secret_key
        self._server = server_key
        self._transient = Secret()  # c', until the server has answered
        self._key = Secret()  # what C' has in common with S, and then with S'
        self._initiate = b""

    def next_command(self) -> bytes | None:
        """Return HELLO or INITIATE, when it is its turn."""
        if self.state is Client.HELLO:
            self._move(Client.WELCOME)
            return command.encode(command.HELLO, self._hello())
        if self.state is Client.INITIATE:
            self._move(Client.READY)
            return command.encode(command.INITIATE, self._initiate)
        return None

    def receive_command(self, body: bytes) -> None:
        """Accept WELCOME, then READY."""
        data = turns.expect(body, self.state)
        if self.state is Client.WELCOME:
            self._on_welcome(data)
            self._move(Client.INITIATE)
        else:
            self._on_ready(data)
            self._move(Client.DONE)
            self.is_done = True

    def _hello(self) -> bytes:
        self._transient = boxes.new_key(self._fill)
        self._key = common(self._server, self._transient)
        number = numbered(1)
        signature = boxes.close(SIGNED, HELLO_NONCE + number, self._key)
        return b"".join((VERSION, PADDING, boxes.public_key(self._transient), number, signature))

    def _on_welcome(self, data: bytes) -> None:
        if len(data) != WELCOME_SIZE:
            raise Violation.MALFORMED_WELCOME.found(f"WELCOME of CURVE with {len(data)} octets of data")
        content = opened("WELCOME", data[LONG:], WELCOME_NONCE + data[:LONG], self._key)
        server_transient = bytes(content[:KEY])
        self._key = common(server_transient, self._transient)
        number = numbered(2)
        inner = b"".join((self._public, self._vouch(server_transient), self.metadata))
        box = boxes.close(inner, INITIATE_NONCE + number, self._key)
        self._initiate = b"".join((content[KEY:], number, box))
        self._transient = Secret()

    def _vouch(self, server_transient: bytes) -> bytes:
        """Return Box [C', S](C->S')."""
        nonce = random_nonce(self._fill)
        vouched = boxes.public_key(self._transient) + self._server
        return nonce + boxes.close(vouched, VOUCH_NONCE + nonce, common(server_transient, self._secret))

    def _on_ready(self, data: bytes) -> None:
        if len(data) < LEAST_READY:
            raise Violation.MALFORMED_READY.found(f"READY of CURVE with {len(data)} octets of data")
        number = data[:SHORT]
        self.peer_metadata = bytes(opened("READY", data[SHORT:], READY_NONCE + number, self._key))
        seal = Seal(self._key, FROM_CLIENT, FROM_SERVER, 2, int.from_bytes(number, "big"))
        self.traffic = CurveMessages(seal)
        self._key = Secret()

    def _move(self, state: Client) -> None:
        self.state = turns.moved(turns.CLIENT, self.state, state)


class CurveServer(Mechanism):
    """Has s, and has somebody decide about C.

    Args:
        metadata: The property list to announce.
        public_key, secret_key: S and s, 32 octets each.
        fill: Fills a bytearray with random octets.
    """

    __slots__ = ("_cookie_key", "_fill", "_key", "_public", "_received", "_secret", "_welcome", "state")

    name = b"CURVE"
    is_server = True

    def __init__(self, metadata: bytes, *, public_key: bytes, secret_key: bytes, fill: Fill) -> None:
        super().__init__(metadata)
        self.state = Server.HELLO
        self._fill = fill
        self._public = public_key
        self._secret = secret_key
        self._cookie_key = Secret()  # until the client has answered
        self._key = Secret()  # what S' has in common with C'
        self._received = 0  # number of the client's last command
        self._welcome = b""

    def next_command(self) -> bytes | None:
        """Return WELCOME or READY, when it is its turn."""
        if self.state is Server.WELCOME:
            self._move(Server.INITIATE)
            return command.encode(command.WELCOME, self._welcome)
        if self.state is Server.READY:
            self._move(Server.DONE)
            self.is_done = True
            return command.encode(command.READY, self._ready())
        return None

    def receive_command(self, body: bytes) -> None:
        """Accept HELLO, then INITIATE."""
        data = turns.expect(body, self.state)
        if self.state is Server.HELLO:
            self._on_hello(data)
            self._move(Server.WELCOME)
        else:
            self._on_initiate(data)
            self._move(Server.AUTHENTICATION)

    def accept(self) -> None:
        """Go on: the owner of C may come in."""
        self._move(Server.READY)

    def _on_hello(self, data: bytes) -> None:
        if len(data) != HELLO_SIZE or not data.startswith(VERSION + PADDING):
            raise Violation.MALFORMED_HELLO.found("HELLO of CURVE is not one of version 1.0")
        client_transient, number, signature = data[74:106], data[106:114], data[114:]
        key = common(client_transient, self._secret)
        if not boxes.same(opened("HELLO", signature, HELLO_NONCE + number, key), SIGNED):
            raise Violation.MALFORMED_HELLO.found("HELLO of CURVE that signs something else than zeros")
        self._received = int.from_bytes(number, "big")
        transient = boxes.new_key(self._fill)
        cookie = self._cookie(client_transient, transient)
        nonce = random_nonce(self._fill)
        box = boxes.close(boxes.public_key(transient) + cookie, WELCOME_NONCE + nonce, key)
        self._welcome = nonce + box

    def _cookie(self, client_transient: bytes, transient: Secret) -> bytes:
        """Return Box [C', s'](K) with a new K."""
        self._cookie_key = boxes.new_key(self._fill)
        nonce = random_nonce(self._fill)
        content = Secret(client_transient)
        content += transient
        return nonce + boxes.close(content, COOKIE_NONCE + nonce, self._cookie_key)

    def _on_initiate(self, data: bytes) -> None:
        if len(data) < LEAST_INITIATE:
            raise Violation.MALFORMED_INITIATE.found(f"INITIATE of CURVE with {len(data)} octets of data")
        held = opened("cookie", data[LONG:COOKIE_SIZE], COOKIE_NONCE + data[:LONG], self._cookie_key)
        self._cookie_key = Secret()
        client_transient, transient = bytes(held[:KEY]), Secret(memoryview(held)[KEY:])
        number = data[COOKIE_SIZE : COOKIE_SIZE + SHORT]
        if int.from_bytes(number, "big") <= self._received:
            raise Violation.INVALID_SEQUENCE.found("INITIATE has no greater number than HELLO")
        self._received = int.from_bytes(number, "big")
        self._key = common(client_transient, transient)
        box = data[COOKIE_SIZE + SHORT :]
        content = bytes(opened("INITIATE", box, INITIATE_NONCE + number, self._key))
        client, vouch, metadata = (
            content[:KEY],
            content[KEY : KEY + COOKIE_SIZE],
            content[KEY + COOKIE_SIZE :],
        )
        vouched = opened("vouch", vouch[LONG:], VOUCH_NONCE + vouch[:LONG], common(client, transient))
        if not boxes.same(vouched, client_transient + self._public):
            raise Violation.KEY_EXCHANGE.found("the vouch is for another connection, or another server")
        self.credentials = (client,)
        self.peer_metadata = metadata

    def _ready(self) -> bytes:
        number = numbered(1)
        box = boxes.close(self.metadata, READY_NONCE + number, self._key)
        self.traffic = CurveMessages(Seal(self._key, FROM_SERVER, FROM_CLIENT, 1, self._received))
        self._key = Secret()
        return number + box

    def _move(self, state: Server) -> None:
        self.state = turns.moved(turns.SERVER, self.state, state)


def numbered(number: int) -> bytes:
    """Return a short nonce."""
    return number.to_bytes(SHORT, "big")


def random_nonce(fill: Fill) -> bytes:
    """Return a long nonce."""
    octets = bytearray(LONG)
    fill(octets)
    return bytes(octets)


def common(public: bytes, secret: Octets) -> Secret:
    """Return what the owners of two key pairs have in common.

    Raises:
        RemoteProtocolError: The public key is one with which nothing is secret.
    """
    key = boxes.shared_key(public, secret)
    if key is None:
        raise Violation.CRYPTOGRAPHIC.found("a public key that gives everybody the same secret")
    return key


def opened(what: str, box: bytes, nonce: bytes, key: Secret) -> Secret:
    """Return what is in a box.

    Raises:
        RemoteProtocolError: It was closed with another key or nonce, or changed on its way.
    """
    content = boxes.opened(box, nonce, key)
    if content is None:
        raise Violation.CRYPTOGRAPHIC.found(
            f"{what} that cannot be opened: a wrong key, or changed on its way"
        )
    return content
