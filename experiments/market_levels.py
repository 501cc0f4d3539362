"""The levels of the ready markets in their last year, beside what each was held against.

python -m experiments.market_levels [--write]     (about half a minute)
"""

from pathlib import Path

import cxsim
from cxsim.analysis.compare.runs import run
from cxsim.analysis.levels import levels_of
from cxsim.analysis.phrases import DASH, estimated
from experiments.pages import asked_to_write, tables_abreast, write_figures
from experiments.prices import MARKETS

REPLICATIONS = 4
PAGE = Path(__file__).parents[1] / "docs" / "markets.md"


def figures(replications: int = REPLICATIONS) -> str:
    """One row a level, one column a market; a dash where a market has no such level."""
    found = [levels_of(run(cxsim.load(market), replications=replications)) for market in MARKETS]
    markets = [{level.name: level for level in levels} for levels in found]
    rows = []
    for name in max(markets, key=len):
        same = [levels.get(name) for levels in markets]
        written = [estimated(level.value, level.write) if level else DASH for level in same]
        rows.append([name, *written, " / ".join(dict.fromkeys(level.against for level in same if level))])
    return tables_abreast(["level", *MARKETS, "held against"], rows, after=1)


def main() -> None:
    """Print the table, and write it with `--write`."""
    write = asked_to_write(__doc__)
    found = figures()
    print(found)
    if write:
        write_figures(PAGE, found)


if __name__ == "__main__":
    main()
