"""Messages as lines, as JSON, and as octets with lengths before them.

Line    Octets that are no text, control characters and line ends become \\xff, \\n and so on: a message
        is a line, and nothing that a peer sends does anything to a terminal.
JSON    A frame is a string, or {"hex": "00ff"} where it is no text. What is printed can be read.
Sized   The number of frames, then each frame with its length; numbers have four octets, big-endian.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

NUMBER = struct.Struct(">I")
MOST = 2**20  # frames of a message in octets with lengths: what has more is something else

UNPRINTABLE = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
MEANING = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}

JsonFrame: TypeAlias = "str | dict[str, str]"


def printable(octets: bytes) -> str:
    """Return octets as text of one line."""
    return UNPRINTABLE.sub(_escaped, octets.decode("utf-8", "backslashreplace"))


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return SHORT.get(character) or (
        f"\\x{ord(character):02x}" if character < "\x80" else f"\\u{ord(character):04x}"
    )


def unescaped(octets: bytes) -> bytes:
    r"""Return octets with \n, \r, \t, \0, \\ and \xff replaced by what they stand for."""
    return ESCAPE.sub(_meaning, octets)


def _meaning(match: re.Match[bytes]) -> bytes:
    word = match[1]
    return bytes.fromhex(word[1:].decode()) if len(word) == 3 else MEANING.get(word, match[0])


def json_frame(octets: bytes) -> JsonFrame:
    """Return a frame as JSON has it."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return {"hex": octets.hex()}


def frames_of_json(text: bytes) -> list[bytes]:
    """Return the frames of a message that is JSON: a frame, a list of them, or {"frames": list, ...}.

    Raises:
        ValueError: It is something else.
    """
    value = json.loads(text)
    if isinstance(value, dict) and "frames" in value:
        value = value["frames"]
    return [_octets(frame) for frame in (value if isinstance(value, list) else [value])] or [b""]


def _octets(frame: Any) -> bytes:
    if isinstance(frame, str):
        return frame.encode()
    if isinstance(frame, dict) and isinstance(frame.get("hex"), str):
        return bytes.fromhex(frame["hex"])
    raise ValueError(f'a frame is a string or {{"hex": "00ff"}}, not {json.dumps(frame)}')


def sized(frames: Sequence[bytes]) -> bytes:
    """Return a message with lengths before it."""
    return NUMBER.pack(len(frames)) + b"".join(NUMBER.pack(len(frame)) + frame for frame in frames)


def read_sized(read: Callable[[int], bytes]) -> list[bytes] | None:
    """Return the frames of the next message with lengths; None at the end.

    Args:
        read: Returns so many octets, fewer only at the end.

    Raises:
        ValueError: It ends in the midst of a message.
    """
    start = read(NUMBER.size)
    if not start:
        return None
    count = _number(start)
    if count > MOST:
        raise ValueError(f"a message of {count} frames: this is no input with lengths")
    return [_whole(read, _number(read(NUMBER.size))) for _ in range(count)]


def _number(octets: bytes) -> int:
    if len(octets) < NUMBER.size:
        raise ValueError("the input ends within a message")
    return int(NUMBER.unpack(octets)[0])


def _whole(read: Callable[[int], bytes], size: int) -> bytes:
    frame = read(size)
    if len(frame) < size:
        raise ValueError("the input ends within a message")
    return frame
