"""--http: a live page of what a verb's sockets do."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Annotated, TypeAlias

import typer

from zerowire.api.context import Context
from zerowire.cli.console import complain

Http: TypeAlias = Annotated[
    str | None,
    typer.Option("--http", metavar="[HOST:]PORT", help="Serve a live page, JSON and metrics: 8080, say."),
]


def serve_page(context: Context, where: str | None) -> None:
    """Serve the page of a context until it ends, and tell where; nothing for None.

    Raises:
        typer.BadParameter: It is no port, or what serves pages is not installed.
        ZMQError: The port is taken, say.
    """
    if where is None:
        return
    host, _, port = where.rpartition(":")
    if not (port.isdecimal() and int(port) < 65536):
        raise typer.BadParameter(f"--http is {where!r}, must be HOST:PORT: 127.0.0.1:8080, say")
    try:
        serve = import_module("zerowire.page").serve
    except ImportError as error:
        raise typer.BadParameter(f"--http: {error}") from None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        page = serve(context, host.strip("[]") or "127.0.0.1", int(port))
    for warning in caught:
        complain(f"warning: {warning.message}")
    complain(f"page at {page.url}")
