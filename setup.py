"""Builds the compiled modules, if that can be done. Everything else is in pyproject.toml.

ZEROWIRE_REQUIRE_CYTHON=1  fail if they cannot be built (wheels, continuous integration)
ZEROWIRE_SKIP_CYTHON=1     do not try
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

LEAVES = (
    "leaf/checksum",
    "leaf/datagrams",
    "leaf/exporter",
    "leaf/flusher",
    "leaf/guard",
    "leaf/landing",
    "leaf/octets",
    "leaf/ready",
    "leaf/ring",
    "leaf/seal",
    "leaf/watch",
)
COMPILED = (
    "api/blocking",
    "api/lane",
    "api/messaging",
    "api/parts",
    "api/poller",
    "api/standby",
    "asyncio/conversions",
    "asyncio/messaging",
    "asyncio/traffic",
    "asyncio/turns",
    "asyncio/waiters",
    "engine/acceptor",
    "engine/link",
    "engine/linked_peer",
    "engine/multicast_publisher",
    "engine/multicast_subscriber",
    "engine/outbox",
    "engine/portion",
    "engine/returned",
    "engine/socket",
    "engine/vigil",
    "message",
    "patterns/base",
    "patterns/dealer",
    "patterns/greeting",
    "patterns/pair",
    "patterns/pub",
    "patterns/pull",
    "patterns/push",
    "patterns/rep",
    "patterns/req",
    "patterns/router",
    "patterns/stream",
    "patterns/sub",
    "patterns/xpub",
    "patterns/xsub",
    "pgm/packet",
    "pgm/receive_window",
    "pgm/receiver",
    "pgm/serial",
    "pgm/source",
    "pgm/token_bucket",
    "pgm/transmit_window",
    "reactor/epoll_poller",
    "reactor/timers",
    "routing/envelope",
    "routing/fan_out",
    "routing/fair_queue",
    "routing/load_balancer",
    "routing/peers",
    "routing/pipe",
    "routing/subscriptions",
    "transport/pgm_packets",
    "transport/sockets",
    "transport/tcp",
    "transport/tcp_options",
    "zmtp/buffer",
    "zmtp/command",
    "zmtp/connection",
    "zmtp/framing",
    "zmtp/greeting",
    "zmtp/heartbeat",
    "zmtp/mechanism/base",
    "zmtp/mechanism/curve_messages",
    "zmtp/mechanism/null",
    "zmtp/metadata",
    "zmtp/multicast",
    "zmtp/peer",
    "zmtp/sealed",
    "zmtp/socket_type",
)
DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,
    "binding": False,
}
WITHOUT_SYMBOLS = ["-g0"] if os.name == "posix" else []  # a tenth of the size
SOURCE = Path("src/zerowire")
REQUIRED = bool(os.environ.get("ZEROWIRE_REQUIRE_CYTHON"))
SKIPPED = bool(os.environ.get("ZEROWIRE_SKIP_CYTHON"))


class BuildOrDoWithout(build_ext):
    """Builds all extensions or none: a mixture would be neither of the two that are tested."""

    def run(self) -> None:
        try:
            super().run()
        except Exception as error:
            if REQUIRED:
                raise
            for extension in self.extensions:
                Path(self.get_ext_fullpath(extension.name)).unlink(missing_ok=True)
            self.extensions = []
            print(f"zerowire: not compiled, runs as plain Python: {error}")
        else:
            print(f"zerowire: compiled {len(self.extensions)} modules")


class WithPrograms(build_py):
    """Puts the example programs where `zerowire demo` finds them when there is no source tree."""

    def run(self) -> None:
        super().run()
        folder = Path(self.build_lib, "zerowire/cli/demo/programs")
        folder.mkdir(parents=True, exist_ok=True)
        for program in Path("examples").glob("*.py"):
            self.copy_file(str(program), str(folder / program.name))


def extensions() -> list[Extension]:
    """Return what to build; nothing without Cython."""
    if SKIPPED:
        print("zerowire: not compiled, as ZEROWIRE_SKIP_CYTHON is set")
        return []
    try:
        from Cython.Build import cythonize
    except ImportError:
        if REQUIRED:
            raise
        print("zerowire: not compiled, runs as plain Python: Cython is not installed")
        return []
    modules = [(name, ".pyx") for name in LEAVES] + [(name, ".py") for name in COMPILED]
    sources = [
        Extension(
            "zerowire." + name.replace("/", "."),
            [str(SOURCE / f"{name}{suffix}")],
            extra_compile_args=WITHOUT_SYMBOLS,
        )
        for name, suffix in modules
    ]
    built: list[Extension] = cythonize(
        sources,
        compiler_directives=DIRECTIVES,
        build_dir="build/cython",
        include_path=["src"],
        nthreads=os.cpu_count() or 1,
    )
    return built


def options() -> dict[str, Any]:
    """Return what setup() needs besides pyproject.toml."""
    commands = {"build_ext": BuildOrDoWithout, "build_py": WithPrograms}
    return {"ext_modules": extensions(), "cmdclass": commands}


if __name__ == "__main__":
    setup(**options())
