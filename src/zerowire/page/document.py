"""The page as one document: markup, style and script in it, and nothing from anywhere else."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files


@cache
def document() -> str:
    """Return the page."""
    return (
        text("page.html").replace("/* style */", text("style.css")).replace("/* script */", text("script.js"))
    )


@cache
def policy() -> str:
    """Return the Content-Security-Policy: what is in the page, and data from where it came, no more."""
    return (
        f"default-src 'none'; style-src '{digest('style.css')}'; script-src '{digest('script.js')}'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def text(name: str) -> str:
    """Return a file that the page is made of."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def digest(name: str) -> str:
    """Return how a browser knows a part of the page."""
    return f"sha256-{b64encode(sha256(text(name).encode()).digest()).decode()}"
