"""Who may connect: the rules of an authenticator, and the folders of keys that it trusts."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from hmac import compare_digest
from inspect import isawaitable
from pathlib import Path
from typing import Any, Final

from zerowire.api.context import Context
from zerowire.api.socket import Socket
from zerowire.constants import SocketType
from zerowire.error import RemoteProtocolError, ZMQError
from zerowire.options import z85
from zerowire.zmtp import zap

__all__ = ["Authenticator", "CURVE_ALLOW_ANY"]

CURVE_ALLOW_ANY: Final = "*"
EVERY_DOMAIN: Final = "*"
ANONYMOUS: Final = "anonymous"
CREDENTIALS = {b"PLAIN": 2, b"CURVE": 1, b"GSSAPI": 1}  # how many come with a mechanism

KEY_LINE = re.compile(rb"""^[ \t]*(public|secret)-key[ \t]*=[ \t]*["']?([^\s"']+)""", re.MULTILINE)
KEY_SIZE = 32  # octets
SAME_MOMENT_NS = 2_000_000_000  # a folder that was changed so short ago may change again unnoticed

logger = logging.getLogger("zerowire.auth")


def keys_in(path: Path) -> dict[bytes, bytes]:
    """Return the keys in a certificate by their kinds, b"public" and b"secret", as Z85.

    Raises:
        OSError: The file cannot be read.
        ValueError: There is no public key in it, or one that is none.
    """
    keys = dict(KEY_LINE.findall(path.read_bytes()))
    if b"public" not in keys:
        raise ValueError(f"no public key in {path}")
    for kind, key in keys.items():
        try:
            size = len(z85.decode(key))
        except ValueError as error:
            raise ValueError(f"the {kind.decode()} key in {path}: {error}") from error
        if size != KEY_SIZE:
            raise ValueError(f"the {kind.decode()} key in {path} has {size} octets, not {KEY_SIZE}")
    return keys


def certificates_in(folder: Path) -> list[Path]:
    """Return the files of public keys; OSError if there is no such folder."""
    with os.scandir(folder) as entries:
        return [Path(entry.path) for entry in entries if Path(entry.name).suffix == ".key"]


def knows(passwords: Mapping[str, str], user: str, password: str) -> bool:
    """Tell whether a user knows the password; it takes as long for a name that nobody has."""
    expected = passwords.get(user)
    is_same = compare_digest((expected or "").encode(), password.encode())
    return expected is not None and is_same


def decide_by(socket: Socket, check: Callable[[zap.Request], bool | str]) -> None:
    """Have a function decide about a socket's peers, in place of a ZAP handler."""
    socket.authenticate = check


def named(verdict: object, name: str) -> bool | str:
    """Return the User-Id that a check has given to a peer, or `name` if it has only agreed; False if not.

    Raises:
        TypeError: It has decided nothing: a coroutine, say, is true whatever will come of it.
    """
    if not isinstance(verdict, int | str | None):
        raise TypeError(f"a check returns a bool, a str or None, not {verdict!r}")
    if not verdict:
        return False
    return verdict if isinstance(verdict, str) else name


class KeyFolder(Mapping[bytes, bool]):
    """The public keys in a folder, as Z85; looked at again whenever a file has come or gone.

    A file that holds no key is left out, and logged. When the folder is gone there is no key.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Look at the folder.

        Raises:
            OSError: It cannot be read.
        """
        self._folder = Path(folder)
        self._held = self._read()  # both at once, as any thread may ask

    def _read(self) -> tuple[int | None, dict[bytes, bool]]:
        """Return the folder's time, None if it will not show the next change for sure, and the keys."""
        changed = self._folder.stat().st_mtime_ns
        keys = {}
        for path in certificates_in(self._folder):
            try:
                keys[keys_in(path)[b"public"]] = True
            except (OSError, ValueError) as error:
                logger.warning("a certificate is left out: %s", error)
        return changed if time.time_ns() - changed > SAME_MOMENT_NS else None, keys

    def _fresh(self) -> dict[bytes, bool]:
        seen, keys = self._held
        try:
            if seen is None or self._folder.stat().st_mtime_ns != seen:
                self._held = _, keys = self._read()
        except OSError as error:
            logger.error("no key is trusted: %s", error)
            self._held = _, keys = None, {}
        return keys

    def __getitem__(self, key: bytes) -> bool:
        return self._fresh()[key]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._fresh())

    def __len__(self) -> int:
        return len(self._fresh())


