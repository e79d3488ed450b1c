"""The programs in the documentation run, and print what the page says. pages.py has the rules."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import gettempdir

import pytest

from tests.docs.console import steps_of
from tests.docs.pages import LANGUAGES, PAGES, ROOT, WORDS, Example, blocks_of, examples_of
from tests.examples.test_patterns import STORIES
from zerowire.cli.demo.stage import Stage

PATIENCE = 20.0
PORT = re.compile(r"(?<=:)(?:5[0-9]{3})\b")
STORY = re.compile(r"\$ python examples/patterns/(\w+\.py)\n(.+)", re.DOTALL)
EXAMPLES = [example for page in PAGES for example in examples_of(page)]
EXAMPLES += [
    example  # the others are pairs of programs: tests/examples/test_readme.py runs them
    for example in examples_of(ROOT / "README.md")
    if "tcp://" not in example.programs[0].source
]


def environment() -> dict[str, str]:
    """Return the environment of a program, which imports the package under test."""
    spec = importlib.util.find_spec("zerowire")
    assert spec is not None
    assert spec.origin is not None
    return {**os.environ, "PYTHONPATH": str(Path(spec.origin).parents[1]), "TMPDIR": gettempdir()}


def on_free_ports(example: Example, stage: Stage) -> list[str]:
    """Return the programs, with other ports than those of the page."""
    numbers = {number for program in example.programs for number in PORT.findall(program.source)}
    ports = {number: str(stage.port()) for number in sorted(numbers)}
    return [PORT.sub(lambda match: ports[match[0]], program.source) for program in example.programs]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example_prints_what_the_page_says(example: Example, tmp_path: Path) -> None:
    """Nothing goes wrong, and no warning is given."""
    with ExitStack() as stack:
        stage = stack.enter_context(Stage(tmp_path, tmp_path))
        processes = []
        for source in on_free_ports(example, stage):
            command = [sys.executable, "-W", "error", "-c", source]
            process = subprocess.Popen(
                command,
                cwd=tmp_path,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
            stack.callback(process.__exit__, None, None, None)
            stack.callback(process.kill)
            processes.append(process)
        for program, process in zip(example.programs, processes, strict=True):
            said, complaints = process.communicate(timeout=PATIENCE)
            assert complaints == ""
            assert process.returncode == 0
            assert program.output in (None, said)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page_marks_each_block(page: Path) -> None:
    """A block that says nothing of what it is would not be tried."""
    unknown = [
        (line, language, words)
        for language, words, _, line in blocks_of(page)
        if language not in LANGUAGES or words not in WORDS.get(language, {""})
    ]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_story_of_an_example_is_the_one_it_tells(page: Path) -> None:
    """What stands below the command is what test_patterns.py sees when it runs the program."""
    for language, _, text, _ in blocks_of(page):
        if language == "console" and (found := STORY.match(text)):
            assert found[2] == STORIES[found[1]]


def test_no_program_stands_on_a_page_that_nobody_tries() -> None:
    """Beside docs/ only the README has programs."""
    folders = ("benchmarks", "examples", "scripts", "src", "tests")
    beside = [*ROOT.glob("*.md"), *(page for folder in folders for page in (ROOT / folder).rglob("*.md"))]
    assert [page.name for page in beside if examples_of(page)] == ["README.md"]


def test_most_pages_for_users_have_a_program() -> None:
    """A page on how to do something shows it."""
    pages = [page for page in PAGES if page.parent.name == "howto" and page.name != "README.md"]
    assert pages
    assert [page.name for page in pages if not examples_of(page) and not steps_of(page)] == []
