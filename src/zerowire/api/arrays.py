"""numpy arrays as messages: a header that says what they are, and their memory as it is.

An array is two frames. The first is JSON in UTF-8, for readers in any language:

    {"array": 1, "dtype": "<f8", "shape": [480, 640], "order": "C"}

array   the version of this format
dtype   a letter for the octet order (< little, > big, | none), one for the kind (b bool, i
        signed, u unsigned, f float, c complex, S octets, U UTF-32, V opaque, m duration, M
        moment), the octets of an element (for U: of characters), and for m and M a unit,
        "<M8[ms]". Or, for records, an object: {"size": 16, "fields": [{"name": "x", "dtype":
        "<f8", "offset": 0}, ...]}; a field may have a "shape" too, and records as its dtype
shape   the lengths of its dimensions; [] is a single element
order   how the elements follow each other: "C", the last index runs fastest; "F", the first

The second is the elements. Nothing is pickled, so arrays of objects cannot be sent; and a
header that lies is a ValueError before anything is allocated.

numpy is imported when it is needed: it comes with the extra `zerowire[numpy]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from zerowire.message import Frame

if TYPE_CHECKING:
    from types import ModuleType

    import numpy as np
    from numpy.typing import NDArray

VERSION = 1
LONGEST_HEADER = 65536  # octets
MOST_DIMENSIONS = 32
DEEPEST_RECORD = 8  # records in records
MOST_EMPTY = 4096  # elements that have no octets: numpy would go through all that a header announces
SIMPLE_DTYPE = re.compile(r"[<>|](?:[biufcSUV][0-9]{1,9}|[mM]8\[[0-9]{0,9}[A-Za-z]{1,2}\])", re.ASCII)


def frames_of_array(a: Any) -> list[bytes | memoryview]:
    """Return the two frames of an array: its header, and its elements.

    The second is a view of the array's memory, or a copy if that is not contiguous.

    Args:
        a: An array, or what numpy makes one of: numbers, lists of them.

    Raises:
        TypeError: The elements are objects, or of another kind that only numpy knows.
        ImportError: numpy is not installed.
    """
    import json

    numpy = load_numpy()
    if isinstance(a, numpy.ma.MaskedArray):
        raise TypeError("a masked array is two arrays: send a.data and a.mask")
    array = numpy.asarray(a)
    if not array.itemsize and array.size > MOST_EMPTY:
        raise TypeError(f"{array.size} elements without octets cannot be sent, at most {MOST_EMPTY} can be")
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    header = {"array": VERSION, "dtype": describe(array.dtype), "shape": list(array.shape), "order": order}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > LONGEST_HEADER:
        raise TypeError(
            f"the dtype takes {len(text)} octets to describe, at most {LONGEST_HEADER} can be sent"
        )
    return [text, elements_of(array.T if order == "F" else array)]


def array_of_frames(frames: Sequence[Any]) -> NDArray[Any]:
    """Return the array that two frames make, as a view of the second.

    Args:
        frames: bytes, Frames, or anything else with octets. The array can be changed if those
            of the second can be, as those of a bytearray; those of bytes and Frames cannot.

    Raises:
        ValueError: They are not what frames_of_array() makes. Nothing was allocated.
        ImportError: numpy is not installed.
    """
    numpy = load_numpy()
    if len(frames) != 2:
        raise ValueError(f"an array has 2 frames, a header and its elements, not {len(frames)}")
    header, data = frames
    known = parse(header.buffer if isinstance(header, Frame) else memoryview(header))
    shape, order = shape_of(known.get("shape")), known.get("order")
    if order not in ("C", "F"):
        raise ValueError(f"the order of an array is {shown(order)}, must be C or F")
    dtype = dtype_of(known.get("dtype"))
    room: Any = octets_of_frame(data) if isinstance(data, Frame) else memoryview(data)
    size = dtype.itemsize * prod(shape)
    if size != room.nbytes:
        told = f"{shown(dtype)} elements in {shown(shape)}, which are {shown(size)} octets"
        raise ValueError(f"the header announces {told}, but {room.nbytes} came")
    if not dtype.itemsize and prod(shape) > MOST_EMPTY:
        raise ValueError(f"{shown(shape)} are elements without octets, at most {MOST_EMPTY} may be")
    try:
        array: NDArray[Any] = numpy.ndarray(shape, dtype, buffer=room, order=order)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{shown(dtype)} elements in {shown(shape)} are no array: {error}") from error
    return array


def load_numpy() -> ModuleType:
    """Return numpy.

    Raises:
        ImportError: It is not installed.
    """
    try:
        import numpy
    except ImportError as error:
        raise ImportError("arrays need numpy: pip install 'zerowire[numpy]'") from error
    return numpy


# -- elements ---------------------------------------------------------------------------------


class Kept:
    """Keeps a Frame as long as an array shares its memory: the sender is told when both are gone."""

    def __init__(self, frame: Frame, interface: dict[str, Any]) -> None:
        self.frame = frame
        self.__array_interface__ = {**interface, "data": (interface["data"][0], True)}  # to be read only


def octets_of_frame(frame: Frame) -> NDArray[Any]:
    """Return the octets of a Frame, which cannot be changed."""
    numpy = load_numpy()
    octets: NDArray[Any] = numpy.asarray(Kept(frame, numpy.asarray(frame.buffer).__array_interface__))
    return octets


def elements_of(array: NDArray[Any]) -> bytes | memoryview:
    """Return the elements of an array in C order: its memory if they lie so, else a copy."""
    if not array.nbytes or not array.flags.c_contiguous:
        return array.tobytes()
    octets: Any = array.reshape(-1).view("u1")
    return memoryview(octets)


def describe(dtype: np.dtype[Any]) -> Any:
    """Return what the header says of a dtype.

    Raises:
        TypeError: It is one that readers could not make again.
    """
    if dtype.hasobject:
        raise TypeError(
            f"elements of dtype {dtype} lie elsewhere in memory, as objects do: they cannot be sent"
        )
    described = describe_records(dtype) if dtype.names is not None else dtype.str
    try:
        again = dtype_of(described)
    except ValueError as error:
        raise TypeError(f"an array of dtype {dtype} cannot be sent: {error}") from error
    if again != dtype:
        raise TypeError(
            f"an array of dtype {dtype} would be received as {again}: send a view, a.view('u1') say"
        )
    return described


def describe_records(dtype: np.dtype[Any]) -> dict[str, Any]:
    """Return what the header says of a structured dtype."""
    assert dtype.fields is not None
    fields = []
    for name in dtype.names or ():
        kind, offset = dtype.fields[name][:2]
        field = {"name": name, "dtype": describe(kind.base), "offset": offset}
        if kind.shape:
            field["shape"] = list(kind.shape)
        fields.append(field)
    return {"size": dtype.itemsize, "fields": fields}


# -- headers that may lie -----------------------------------------------------------------------


def parse(header: memoryview) -> dict[str, Any]:
    """Return the fields of a header.

    Raises:
        ValueError: It is too long, no JSON, or of another version.
    """
    import json

    if header.nbytes > LONGEST_HEADER:
        raise ValueError(
            f"the header of an array has {header.nbytes} octets, at most {LONGEST_HEADER} may be"
        )
    try:
        known = json.loads(header.tobytes().decode())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the first frame is no header of an array: {error}") from error
    if not isinstance(known, dict) or "array" not in known:
        raise ValueError(f"the first frame is no header of an array, but {shown(known)}")
    if known["array"] != VERSION:
        raise ValueError(f"the array has format {shown(known['array'])}, this version knows {VERSION}")
    return known


def shape_of(lengths: object) -> tuple[int, ...]:
    """Return the shape that a header gives.

    Raises:
        ValueError: It is not one.
    """
    if not isinstance(lengths, list) or not all(is_count(length) for length in lengths):
        raise ValueError(f"the shape of an array is {shown(lengths)}, must be a list of numbers from 0")
    if len(lengths) > MOST_DIMENSIONS:
        raise ValueError(f"an array has {len(lengths)} dimensions, at most {MOST_DIMENSIONS} may be")
    return tuple(lengths)


def is_count(value: object) -> bool:
    """Whether something from a header is a number of things."""
    return type(value) is int and value >= 0


def dtype_of(described: object, depth: int = 0) -> np.dtype[Any]:
    """Return the dtype that a header describes.

    Raises:
        ValueError: It does not describe one.
    """
    numpy = load_numpy()
    if isinstance(described, dict) and depth < DEEPEST_RECORD:
        description: Any = record_of(described, depth)
    elif isinstance(described, str) and SIMPLE_DTYPE.fullmatch(described):
        description = described
    else:
        raise ValueError(f"{shown(described)} is not the dtype of an array")
    try:
        dtype: np.dtype[Any] = numpy.dtype(description)
    except (TypeError, ValueError, OverflowError, MemoryError) as error:
        raise ValueError(f"{shown(described)} is not the dtype of an array: {error}") from error
    return dtype


def record_of(described: dict[str, Any], depth: int) -> dict[str, Any]:
    """Return records as numpy describes them.

    Raises:
        ValueError: The header does not describe any.
    """
    size, fields = described.get("size"), described.get("fields")
    if not is_count(size) or not isinstance(fields, list):
        raise ValueError(f"records have a size and fields, not {shown(described)}")
    record: dict[str, Any] = {"names": [], "formats": [], "offsets": [], "itemsize": size}
    for field in fields:
        if not isinstance(field, dict) or not isinstance(field.get("name"), str):
            raise ValueError(f"{shown(field)} is not a field of a record: it has no name")
        if not is_count(field.get("offset")):
            raise ValueError(f"the offset of {shown(field['name'])} is {shown(field.get('offset'))}")
        kind, shape = dtype_of(field.get("dtype"), depth + 1), shape_of(field.get("shape", []))
        if not kind.itemsize and prod(shape) > 1:
            raise ValueError(f"{shown(field['name'])} has {shown(shape)} elements without octets")
        record["names"].append(field["name"])
        record["formats"].append((kind, shape))
        record["offsets"].append(field["offset"])
    return record


def shown(value: object) -> str:
    """Return what to show in an error of something that may be long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
