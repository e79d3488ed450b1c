"""How to reach a peer.

Each transport moves octets and understands none of them; inproc moves messages.

    base.py        what a transport must provide
    endpoint.py    scheme://address
    schemes.py     from a scheme to its transport
    sockets.py     what tcp and ipc share
    tcp.py         with tcp_address.py, tcp_options.py, interfaces.py
    ipc.py         with ipc_path.py, credentials.py
    ws.py          over tcp; wss.py: over tls.py over tcp

Start with base.py. May import: options, message, error, constants (inproc: routing.pipe).
"""
