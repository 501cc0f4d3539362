"""How many replications, as asked for on the command line."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cxsim.analysis.compare.stopping import Until

OPTION_HALF_WIDTH = click.option(
    "--until-half-width",
    metavar='"FIGURE VALUE"',
    help='Then more, until the 95% interval of each difference reaches at most so far: "net_margin 5000".',
)
OPTION_DECIDED = click.option(
    "--until-decided", metavar="FIGURE", help="Then more, until the sign of each difference is decided: net_margin."
)
OPTION_MOST = click.option(
    "--most", type=click.IntRange(1), default=500, show_default=True, help="Replications at most, with --until-..."
)


def rule_of(half_width: str | None, decided: str | None) -> "Until | None":
    """The rule that was asked for, if any."""
    from cxsim.analysis.compare.stopping import Decided, HalfWidth

    if half_width is not None and decided is not None:
        raise click.UsageError("give either --until-half-width or --until-decided")
    if half_width is None:
        return None if decided is None else Decided(decided)
    figure, _, width = half_width.strip().partition(" ")
    try:
        value = float(width)
    except ValueError:
        message = f'--until-half-width is given {half_width!r}; it takes a figure and a number: "net_margin 5000"'
        raise click.UsageError(message) from None
    return HalfWidth(figure, value)
