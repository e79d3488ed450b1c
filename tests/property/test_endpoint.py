"""Parsing of endpoints and addresses: round trips, and nothing but ZMQError on any text."""

from __future__ import annotations

from collections.abc import Callable
from errno import EINVAL, ENAMETOOLONG, ENODEV

from hypothesis import example, given
from hypothesis import strategies as st

from zerowire.error import ZMQError
from zerowire.transport import ipc_path, tcp_address
from zerowire.transport.endpoint import Endpoint, parse

SCHEMES = st.from_regex(r"[a-z0-9+.-]+", fullmatch=True)
WORDS = st.text(st.characters(exclude_characters="\0"), min_size=1)
HOSTS = st.sampled_from(["localhost", "10.0.0.1", "::1", "fe80::1%eth0"])
ADDRESS_LIKE = st.text("a0.:;%-_*[]@/ é") | st.text()


def refusal(call: Callable[[str], object], text: str) -> int | None:
    """Return the number of the ZMQError with which a text is refused; None if it is not."""
    try:
        call(text)
    except ZMQError as error:
        return error.errno
    return None


@given(SCHEMES, WORDS)
def test_parse_gives_back_what_str_wrote(scheme: str, address: str) -> None:
    endpoint = Endpoint(scheme, address)
    assert parse(str(endpoint)) == endpoint


@given(st.text())
def test_parse_understands_any_text_or_raises_einval(text: str) -> None:
    number = refusal(parse, text)
    assert number in (None, EINVAL)
    assert number or text.startswith(str(parse(text)))


@given(ADDRESS_LIKE)
@example("[::1]")
@example("*:99999999999999999999")
@example("a:٣")
def test_tcp_addresses_parse_or_raise(text: str) -> None:
    number = refusal(tcp_address.parse_bind, text)
    assert number in (None, EINVAL, ENODEV)
    assert number or tcp_address.parse_bind(text).port <= tcp_address.MAX_PORT
    number = refusal(tcp_address.parse_connect, text)
    assert number in (None, EINVAL, ENODEV)
    assert number or text.isascii()


@given(st.integers(0, tcp_address.MAX_PORT), HOSTS)
def test_host_and_port_survive_with_and_without_brackets(port: int, host: str) -> None:
    for text in (f"{host}:{port}", f"[{host}]:{port}"):
        assert tcp_address.parse_connect(text) == (None, (host, port))


@given(st.text(min_size=1))
@example("\ud800")
@example("@")
def test_ipc_addresses_parse_or_raise(text: str) -> None:
    number = refusal(ipc_path.parse, text)
    assert number in (None, EINVAL, ENAMETOOLONG)
    assert number or isinstance(ipc_path.parse(text), bytes) == text.startswith("@")
