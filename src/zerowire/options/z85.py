"""Z85: octets as text that stands in source code, configuration and command lines as it is.

Four octets are a number, written with five digits of base 85. That is what Python's base64.b85encode
does, too, with other digits.

Specification: RFC 32. CURVE keys are written in it: 32 octets are 40 characters.
"""

from __future__ import annotations

from typing import TypeAlias

Octets: TypeAlias = bytes | bytearray | memoryview

ALPHABET = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
PYTHONS_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
FROM_PYTHONS = bytes.maketrans(PYTHONS_ALPHABET, ALPHABET)
TO_PYTHONS = bytes.maketrans(ALPHABET, PYTHONS_ALPHABET)
LARGEST = b"%nSc0"  # 2**32 - 1


def encode(rawbytes: Octets) -> bytes:
    """Write octets as text.

    Args:
        rawbytes: As many octets as can be divided by 4.

    Raises:
        ValueError: Their number cannot be divided by 4.
    """
    octets = bytes(memoryview(rawbytes))
    if len(octets) % 4:
        raise ValueError(f"Z85 encodes octets in fours, not {len(octets)} of them")
    from base64 import b85encode  # most programs never need it

    return b85encode(octets).translate(FROM_PYTHONS)


def decode(z85bytes: str | Octets) -> bytes:
    """Read octets from text.

    Args:
        z85bytes: As many characters as can be divided by 5.

    Raises:
        ValueError: Their number cannot be divided by 5, one of them is no digit of Z85, or five of them
            are more than 2**32 - 1.
    """
    text = z85bytes.encode() if isinstance(z85bytes, str) else bytes(memoryview(z85bytes))
    if strange := text.translate(None, ALPHABET):
        raise ValueError(f"{strange.decode('utf-8', 'replace')[0]!r} is no digit of Z85")
    if len(text) % 5:
        raise ValueError(f"Z85 has characters in fives, not {len(text)} of them")
    from base64 import b85decode  # as above

    try:
        return b85decode(text.translate(TO_PYTHONS))
    except ValueError as error:
        raise ValueError(f"five digits of Z85 are at most {LARGEST.decode()}, or 2**32 - 1") from error
