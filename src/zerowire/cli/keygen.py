"""zerowire keygen: make a pair of CURVE keys."""

from __future__ import annotations

from zerowire.api.library import curve_keypair
from zerowire.cli.console import say, say_json
from zerowire.cli.shared import Json


def keygen(json: Json = False) -> None:
    """Make a pair of CURVE keys, and print it."""
    public, secret = (key.decode() for key in curve_keypair())
    if json:
        say_json({"public": public, "secret": secret})
    else:
        say(f"public {public}")
        say(f"secret {secret}")
