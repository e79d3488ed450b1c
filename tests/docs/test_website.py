"""The pages become a site that is complete by itself, and whose pages can all be found."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import figures
import lanes
from tests.docs.pages import DOCS, PAGES, ROOT

PATIENCE = 60.0

website = pytest.importorskip("website", reason="mkdocs is not installed")
SEQUENCE = """\
sequenceDiagram
    participant P as PUB
    P->>A: one
    P--xA: two (lost)
    Note over A: waits<br/>a while
"""


def test_figure_of_each_socket_type_is_fresh() -> None:
    """Run scripts/figures.py again after a change of its table."""
    stale = [kind for kind in figures.FIGURES if figures.file_of(kind).read_text() != figures.draw(kind)]
    assert stale == []


def test_chart_has_a_lane_for_each_name_and_an_arrow_for_each_message() -> None:
    drawing = lanes.draw(SEQUENCE)
    assert re.findall(r'class="bold">(\w+)<', drawing) == ["PUB", "A"]
    assert drawing.count('class="head"') == 2
    for words in ("one", "two (lost)", "waits", "a while", "\N{MULTIPLICATION SIGN}"):
        assert f">{words}</text>" in drawing


def test_chart_of_states_shows_where_it_begins_and_what_leads_back() -> None:
    drawing = lanes.draw(
        "stateDiagram-v2\n[*] --> IDLE\nIDLE --> BUSY: go\nBUSY --> BUSY: on\nBUSY --> [*]\n"
    )
    assert re.findall(r'<rect [^>]*class="(\w*)"', drawing) == ["mark", ""]
    assert drawing.count('class="loop"') == 1


@pytest.mark.parametrize("text", ["pie\n", "sequenceDiagram\n    loop for ever\n"])
def test_diagram_that_cannot_be_drawn_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not drawn|is not understood"):
        lanes.draw(text)


def test_link_to_a_file_beside_the_pages_leads_to_a_page_with_its_text() -> None:
    block = "```text\n[not a link](../../README.md)\n```\n"
    page = "[code](../../src/zerowire/error.py) [log](../../CHANGELOG.md#x)\n" + block
    led = "[code](../source/src/zerowire/error.py.md) [log](../changelog.md#x)\n" + block
    assert website.led(page, "docs/howto/poll.md", "howto/poll.md") == led
    assert "class ZMQError" in website.shown("src/zerowire/error.py")
    assert "(examples/patterns/clone.py)" in website.shown("examples/patterns")


def test_plots_of_the_last_measurement_are_shown_with_its_date_and_machine(tmp_path: Path) -> None:
    assert website.measured(tmp_path) == ""
    (tmp_path / "latest.md").write_text("# Latest\n\n2026-11-27, Python 3.11, 2 CPUs.\n\n## Goals\n")
    (tmp_path / "throughput.svg").write_text("<svg>bars</svg>\n")
    shown = website.measured(tmp_path)
    assert "2026-11-27, Python 3.11, 2 CPUs." in shown
    assert "<svg>bars</svg>" in shown
    assert website.PLOTS in (DOCS / "performance.md").read_text(encoding="utf-8")


def test_what_would_be_fetched_from_another_host_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<a href="https://rfc.zeromq.org">RFC</a><script src="https://unpkg.com/mermaid"></script>'
    )
    assert website.elsewhere([page]) == {"page.html fetches https://unpkg.com/mermaid"}


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "\n::: " in page.read_text()], ids=lambda p: p.stem
)
def test_what_the_reference_is_made_from_is_there_and_documented(page: Path) -> None:
    for name in re.findall(r"^::: ([\w.]+)$", page.read_text(), re.MULTILINE):
        module, _, attribute = name.rpartition(".")
        assert getattr(importlib.import_module(module), attribute).__doc__


@pytest.mark.skipif("ZEROWIRE_PURE" in os.environ, reason="the site is the same in both forms")
def test_site_is_built_without_a_complaint(tmp_path: Path) -> None:
    """Links and anchors lead somewhere, each page is in the navigation, nothing comes from another host."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    assert {
        page.relative_to(DOCS).with_suffix(".html").as_posix().replace("README", "index") for page in PAGES
    } <= {page.relative_to(tmp_path / "site").as_posix() for page in (tmp_path / "site").rglob("*.html")}
