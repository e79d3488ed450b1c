"""What was seen, as a line of text and as JSON."""

from __future__ import annotations

from typing import Any

from zerowire.sniffing.seen import Seen

WIDTH = 60  # characters of a frame that are shown


def as_json(seen: Seen, relative_to: float = 0.0) -> dict[str, Any]:
    """Return what was seen as JSON can hold it; octets that are no text become {"hex": ...}."""
    facts = {name: plain(value) for name, value in seen.facts.items()}
    time = round(seen.time - relative_to, 6)
    return {"time": time, "source": seen.source, "target": seen.target, "kind": seen.kind, **facts}


def plain(value: object) -> object:
    """Return a value as JSON can hold it."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"hex": value.hex()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def as_text(seen: Seen, relative_to: float = 0.0) -> str:
    """Return a line."""
    arrow = f"{seen.source} > {seen.target}"
    return f"{seen.time - relative_to:10.6f}  {arrow}  {words_of(seen)}"


def words_of(seen: Seen) -> str:
    """Return what happened, without when and where."""
    facts = seen.facts
    match seen.kind:
        case "greeting":
            what = [facts.get("mechanism") or facts.get("socket_type", "")]
            role = ["as server"] if facts.get("as_server") else []
            return " ".join(filter(None, ["greeting  ZMTP", facts["version"], *what, *role]))
        case "command":
            return f"command   {facts['name']} {said_by(facts)}".rstrip()
        case "identity":
            return f"identity  {shown(facts['routing_id'])}"
        case "message":
            return "message   " + " | ".join(map(shown, facts["frames"]))
        case "sealed":
            return f"sealed    {facts['size']} octets"
        case "gap":
            return f"gap       {facts['size']} octets are not in the capture; this side is given up"
        case "pgm":
            return f"pgm       {facts['packet']} {numbers_of(facts)}".rstrip()
        case "lost":
            return f"lost      {facts['packets']} packets"
        case "foreign":
            return f"foreign   {facts['what']}"
        case "broken":
            return f"broken    {facts['reason']}"
        case "close":
            return f"close     {facts['how']}"
    return seen.kind


def numbers_of(facts: dict[str, Any]) -> str:
    """Return which packets one of PGM is about."""
    if "numbers" in facts:
        return " ".join(map(str, facts["numbers"]))
    if "first" not in facts:
        return ""
    is_empty = (facts["last"] + 1 - facts["first"]) % (1 << 32) == 0
    return "nothing yet" if is_empty else f"{facts['first']} to {facts['last']}"


def said_by(facts: dict[str, Any]) -> str:
    """Return what a command says."""
    if "properties" in facts:
        return " ".join(
            f"{name}={shown(value.encode('utf-8', 'surrogateescape'))}"
            for name, value in facts["properties"].items()
        )
    told = {name: value for name, value in facts.items() if name != "name"}
    return " ".join(
        f"{name}={shown(value) if isinstance(value, bytes) else value}" for name, value in told.items()
    )


def shown(octets: bytes) -> str:
    """Return octets as text if they are some, or as hexadecimal digits, and how many if not all are shown."""
    try:
        text = octets.decode()
        is_text = text.isprintable()
    except UnicodeDecodeError:
        is_text = False
    whole = f'"{text}"' if is_text else octets[:WIDTH].hex(" ") or '""'
    if (is_text and len(text) <= WIDTH) or (not is_text and len(octets) <= WIDTH // 3):
        return whole
    head = f'"{text[:WIDTH]}"' if is_text else octets[: WIDTH // 3].hex(" ")
    return f"{head}... ({len(octets)} octets)"
