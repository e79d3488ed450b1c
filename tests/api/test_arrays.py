"""numpy arrays as two frames, and headers that lie."""

from __future__ import annotations

import json
import re
import sys
import tracemalloc
from typing import Any

import pytest

import zerowire as zmq
from zerowire.api.arrays import LONGEST_HEADER, array_of_frames, frames_of_array
from zerowire.message import Frame

np = pytest.importorskip("numpy")

PATIENCE = 10_000  # milliseconds
ALIGNED = np.dtype([("a", "u1"), ("b", "<f8")], align=True)
OVERLAPPING = np.dtype(
    {"names": ["whole", "low"], "formats": ["<u4", "<u2"], "offsets": [0, 0], "itemsize": 8}
)

ARRAYS: dict[str, Any] = {
    **{f"dtype {code}": np.arange(6).astype(code).reshape(2, 3) for code in "?bBhHiIlLqQefdgFDG"},
    "big endian": np.arange(3, dtype=">u2"),
    "text": np.array(["a", "bcd", "é€"]),
    "octets": np.array([b"a", b"bcd"]),
    "opaque": np.array([b"abcde"], "V5"),
    "moments": np.array(["2020-01-01T00:00:00.5", "NaT"], "M8[ms]"),
    "durations": np.array([5, -7], "m8[25s]"),
    "no dimension": np.array(3.5),
    "no elements": np.zeros((0, 3)),
    "no elements, many columns": np.zeros((0, 10**9), "u1"),
    "no octets in an element": np.zeros(3, "V0"),
    "one element in three dimensions": np.zeros((1, 1, 1)),
    "fortran order": np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)),
    "every other element": np.arange(10)[::2],
    "backwards": np.arange(10)[::-1],
    "columns": np.arange(12).reshape(3, 4)[:, 1:3],
    "repeated": np.broadcast_to(np.arange(3), (4, 3)),
    "read only": np.frombuffer(b"abcd", "u1"),
    "records": np.array([(1.5, [[1, 2, 3], [4, 5, 6]], (7, 8))] * 2, [
        ("x", "<f8"), ("y", ">i4", (2, 3)), ("z", [("a", "u1"), ("b", "<M8[us]")])
    ]),
    "aligned records": np.array([(1, 2.5)], ALIGNED),
    "overlapping records": np.array([(7, 7)], OVERLAPPING),
    "records without fields": np.zeros(3, []),
    "records with names in any script": np.zeros(2, [("é\"", "u1")]),
}  # fmt: skip


def header(**fields: Any) -> bytes:
    return json.dumps({"array": 1, "dtype": "<f8", "shape": [1], "order": "C", **fields}).encode()


def records(size: Any = 8, **field: Any) -> dict[str, Any]:
    return {"size": size, "fields": [{"name": "a", "dtype": "<f8", "offset": 0, **field}]}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_comes_back_as_it_was(name: str) -> None:
    array = ARRAYS[name]
    frames = frames_of_array(array)
    again = array_of_frames([bytes(frame) for frame in frames])
    assert again.dtype == array.dtype
    assert again.shape == array.shape
    assert again.tobytes() == array.tobytes()
    assert again.flags.f_contiguous or not array.flags.f_contiguous


def test_the_header_is_as_the_module_says() -> None:
    frames = frames_of_array(np.zeros((2, 3), "<i4"))
    assert json.loads(bytes(frames[0])) == {"array": 1, "dtype": "<i4", "shape": [2, 3], "order": "C"}
    frames = frames_of_array(np.zeros((2, 3), ALIGNED, order="F"))
    assert json.loads(bytes(frames[0])) == {
        "array": 1,
        "dtype": {
            "size": 16,
            "fields": [
                {"name": "a", "dtype": "|u1", "offset": 0},
                {"name": "b", "dtype": "<f8", "offset": 8},
            ],
        },
        "shape": [2, 3],
        "order": "F",
    }


def test_elements_lie_in_the_order_that_the_header_gives() -> None:
    array = np.array([[1, 2, 3], [4, 5, 6]], "u1")
    assert bytes(frames_of_array(array)[1]) == bytes([1, 2, 3, 4, 5, 6])
    assert bytes(frames_of_array(np.asfortranarray(array))[1]) == bytes([1, 4, 2, 5, 3, 6])
    assert array_of_frames([header(dtype="|u1", shape=[2, 3], order="F"), b"abcdef"])[0, 1] == ord("c")


