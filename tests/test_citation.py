"""Protects citations: both files that say how to cite cxsim are complete and name the version that is installed."""

import json
import tomllib
from pathlib import Path

import yaml

import cxsim

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_citation_file():
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= said.keys()
    assert said["cff-version"] == "1.2.0"
    assert [author["name"] for author in said["authors"]] == ["cxsim maintainers"]
    assert (str(said["version"]), said["license"]) == (cxsim.__version__, PROJECT["license"])


def test_codemeta():
    said = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    assert (said["@context"], said["@type"]) == ("https://w3id.org/codemeta/3.0", "SoftwareSourceCode")
    assert [author["name"] for author in said["author"]] == ["cxsim maintainers"]
    assert (said["name"], said["description"]) == (PROJECT["name"], PROJECT["description"])
    assert (said["version"], PROJECT["version"]) == (cxsim.__version__, cxsim.__version__)
    assert said["license"].endswith(f"/{PROJECT['license']}")
