"""Options in groups: a parameter whose annotation is a dataclass stands for the fields of it.

    def pull(plug: Plug, json: Json = False) -> int: ...

takes `--bind`, `--connect` and what else Plug has, and `--json`. A field may be a dataclass itself.
`Annotated[Plug, Side("front")]` takes `--front-bind`, so that there may be two of a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, is_dataclass
from inspect import Parameter, signature
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from typer.models import OptionInfo


@dataclass(frozen=True)
class Side:
    """What the names of a group's options begin with."""

    name: str


@dataclass(frozen=True)
class Group:
    """A parameter that stands for the fields of a dataclass."""

    kind: type
    prefix: str


def flat(verb: Callable[..., object], prefix: str = "") -> list[Parameter]:
    """Return the parameters of a verb as Typer is to see them: groups taken apart."""
    return sorted(_flat(verb, prefix), key=lambda parameter: not _is_argument(parameter))


def _flat(verb: Callable[..., object], prefix: str) -> Iterator[Parameter]:
    for parameter, hint in parameters_of(verb):
        group = group_of(hint, prefix)
        if group is None:
            yield named(parameter, hint, prefix)
        else:
            yield from _flat(group.kind, group.prefix)


def gathered(verb: Callable[..., object], values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the arguments of a verb, groups put together again."""
    arguments = {}
    for parameter, hint in parameters_of(verb):
        group = group_of(hint, prefix)
        if group is None:
            arguments[parameter.name] = values[prefix + parameter.name]
        else:
            arguments[parameter.name] = group.kind(**gathered(group.kind, values, group.prefix))
    return arguments


def parameters_of(verb: Callable[..., object]) -> Iterator[tuple[Parameter, Any]]:
    """Yield the parameters of a function or dataclass, each with its annotation."""
    hints = get_type_hints(verb, include_extras=True)
    for parameter in signature(verb).parameters.values():
        yield parameter, hints[parameter.name]


def group_of(hint: Any, prefix: str) -> Group | None:
    """Return the group that an annotation says, if it does."""
    sides = [extra.name + "_" for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Side)]
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if isinstance(kind, type) and is_dataclass(kind):
        return Group(kind, prefix + "".join(sides))
    return None


def named(parameter: Parameter, hint: Any, prefix: str) -> Parameter:
    """Return a parameter as Typer passes it, with the prefix of its group."""
    if prefix:
        kind, *extras = get_args(hint)
        hint = cast(Any, Annotated)[(kind, *(with_prefix(extra, prefix) for extra in extras))]
    return Parameter(
        prefix + parameter.name, Parameter.KEYWORD_ONLY, default=parameter.default, annotation=hint
    )


def with_prefix(extra: Any, prefix: str) -> Any:
    """Return what describes an option, without names: Typer makes them of the parameter's."""
    if not isinstance(extra, OptionInfo):
        return extra
    info = copy(extra)
    info.default, info.param_decls = ..., None
    if isinstance(info.envvar, str):
        info.envvar = info.envvar.replace("_", f"_{prefix.upper()}", 1)
    return info


def _is_argument(parameter: Parameter) -> bool:
    extras: tuple[Any, ...] = getattr(parameter.annotation, "__metadata__", ())
    return bool(extras) and not isinstance(extras[0], OptionInfo)
