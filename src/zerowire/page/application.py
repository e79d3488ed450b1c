"""What the page's server answers: the page, its data as JSON, and metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from zerowire.api.inspection import snapshot
from zerowire.page.document import document, policy
from zerowire.page.scrape import scraper

if TYPE_CHECKING:
    from zerowire.api.context import Context
    from zerowire.engine.inspection import Inspector
    from zerowire.metrics.source import Source

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
NEAR = ("localhost", "127.0.0.1", "[::1]", "[")  # this machine; "[" is what older starlettes take for [::1]

Endpoint = Callable[[Request], Awaitable[Response]]


def application(context: Context, inspector: Inspector, *, near: str) -> tuple[Starlette, Source | None]:
    """Return the application, and where its metrics come from, to be closed.

    Args:
        context: Whose sockets the metrics count.
        inspector: What tells of it.
        near: What this machine is called, of which alone requests may speak: others a page from
            elsewhere may have brought a browser to send. "" lets all be.
    """
    source, scrape = scraper(context)

    async def page(_: Request) -> Response:
        return HTMLResponse(document(), headers={**HEADERS, "Content-Security-Policy": policy()})

    async def data(_: Request) -> Response:
        return JSONResponse(snapshot(inspector), headers=HEADERS)

    async def metrics(request: Request) -> Response:
        body, kind, status = scrape(request.headers.get("Accept", ""))
        return Response(body, status, {**HEADERS, "Content-Type": kind})

    routes = [Route("/", page), Route("/inspect.json", data), Route("/metrics", metrics)]
    guards = [Middleware(TrustedHostMiddleware, allowed_hosts=[*NEAR, near])] if near else []
    return Starlette(routes=routes, middleware=guards), source
