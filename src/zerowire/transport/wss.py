"""wss: as ws, over TLS. The options hold certificates and keys as text in PEM, not names of files (WS-2)."""

from __future__ import annotations

from zerowire.options import Settings
from zerowire.transport.tls import client_context, server_context, wrapper
from zerowire.transport.ws import Dress, WebSockets


class SecureWebSockets(WebSockets):
    """The transport."""

    scheme = "wss"

    def as_server(self, settings: Settings) -> Dress:
        return wrapper(server_context(settings), None)

    def as_client(self, host: str, settings: Settings) -> Dress:
        return wrapper(client_context(settings), settings.wss_hostname or host.partition("%")[0])


TRANSPORT = SecureWebSockets()
