"""What the library tells about itself."""

from __future__ import annotations

import importlib
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import zerowire
from zerowire import engine
from zerowire.api import library


def test_versions_are_texts_of_their_numbers() -> None:
    assert zerowire.zmq_version_info() == (4, 3, 5)
    assert zerowire.zmq_version() == "4.3.5"
    assert zerowire.pyzmq_version() == ".".join(map(str, zerowire.pyzmq_version_info()))
    assert zerowire.zerowire_version() == zerowire.__version__


def test_version_names_the_revision_where_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "__revision__", "abc123")
    assert zerowire.zerowire_version() == f"{zerowire.__version__}+abc123"


def test_has_knows_what_there_is() -> None:
    assert zerowire.has("ipc") == hasattr(socket, "AF_UNIX")
    assert zerowire.has("draft") == zerowire.DRAFT_API


@pytest.mark.parametrize("name", ["WS", "WSS"])
def test_has_websockets_where_their_package_is(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Section 6 of the features: these names are in capitals."""
    assert zerowire.has(name)
    monkeypatch.setitem(sys.modules, "wsproto", None)
    assert not zerowire.has(name)


@pytest.mark.parametrize("name", ["tcp", "inproc", "ws", "IPC", "nonsense", ""])
def test_has_is_false_for_other_names(name: str) -> None:
    assert not zerowire.has(name)


@pytest.fixture(params=[None, SimpleNamespace(lib=0, ffi=0)], ids=["missing", "old"])
def no_sodium(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that PyNaCl is not installed, or too old."""
    monkeypatch.setitem(sys.modules, "nacl._sodium", request.param)
    monkeypatch.delitem(sys.modules, "zerowire.engine.keys", raising=False)
    monkeypatch.delattr(engine, "keys", raising=False)


def test_keys_belong_together() -> None:
    public, secret = zerowire.curve_keypair()
    assert (len(public), len(secret)) == (40, 40)
    assert zerowire.curve_public(secret) == zerowire.curve_public(secret.decode()) == public
    assert zerowire.curve_keypair() != (public, secret)
    assert zerowire.has("curve")


def test_a_public_key_is_the_one_that_libzmq_finds() -> None:
    """The pair that the manual of zmq_curve has as an example."""
    public = zerowire.curve_public("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6")
    assert public == b"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"


def test_a_secret_key_is_z85() -> None:
    with pytest.raises(zerowire.ZMQError, match="not Z85") as caught:
        zerowire.curve_public(b"'" * 40)
    assert caught.value.errno == zerowire.EINVAL


@pytest.mark.usefixtures("no_sodium")
def test_curve_says_that_it_is_missing() -> None:
    """CURVE-9."""
    assert not zerowire.has("curve")
    for call in (zerowire.curve_keypair, lambda: zerowire.curve_public(b"0" * 40)):
        with pytest.raises(zerowire.ZMQError, match="pip install pynacl") as caught:
            call()
        assert caught.value.errno == zerowire.ENOTSUP


def can_import(name: str) -> bool:
    try:
        return bool(importlib.import_module(name))
    except ImportError:
        return False


def test_has_gssapi_if_its_package_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert zerowire.has("gssapi") == can_import("gssapi")
    monkeypatch.setitem(sys.modules, "gssapi", None)
    monkeypatch.delitem(sys.modules, "zerowire.engine.kerberos", raising=False)
    monkeypatch.delitem(vars(engine), "kerberos", raising=False)
    assert not zerowire.has("gssapi")


def test_curve_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="40 characters, not 3"):
        zerowire.curve_public("abc")


@pytest.mark.parametrize("directories", [zerowire.get_includes(), zerowire.get_library_dirs()])
def test_directories_exist(directories: list[str]) -> None:
    assert directories
    assert all(Path(directory).is_dir() for directory in directories)


def test_every_exported_name_is_there() -> None:
    assert len(set(zerowire.__all__)) == len(zerowire.__all__)
    assert [name for name in zerowire.__all__ if not hasattr(zerowire, name)] == []
    assert set(zerowire.constants.__all__) <= set(zerowire.__all__)


def test_texts_of_errors_are_there() -> None:
    assert zerowire.strerror(zerowire.ETERM) == "Context was terminated"
    zerowire.ZMQError(zerowire.EINVAL)
    assert zerowire.zmq_errno() == zerowire.EINVAL
