"""The folder of a market of one's own: the scenario with its reasons, the plausible set, the table, and what it cannot tell."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

from cxsim.analysis.firm.agreement import Held
from cxsim.analysis.firm.founded import CHOSEN, COMPUTED, FOLLOWS, FOUND, GIVEN, Said
from cxsim.analysis.firm.nearest import shown_source
from cxsim.analysis.firm.own_market import OwnMarket
from cxsim.analysis.results.folder import write_folder
from cxsim.analysis.results.writing import markdown_table
from cxsim.data.figures import Figures
from cxsim.scenario.register import parameter_names
from cxsim.scenario.writing import as_toml, scenario_hash

MARKET_FILE: Final = "market.toml"
WORLDS_FILE: Final = "plausible.csv"
FIGURES_FILE: Final = "figures.toml"
EVIDENCE: Final = {GIVEN: "derived", FOLLOWS: "assumed", CHOSEN: "assumed", FOUND: "fitted", COMPUTED: "derived"}
HEADINGS: Final = {
    GIVEN: "given by you",
    FOUND: "found, so that the market gives your figures back",
    COMPUTED: "as this market itself says",
    FOLLOWS: "in proportion to what you gave",
    CHOSEN: "chosen by this program, since nobody said",
}


def write_market(own: OwnMarket, folder: Path, overwrite: bool = False, command: str | None = None) -> None:
    """Write market.toml, plausible.csv, figures.csv, figures.toml, report.md and manifest.json, whole or not at all.

    Args:
        own: what came of the figures.
        folder: where to; made if it is not there.
        overwrite: whether results already there are replaced.
        command: that repeats it.

    Raises:
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    tables = {"figures": figures_table(own.rows)}
    if len(own.worlds):
        tables["plausible"] = own.worlds.rename_axis("draw").reset_index()
    values = {key: _value(own.market.record, key) for key in own.worlds.columns}
    manifest = {
        "figures": dict(own.figures),
        "market": own.ready,
        "market_sha256": scenario_hash(own.market.source),
        "scenario_sha256": scenario_hash(own.scenario),
        "values": values,
        "tried": own.tried,
        "kept": len(own.worlds),
        "stands_for": own.stands_for,
        "seed": own.seed,
        "command": command,
    }
    texts = {MARKET_FILE: market_text(own), FIGURES_FILE: figures_text(own.figures), "report.md": report_text(own)}
    write_folder(folder, "market", manifest, tables, texts, overwrite=overwrite)


def figures_text(figures: Figures) -> str:
    """The figures as a file that can be changed and given again."""
    return "# cxsim market figures.toml -o FOLDER makes the market again\n" + "".join(
        f"{key} = {as_toml(value)}\n" for key, value in figures.items()
    )


def figures_table(rows: list[Held]) -> pd.DataFrame:
    """One row a figure: yours, the model's with its interval, the tolerance, and whether it fits."""
    return pd.DataFrame(
        [
            {
                "figure": row.key,
                "yours": row.wanted if row.given else math.nan,
                "aimed_at": row.wanted,
                "model": row.model.mean,
                "low": row.model.low,
                "high": row.model.high,
                "tolerance": row.tolerance,
                "fits": row.fits,
                "advice": row.advice,
            }
            for row in rows
        ]
    )


# ---- the scenario ---------------------------------------------------------------------------------------------------


def market_text(own: OwnMarket) -> str:
    """The scenario as TOML: first what the figures say, then what they were found to mean, then the ready market's rest."""
    record, said = own.market.record, own.market.said
    source = shown_source(own.ready)
    name = str(own.figures.get("name", f"A market like {own.market.source.name}"))
    flat = dict(_flat(record))
    rest = {key: value for key, value in flat.items() if key not in said}
    lines = [
        f"# The market of {_line(name)}, from its figures (figures.toml) and the ready market {source!r}, seed {own.seed}.",
        "# Read report.md beside this file first. What is not known stays open in plausible.csv, and `cxsim compare` lives it.",
        *_scale(own),
        f"name = {as_toml(name)}",
        f"story = {as_toml(f'Made from the figures of a firm, nearest to the ready market {own.market.source.name}; what nobody gave is as it is there.')}",
    ]
    for how, heading in HEADINGS.items():
        chosen = {key: flat[key] for key, each in said.items() if each.how == how and key in flat}
        lines += ["", f"# ---- {heading} ----", *(_set(key, value, said[key].words) for key, value in chosen.items())]
    lines += [
        "",
        f"# ---- taken from the ready market {source!r}: nobody gave it ----",
        *(_set(key, value) for key, value in rest.items()),
    ]
    lines += ["", "[evidence]", *_evidence(own, flat)]
    return "\n".join(lines) + "\n"


