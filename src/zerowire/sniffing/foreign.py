"""What a stream is that is no ZMTP."""

from __future__ import annotations

STARTS = {
    b"HTTP/": "HTTP, from a web server",
    b"GET ": "HTTP, from a web client",
    b"POST ": "HTTP, from a web client",
    b"HEAD ": "HTTP, from a web client",
    b"PRI * HTTP/2": "HTTP/2",
    b"SSH-": "SSH",
    b"\x16\x03": "TLS",
    b"\x15\x03": "TLS",
    b"220 ": "SMTP or FTP",
    b"-ERR": "Redis",
    b"+OK": "Redis, or a mail server",
    b"AMQP": "AMQP",
    b"INFO {": "NATS",
    b"* OK": "IMAP",
    b"<": "HTML or XML",
}
SIGNATURE, OLD_FLAGS = 0xFF, (0, 1)


def is_zmtp(head: bytes) -> bool:
    """Whether a stream that begins like this may be ZMTP of any version; short ones may."""
    if not head or head[0] == SIGNATURE:
        return True
    return head[0] > 0 and (len(head) < 2 or head[1] in OLD_FLAGS)  # a frame of ZMTP 1.0


def guess(head: bytes) -> str:
    """Return what a stream that begins like this seems to be, in a few words."""
    for start, name in STARTS.items():
        if head.startswith(start):
            return name
    return f"something else: it begins with {head[:16]!r}"
