"""One row of the table of options.

A row is made by one of the functions below Option, each for a kind of value. Its check
takes a value of the right Python type and returns what is stored, or raises ValueError
with what would have been right: "must be 0 to 255". checked() puts the option's name and
the value before that.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, TypeAlias

from zerowire.constants import ContextOption, Errno, SocketOption
from zerowire.error import zmq_error

Number: TypeAlias = SocketOption | ContextOption
Check: TypeAlias = Callable[[Any], Any]

INT_MAX = 2**31 - 1
INT64_MAX = 2**63 - 1
UINT64_MAX = 2**64 - 1


class Kind(Enum):
    """What a value looks like from outside."""

    INT = auto()
    BOOL = auto()
    INT64 = auto()
    UINT64 = auto()
    BYTES = auto()
    STRING = auto()
    FD = auto()


class Accepts(Enum):
    """Which integers a boolean option takes (OPT-3). All but 0 mean true."""

    ZERO_OR_ONE = "must be 0 or 1"
    NOT_NEGATIVE = "must be 0 or 1 (or more)"
    ANY = ""

    def __call__(self, value: int) -> bool:
        """Check a value."""
        if (self is Accepts.ZERO_OR_ONE and value not in (0, 1)) or (
            self is Accepts.NOT_NEGATIVE and value < 0
        ):
            raise ValueError(self.value)
        return bool(value)


class Range:
    """Checks a number, and rounds it down to a multiple of `rounded`."""

    __slots__ = ("_high", "_least", "_low", "_rounded", "_unit")

    def __init__(self, low: int, high: int, unit: str, special: str, rounded: int) -> None:
        self._low = low
        self._high = high
        self._least = f"{low} ({special})" if special else f"{low}"
        self._unit = unit
        self._rounded = rounded

    def __call__(self, value: int) -> int:
        if not self._low <= value <= self._high:
            limits = "or more" if value < self._low and self._high >= INT_MAX else f"to {self._high}"
            raise ValueError(f"must be {self._least} {limits} {self._unit}".rstrip())
        return value - value % self._rounded if value > 0 else value


class Length:
    """Checks how many octets a string has."""

    __slots__ = ("_high", "_low")

    def __init__(self, low: int, high: int | None) -> None:
        self._low = low
        self._high = high

    def __call__(self, value: Any) -> Any:
        length = len(value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value)
        if length < self._low or (self._high is not None and length > self._high):
            raise ValueError(f"must be {self._low} to {self._high} octets")
        return value


def accept(value: Any) -> Any:
    """Check nothing."""
    return value


class Option:
    """All that there is to know of one option.

    Attributes:
        number: Its number.
        kind: The type of its value, as users see it.
        default: The value until another is set; None for what is computed.
        doc: What it does, in one sentence.
        check: Turns a value of the right type into what is stored, or raises ValueError.
        join: Makes the stored value of the present and the new one, where a set adds; may raise ValueError.
        show: Makes the external value from the stored one.
        effect: Another attribute that a set changes, and what makes its new value of the present one.
        nullable: Whether None, too, says "none".
        readable, writable: Whether it can be got, or set.
        live: Whether a set affects endpoints that exist already (OPT-2).
        is_secret: Whether the value must not be told in an error.
        unavailable: Why only the default can be set; None if the option works.
        name, attribute: What users and Settings call it; by default what the number is called.
    """

    __slots__ = (
        "attribute",
        "check",
        "default",
        "doc",
        "effect",
        "is_secret",
        "join",
        "kind",
        "live",
        "name",
        "nullable",
        "number",
        "readable",
        "show",
        "unavailable",
        "writable",
    )

    def __init__(
        self,
        number: Number,
        kind: Kind,
        default: Any,
        *,
        doc: str,
        check: Check = accept,
        join: Callable[[Any, Any], Any] | None = None,
        show: Callable[[Any], Any] = accept,
        effect: tuple[str, Callable[[Any], Any]] | None = None,
        is_secret: bool = False,
        nullable: bool = False,
        readable: bool = True,
        writable: bool = True,
        live: bool = False,
        unavailable: str | None = None,
        name: str = "",
        attribute: str = "",
    ) -> None:
        self.number = number
        self.kind = kind
        self.default = default
        self.doc = doc
        self.check = check
        self.join = join
        self.show = show
        self.effect = effect
        self.is_secret = is_secret
        self.nullable = nullable
        self.readable = readable
        self.writable = writable
        self.live = live
        self.unavailable = unavailable
        self.name = name or number.name
        self.attribute = attribute or self.name.lower()

    @property
    def is_computed(self) -> bool:
        """Whether the value is a fact that the socket knows, rather than a setting."""
        return self.default is None

    def external(self, value: Any) -> Any:
        """Return a stored value as users get it: an int, or octets."""
        value = self.show(value)
        if self.kind is Kind.STRING:
            return value.encode("utf-8", "surrogateescape")
        return value if self.kind is Kind.BYTES else int(value)


def checked(row: Option, value: Any) -> Any:
    """Return what to store for a value that a user wants to set.

    Raises:
        TypeError: The value is not of the option's type.
        ZMQError: EINVAL when it is out of range, or the option cannot be set.
    """
    if not row.writable:
        raise zmq_error(Errno.EINVAL, f"{row.name} can be read only")
    value = _typed(row, value)
    if row.unavailable:
        if value != row.default:
            raise zmq_error(Errno.EINVAL, f"{row.name}: {row.unavailable}")
        return value
    try:
        return row.check(value)
    except ValueError as error:
        raise refusal(row, value, error) from None


def refusal(row: Option, value: Any, reason: object) -> Exception:
    """Return the error for a value that does not do, with the reason."""
    return zmq_error(Errno.EINVAL, f"{row.name} is {_shown(row, value)}, {reason}")


def _shown(row: Option, value: Any) -> str:
    if row.is_secret:
        return f"a secret of {len(value)}" if isinstance(value, bytes | str) else "no secret"
    if isinstance(value, int) and value.bit_length() > 64:  # Python refuses to print the longest
        return f"a number of {value.bit_length()} bits"
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:56]}... ({len(value)} octets)"


def _typed(row: Option, value: Any) -> Any:
    if isinstance(value, str):
        shown = _shown(row, value)
        raise TypeError(
            f"unicode is not allowed for {row.name}, encode it or use setsockopt_string(): {shown}"
            if row.kind in (Kind.BYTES, Kind.STRING)
            else f"{row.name} takes an int, not unicode: {shown}"
        )
    if row.kind in (Kind.BYTES, Kind.STRING):
        if value is None and row.nullable:
            value = b""
        if not isinstance(value, bytes):
            raise TypeError(f"{row.name} takes bytes, not {type(value).__name__}: {_shown(row, value)}")
        return value if row.kind is Kind.BYTES else value.decode("utf-8", "surrogateescape")
    if value is None and row.nullable:
        return None
    if not isinstance(value, int):
        raise TypeError(f"{row.name} takes an int, not {type(value).__name__}: {value!r}")
    if row.kind is Kind.BOOL:
        return value if row.check is not accept else bool(value)
    return int(value)


# -- rows ----------------------------------------------------------------------------------------


def integer(
    number: Number,
    low: int,
    high: int,
    default: int,
    *,
    unit: str = "",
    special: str = "",
    rounded: int = 1,
    kind: Kind = Kind.INT,
    **rest: Any,
) -> Option:
    """Make the row of a number.

    Args:
        number: The option.
        low, high: The least and the greatest value.
        default: The value until another is set; it may lie outside the range.
        unit: What is counted.
        special: What the least value means, where that is not a quantity.
        rounded: Round down to a multiple of this.
        kind: INT, INT64 or UINT64.
        rest: Other fields of Option.
    """
    return Option(number, kind, default, check=Range(low, high, unit, special, rounded), **rest)


def boolean(
    number: Number,
    default: bool,
    *,
    accepts: Accepts = Accepts.NOT_NEGATIVE,
    readable: bool = False,
    **rest: Any,
) -> Option:
    """Make the row of a boolean; as socket types have them, one that can be set only.

    Args:
        number: The option.
        default: The value until another is set.
        accepts: Which integers it takes.
        readable: Whether it can be got.
        rest: Other fields of Option.
    """
    return Option(number, Kind.BOOL, default, check=accepts, readable=readable, **rest)


def switch(number: Number, default: bool, **rest: Any) -> Option:
    """Make the row of a boolean that is 0 or 1, and can be got as well."""
    return boolean(number, default, accepts=Accepts.ZERO_OR_ONE, readable=True, **rest)


def octets(
    number: Number,
    default: bytes,
    *,
    low: int = 0,
    high: int | None = None,
    readable: bool = False,
    **rest: Any,
) -> Option:
    """Make the row of a string of octets; as socket types have them, one that can be set only.

    Args:
        number: The option.
        default: The value until another is set.
        low, high: The least and the greatest length; None for any.
        readable: Whether it can be got.
        rest: Other fields of Option.
    """
    return Option(number, Kind.BYTES, default, check=Length(low, high), readable=readable, **rest)


def text(number: Number, *, low: int = 0, high: int = 255, **rest: Any) -> Option:
    """Make the row of a text, which is empty by default; `low` and `high` limit its octets."""
    return Option(number, Kind.STRING, "", check=Length(low, high), **rest)


def computed(number: Number, kind: Kind = Kind.INT, *, doc: str) -> Option:
    """Make the row of a fact, which can be got only."""
    return Option(number, kind, None, doc=doc, writable=False)
