"""RFC 32."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerowire.options import z85

CLIENT_PUBLIC = bytes.fromhex("BB88471D65E2659B30C55A5321CEBB5AAB2B70A398645C26DCA2B2FCB43FC518")
TEXT_OF_IT = b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", b""),
        (b"\0\0\0\0", b"00000"),
        (b"\xff\xff\xff\xff", b"%nSc0"),
        (bytes.fromhex("864FD26FB559F75B"), b"HelloWorld"),  # the test case of RFC 32
        (CLIENT_PUBLIC, TEXT_OF_IT),
    ],
)
def test_octets_have_the_text_that_rfc_32_says(octets: bytes, text: bytes) -> None:
    assert z85.encode(octets) == text
    assert z85.decode(text) == octets
    assert z85.decode(text.decode()) == octets


@given(st.binary(max_size=100))
def test_what_was_encoded_decodes_to_itself(data: bytes) -> None:
    octets = data[: len(data) // 4 * 4]
    text = z85.encode(octets)
    assert len(text) == len(octets) // 4 * 5
    assert set(text) <= set(z85.ALPHABET)
    assert z85.decode(text) == octets


@given(st.binary(max_size=20))
def test_any_octets_decode_to_what_they_encode_or_are_refused(text: bytes) -> None:
    try:
        octets = z85.decode(text)
    except ValueError:
        return
    assert z85.encode(octets) == text


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_every_kind_of_buffer_is_taken(kind: type) -> None:
    assert z85.encode(kind(CLIENT_PUBLIC)) == TEXT_OF_IT
    assert z85.decode(kind(TEXT_OF_IT)) == CLIENT_PUBLIC


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_octets_that_are_not_in_fours_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"not {size}"):
        z85.encode(bytes(size))


def test_text_is_not_encoded() -> None:
    with pytest.raises(TypeError):
        z85.encode("four")  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 4, 6])
def test_characters_that_are_not_in_fives_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"not {size}"):
        z85.decode("0" * size)


@pytest.mark.parametrize("strange", ["~", "|", ";", "`", " ", "\n", "é", "\0"])
def test_characters_outside_of_the_alphabet_are_refused(strange: str) -> None:
    """Some of them are digits of other alphabets of base 85."""
    with pytest.raises(ValueError, match="digit of Z85") as caught:
        z85.decode("0000" + strange)
    assert repr(strange) in str(caught.value)


@pytest.mark.parametrize("text", ["%nSc1", "#####", "00000#####"])
def test_groups_above_2_to_the_32_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="%nSc0"):
        z85.decode(text)
