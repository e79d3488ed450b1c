"""Two hosts with a cable between them, and nothing else: network namespaces, and peers in them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from tests.interop.library import wait_until
from tests.interop.payload import from_json, to_json
from tests.interop.peer import PeerError

ROOT = Path(__file__).parents[2]
GROUPS = {4: "239.192.77.1", 6: "[ff08::77:1]"}
PORT = 5577
TYPES = {"SPM": 0, "ODATA": 4, "RDATA": 5, "NAK": 8, "NCF": 10, "SPMR": 12}
LOSS = """
table inet loss {{
  chain input {{
    type filter hook prerouting priority -300; policy accept;
{rules}
  }}
}}
"""


def _rule(chance: str, kind: str | None) -> str:
    """Return what drops packets: the type of one stands in its fifth octet, in UDP or not."""
    in_udp, raw = (f"@th,{place},8 {TYPES[kind]}" if kind else "" for place in (96, 32))
    return f"udp dport {PORT} {in_udp} {chance} drop\nmeta l4proto 113 {raw} {chance} drop\n"


def run(*words: str, text: str | None = None) -> str:
    done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


class Host:
    """A network namespace that is one end of a cable."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.addresses = {4: f"10.77.0.{number}", 6: f"[fd77::{number}]"}

    def endpoint(self, scheme: str = "epgm", version: int = 4, group: str = "") -> str:
        return f"{scheme}://{self.addresses[version]};{group or GROUPS[version]}:{PORT}"

    def is_up(self) -> bool:
        """Whether packets come and go; libzmq makes a choice of its own otherwise."""
        link = run("ip", "-n", self.name, "-brief", "link", "show", "veth0")
        tentative = run("ip", "-n", self.name, "-6", "addr", "show", "dev", "veth0", "tentative")
        return link.split()[1] == "UP" and not tentative.strip()

    def members(self, version: int = 4) -> int:
        """Return how many sockets have joined the group."""
        group = ip_address(GROUPS[version].strip("[]"))
        table = run(
            "ip", "netns", "exec", self.name, "cat", f"/proc/net/{'igmp' if version == 4 else 'igmp6'}"
        )
        if version == 4:  # in the order of this machine
            name = group.packed[::-1].hex() if sys.byteorder == "little" else group.packed.hex()
            found = [line.split()[1] for line in table.splitlines() if line.split()[0].lower() == name]
        else:
            found = [line.split()[3] for line in table.splitlines() if line.split()[2] == group.packed.hex()]
        return sum(map(int, found))

    def nft(self, text: str) -> str:
        return run("ip", "netns", "exec", self.name, "nft", "-f", "-", text=text)

    def lose(self, percent: int, kind: str | None = None, *, and_data_every: int = 0) -> None:
        """Drop some of the packets that come in, of all kinds or of one of TYPES, and perhaps some data."""
        chance = f"numgen random mod 100 < {percent}" if percent < 100 else ""
        rules = [_rule(chance, kind)]
        if and_data_every:
            rules.append(_rule(f"numgen inc mod {and_data_every} {and_data_every - 1}", "ODATA"))
        self.lose_nothing()
        self.nft(LOSS.format(rules="".join(rules)))

    def lose_every(self, count: int) -> None:
        """Drop each so many-th packet of data."""
        self.lose(0, "SPMR", and_data_every=count)

    def cut_runs(self, most: int) -> None:
        """Have runs of more packets than this, which are sent as one, taken apart before the cable."""
        run("ip", "-n", self.name, "link", "set", "veth0", "gso_max_segs", str(most))

    def lose_nothing(self) -> None:
        self.nft("add table inet loss\ndelete table inet loss\n")


