"""Options: what can be set, and what is set.

    option.py     Option, one row of the table: all that there is to know of an option
    checks.py     the checks of values that are more than a number
    security.py   the rows of security mechanisms, and how they choose one; z85.py: keys as text
    table.py      SOCKET_OPTIONS: the rows that all socket types share, and REFUSED numbers
    limits.py     Limits: what strangers may cost; no option of libzmq's
    settings.py   Settings: the values of one socket
    context.py    the rows and the values of a context

A socket type's own rows stand in its file in `patterns`. Values are kept as users set
them, so times are in milliseconds; seconds() converts.
"""

from __future__ import annotations

from zerowire.options.context import (
    CONTEXT_OPTIONS,
    ContextSettings,
    get_context_option,
    set_context_option,
)
from zerowire.options.limits import Limits
from zerowire.options.option import Accepts, Kind, Option, boolean, checked, computed, integer, octets, text
from zerowire.options.security import Security
from zerowire.options.settings import Settings, get_option, seconds, set_option
from zerowire.options.table import REFUSED, SOCKET_OPTIONS

__all__ = [
    "Accepts",
    "CONTEXT_OPTIONS",
    "ContextSettings",
    "Kind",
    "Limits",
    "Option",
    "REFUSED",
    "SOCKET_OPTIONS",
    "Security",
    "Settings",
    "boolean",
    "checked",
    "computed",
    "get_context_option",
    "get_option",
    "integer",
    "octets",
    "seconds",
    "set_context_option",
    "set_option",
    "text",
]
