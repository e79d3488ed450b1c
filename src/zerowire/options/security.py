"""The options of security mechanisms, and which of them is in force (OPT-7).

There is no option to choose a mechanism: whatever was set last chooses it. So each of these rows
changes `Settings.security`, and three of them are nothing but views of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from zerowire.constants import SecurityMechanism, SocketOption
from zerowire.options import z85
from zerowire.options.option import Accepts, Kind, Length, Option, boolean, integer, switch, text

KEY_SIZE = 32  # octets
TEXT_SIZE = 40  # characters of Z85

NULL, PLAIN, CURVE, GSSAPI = SecurityMechanism


class Security:
    """How peers authenticate each other, and whether this side is the one that lets others in."""

    __slots__ = ("as_server", "mechanism")

    def __init__(self, mechanism: SecurityMechanism = NULL, as_server: bool = False) -> None:
        self.mechanism = mechanism
        self.as_server = as_server

    def serves(self, mechanism: SecurityMechanism) -> bool:
        """Whether this side lets in the clients of a mechanism."""
        return self.as_server and self.mechanism == mechanism


Change: TypeAlias = tuple[str, Callable[[Security], Security]]


def client_of(mechanism: SecurityMechanism) -> Change:
    """Return what makes this side a client of a mechanism."""
    return "security", lambda _: Security(mechanism)


def keys_of(mechanism: SecurityMechanism) -> Change:
    """Return what chooses a mechanism, and leaves the role as it is."""
    return "security", lambda present: Security(mechanism, present.as_server)


def needs_sodium(value: object) -> None:
    """Check that there is libsodium, which does all of CURVE's encryption."""
    try:
        from nacl._sodium import lib  # type: ignore[import-not-found]  # not before CURVE is asked for
    except ImportError:
        lib = None
    if not hasattr(lib, "crypto_box_easy_afternm"):
        raise ValueError("which needs PyNaCl 1.6 or later: pip install pynacl")


def curve_key(value: bytes) -> bytes:
    """Return a key's 32 octets, given as they are or as Z85, perhaps with a NUL behind it."""
    key = value
    if len(value) != KEY_SIZE:
        characters = value[:-1] if value[-1:] == b"\0" else value
        if len(characters) != TEXT_SIZE:
            raise ValueError(f"must be {KEY_SIZE} octets, or {TEXT_SIZE} characters of Z85")
        try:
            key = z85.decode(characters)
        except ValueError as error:
            raise ValueError(f"must be Z85: {error}") from None
    needs_sodium(key)
    return key


def curve_switch(value: int) -> bool:
    """Check the value of CURVE_SERVER."""
    is_on = Accepts.ZERO_OR_ONE(value)
    if is_on:
        needs_sodium(value)
    return is_on


def needs_gssapi(value: object) -> None:
    """Check that there is the package gssapi, and with it a library of Kerberos."""
    try:
        import gssapi  # noqa: F401  # not before GSSAPI is asked for
    except ImportError:
        raise ValueError("which needs the package gssapi: pip install gssapi") from None


def gssapi_switch(value: int) -> bool:
    """Check the value of GSSAPI_SERVER; 0 chooses the mechanism, too."""
    is_on = Accepts.ZERO_OR_ONE(value)
    needs_gssapi(value)
    return is_on


def principal_name(value: str) -> str:
    """Check a principal."""
    Length(1, 255)(value)
    needs_gssapi(value)
    return value


def server(number: SocketOption, mechanism: SecurityMechanism, check: Callable[[int], bool]) -> Option:
    """Make the row that makes a socket the server of a mechanism; 0 goes back to NULL."""
    return Option(
        number,
        Kind.BOOL,
        False,
        check=check,
        join=lambda _, is_on: Security(mechanism, True) if is_on else Security(),
        show=lambda security: security.serves(mechanism),
        attribute="security",
        doc=f"Let in clients of {mechanism.name}; 0 goes back to NULL.",
    )


def key(number: SocketOption, effect: Change, *, doc: str, is_secret: bool = False) -> Option:
    """Make the row of a CURVE key."""
    return Option(
        number,
        Kind.BYTES,
        b"",
        check=curve_key,
        show=z85.encode,
        effect=effect,
        is_secret=is_secret,
        doc=doc,
    )


def principal(number: SocketOption, effect: Change, *, doc: str) -> Option:
    """Make the row of a principal."""
    return Option(number, Kind.STRING, "", check=principal_name, effect=effect, doc=doc)


def name_type(number: SocketOption, what: str) -> Option:
    """Make the row that says how a principal is written."""
    return integer(
        number, 0, 2, 0, doc=f"How {what} is written: 0 service@host, 1 a user, 2 as Kerberos has it."
    )


SECURITY = (
    Option(SocketOption.MECHANISM, Kind.INT, NULL, writable=False, attribute="security",
           show=lambda security: security.mechanism,
           doc="How peers authenticate and encrypt: SecurityMechanism. The options below choose it."),
    server(SocketOption.PLAIN_SERVER, PLAIN, Accepts.ZERO_OR_ONE),
    text(SocketOption.PLAIN_USERNAME, low=1, effect=client_of(PLAIN),
         doc="Be a client of PLAIN: the user's name."),
    text(SocketOption.PLAIN_PASSWORD, low=1, effect=client_of(PLAIN), is_secret=True,
         doc="Be a client of PLAIN: the user's password."),
    server(SocketOption.CURVE_SERVER, CURVE, curve_switch),
    key(SocketOption.CURVE_PUBLICKEY, keys_of(CURVE), doc="This side's public key."),
    key(SocketOption.CURVE_SECRETKEY, keys_of(CURVE), is_secret=True, doc="This side's secret key."),
    key(SocketOption.CURVE_SERVERKEY, client_of(CURVE),
        doc="Be a client of CURVE: the server's public key."),
    Option(SocketOption.GSSAPI_SERVER, Kind.BOOL, False, check=gssapi_switch, attribute="security",
           join=lambda _, is_on: Security(GSSAPI, is_on),
           show=lambda security: security.serves(GSSAPI),
           doc="Let in clients of GSSAPI; 0 is a client of it."),
    principal(SocketOption.GSSAPI_PRINCIPAL, keys_of(GSSAPI),
              doc="This side's principal; without one, whichever there are credentials for."),
    principal(SocketOption.GSSAPI_SERVICE_PRINCIPAL, client_of(GSSAPI),
              doc="Be a client of GSSAPI: the server's principal."),
    switch(SocketOption.GSSAPI_PLAINTEXT, False,
           doc="Authenticate with GSSAPI, and encrypt nothing; both ends must want it so."),
    name_type(SocketOption.GSSAPI_PRINCIPAL_NAMETYPE, "GSSAPI_PRINCIPAL"),
    name_type(SocketOption.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, "GSSAPI_SERVICE_PRINCIPAL"),
    text(SocketOption.ZAP_DOMAIN, low=1,
         doc="What the ZAP handler is told; with the mechanism NULL it is asked only if there is one."),
    boolean(SocketOption.ZAP_ENFORCE_DOMAIN, False, accepts=Accepts.ANY, readable=True,
            doc="Let nobody in while there is no ZAP handler; without ZAP_DOMAIN none is asked by CURVE."),
)  # fmt: skip
