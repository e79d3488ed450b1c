"""Which peers have joined which groups. A group is a name: it matches itself and nothing else.

JOIN and LEAVE travel in a pipe as messages of one frame, an octet and the group: 01 joins,
00 leaves.
"""

from __future__ import annotations

from collections.abc import Collection

from zerowire.message import MAX_GROUP, Message, octets_of
from zerowire.routing.pipe import Pipe

JOIN = b"\x01"
LEAVE = b"\x00"


class Groups:
    """The groups that peers have joined, as the sender keeps them; to join twice is the same as once."""

    __slots__ = ("_everywhere", "_groups", "_members")

    def __init__(self) -> None:
        self._members: dict[bytes, dict[Pipe, None]] = {}
        self._groups: dict[Pipe, dict[bytes, None]] = {}
        self._everywhere: dict[Pipe, None] = {}

    @property
    def pipes_count(self) -> int:
        """The number of pipes that are members of anything."""
        return len(self._groups.keys() | self._everywhere.keys())

    def join(self, group: bytes, pipe: Pipe) -> None:
        """Make a pipe a member of a group."""
        self._members.setdefault(group, {})[pipe] = None
        self._groups.setdefault(pipe, {})[group] = None

    def join_all(self, pipe: Pipe) -> None:
        """Make a pipe a member of every group there is or will be."""
        self._everywhere[pipe] = None

    def leave(self, group: bytes, pipe: Pipe) -> None:
        """End a membership, if there is one."""
        groups = self._groups.get(pipe, {})
        if group not in groups:
            return
        del groups[group]
        if not groups:
            del self._groups[pipe]
        members = self._members[group]
        del members[pipe]
        if not members:
            del self._members[group]

    def remove_pipe(self, pipe: Pipe) -> None:
        """End all memberships of a pipe."""
        for group in tuple(self._groups.get(pipe, ())):
            self.leave(group, pipe)
        self._everywhere.pop(pipe, None)

    def match(self, group: bytes) -> Collection[Pipe]:
        """Return the members of a group, each once."""
        members = self._members.get(group, {})
        return {**members, **self._everywhere} if self._everywhere else members


def read_command(message: Message) -> tuple[bytes, bytes] | None:
    """Return JOIN or LEAVE and the group; None if the message is something else."""
    if isinstance(message, list) or not 0 < len(message) <= 1 + MAX_GROUP:
        return None  # a group with a longer name can never be sent to
    octets = bytes(octets_of(message))
    verb = octets[:1]
    return (verb, octets[1:]) if verb in (JOIN, LEAVE) else None