class Authenticator:
    """Decides who may connect to the servers of a context, as their ZAP handler.

    It answers when it is told to: pass what `zap_socket` receives to handle_zap_message().
    ThreadAuthenticator and AsyncioAuthenticator do that on their own.

    Servers ask if they have a ZAP_DOMAIN, or are PLAIN or CURVE servers. Until there are other
    rules, NULL peers may connect and those of PLAIN and CURVE may not. Rules may be changed at any time.

    Attributes:
        zap_socket: Where requests arrive, between start() and stop().
        passwords: Of PLAIN, by domain and user name.
        certs: Public keys that are trusted, as Z85, by domain.
        credentials_providers: What is asked about keys, by domain.
        allow_any: Whether every CURVE key is trusted.
    """

    zap_socket: Socket

    def __init__(self, context: Context | None = None, encoding: str = "utf-8", log: Any = None) -> None:
        """Prepare an authenticator.

        Args:
            context: Whose servers ask it; None is Context.instance().
            encoding: Of names and passwords.
            log: A logger; None is that of "zerowire.auth".
        """
        self.context = context or Context.instance()
        self.encoding = encoding
        self.log = log or logger
        self.zap_socket = None  # type: ignore[assignment]  # pyzmq has None here, too
        self.allow_any = False
        self.passwords: dict[str, Mapping[str, str]] = {}
        self.certs: dict[str, Mapping[bytes, Any]] = {}
        self.credentials_providers: dict[str, Any] = {}
        self._allowed: set[str] = set()
        self._denied: set[str] = set()

    def start(self) -> None:
        """Accept requests from now on.

        Raises:
            ZMQError: EADDRINUSE: the context has an authenticator already.
        """
        socket = self.context.socket(SocketType.REP, socket_class=Socket)
        socket.linger = 1
        try:
            socket.bind(zap.ENDPOINT)
        except ZMQError:
            socket.close()
            raise
        self.zap_socket = socket

    def stop(self) -> None:
        """Accept no more requests. Idempotent."""
        if self.zap_socket is not None:
            self.zap_socket.close()
        self.zap_socket = None  # type: ignore[assignment]

    # -- rules ---------------------------------------------------------------------------------

    def allow(self, *addresses: str) -> None:
        """Refuse peers from all addresses but these. With PLAIN and CURVE they must still show who they are.

        Raises:
            ValueError: deny() was used.
        """
        if self._denied:
            raise ValueError("addresses are either allowed or denied: deny() was used already")
        self._allowed.update(addresses)

    def deny(self, *addresses: str) -> None:
        """Refuse peers from these addresses.

        Raises:
            ValueError: allow() was used.
        """
        if self._allowed:
            raise ValueError("addresses are either allowed or denied: allow() was used already")
        self._denied.update(addresses)

    def configure_plain(self, domain: str = EVERY_DOMAIN, passwords: Mapping[str, str] | None = None) -> None:
        """Trust users of PLAIN who know their passwords.

        Args:
            domain: The ZAP_DOMAIN of the servers; "*" is for those that have none.
            passwords: By user name. It is not copied, so what changes in it counts at once.
        """
        if passwords:
            self.passwords[domain] = passwords

    def configure_curve(self, domain: str = EVERY_DOMAIN, location: str | os.PathLike[str] = ".") -> None:
        """Trust the CURVE keys in a folder.

        Files may come and go: the folder is looked at again when it has changed. If it cannot be
        read, that is logged and no key of the domain is trusted.

        Args:
            domain: The ZAP_DOMAIN of the servers; "*" is for those that have none.
            location: A folder of .key files; or CURVE_ALLOW_ANY, to trust every key in every domain.
        """
        self.allow_any = location == CURVE_ALLOW_ANY
        if self.allow_any:
            return
        self.certs.pop(domain, None)
        try:
            self.certs[domain] = KeyFolder(location)
        except OSError as error:
            self.log.error("no CURVE key of domain %r is trusted: %s", domain, error)

    def configure_curve_callback(self, domain: str = EVERY_DOMAIN, credentials_provider: Any = None) -> None:
        """Ask an object which CURVE keys to trust, in place of all folders.

        Args:
            domain: The ZAP_DOMAIN of the servers; "*" is for those that have none.
            credentials_provider: Its `callback(domain, key)` gets the key as Z85, in bytes, and
                returns whether to trust it. It may be a coroutine function.
        """
        self.allow_any = False
        if credentials_provider is None:
            self.log.error("there is nothing to ask about CURVE keys of domain %r", domain)
        else:
            self.credentials_providers[domain] = credentials_provider

    def configure_gssapi(self, domain: str = EVERY_DOMAIN, location: str | None = None) -> None:
        """Do nothing: GSSAPI has shown who a peer is before anybody asks here."""

    def curve_user_id(self, client_public_key: bytes) -> str:
        """Return the User-Id of a peer whose key, of 32 octets, is trusted: its key as Z85.

        Override it to name peers otherwise.
        """
        return z85.encode(client_public_key).decode()

    # -- requests ------------------------------------------------------------------------------

    async def handle_zap_message(self, msg: list[bytes]) -> None:
        """Answer a request, as it came from `zap_socket`."""
        try:
            request = zap.parse_request(msg)
        except RemoteProtocolError as error:
            self.log.error("no ZAP request: %s", error)
            request_id = msg[1] if len(msg) > 1 else b""
            self._send_zap_reply(request_id, zap.AUTHENTICATION_FAILURE, str(error))
            return
        try:
            user_id, reason = await self._judge(request)
            name = None if user_id is None else user_id.encode(self.encoding, "replace")
        except Exception:
            self.log.exception("nobody could say whether %s may connect", self._text(request.address))
            self._send_zap_reply(request.request_id, zap.INTERNAL_ERROR, "the check failed")
            return
        self._log_verdict(request, user_id, reason)
        if name is None:
            self._send_zap_reply(request.request_id, zap.AUTHENTICATION_FAILURE, reason)
        else:
            self._send_zap_reply(request.request_id, zap.SUCCESS, "OK", name)

    def _send_zap_reply(self, request_id: bytes, status: int, text: str, user_id: bytes = b"") -> None:
        self.zap_socket.send_multipart(zap.reply(request_id, status, text, user_id))

    def _log_verdict(self, request: zap.Request, user_id: str | None, reason: str) -> None:
        verdict = f"refused, {reason}" if user_id is None else f"accepted as {user_id!r}"
        mechanism, address = self._text(request.mechanism), self._text(request.address)
        self.log.debug(
            "%s peer at %s in domain %r: %s", mechanism, address, self._text(request.domain), verdict
        )

    def _text(self, octets: bytes) -> str:
        return octets.decode(self.encoding, "replace")

    async def _judge(self, request: zap.Request) -> tuple[str | None, str]:
        """Return a peer's user id; or None, and why it is refused."""
        address = self._text(request.address)
        if address in self._denied or (self._allowed and address not in self._allowed):
            return None, "its address is not allowed"
        expected = CREDENTIALS.get(request.mechanism, len(request.credentials))
        if len(request.credentials) != expected:
            return None, f"it has {len(request.credentials)} credentials, not {expected}"
        domain = self._text(request.domain) or EVERY_DOMAIN
        match request.mechanism, request.credentials:
            case b"NULL", _:
                return ANONYMOUS, ""
            case b"PLAIN", (user, password):
                return self._judge_plain(domain, self._text(user), self._text(password))
            case b"CURVE", (key,):
                return await self._judge_curve(domain, key)
            case b"GSSAPI", (principal,):
                return self._text(principal), ""
        return None, "its mechanism is unknown"

    def _judge_plain(self, domain: str, user: str, password: str) -> tuple[str | None, str]:
        if domain not in self.passwords:
            return None, "its domain has no passwords"
        if not knows(self.passwords[domain], user, password):
            return None, "its user name or password is wrong"
        return user, ""

    async def _judge_curve(self, domain: str, key: bytes) -> tuple[str | None, str]:
        if not await self._is_trusted(domain, z85.encode(key)):
            return None, "its key is not trusted"
        return self.curve_user_id(key), ""

    async def _is_trusted(self, domain: str, key: bytes) -> bool:
        if self.allow_any:
            return True
        if not self.credentials_providers:
            return bool(self.certs.get(domain, {}).get(key))
        provider = self.credentials_providers.get(domain)
        if provider is None:
            return False
        answer = provider.callback(domain, key)
        return bool(await answer if isawaitable(answer) else answer)
