"""CURVE certificates: keys in files of text, as czmq and pyzmq have them.

NAME.key holds the public key, to be given away; NAME.key_secret both, readable by its owner only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from zerowire.api.library import curve_keypair
from zerowire.auth.base import certificates_in, keys_in

__all__ = ["create_certificates", "load_certificate", "load_certificates"]

PUBLIC_WORDS = "the public key of a CURVE peer. Give it to others in a way that they can trust."
SECRET_WORDS = "the SECRET key of a CURVE peer. Give it to nobody."
PUBLIC_MODE = 0o666  # as for any file, less what the umask takes away
SECRET_MODE = 0o600
RESERVED = ("public-key", "secret-key")  # readers do not tell one section from another


def create_certificates(
    key_dir: str | os.PathLike[str], name: str, metadata: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Write a new pair of keys into a folder. Files of this name are replaced.

    Args:
        key_dir: The folder; it must be there.
        name: Of the files, without an ending.
        metadata: What else the secret file shall say, on lines of its own.

    Returns:
        The paths of the public file and of the secret one, which only its owner can read.

    Raises:
        OSError: A file cannot be written.
        ValueError: The metadata has a line break, or looks like a key.
    """
    for key, value in (metadata or {}).items():
        if len(f"{key}={value}".splitlines()) != 1 or key.strip().startswith(RESERVED):
            raise ValueError(f"metadata has one line each, and no keys, not {key!r}: {value!r}")
    public_key, secret_key = (key.decode() for key in curve_keypair())
    public = Path(key_dir, f"{name}.key")
    secret = Path(key_dir, f"{name}.key_secret")
    _write(secret, _text(SECRET_WORDS, metadata or {}, (public_key, secret_key)), SECRET_MODE)
    _write(public, _text(PUBLIC_WORDS, {}, (public_key,)), PUBLIC_MODE)
    return str(public), str(secret)


def _text(words: str, metadata: Mapping[str, str], keys: tuple[str, ...]) -> str:
    return "\n".join(
        (
            f"# {words}",
            f"# Written by ZeroWire on {datetime.now():%Y-%m-%d at %H:%M}.",
            "",
            "metadata",
            *(f"    {key} = {value}" for key, value in metadata.items()),
            "curve",
            *(f'    {name} = "{key}"' for name, key in zip(RESERVED, keys, strict=False)),
            "",
        )
    )


def _write(path: Path, text: str, mode: int) -> None:
    """Put a whole file in its place: nobody ever sees half of it, or a secret with another mode."""
    unfinished = path.with_name(f".{path.name}.{token_hex(8)}")  # what a crash has left is in nobody's way
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink()
        raise


def load_certificate(filename: str | os.PathLike[str]) -> tuple[bytes, bytes | None]:
    """Read the keys in a file, as Z85.

    Returns:
        The public key and the secret one; None for the latter in a file that has none.

    Raises:
        OSError: The file cannot be read.
        ValueError: It has no public key, or a key in it does not have 40 characters of Z85.
    """
    keys = keys_in(Path(filename))
    return keys[b"public"], keys.get(b"secret")


def load_certificates(directory: str | os.PathLike[str] = ".") -> dict[bytes, bool]:
    """Read the public keys of all .key files in a folder, as Z85.

    Returns:
        The keys; the values are all True.

    Raises:
        OSError: The folder, or a file in it, cannot be read.
        ValueError: A file has no public key.
    """
    return {keys_in(path)[b"public"]: True for path in certificates_in(Path(directory))}
