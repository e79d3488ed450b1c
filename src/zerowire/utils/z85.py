"""Z85: 4 octets as 5 characters. CURVE keys are written so."""

from __future__ import annotations

from zerowire.options.z85 import ALPHABET as Z85CHARS
from zerowire.options.z85 import decode, encode

Z85MAP = {character: digit for digit, character in enumerate(Z85CHARS)}

__all__ = ["Z85CHARS", "Z85MAP", "decode", "encode"]