class Lab:
    """Two hosts."""

    def __init__(self) -> None:
        self.a = Host(f"zw{os.getpid()}a", 1)
        self.b = Host(f"zw{os.getpid()}b", 2)
        self._peers: list[LabPeer | LabExample] = []

    @staticmethod
    def can_lose() -> bool:
        """Whether packets can be dropped."""
        return shutil.which("nft") is not None

    def build(self) -> None:
        """Raises RuntimeError or OSError where that is not allowed."""
        a, b = self.a.name, self.b.name
        for name in (a, b):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", a, "link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns", b)
        for host in (self.a, self.b):
            run("ip", "-n", host.name, "addr", "add", f"{host.addresses[4]}/24", "dev", "veth0")
            address = host.addresses[6].strip("[]")
            run("ip", "-n", host.name, "-6", "addr", "add", f"{address}/64", "dev", "veth0", "nodad")
            run("ip", "-n", host.name, "link", "set", "veth0", "up")
            host.cut_runs(1)  # so that packets are lost one by one
        for host in (self.a, self.b):
            wait_until(host.is_up, "the cable does not work")

    def peer(self, library: str, host: Host) -> LabPeer:
        """Start a peer."""
        peer = LabPeer(library, host)
        self._peers.append(peer)
        return peer

    def example(self, host: Host, script: str, *arguments: str) -> LabExample:
        """Start a program of examples/, and return when it has joined the group."""
        before = host.members()
        example = LabExample(host, script, *arguments)
        self._peers.append(example)
        wait_until(lambda: host.members() > before, "the group is not joined")
        return example

    def clear(self) -> None:
        """End all peers, and lose nothing any more."""
        while self._peers:
            self._peers.pop().kill()
        if self.can_lose():
            for host in (self.a, self.b):
                host.lose_nothing()

    def remove(self) -> None:
        for host in (self.a, self.b):
            subprocess.run(["ip", "netns", "del", host.name], capture_output=True, timeout=20, check=False)


class LabPeer:
    """A process on a host."""

    def __init__(self, library: str, host: Host) -> None:
        self.library = library
        self.host = host
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", host.name, sys.executable, "-m", "tests.interop.pgm_program", library],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def socket(self, kind: str, **options: Any) -> LabSocket:
        return LabSocket(self, self.call("open", kind, options))

    def call(self, method: str, *arguments: Any) -> Any:
        self.ask(method, *arguments)
        return self.answer()

    def ask(self, method: str, *arguments: Any) -> None:
        """Have the peer do something meanwhile; fetch what it says with answer()."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([method, *to_json(arguments)]) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("{"), f"the peer with {self.library} has ended, or says {line!r}"
        answer = json.loads(line)
        if "errno" in answer:
            raise PeerError(answer["errno"], answer["text"])
        return from_json(answer["value"])

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


class LabExample:
    """A program of examples/ on a host."""

    def __init__(self, host: Host, script: str, *arguments: str) -> None:
        place = [str(PORT), "--group", GROUPS[4], "--interface", host.addresses[4]]
        command = [sys.executable, str(ROOT / "examples" / script), *place, *arguments]
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", host.name, *command],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE,
            text=True,
        )

    def said(self, prefix: str) -> list[str]:
        """Return what followed the prefix, line by line, once the program has ended."""
        lines = self._process.communicate(timeout=20)[0].splitlines()
        return [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


class LabSocket:
    """A socket of a peer."""

    def __init__(self, peer: LabPeer, number: int) -> None:
        self.peer = peer
        self._number = number

    def join(self, scheme: str = "epgm", version: int = 4) -> None:
        """Join the group, and return when that is done: libzmq does it in the background."""
        host = self.peer.host
        before = host.members(version)
        self.bind(host.endpoint(scheme, version))
        wait_until(lambda: host.members(version) > before, "the group is not joined")

    def __getattr__(self, method: str) -> Any:
        def call(*arguments: Any) -> Any:
            return self.peer.call(method, self._number, *arguments)

        return call

    def ask(self, method: str, *arguments: Any) -> None:
        self.peer.ask(method, self._number, *arguments)
