"""Take the documentation apart: pages, and the programs in them.

A block that begins with ```python is a program that runs as it stands. Neighbours that begin
with ```python together run at the same time.

An ```output block behind a program is what it prints, all of it. Anything that does not
run is marked `text`, `console` or `pycon`; ```console run and ```console beside do run: console.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))

BLOCK = re.compile(r"^```(\S*) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WORDS = {"python": {"", "together"}, "console": {"", "run", "beside"}}
LANGUAGES = {"python", "output", "text", "console", "pycon", "mermaid"}


@dataclass
class Program:
    """A program, and what it is to print; None for anything."""

    source: str
    output: str | None = None


@dataclass
class Example:
    """Programs that run at the same time: most often there is one."""

    name: str
    programs: list[Program] = field(default_factory=list)


def blocks_of(page: Path) -> Iterator[tuple[str, str, str, int]]:
    """Yield the language, the words, the text and the line of each block."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        yield match[1], match[2], match[3], text.count("\n", 0, match.start()) + 1


def examples_of(page: Path) -> list[Example]:
    """Return the examples of a page, in order."""
    examples: list[Example] = []
    before = ""
    for language, words, text, line in blocks_of(page):
        if language == "python":
            program = Program(text)
            if words == "together" and before == "together":
                examples[-1].programs.append(program)
            else:
                examples.append(Example(f"{page.relative_to(ROOT).as_posix()}:{line}", [program]))
            before = words
        elif language == "output":
            examples[-1].programs[-1].output = text
    return examples
