"""Measure GSSAPI beside NULL and CURVE: python -m benchmarks.gssapi [--count 20000].

It starts a key server of Kerberos on the loopback (Debian's krb5-kdc and krb5-admin-server), with all
its files in a folder that is removed at the end, and needs the package gssapi. Told are messages a
second that PUSH brings to PULL in another process, and microseconds of a round trip between REQ and REP.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, perf_counter_ns
from typing import Any

import zerowire as zmq
from benchmarks.workloads.curve import CLIENT, SERVER
from benchmarks.workloads.work import percentiles
from tests.interop.kdc import Kdc, what_is_missing

Options = dict[str, Any]

PRINCIPAL = b"zmqtest@localhost"
AS_SERVER: Options = {"gssapi_server": 1, "gssapi_principal": PRINCIPAL}
AS_CLIENT: Options = {"gssapi_service_principal": PRINCIPAL}
IN_CLEAR: Options = {"gssapi_plaintext": 1}
MECHANISMS: dict[str, tuple[Options, Options]] = {  # what servers and clients set
    "NULL": ({}, {}),
    "CURVE": (SERVER, CLIENT),
    "GSSAPI": (AS_SERVER, AS_CLIENT),
    "GSSAPI in clear": (AS_SERVER | IN_CLEAR, AS_CLIENT | IN_CLEAR),
}
SIZES = (16, 128, 1024, 65536)
QUEUED = 100  # messages
PATIENCE = 30_000  # milliseconds


def open_socket(context: zmq.Context, kind: int, options: Options) -> zmq.Socket:
    """Open a socket with options."""
    socket = context.socket(kind)
    for name, value in {"rcvtimeo": PATIENCE, "sndtimeo": PATIENCE, "hwm": QUEUED, **options}.items():
        setattr(socket, name, value)
    return socket


def be_client(mechanism: str, size: int, count: int, endpoints: list[str]) -> None:
    """Push messages, and then ask; print what half of the round trips do not exceed."""
    options, data, times = MECHANISMS[mechanism][1], bytes(size), []
    with zmq.Context() as context:
        push, req = open_socket(context, zmq.PUSH, options), open_socket(context, zmq.REQ, options)
        push.connect(endpoints[0])
        for _ in range(count + 1):
            push.send(data)
        req.connect(endpoints[1])
        for _ in range(count // 10 + 1):
            start = perf_counter_ns()
            req.send(data)
            req.recv()
            times.append(perf_counter_ns() - start)
        push.close()
        req.close()
    print(percentiles(times)["p50"])


def measure(mechanism: str, size: int, count: int, kdc: Kdc) -> tuple[float, float]:
    """Return messages a second, and microseconds of a round trip."""
    options = MECHANISMS[mechanism][0]
    with zmq.Context() as context:
        sockets = [open_socket(context, kind, options) for kind in (zmq.PULL, zmq.REP)]
        endpoints = [f"tcp://127.0.0.1:{socket.bind_to_random_port('tcp://127.0.0.1')}" for socket in sockets]
        pull, rep = sockets
        command = [sys.executable, "-m", "benchmarks.gssapi", "--client", mechanism, str(size), str(count)]
        with subprocess.Popen(
            [*command, *endpoints], stdout=subprocess.PIPE, text=True, env={**os.environ, **kdc.client}
        ) as client:
            pull.recv()
            start = perf_counter()
            for _ in range(count):
                pull.recv()
            elapsed = perf_counter() - start
            for _ in range(count // 10 + 1):
                rep.send(rep.recv())
            (said, _) = client.communicate(timeout=PATIENCE / 1000)
        for socket in sockets:
            socket.close()
    return count / elapsed, float(said)


def main() -> int:
    """Measure all mechanisms with all sizes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--count", type=int, default=20_000, help="messages of each measurement (20000)")
    parser.add_argument("--mechanisms", nargs="+", choices=MECHANISMS, default=list(MECHANISMS), help="these")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="of messages, in octets")
    parser.add_argument("--client", nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.client:
        mechanism, size, count, *endpoints = arguments.client
        be_client(mechanism, int(size), int(count), endpoints)
        return 0
    if missing := what_is_missing():
        print(missing, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        kdc = Kdc(Path(folder))
        os.environ.update(kdc.server)
        try:
            for mechanism in arguments.mechanisms:
                for size in arguments.sizes:
                    rate, time = measure(mechanism, size, arguments.count, kdc)
                    print(
                        f"{mechanism:16} {size:6} octets {rate:10,.0f} msg/s   p50 {time:7.1f} us", flush=True
                    )
        finally:
            kdc.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
