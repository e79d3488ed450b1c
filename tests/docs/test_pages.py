"""Generated pages are fresh, links lead somewhere, tables agree with the source."""

from __future__ import annotations

import importlib.util
import inspect
import re
import warnings
from pathlib import Path

import pytest

import diagrams
import reference
import zerowire as zmq
from tests.docs.pages import DOCS, PAGES, ROOT
from zerowire.constants import Errno, Event
from zerowire.patterns.base import Pattern
from zerowire.patterns.registry import PATTERNS

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SOCKETS = DOCS / "reference" / "sockets"
HAND_WRITTEN = [*PAGES, ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """Return what links into a page may name: its headings, as GitHub spells them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("script", [diagrams, reference], ids=["diagrams", "reference"])
def test_generated_page_is_fresh(script: object) -> None:
    """Run the script again after a change of the tables it reads."""
    assert script.PAGE.read_text(encoding="utf-8") == script.page()  # type: ignore[attr-defined]


def test_a_change_of_state_without_words_is_an_error() -> None:
    machine = diagrams.MACHINES[-1]
    with pytest.raises(ValueError, match="IDLE REPLYING"):
        diagrams.diagram(
            diagrams.Machine(
                machine.title, machine.file, machine.states, machine.table, machine.start, machine.intro, {}
            )
        )


@pytest.mark.parametrize("machine", diagrams.MACHINES, ids=lambda machine: machine.file)
def test_words_of_a_change_are_such_as_mermaid_takes(machine: diagrams.Machine) -> None:
    """A colon or a semicolon would end the words."""
    assert [words for words in machine.steps.values() if not re.fullmatch(r"[\w ,()]+", words)] == []


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=lambda pattern: pattern.socket_type.name)
def test_page_of_a_socket_type_names_its_peers_and_options(pattern: type[Pattern]) -> None:
    """The man-page table of a type lists the peers that its class does."""
    page = (SOCKETS / f"{pattern.socket_type.name.lower()}.md").read_text(encoding="utf-8")
    row = re.search(r"^\| Compatible peers \| (.+) \|$", page, re.MULTILINE)
    assert row is not None
    assert set(re.findall(r"[A-Z]+", row[1])) >= {peer.name for peer in pattern.peers}
    for line in ("Direction", "Routing out", "Routing in", "In mute state"):
        assert f"| {line} |" in page
    assert [option.name for option in pattern.options if not re.search(rf"\b{option.name}\b", page)] == []


def test_errors_page_names_every_class() -> None:
    page = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    classes = [name for name in zmq.__all__ if isinstance(cls := getattr(zmq, name), type) and is_error(cls)]
    assert classes
    assert [name for name in classes if not re.search(rf"^ *{name}\b", page, re.MULTILINE)] == []


def is_error(cls: type) -> bool:
    """Tell whether a class can be raised, or warned with."""
    return issubclass(cls, BaseException)


def test_errors_page_names_every_error_number() -> None:
    page = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    assert [member.name for member in Errno if f"`{member.name}`" not in page] == []


@pytest.mark.parametrize("cls", [zmq.Context, zmq.Socket, zmq.Poller, zmq.Frame, zmq.MessageTracker])
def test_interface_page_names_every_method(cls: type) -> None:
    page = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    methods = {name for name, _ in inspect.getmembers(cls, callable) if not name.startswith("_")}
    methods -= {"receive"}  # of Frame: called by the socket that has received it
    assert [name for name in sorted(methods) if not re.search(rf"\b{name}\b", page)] == []


def test_interface_page_names_every_event_and_count() -> None:
    page = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    events = [f"EVENT_{event.name}" for event in Event if event <= Event.PIPES_STATS]
    counts = [*zmq.SocketStats._fields, *zmq.PeerStats._fields]
    assert [name for name in (*events, *counts) if f"`{name}`" not in page] == []


def modules_of(package: str) -> set[str]:
    """Return the modules that lie in an installed package, without loading them."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    home = Path(spec.origin).parent
    found = (path.relative_to(home.parent).with_suffix("") for path in home.rglob("*.py"))
    return {".".join(path.parts).removesuffix(".__init__") for path in found}


def test_each_module_of_pyzmq_has_a_row_and_what_is_there_instead_can_be_imported() -> None:
    """Section 7.1: the modules that must import."""
    page = (DOCS / "howto" / "move-from-pyzmq.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(zmq[\w.]*)` \| `(zerowire[\w.]*)` \|", page, re.MULTILINE))
    pytest.importorskip("zmq")
    of_no_interest = ("zmq.backend.c", "zmq.tests", "zmq._", "zmq.log.__main__", "zmq.eventloop._")
    assert {name for name in modules_of("zmq") if not name.startswith(of_no_interest)} == set(rows)
    with warnings.catch_warnings(action="ignore"):  # some are deprecated
        for name in sorted(set(rows.values())):
            importlib.import_module(name)


def test_design_names_each_module_that_exists_twice() -> None:
    page = (DOCS / "design" / "two-speeds.md").read_text(encoding="utf-8")
    leaves = [path.stem for path in (ROOT / "src" / "zerowire" / "leaf").glob("*.pyx")]
    assert leaves
    assert [name for name in leaves if f"| `leaf/{name}` |" not in page] == []


def test_every_page_can_be_reached_from_the_index() -> None:
    seen: set[Path] = set()
    waiting = [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        targets = LINK.findall(page.read_text(encoding="utf-8"))
        waiting += [
            (page.parent / target.partition("#")[0]).resolve() for target in targets if "//" not in target
        ]
    assert [name_of(page) for page in PAGES if page not in seen] == []
