"""zerowire demo: show the example programs at work, and check what they say."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer

import zerowire
from zerowire.cli.console import complain, say, say_json
from zerowire.cli.demo.scenes import SCENES, play, play_all, scenes_called
from zerowire.cli.demo.stage import Failed
from zerowire.cli.outcome import DONE, FAILED
from zerowire.cli.shared import Json

IN_TREE = Path(zerowire.__file__).resolve().parents[2] / "examples"
INSTALLED = Path(__file__).parent / "programs"  # which setup.py puts there


def demo(
    scenes: Annotated[list[str] | None, typer.Argument(metavar="SCENE", help="; ".join(SCENES))] = None,
    examples: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Other programs.")] = None,
    show: Annotated[bool, typer.Option("--list", help="Name the scenes, and play none.")] = False,
    json: Json = False,
) -> int:
    """Show the example programs at work, and check what they say."""
    if show:
        return tell_scenes(json)
    folder = examples or (IN_TREE if IN_TREE.is_dir() else INSTALLED)
    if not folder.is_dir():
        complain(f"zerowire demo: there are no programs in {folder}: name their folder with --examples")
        return FAILED
    try:
        names = scenes_called(scenes or [])
    except Failed as failure:
        raise typer.BadParameter(str(failure)) from None
    if not json:
        return play_all(names, folder)
    return play_for_json(names, folder)


def tell_scenes(json: bool) -> int:
    """Print what can be played."""
    for name, scene in SCENES.items():
        words = (scene.__doc__ or "").rstrip(".")
        if json:
            say_json({"scene": name, "title": words})
        else:
            say(f"{name:18} {words}")
    return DONE


def play_for_json(names: list[str], folder: Path) -> int:
    """Play scenes, and print a line of JSON for each."""
    code = DONE
    for name in names:
        with redirect_stdout(StringIO()) as transcript:
            passed = play(SCENES[name], folder)
        say_json({"scene": name, "passed": passed, "transcript": transcript.getvalue().strip().splitlines()})
        code = code if passed else FAILED
    return code
