"""zerowire keygen: make a pair of CURVE keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zerowire.api.library import curve_keypair
from zerowire.auth.certs import create_certificates
from zerowire.cli.console import say, say_json
from zerowire.cli.shared import Json


def keygen(
    name: Annotated[str | None, typer.Argument(help="Write files NAME.key and NAME.key_secret.")] = None,
    folder: Annotated[Path, typer.Option(help="Where the files go.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace files of that name.")] = False,
    json: Json = False,
) -> None:
    """Make a pair of CURVE keys: print it, or write it into two files."""
    if name is None:
        public, secret = (key.decode() for key in curve_keypair())
        made = {"public": public, "secret": secret}
    else:
        made = files_of(folder, name, force)
    if json:
        say_json(made)
    else:
        for word, value in made.items():
            say(f"{word} {value}")


def files_of(folder: Path, name: str, force: bool) -> dict[str, str]:
    """Write the files of a new pair of keys, and return where they are.

    Raises:
        FileExistsError: There is one, and it shall not be replaced.
    """
    for ending in ("key", "key_secret"):
        path = folder / f"{name}.{ending}"
        if path.exists() and not force:
            raise FileExistsError(f"{path} is there: --force replaces it")
    public, secret = create_certificates(folder, name)
    return {"public": public, "secret": secret}
