"""Pages of the repository outside docs/ belong to the site too: README.md is its home, the others stand under project/.

MkDocs calls the functions named `on_...`. Links keep working as they stand in the repository, where they are tested.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
OUTSIDE = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "examples/*.py",
    "examples/data/*",
    "examples/mechanisms/*",
    "experiments/*.md",
    "experiments/*/*.md",
    "experiments/*/*.png",
    "experiments/*/*.toml",
    "experiments/*/data/SOURCES.md",
    "scenarios/*.toml",
)
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what stands outside docs/."""
    files.append(File.generated(config, "index.md", abs_src_path=str(ROOT / "README.md")))
    for pattern in OUTSIDE:
        for path in sorted(ROOT.glob(pattern)):
            inside = place_on_site(path.relative_to(ROOT).as_posix())
            files.append(File.generated(config, inside, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Send each link to where its target stands on the site."""
    here = place_in_repository(page.file.src_uri)

    def sent(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(here), link[1]))
        if (ROOT / target).is_dir():
            return posixpath.relpath(place_on_site(page_of_folder(target)), posixpath.dirname(page.file.src_uri) or ".")
        return posixpath.relpath(place_on_site(target), posixpath.dirname(page.file.src_uri) or ".")

    return LINK.sub(sent, markdown)


def page_of_folder(folder: str) -> str:
    """The page that tells about a folder: its own, or that of the nearest folder around it."""
    while not (ROOT / folder / "README.md").exists():
        folder = posixpath.dirname(folder)
    return posixpath.join(folder, "README.md").removeprefix("./")


def place_on_site(path: str) -> str:
    """Where a file of the repository stands on the site."""
    if path == "README.md":
        return "index.md"
    return path.removeprefix("docs/") if path.startswith("docs/") else f"project/{path}"


def place_in_repository(place: str) -> str:
    """The file of the repository that stands at a place of the site."""
    if place == "index.md":
        return "README.md"
    return place.removeprefix("project/") if place.startswith("project/") else f"docs/{place}"