@pytest.mark.parametrize("value", [3, [1, 2], 2.5, [[True]], "text", np.float32(1)])
def test_what_numpy_makes_an_array_of_can_be_sent(value: Any) -> None:
    again = array_of_frames(frames_of_array(value))
    assert again.dtype == np.asarray(value).dtype
    assert again.tolist() == np.asarray(value).tolist()


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_elements_of_a_contiguous_array_are_not_copied(order: Any) -> None:
    array = np.zeros((3, 4), order=order)
    _, elements = frames_of_array(array)
    assert np.shares_memory(np.frombuffer(elements), array)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([object()]), "objects do"),
        (np.zeros(2, [("o", "O")]), "objects do"),
        (np.ma.array([1, 2], mask=[0, 1]), r"send a\.data and a\.mask"),
        (np.zeros(2, [(("title", "name"), "u1")]), "would be received as"),
        (np.zeros(1, [(f"a field of some length {n}", "u1") for n in range(2000)]), "to describe"),
    ],
    ids=["objects", "objects in records", "masked", "titles", "many fields"],
)
def test_arrays_that_could_not_be_read_are_refused(array: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        frames_of_array(array)


def test_records_in_records_in_records_end_somewhere() -> None:
    dtype: Any = np.dtype("u1")
    for _ in range(20):
        dtype = np.dtype([("a", dtype)])
    with pytest.raises(TypeError, match="cannot be sent"):
        frames_of_array(np.zeros(1, dtype))


def test_an_array_can_be_changed_if_its_octets_can() -> None:
    octets = bytearray(8)
    array_of_frames([header(), octets])[0] = 1.0
    assert octets == np.float64(1).tobytes()
    assert not array_of_frames([header(), bytes(8)]).flags.writeable
    assert not array_of_frames([header(), Frame(octets, copy=False)]).flags.writeable


def test_elements_without_octets_are_few() -> None:
    """What has no octets could be announced without end, and numpy would go through all of it."""
    few, many = np.zeros(4096, "V0"), np.zeros(4097, "V0")
    assert array_of_frames(frames_of_array(few)).shape == (4096,)
    with pytest.raises(TypeError, match="4097 elements without octets cannot be sent, at most 4096"):
        frames_of_array(many)
    with pytest.raises(ValueError, match="are elements without octets, at most 4096 may be"):
        array_of_frames([header(dtype="|V0", shape=[2**33]), b""])


def test_an_array_without_elements_allocates_nothing_for_them() -> None:
    assert array_of_frames([header(shape=[0, 2**40]), b""]).shape == (0, 2**40)


LIES: dict[str, bytes] = {
    "too few octets": header(shape=[2]),
    "too many": header(shape=[0]),
    "a shape as large as memory": header(shape=[2**59]),
    "a shape larger than memory": header(shape=[2**61] * 32),
    "a number that is no size": header(shape=[10**30]),
    "a negative number": header(shape=[-1]),
    "two negative numbers": header(shape=[-1, -1]),
    "a boolean": header(shape=[True]),
    "a fraction": header(shape=[1.0]),
    "no list": header(shape="1"),
    "no shape": header(shape=None),
    "many dimensions": header(shape=[1] * 33),
    "objects": header(dtype="|O8"),
    "objects by another name": header(dtype="O"),
    "a name of a type": header(dtype="float64"),
    "a list of fields": header(dtype=[["a", "<f8"]]),
    "a text with commas": header(dtype="<f4,<f4"),
    "a size that no float has": header(dtype="<f3"),
    "elements as large as memory": header(dtype="|S999999999"),
    "elements larger than memory": header(dtype="<U999999999"),
    "no unit": header(dtype="<M8"),
    "a unit that is none": header(dtype="<M8[zz]"),
    "a digit in another script": header(dtype="<f٨"),
    "a line behind": header(dtype="<f8\n"),
    "no dtype": header(dtype=None),
    "objects in records": header(dtype=records(dtype="|O8")),
    "records that end too early": header(dtype=records(offset=1)),
    "records that begin before": header(dtype=records(offset=-1)),
    "records as large as memory": header(dtype=records(2**31 - 1)),
    "records larger than memory": header(dtype=records(2**61)),
    "records larger than a number": header(dtype=records(10**30)),
    "a field beyond all numbers": header(dtype=records(offset=10**30)),
    "records without a size": header(dtype=records("8")),
    "records without fields": header(dtype={"size": 8}),
    "a field that is none": header(dtype={"size": 8, "fields": [8]}),
    "a field without a name": header(dtype=records(name=None)),
    "a field without a dtype": header(dtype=records(dtype=None)),
    "a field larger than memory": header(dtype=records(shape=[2**61])),
    "a field of many elements without octets": header(
        dtype=records(shape=[2**31 - 1], dtype={"size": 0, "fields": []})
    ),
    "a field of many dimensions": header(dtype=records(shape=[1] * 33)),
    "two fields of a name": header(dtype={"size": 8, "fields": records()["fields"] * 2}),
    "an order that numpy knows": header(order="A"),
    "no order": header(order=[]),
    "another version": header(array=2),
    "another object": b'{"json": 1}',
    "a list": b"[1]",
    "a long number": b"1" * 60000,
    "no JSON": b"nope",
    "a pickle": b"\x80\x04N.",
    "nothing": b"",
    "deep JSON": b"[" * 60000,
    "deep JSON behind": b'{"array":' + b"[" * 60000,
    "a long header": header() + b" " * LONGEST_HEADER,
}


@pytest.mark.parametrize("name", LIES)
def test_a_header_that_lies_is_a_value_error_and_allocates_nothing(name: str) -> None:
    frames = [LIES[name], bytes(8)]
    tracemalloc.start()
    try:
        with pytest.raises(ValueError) as caught:
            array_of_frames(frames)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 3_000_000
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("shape", [[-1], [-1, -1], [True], "1", None])
def test_a_shape_that_is_none_is_named(shape: Any) -> None:
    with pytest.raises(ValueError, match=f"shape of an array is {re.escape(repr(shape))}, must be a list"):
        array_of_frames([header(shape=shape), bytes(8)])


@pytest.mark.parametrize("shape", [[0, 2**61, 2**61], [0, 10**30], [10**30, 0]])
def test_no_elements_in_a_shape_larger_than_memory_is_a_value_error(shape: list[int]) -> None:
    with pytest.raises(ValueError, match="are no array"):
        array_of_frames([header(shape=shape), b""])


def test_records_in_records_in_a_header_end_somewhere() -> None:
    dtype: Any = "<f8"
    for _ in range(100):
        dtype = records(dtype=dtype)
    with pytest.raises(ValueError, match="not the dtype of an array"):
        array_of_frames([header(dtype=dtype), bytes(8)])


@pytest.mark.parametrize("count", [1, 3])
def test_an_array_is_two_frames(count: int) -> None:
    with pytest.raises(ValueError, match=f"an array has 2 frames, a header and its elements, not {count}"):
        array_of_frames([header(), bytes(8), b""][:count])


def test_without_numpy_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ImportError, match=r"pip install 'zerowire\[numpy\]'"):
        frames_of_array([1])
    with pytest.raises(ImportError, match=r"pip install 'zerowire\[numpy\]'"):
        array_of_frames([header(), bytes(8)])


