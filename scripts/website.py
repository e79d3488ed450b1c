"""What mkdocs does for the site besides: the hooks that mkdocs.yml names.

The pages are written for readers of the repository too, so they link to files beside docs/, and have
diagrams that GitHub draws. On the site such a file becomes a page of its own, and a diagram a drawing.
At the end nothing may be left that a browser would fetch from another host.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel

import lanes

ROOT = Path(__file__).resolve().parents[1]
DOCS = "docs"
PAGES = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md", "README.md": "README.md"}
"""Files beside docs/ that have a place of their own, and which."""

BLOCK = re.compile(r"^(```|~~~~).*?^\1$", re.MULTILINE | re.DOTALL)
DIAGRAM = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WORDS = re.compile(r"^```(python|console) (?:together|run|beside)$", re.MULTILINE)
FIGURE = re.compile(r"^!\[[^\]]*\]\(([^)\s]+\.svg)\)$", re.MULTILINE)
LINK = re.compile(r"(?<=\]\()(?!https?:|#|mailto:)([^)\s#]+)(#[^)\s]*)?(?=\))")
ELSEWHERE = re.compile(
    r"<(?:script|img|link|iframe|source)\b[^>]*?(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)"
)
PLOTS = "<!-- plots -->"
RESULTS = ROOT / "benchmarks" / "results"
HIDDEN = "---\nsearch:\n  exclude: true\n---\n"

origins: dict[str, str] = {}
"""Where in the repository each page comes from that does not come from docs/."""


def place_of(path: str) -> str:
    """Return where on the site a file of the repository is, as the source of a page."""
    if path.startswith(DOCS + "/"):
        return path.removeprefix(DOCS + "/")
    return PAGES.get(path) or f"source/{path}.md"


def outside(change: Callable[[str], str], markdown: str) -> str:
    """Return a page after a change of all that is not in blocks of code."""
    pieces: list[str] = []
    place = 0
    for block in BLOCK.finditer(markdown):
        pieces += [change(markdown[place : block.start()]), block[0]]
        place = block.end()
    return "".join([*pieces, change(markdown[place:])])


def targets(markdown: str, origin: str) -> set[str]:
    """Return the files of the repository that a page links to."""
    links = LINK.finditer(BLOCK.sub("", markdown))
    return {posixpath.normpath(posixpath.join(posixpath.dirname(origin), link[1])) for link in links}


def led(markdown: str, origin: str, uri: str) -> str:
    """Return a page whose links lead to pages of the site."""

    def lead(link: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(origin), link[1]))
        return posixpath.relpath(place_of(path), posixpath.dirname(uri) or ".") + (link[2] or "")

    return outside(lambda text: LINK.sub(lead, text), markdown)


def shown(path: str) -> str:
    """Return a page with the text of a file of the repository, or with links to what is in a folder."""
    file = ROOT / path
    if file.is_dir():
        names = sorted(entry.name for entry in file.iterdir() if not entry.name.startswith(("_", ".")))
        return f"{HIDDEN}# {path}\n\n" + "\n".join(f"- [{name}]({path}/{name})" for name in names) + "\n"
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".md":
        return text
    language = {".py": "python", ".toml": "toml"}.get(file.suffix, "text")
    return f"{HIDDEN}# {path}\n\n~~~~ {language}\n{text}\n~~~~\n"


def on_files(files: Files, config: Any) -> Files:
    """Add a page for each file beside docs/ that a page links to."""
    pages = [file for file in files if file.is_documentation_page()]
    waiting = {"CHANGELOG.md", "CONTRIBUTING.md"}
    waiting |= {path for page in pages for path in targets(page.content_string, f"{DOCS}/{page.src_uri}")}
    while waiting:
        path = waiting.pop()
        uri = place_of(path)
        if path.startswith(DOCS + "/") or files.get_file_from_path(uri) or not (ROOT / path).exists():
            continue  # a link that leads nowhere is for mkdocs to report
        text = shown(path)
        origins[uri] = "" if (ROOT / path).is_dir() else path  # a folder's page has links from the top
        kind = InclusionLevel.INCLUDED if path in PAGES else InclusionLevel.NOT_IN_NAV
        files.append(File.generated(config, uri, content=text, inclusion=kind))
        waiting |= targets(text, origins[uri])
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Turn what is written for GitHub into what is written for the site."""
    uri = page.file.src_uri
    markdown = led(markdown, origins.get(uri, f"{DOCS}/{uri}"), uri)
    markdown = DIAGRAM.sub(lambda found: framed(lanes.draw(found[1])), markdown)
    folder = Path(config["docs_dir"], uri).parent
    markdown = FIGURE.sub(lambda found: framed((folder / found[1]).read_text(encoding="utf-8")), markdown)
    markdown = markdown.replace(PLOTS, measured(RESULTS))
    markdown = WORDS.sub(r"```\1", markdown)
    return markdown.replace("\n```output\n", '\n```text title="It prints"\n')


def measured(results: Path) -> str:
    """Return when and where the last measurement was made, and its plots; "" if there is none."""
    report = results / "latest.md"
    if not report.exists():
        return ""
    when_and_where = report.read_text(encoding="utf-8").splitlines()[2]
    plots = (framed(plot.read_text(encoding="utf-8")) for plot in sorted(results.glob("*.svg")))
    return f"The last measurement here: {when_and_where}\n\n" + "\n".join(plots)


def framed(drawing: str) -> str:
    """Return a drawing as a part of a page, whose colours it then has."""
    return f'<figure class="drawn">\n{drawing}</figure>\n'


def on_post_build(config: Any) -> None:
    """Look for what a browser would fetch from elsewhere."""
    if lost := sorted(elsewhere(Path(config["site_dir"]).rglob("*.html"))):
        raise PluginError("the site is not complete by itself: " + ", ".join(lost))


def elsewhere(pages: Iterable[Path]) -> set[str]:
    """Return what is fetched from another host, by the pages that fetch it."""
    return {
        f"{page.name} fetches {escape(address)}"
        for page in pages
        for address in ELSEWHERE.findall(page.read_text(encoding="utf-8"))
    }
