"""What pyzmq asks of a backend."""

from __future__ import annotations

import pytest

import zerowire
from zerowire.compat.select import public_api, select_backend


def test_backend_is_a_module_that_has_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zerowire, "monitored_queue", None, raising=False)
    found = select_backend("zerowire")
    assert set(found) == {*public_api, "monitored_queue"}
    assert found["Socket"] is zerowire.Socket


def test_module_without_the_names_is_no_backend() -> None:
    with pytest.raises(ImportError, match=r"json is no backend: .*Context"):
        select_backend("json")