def _scale(own: OwnMarket) -> list[str]:
    if own.stands_for <= 1.0:
        return []
    return [
        f"# One person here stands for {own.stands_for:.4g} of your customers: divide what a plan costs (once, weekly) by that, and",
        "# multiply people and money of every result by it.",
    ]


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every value with its full key."""
    for key, value in table.items():
        if prefix == "" and key == "evidence":
            continue
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif value is not None:
            yield f"{prefix}{key}", value


def _set(key: str, value: object, words: str = "") -> str:
    line = f"{_quoted(key)} = {as_toml(value)}"
    return f"{line}  # {_line(words)}" if words else line


def _line(text: str) -> str:
    """A text that stays on its line in a comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _quoted(key: str) -> str:
    return ".".join(
        part if part.replace("_", "").replace("-", "").isalnum() else as_toml(part) for part in key.split(".")
    )


def _evidence(own: OwnMarket, flat: dict[str, object]) -> Iterator[str]:
    """What backs each value: only what a figure told is fitted or derived; a choice is assumed, and says so."""
    known = set(parameter_names(own.scenario))
    for key, each in own.market.said.items():
        if key in flat and key in known:
            evidence, source = backing(each, own)
            yield f"{as_toml(key)} = {{ evidence = {as_toml(evidence)}, source = {as_toml(source)} }}"
    for key, kept in own.market.record.get("evidence", {}).items():
        if key in flat and key not in own.market.said:
            yield f"{as_toml(key)} = {as_toml(dict(kept))}"


def backing(said: Said, own: OwnMarket) -> tuple[str, str]:
    """Evidence and source of a value that is not the ready market's."""
    words = {
        GIVEN: f"Given by the firm: {said.words} ({len(own.figures)} figures)",
        FOUND: f"{said.words}, by simulation, 1 value for each of {len(own.figures)} figures, see figures.csv",
        COMPUTED: f"{said.words} (2 lives)",
        FOLLOWS: said.words,
        CHOSEN: said.words,
    }[said.how]
    return EVIDENCE[said.how], words


def _value(record: dict[str, Any], key: str) -> object:
    holder: Any = record
    for part in key.split("."):
        holder = holder.get(part) if isinstance(holder, dict) else None
    return holder


# ---- the report -----------------------------------------------------------------------------------------------------


def report_text(own: OwnMarket) -> str:
    """The report in Markdown: the table, what is open, what was taken, what may not be claimed."""
    table = pd.DataFrame([row.told() for row in own.rows], columns=["figure", "yours", "the model's (95%)", ""])
    return (
        "\n\n".join(
            [
                f"# {own.figures.get('name', 'Your market')}: your figures and the model's",
                f"Made from the ready market `{shown_source(own.ready)}`, the nearest to what you gave. The intervals hold the luck of the "
                "simulation. A figure is missed when the model's lies further away than firms know their own, and luck does not explain it.",
                markdown_table(table),
                _open(own),
                "## What this cannot tell\n\n"
                "- How strongly experience moves your customers. No business figure holds that; only an experiment at your firm does.\n"
                "- Anything that you did not give and that is not in the table above: it is as in the ready market. `cxsim assumptions "
                "market.toml` lists it all.\n"
                "- What a plan will earn. It says what would follow *if* people worked like this, in as many worlds as your figures allow.",
            ]
        )
        + "\n"
    )


def _open(own: OwnMarket) -> str:
    """What differs between the plausible worlds."""
    if not own.tried:
        return "## What your figures leave open\n\nNo world was drawn, so plans are compared in `market.toml` alone."
    if own.worlds.empty:
        return (
            f"## What your figures leave open\n\n**None of {own.tried} draws gives your figures back**, so there is no plausible set: look at "
            "the figures that are missed."
        )
    low, high = own.worlds.quantile(0.025), own.worlds.quantile(0.975)
    rows = pd.DataFrame(
        [(key, f"{low[key]:.3g} to {high[key]:.3g}") for key in own.worlds.columns],
        columns=["value", "95% of the plausible set"],
    )
    few = " **Careful:** so few draws say little about the ends of these ranges." if len(own.worlds) < 20 else ""
    return (
        f"## What your figures leave open\n\n{len(own.worlds)} of {own.tried} draws give your figures back (`{WORLDS_FILE}`).{few} "
        "Plans are lived in these worlds, not in `market.toml` alone.\n\n" + markdown_table(rows)
    )