# -- sockets --------------------------------------------------------------------------------------


@pytest.fixture(params=["inproc://arrays", "tcp://127.0.0.1:*"])
def pair(request: pytest.FixtureRequest, context: zmq.Context) -> tuple[zmq.Socket, zmq.Socket]:
    one, other = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    one.rcvtimeo = other.rcvtimeo = PATIENCE
    one.bind(request.param)
    other.connect(one.get_string(zmq.LAST_ENDPOINT))
    assert one.wait_for_peers(timeout=PATIENCE)
    return one, other


@pytest.mark.parametrize("send_copy", [True, False])
@pytest.mark.parametrize("receive_copy", [True, False])
@pytest.mark.parametrize("size", [3, 100_000])
def test_sockets_send_and_receive_arrays(
    pair: tuple[zmq.Socket, zmq.Socket], send_copy: bool, receive_copy: bool, size: int
) -> None:
    one, other = pair
    array = np.asfortranarray(np.arange(2.0 * size).reshape(2, size))
    one.send_array(array, copy=send_copy)
    again = other.recv_array(copy=receive_copy)
    assert (again == array).all()
    assert again.flags.f_contiguous
    assert again.flags.writeable == receive_copy
    assert not np.shares_memory(again, array) or not receive_copy


def test_frames_may_come_before_an_array(pair: tuple[zmq.Socket, zmq.Socket]) -> None:
    one, other = pair
    one.send(b"topic", zmq.SNDMORE)
    one.send_array([1, 2, 3])
    assert other.recv() == b"topic"
    assert other.recv_array().tolist() == [1, 2, 3]
    one.send_array([1], zmq.SNDMORE)
    one.send(b"behind")
    with pytest.raises(ValueError, match="not 3"):
        other.recv_array()
    with pytest.raises(zmq.Again):
        other.recv_array(zmq.NOBLOCK)


def test_a_large_array_is_sent_from_where_it_lies(
    pair: tuple[zmq.Socket, zmq.Socket], wait_until: Any
) -> None:
    """The tracker is done when neither the wire nor an array over inproc needs the memory."""
    one, other = pair
    array = np.arange(100_000)
    tracker = one.send_array(array, copy=False, track=True)
    assert tracker is not None
    view = other.recv_array(copy=False)
    if one.get_string(zmq.LAST_ENDPOINT).startswith("inproc"):
        assert np.shares_memory(view, array)
        assert not tracker.done
        part = view[10:20]
        del view
        assert not tracker.done
        assert part.tolist() == list(range(10, 20))
        del part
    wait_until(lambda: tracker.done)


def test_pyzmq_reads_the_two_frames(context: zmq.Context) -> None:
    """The format is open: a header in JSON, and the elements."""
    import zmq as pyzmq

    with pyzmq.Context() as theirs, theirs.socket(pyzmq.PULL) as pull, context.socket(zmq.PUSH) as push:
        pull.rcvtimeo = PATIENCE
        port = pull.bind_to_random_port("tcp://127.0.0.1")
        push.connect(f"tcp://127.0.0.1:{port}")
        push.send_array(np.arange(6, dtype="<i4").reshape(2, 3))
        known: Any = pull.recv_json()
        elements = np.frombuffer(pull.recv(), known["dtype"]).reshape(known["shape"])
        assert elements.tolist() == [[0, 1, 2], [3, 4, 5]]
