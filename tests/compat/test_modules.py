"""pyzmq's modules, made of ours."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec

import pytest

import zerowire.devices
from zerowire.compat.layout import NAMES
from zerowire.compat.modules import spec_of


@pytest.fixture(autouse=True)
def modules_as_before() -> Iterator[None]:
    """Forget what a test has imported as zmq: it may be pyzmq for other tests."""
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "zmq"}
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "zmq"]:
        del sys.modules[name]
    sys.modules.update(before)


def test_module_under_another_name_is_the_same_module() -> None:
    spec = spec_of("zmq.devices")
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(module_from_spec(spec))
    assert sys.modules["zmq.devices"] is zerowire.devices
    assert zerowire.devices.__name__ == "zerowire.devices"
    assert zerowire.devices.__spec__ is not spec


def test_module_of_names_has_them_and_says_so() -> None:
    spec = spec_of("zmq.sugar.poll")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.__all__ == list(NAMES["zmq.sugar.poll"])
    assert module.Poller is zerowire.Poller


@pytest.mark.parametrize(
    ("name", "is_package"), [("zmq.sugar", True), ("zmq.sugar.poll", False), ("zmq", True)]
)
def test_package_is_known_as_one(name: str, is_package: bool) -> None:
    spec = spec_of(name)
    assert spec is not None
    assert (spec.submodule_search_locations is not None) is is_package


def test_source_and_code_are_those_of_the_real_module() -> None:
    spec = spec_of("zmq.error")
    assert spec is not None
    loader = spec.loader
    assert loader is not None
    assert "class ZMQError" in loader.get_source("zmq.error")  # type: ignore[attr-defined]
    code = loader.get_code("zmq.error")  # type: ignore[attr-defined]
    assert code.co_filename == zerowire.error.__file__
    assert not loader.is_package("zmq.error")  # type: ignore[attr-defined]


def test_module_that_is_not_here_is_nowhere() -> None:
    assert spec_of("zmq.nonsense") is None
