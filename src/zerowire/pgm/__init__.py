"""Reliable multicast, RFC 3208 (PGM), without I/O: packets in, packets and payloads out.

A source numbers what it sends and keeps it for a while; a receiver asks again for what it
misses. Time and randomness are arguments, as everywhere below the engine.

Start with packet.py, then receive_window.py and source.py. May import: error, constants.
"""
