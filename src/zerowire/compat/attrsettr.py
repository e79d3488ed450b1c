"""Options as attributes, for classes that have get() and set(): zmq.sugar.attrsettr."""

from __future__ import annotations

from zerowire.api.attributes import OptionAttributes

__all__ = ["AttributeSetter"]

AttributeSetter = OptionAttributes
