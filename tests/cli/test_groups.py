"""Options in groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import typer

from zerowire.cli.groups import Side, flat, gathered


@dataclass
class Inner:
    depth: Annotated[int, typer.Option("--depth", "-d", envvar="ZEROWIRE_DEPTH")] = 1


@dataclass
class Outer:
    name: Annotated[str, typer.Option("--name")] = "x"
    inner: Inner = field(default_factory=Inner)


def verb(
    outer: Outer, back: Annotated[Outer, Side("back")], word: Annotated[str, typer.Argument()]
) -> None: ...


def test_fields_of_groups_become_parameters_and_arguments_come_first() -> None:
    assert [parameter.name for parameter in flat(verb)] == [
        "word",
        "name",
        "depth",
        "back_name",
        "back_depth",
    ]


def test_option_of_a_side_has_no_name_of_its_own() -> None:
    """Typer makes its name of the parameter's, which has the side in it."""
    depth = {parameter.name: parameter.annotation.__metadata__[0] for parameter in flat(verb)}
    assert (depth["depth"].default, depth["depth"].param_decls) == ("--depth", ("-d",))
    assert (depth["back_depth"].default, depth["back_depth"].param_decls) == (..., None)
    assert depth["back_depth"].envvar == "ZEROWIRE_BACK_DEPTH"


def test_values_become_groups_again() -> None:
    values = {"word": "w", "name": "a", "depth": 2, "back_name": "b", "back_depth": 3}
    assert gathered(verb, values) == {
        "outer": Outer("a", Inner(2)),
        "back": Outer("b", Inner(3)),
        "word": "w",
    }
