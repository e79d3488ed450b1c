"""Who we are and whom we trust, as a command line says it: CURVE and PLAIN."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zerowire.api.socket import Socket

if TYPE_CHECKING:
    from zerowire.auth.curve import Curve
    from zerowire.auth.plain import Plain


@dataclass
class Security:
    """The mechanism of a socket: NULL unless something says otherwise."""

    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CURVE: the file of our secret key, NAME.key_secret.")
    ] = None
    allow: Annotated[
        str | None, typer.Option(metavar="FOLDER|any", help="CURVE, as a server: the public keys to let in.")
    ] = None
    server_key: Annotated[
        str | None, typer.Option(metavar="KEY|FILE", help="CURVE, as a client: the server's public key.")
    ] = None
    user: Annotated[str | None, typer.Option(metavar="NAME", help="PLAIN, as a client: who we are.")] = None
    password: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            envvar="ZEROWIRE_PASSWORD",
            help="PLAIN, as a client; better not on a command line.",
        ),
    ] = None
    passwords: Annotated[
        Path | None, typer.Option(metavar="FILE", help="PLAIN, as a server: a file of lines NAME:PASSWORD.")
    ] = None

    def apply(self, socket: Socket) -> None:
        """Set a socket's options so.

        Raises:
            typer.BadParameter: What was said does not go together, or a key cannot be read.
        """
        try:
            mechanism = self.mechanism()
        except (OSError, ValueError) as error:
            raise typer.BadParameter(str(error)) from None
        if mechanism is not None:
            mechanism.apply(socket)

    def mechanism(self) -> Curve | Plain | None:
        """Return what makes a socket so; None for NULL."""
        given = [
            name for name in ("allow", "server_key", "user", "passwords") if getattr(self, name) is not None
        ]
        match given:
            case []:
                self._need(self.key is None, "--key goes with --allow, as a server, or --server-key")
                return None
            case ["allow"]:
                self._need(self.key is not None, "--allow needs --key, the server's secret key")
                return curve().server(str(self.key), str(self.allow))
            case ["server_key"]:
                return curve().client(key_or_file(str(self.server_key)), self.key)
            case ["user"]:
                return plain().client(str(self.user), self.password or "")
            case ["passwords"]:
                return plain().server(passwords_in(Path(str(self.passwords))))
        names = " and ".join(f"--{name.replace('_', '-')}" for name in given)
        raise ValueError(f"{names} do not go together: a socket is a server or a client, of one mechanism")

    def _need(self, truth: bool, otherwise: str) -> None:
        if not truth:
            raise ValueError(otherwise)


def curve() -> type[Curve]:
    """Return the class that knows CURVE, which most calls need not load."""
    found: type[Curve] = import_module("zerowire.auth.curve").Curve
    return found


def plain() -> type[Plain]:
    """Return the class that knows PLAIN."""
    found: type[Plain] = import_module("zerowire.auth.plain").Plain
    return found


def key_or_file(text: str) -> str | Path:
    """Return a key that is a word of the command line, or where it is."""
    path = Path(text)
    return path if path.is_file() or path.suffix == ".key" else text


def passwords_in(path: Path) -> dict[str, str]:
    """Return the passwords in a file, by user name.

    Raises:
        OSError: It cannot be read.
        ValueError: A line of it is none.
    """
    passwords = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        name, colon, password = line.partition(":")
        if line.strip() and not colon:
            raise ValueError(f"line {number} of {path} is not NAME:PASSWORD")
        if line.strip():
            passwords[name] = password
    return passwords
