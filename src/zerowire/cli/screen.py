"""What `zerowire top` shows: rows of peers, sorted and filtered, and what keys do to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rich.console import ConsoleDimensions, Group, RenderableType
from rich.table import Table
from rich.text import Text

from zerowire.cli.inside import Look, Row, called, condition
from zerowire.cli.peers import of_mark, silence

STYLES = {"losing": "bold red", "slow": "yellow", "waiting": "dim", "alone": "dim", "ready": ""}
AROUND = 5  # lines that are not rows of the table
NEVER = float("inf")
NOBODY: Row = {
    "id": -1,
    "name": "-",
    "endpoint": "",
    "socket_type": "",
    "state": "ready",
    "user_id": "",
    "last_heard": None,
    "queued_in": 0,
    "queued_out": 0,
    "hwm_in": 0,
    "hwm_out": 0,
    "dropped": 0,
    "rates": None,
}


class Line(NamedTuple):
    """A peer, and where it belongs."""

    look: Look
    socket: Row
    peer: Row
    condition: str

    def rate(self, name: str) -> float | None:
        """Return how fast a count grows; None when that is not known yet."""
        return self.peer["rates"][name] if self.peer["rates"] else None


def lines_of(look: Look, socket: Row) -> list[Line]:
    """Return a line for each peer of a socket, or for the socket itself where there is none."""
    if socket["peers"]:
        return [Line(look, socket, peer, condition(peer)) for peer in socket["peers"]]
    alone = NOBODY | {name: socket[name] for name in ("queued_in", "queued_out", "dropped", "rates")}
    return [Line(look, socket, alone, "losing" if condition(alone) == "losing" else "alone")]


class Column(NamedTuple):
    """A column: its name, what is in it, and by what it sorts.

    Numbers stand to the right. Terminals that are narrower than its least width do without it.
    """

    name: str
    show: Callable[[Line], str]
    key: Callable[[Line], Any]
    is_number: bool = True
    least_width: int = 0


def of_text(name: str, show: Callable[[Line], str], least_width: int = 0) -> Column:
    """Return a column of words."""
    return Column(name, show, show, False, least_width)


def of_rate(name: str, count: str, least_width: int = 0) -> Column:
    """Return a column of a rate."""

    def show(line: Line) -> str:
        return short(line.rate(count))

    return Column(name, show, lambda line: line.rate(count) or 0, True, least_width)


def of_queue(name: str, way: str) -> Column:
    """Return a column of what waits."""
    queued, hwm = f"queued_{way}", f"hwm_{way}"
    return Column(
        name, lambda line: of_mark(line.peer[queued], line.peer[hwm]), lambda line: line.peer[queued]
    )


def heard(line: Line) -> float:
    """Return what silences are sorted by."""
    seconds: float | None = line.peer["last_heard"]
    return NEVER if seconds is None else seconds


COLUMNS = (
    of_text("process", lambda line: line.look.process),
    of_text("socket", lambda line: str(line.socket["name"])),
    of_text("peer", lambda line: called(line.peer)),
    of_text("type", lambda line: line.peer["socket_type"] or "-", 90),
    of_text("state", lambda line: line.condition),
    of_rate("in/s", "messages_in"),
    of_rate("out/s", "messages_out"),
    of_rate("B-in/s", "octets_in", 110),
    of_rate("B-out/s", "octets_out", 110),
    of_queue("waits-in", "in"),
    of_queue("waits-out", "out"),
    Column("dropped", lambda line: str(line.peer["dropped"]), lambda line: line.peer["dropped"]),
    Column("heard", lambda line: silence(line.peer["last_heard"]), heard, True, 90),
)
DROPPED = [column.name for column in COLUMNS].index("dropped")


def column_named(name: str) -> int | None:
    """Return which column it is."""
    names = [column.name for column in COLUMNS]
    return names.index(name) if name in names else None


def short(number: float | None) -> str:
    """Return a number in a few characters."""
    if number is None:
        return "-"
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= size:
            return f"{number / (1e3 if unit == 'k' else size):.1f}{unit}"
    return f"{number:.0f}"


class Screen:
    """What is shown, and how."""

    def __init__(self, words: str = "", sort: str = "") -> None:
        self.words = words
        self.column = column_named(sort)  # None: those in trouble first
        self.is_reversed = False
        self.is_paused = False
        self.is_typing = False
        self.is_done = False
        self.first = 0  # the row at the top
        self._looks: Sequence[Look] = ()
        self._faults: Sequence[str] = ()
        self._room = 20

    def take(self, looks: Sequence[Look], faults: Sequence[str]) -> None:
        """Show these from now on."""
        self._looks, self._faults = looks, faults

    def lines(self, looks: Sequence[Look]) -> list[Line]:
        """Return what passes the filter, in order."""
        found = [line for look in looks for socket in look.told["sockets"] for line in lines_of(look, socket)]
        words = self.words.lower().split()
        found = [line for line in found if all(word in text_of(line) for word in words)]
        found.sort(key=lambda line: (line.look.process, line.socket["id"], line.peer["id"]))
        if self.column is None:
            found.sort(key=lambda line: [*STYLES].index(line.condition), reverse=self.is_reversed)
        else:
            column = COLUMNS[self.column]
            found.sort(key=column.key, reverse=column.is_number != self.is_reversed)
        return found

    def plain(self, looks: Sequence[Look]) -> tuple[list[list[str]], list[int]]:
        """Return the table as text, with a head, and which columns are numbers."""
        head = [column.name.upper() for column in COLUMNS]
        rows = [[column.show(line) for column in COLUMNS] for line in self.lines(looks)]
        return [head, *rows], [i for i, column in enumerate(COLUMNS) if column.is_number]

    # -- the terminal --------------------------------------------------------------------------

    def picture(self, size: ConsoleDimensions) -> RenderableType:
        """Return what the terminal shows."""
        lines = self.lines(self._looks)
        self._room = max(1, size.height - AROUND - len(self._faults))
        self.first = max(0, min(self.first, len(lines) - self._room))
        table = self._table(lines[self.first : self.first + self._room], size.width)
        faults = [Text(fault, "red", no_wrap=True, overflow="ellipsis") for fault in self._faults]
        blank = Text()
        return Group(self._title(lines), *faults, blank, table, blank, self._footer(len(lines)))

    def _table(self, lines: Sequence[Line], width: int) -> Table:
        """Return these rows; where there is little room, names are cut off, and some columns left out."""
        table = Table(box=None, expand=True, padding=(0, 1, 0, 0), header_style="bold underline")
        shown = [i for i, column in enumerate(COLUMNS) if width >= column.least_width]
        for i in shown:
            column = COLUMNS[i]
            mark = ("^" if column.is_number == self.is_reversed else "v") if i == self.column else ""
            widest = max([len(column.name + mark), *(len(column.show(line)) for line in lines)])
            least = widest if column.is_number or column.name == "state" else None
            justify: Any = "right" if column.is_number else "left"
            head = Text(column.name + mark)
            table.add_column(head, justify=justify, no_wrap=True, overflow="ellipsis", min_width=least)
        for line in lines:
            cells = [Text(COLUMNS[i].show(line)) for i in shown]
            if line.peer["dropped"] and DROPPED in shown:
                cells[shown.index(DROPPED)].stylize("bold red")
            table.add_row(*cells, style=STYLES[line.condition])
        return table

    def _title(self, lines: Sequence[Line]) -> Text:
        sockets = [socket for look in self._looks for socket in look.told["sockets"]]
        peers = sum(line.peer["id"] >= 0 for line in lines)
        slow = sum(line.condition in ("slow", "losing") for line in lines)
        lost = sum(socket["dropped"] + socket["lost"] for socket in sockets)
        title = Text(no_wrap=True, overflow="ellipsis")
        title.append("zerowire top  ", "bold")
        title.append(f"{len(self._looks)} contexts, {len(sockets)} sockets, {peers} peers  ")
        title.append(f"{slow} slow  ", "yellow" if slow else "")
        title.append(f"{lost} dropped or lost", "bold red" if lost else "")
        if self.is_paused:
            title.append("  paused", "reverse")
        return title

    def _footer(self, count: int) -> Text:
        if self.is_typing:
            return Text(f"filter: {self.words}_")
        shown = f"filter: {self.words}   " if self.words else ""
        rows = (
            f"{self.first + 1}-{min(count, self.first + self._room)} of {count}   "
            if count > self._room
            else ""
        )
        keys = "q quit  / filter  left, right sort  r reverse  up, down scroll  space pause"
        return Text(shown + rows + keys, "dim", no_wrap=True, overflow="ellipsis")

    # -- keys ----------------------------------------------------------------------------------

    def press(self, key: str) -> None:
        """Do what a key says."""
        if self.is_typing:
            self._type(key)
        elif key in KEYS:
            KEYS[key](self)

    def _type(self, key: str) -> None:
        if key in ("enter", "escape"):
            self.is_typing = False
            self.words = "" if key == "escape" else self.words
        elif key == "backspace":
            self.words = self.words[:-1]
        elif len(key) == 1 and key.isprintable():
            self.words += key

    def begin_typing(self) -> None:
        """Take what is typed for the filter."""
        self.is_typing = True
        self.words = ""

    def quit(self) -> None:
        """Show no more."""
        self.is_done = True

    def pause(self) -> None:
        """Stand still, or go on."""
        self.is_paused = not self.is_paused

    def turn(self) -> None:
        """Turn the order round."""
        self.is_reversed = not self.is_reversed

    def sort_beside(self, step: int) -> None:
        """Sort by the next column, or the one before; beyond the first is trouble."""
        at = 0 if self.column is None else self.column + 1
        at = (at + step) % (len(COLUMNS) + 1)
        self.column = at - 1 if at else None
        self.is_reversed = False

    def scroll(self, rows: int) -> None:
        """Begin further down; the picture keeps within bounds."""
        self.first += rows

    def clear(self) -> None:
        """Show all."""
        self.words = ""


KEYS: dict[str, Callable[[Screen], None]] = {
    "q": Screen.quit,
    "/": Screen.begin_typing,
    " ": Screen.pause,
    "r": Screen.turn,
    "s": lambda screen: screen.sort_beside(1),
    "right": lambda screen: screen.sort_beside(1),
    "left": lambda screen: screen.sort_beside(-1),
    "down": lambda screen: screen.scroll(1),
    "up": lambda screen: screen.scroll(-1),
    "page down": lambda screen: screen.scroll(10),
    "page up": lambda screen: screen.scroll(-10),
    "escape": Screen.clear,
}


def text_of(line: Line) -> str:
    """Return what the filter looks at."""
    peer, socket = line.peer, line.socket
    words = (
        line.look.process,
        socket["name"],
        socket["type"],
        called(peer),
        peer["socket_type"],
        peer["endpoint"],
    )
    return " ".join((*words, peer["user_id"], line.condition)).lower()
