"""Names for text and octets that old programs import."""

from __future__ import annotations

import pytest

from zerowire.utils import strtypes


def test_names_stand_for_the_types_of_python_3() -> None:
    assert strtypes.bytes is bytes
    assert strtypes.unicode is str
    assert isinstance("text", strtypes.basestring)
    assert strtypes.b is strtypes.asbytes is strtypes.cast_bytes
    assert strtypes.u is strtypes.cast_unicode


def test_every_exported_name_exists() -> None:
    assert [name for name in strtypes.__all__ if not hasattr(strtypes, name)] == []


def test_text_is_cast_to_octets_with_a_warning_where_it_was_called() -> None:
    with pytest.warns(DeprecationWarning, match="cast_bytes") as warned:
        assert strtypes.cast_bytes("é", "latin-1") == b"\xe9"
    assert warned[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="cast_bytes"):
        assert strtypes.cast_bytes(b"\xe9") == b"\xe9"


def test_octets_are_cast_to_text_with_a_warning_where_it_was_called() -> None:
    with pytest.warns(DeprecationWarning, match="cast_unicode") as warned:
        assert strtypes.cast_unicode(b"\xff", errors="replace") == "\ufffd"
    assert warned[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="cast_unicode"):
        assert strtypes.cast_unicode("é") == "é"


@pytest.mark.parametrize("cast", [strtypes.cast_bytes, strtypes.cast_unicode])
def test_anything_else_is_a_type_error(cast: type) -> None:
    with pytest.warns(DeprecationWarning, match="deprecated"), pytest.raises(TypeError, match="not 5"):
        cast(5)
