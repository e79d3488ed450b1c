"""Z85, for who has to do with keys in ZAP and certificates: see options.z85."""

from __future__ import annotations

from zerowire.options.z85 import ALPHABET, decode, encode

__all__ = ["ALPHABET", "decode", "encode"]
