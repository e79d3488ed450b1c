"""Make CURVE keys: `python -m zerowire.curve_keygen`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from zerowire.api.library import curve_keypair, curve_public
from zerowire.error import ZMQError

NAME = __spec__.name  # by which it was run


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(
        prog=f"python3 -m {NAME}",
        description="Make a pair of CURVE keys, public and secret, each 40 characters of Z85.",
    )
    parser.add_argument("--json", action="store_true", help="write them as JSON")
    parser.add_argument("--secret", help="show the public key of this secret one instead of making a pair")
    return parser


def keys_for(secret: str | None) -> dict[str, str]:
    """Return a pair: a new one, or the one that a secret key belongs to."""
    if secret is not None:
        return {"public": curve_public(secret).decode(), "secret": secret}
    public, secret_key = curve_keypair()
    return {"public": public.decode(), "secret": secret_key.decode()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a pair of keys.

    Args:
        arguments: The command line; None for that of the process.
    """
    options = parser().parse_args(arguments)
    try:
        keys = keys_for(options.secret)
    except (ValueError, ZMQError) as error:
        parser().error(str(error))
    if options.json:
        text = json.dumps(keys, indent=1, sort_keys=True)
    else:
        text = "\n\n".join(f"== CURVE {kind.upper()} KEY ==\n{key}" for kind, key in keys.items())
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
